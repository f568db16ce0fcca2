package moderation

import (
	"iter"
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"strangerd/data"
)

// Config is what a Gate is made of.
type Config struct {
	DB          *data.DB
	Secret      []byte           // keys the hashes of people
	Shared      []netip.Prefix   // sources that many people share
	Proxies     []netip.Prefix   // networks that no ban should cover by mistake
	MaxSessions int              // admitted at the same time; 0 means no limit
	Now         func() time.Time // nil means time.Now

	// What one source may do before anybody knows who it is. Shared sources may
	// do anything.
	MaxPerSource      int           // live connections; 0 means no limit
	ConnectsPerSource int           // new ones in ConnectsPer; 0 means no limit and no penalties
	ConnectsPer       time.Duration // not 0 if ConnectsPerSource isn't

	NewSources bool // are limited in whom they may meet, see conduct.go

	// Share tells the other machines of what was changed and is on this one's disk: of several
	// events only where one would be too large. It returns when they have it for sure, or after a
	// second, and is called under no lock. Nil means that this machine is alone.
	Share func([]data.Event)
	Node  string // the name of this machine among several, under which it counts
}

// Gate decides who may enter. Its methods may be called by any number of
// goroutines.
//
// A change is on the disk before it is in memory, and Admit and Screen look in
// memory alone: nobody comes in between the end of a ban's write and the end of
// the passes it hits, and a disk that fails lifts no ban.
type Gate struct {
	identity
	db        *data.DB
	proxies   []netip.Prefix
	max       int
	clock     func() time.Time
	node      string
	share     func([]data.Event)
	admission *admission
	made      bansMade
	conduct   *conduct

	// change is held by whoever changes records, over the write to the disk, and no
	// longer. It is taken before mu, and after Desk.change.
	change   sync.Mutex           // guards what follows
	ids      data.EventIDs        // of what is committed
	unshared []data.Event         // that were committed since it is held
	set      map[string]time.Time // when each setting was

	mu       sync.RWMutex // guards what follows, never held over a write
	networks *networks
	people   people
	passes   map[string]*Pass
	waiting  map[*Pass]struct{} // see Pass.Wait
	door     Door
	draining bool
	drained  chan struct{}
	drain    *time.Timer
	known    known

	forgot atomic.Bool // the file may hold bytes of what a new version leaves out
}

// NewGate returns a Gate with the bans and the door that are on the disk.
func NewGate(config Config) (*Gate, error) {
	g := &Gate{
		identity: identity{secret: config.Secret, shared: config.Shared},
		db:       config.DB,
		proxies:  config.Proxies,
		max:      config.MaxSessions,
		clock:    config.Now,
		node:     config.Node,
		share:    config.Share,
		ids:      data.EventIDs{Start: rand.Uint64()},
		set:      make(map[string]time.Time),
		passes:   make(map[string]*Pass),
		waiting:  make(map[*Pass]struct{}),
		drained:  make(chan struct{}),
		known:    newKnown(),
	}
	if g.clock == nil {
		g.clock = time.Now
	}
	g.admission = newAdmission(limits{config.MaxPerSource, config.ConnectsPerSource, config.ConnectsPer}, g.clock)
	g.conduct = newConduct(config.NewSources, g.clock)
	if err := g.loadBans(); err != nil {
		return nil, err
	}
	if err := g.loadKnown(); err != nil {
		return nil, err
	}
	return g, g.loadDoor()
}

// now is the time in UTC, as exact as the records keep it.
func (g *Gate) now() time.Time { return g.clock().UTC().Truncate(time.Millisecond) }

// Subject returns who comes from addr and proved key, which is nil but for me@.
// An IPv4 address mapped into IPv6 is the IPv4 address.
func (g *Gate) Subject(addr netip.Addr, key []byte) Subject { return g.subject(addr, key) }

// Screen says whether addr may go on to the key exchange. It only looks in
// memory. The Arrival is the caller's to close when the connection ends. If that
// should make room for another before its client has spoken, displace is called, by
// the goroutine of that other: it ends the connection, or finds that the client has
// told its version, and returns true; false is that the client is about to. It is nil
// for a client that has told it already. Errors: a *Banned if a banned network
// holds addr, a *Limited if its source must wait.
//
// A connection of this machine to itself, whose two addresses are the same, is never
// limited: so comes the health check, and who restarts by it.
func (g *Gate) Screen(addr, local netip.Addr, displace func() bool) (*Arrival, error) {
	addr = plain(addr)
	g.mu.RLock()
	b, banned := g.networks.find(addr, g.clock)
	g.mu.RUnlock()
	if banned {
		return nil, &Banned{b}
	}
	return g.admission.admit(addr, g.isShared(addr) || addr == plain(local), displace)
}

// Crowded is how long to wait before the next connection is accepted; not positive
// means not at all. It is never longer than a tenth of a second.
func (g *Gate) Crowded() time.Duration { return g.admission.crowded() }

// Busy is how long to wait before the next client that has told its version begins to
// log in; not positive means not at all. It is never longer than 5 ms.
func (g *Gate) Busy() time.Duration { return g.admission.busy() }

// Admit lets the subject in, who comes from addr, or says why not: a *Banned,
// ErrFull, ErrDraining, ErrDoor, ErrTooYoung, or that the database could not be
// read. The address is only kept in memory, for bans of networks.
func (g *Gate) Admit(addr netip.Addr, s Subject) (*Pass, error) {
	return g.Readmit(addr, s, newID("S"))
}

// Readmit is Admit for who was here a moment ago, and goes on as the session id. The
// Pass that they had by that name is closed.
func (g *Gate) Readmit(addr netip.Addr, s Subject, id string) (*Pass, error) {
	young, err := g.tooYoung(s)
	addr = plain(addr)
	now := g.now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if b, ok := g.banOf(addr, s, now); ok {
		return nil, &Banned{b}
	}
	switch shut := g.shut(s, now); {
	case err != nil:
		return nil, err
	case shut != nil:
		return nil, shut
	case young:
		return nil, ErrTooYoung
	case g.max > 0 && len(g.passes) >= g.max:
		return nil, ErrFull
	}
	g.known.see(s.Key, now)
	return g.letIn(addr, s, now, id), nil
}

// BanOf returns the ban in force of somebody, who need not be inside. Of several
// it is the one that ends last.
func (g *Gate) BanOf(addr netip.Addr, s Subject) (Ban, bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.banOf(plain(addr), s, g.now())
}

// banOf is BanOf. The caller holds mu.
func (g *Gate) banOf(addr netip.Addr, s Subject, now time.Time) (Ban, bool) {
	if b, ok := g.networks.find(addr, func() time.Time { return now }); ok {
		return b, true
	}
	return g.people.find(s, now)
}

// loadBans has in memory what is in force on the disk, and nothing else: at the
// start, and when the clock has gone back, so that bans are in force again which
// were over.
func (g *Gate) loadBans() error {
	g.lock()
	defer g.unlock()
	networks, people := newNetworks(), make(people)
	now := g.now()
	err := g.db.EachBan(func(b Ban) {
		if !over(b, now) {
			index(networks, people, b)
		}
	})
	if err != nil {
		return err
	}
	networks.settle()
	g.enforceIn(networks, people, func(func(Ban) bool) {})
	return nil
}

// index puts a ban in force into one of these; networks.settle must follow.
func index(networks *networks, people people, b Ban) {
	if b.Target.Network.IsValid() {
		networks.add(b)
		return
	}
	people.add(b)
}

// unindex takes b out of memory. The caller holds mu.
func (g *Gate) unindex(b Ban) {
	if b.Target.Network.IsValid() {
		g.networks.remove(b.Target.Network, b.ID)
		return
	}
	g.people.remove(b)
}

// enforce puts new bans, which are on the disk, into memory, and ends every pass
// that they hit.
func (g *Gate) enforce(bans iter.Seq[Ban]) {
	g.enforceIn(g.networks, g.people, bans)
}

// enforceIn is enforce, but that the index from then on is these. The caller holds
// change.
func (g *Gate) enforceIn(networks *networks, people people, bans iter.Seq[Ban]) {
	for _, end := range g.reindex(networks, people, bans) {
		end()
	}
}

// reindex returns what ends the passes that are hit.
func (g *Gate) reindex(networks *networks, people people, bans iter.Seq[Ban]) (hit []func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.networks, g.people = networks, people
	for b := range bans {
		index(networks, people, b)
	}
	g.networks.settle()
	now := g.now()
	look := func(p *Pass) {
		if b, ok := g.banOf(p.addr, p.subject, now); ok {
			hit = append(hit, func() { p.end(&Banned{b}) })
		}
	}
	for _, p := range g.passes {
		look(p)
	}
	for p := range g.waiting {
		look(p)
	}
	return hit
}

// RefuseAge keeps the subject, by its source and by its key, out for the rest of
// the day, in UTC. A shared source is nobody, and nothing is remembered of it.
func (g *Gate) RefuseAge(s Subject) error {
	g.lock()
	defer g.unlock()
	until := g.now().Truncate(24 * time.Hour).Add(24 * time.Hour)
	var records []data.Record
	for _, h := range nonzero(s.Source, s.Key) {
		records = append(records, data.Refusal{Source: h, Until: until})
	}
	if len(records) == 0 {
		return nil
	}
	return g.commit(records...)
}

func (g *Gate) tooYoung(s Subject) (bool, error) {
	for _, h := range []data.Hash{s.Source, s.Key} {
		if h.IsZero() {
			continue
		}
		if until, ok, err := g.db.RefusedUntil(h); err != nil || ok && g.now().Before(until) {
			return err == nil, err
		}
	}
	return false, nil
}
