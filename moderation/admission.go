package moderation

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"sync"
	"time"
)

const (
	// maxSilent is how many connections may be open whose clients have not told
	// their version yet. An honest client is one of them for a round trip.
	maxSilent = 100
	// hush is how long each of them is let alone when all places are taken. So many
	// of them a second are accepted even if none ever speaks: a thousand.
	hush = 100 * time.Millisecond
	// maxEntering is how many may log in at a time while others wait for their turn:
	// where everybody returns at once, those who came first are in soon, and nobody's
	// grace period ends among thousands of others. From far away it takes two seconds
	// to log in: then 500 a second do.
	maxEntering = 1000
	// lull is how long they wait for somebody who takes longer, or stalls: 200 a second
	// begin whatever the others do.
	lull = 5 * time.Millisecond
	// crowd is how many connections from one shared source are a reason to ask
	// whether a proxy or a container network hides who comes.
	crowd = 5
)

// Limited is why Screen lets nobody in from a source for now: it has the most
// connections that it may, or, if Most is 0, it made too many.
type Limited struct {
	Most       int           // live connections
	Again      time.Duration // until the next one may come
	Misbehaved bool          // some of those never opened a session, or flooded it
}

func (l *Limited) Error() string {
	if l.Most > 0 {
		return fmt.Sprintf("the source has %d connections, the most it may", l.Most)
	}
	return fmt.Sprintf("the source made too many connections, for %v", l.Again)
}

// admission counts the connections of each source.
//
// A source is known by a hash of its address under a key that lives with the
// process: one block of AES, of which half is kept. Among a million sources the
// chance that a new one is taken for another is 5e-14.
type admission struct {
	limits limits
	hash   cipher.Block
	clock  func() time.Time
	began  time.Time

	mu      sync.Mutex // guards what follows; no other lock is taken under it
	sources sources    // limited ones
	shared  map[uint64]*tally
	silent  []*Arrival // oldest first
	hinted  bool
	// entering have begun to log in and have no session yet; the last began then.
	entering int
	last     time.Duration
}

func newAdmission(l limits, clock func() time.Time) *admission {
	var key [16]byte
	rand.Read(key[:])
	hash, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // only for other lengths of keys
	}
	return &admission{
		limits:  l,
		hash:    hash,
		clock:   clock,
		began:   clock(),
		sources: sources{most: maxSources},
		shared:  make(map[uint64]*tally),
	}
}

// key returns what a source is known by, never 0.
func (a *admission) key(addr netip.Addr) uint64 {
	var b [aes.BlockSize]byte
	if addr.IsValid() {
		b = source(addr).Addr().As16()
	}
	a.hash.Encrypt(b[:], b[:])
	return max(1, binary.LittleEndian.Uint64(b[:]))
}

// now is the time since the start, whatever the machine's clock is set to.
func (a *admission) now() time.Duration { return a.clock().Sub(a.began) }

// admit counts a new connection, or returns a *Limited.
func (a *admission) admit(addr netip.Addr, shared bool, displace func() bool) (*Arrival, error) {
	arrival, full, err := a.count(a.key(addr), shared, displace)
	if err == nil {
		arrival.hides = shared || hides(addr)
	}
	for tries := 0; full && tries < passes; tries++ {
		other := a.tooSilent()
		if other == nil {
			break
		}
		if other.displace() {
			other.Spoke() // its end, or reading what it said, may take a moment
		}
	}
	return arrival, err
}

// hides tells whether an address is nobody's in the open internet.
func hides(addr netip.Addr) bool {
	return (addr.IsPrivate() || addr.IsLoopback()) && !circuits.Contains(addr)
}

// count is admit, but that it only tells whether too many are silent.
func (a *admission) count(key uint64, shared bool, displace func() bool) (arrival *Arrival, full bool, err error) {
	now := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	full = len(a.silent) > maxSilent
	s := a.tally(key, shared, now)
	if s.live == math.MaxUint16 { // as many as TCP has ports
		return nil, full, &Limited{Most: math.MaxUint16}
	}
	if !shared {
		if limited := a.limits.connect(s, now); limited != nil {
			return nil, full, limited
		}
	}
	s.live++
	arrival = &Arrival{admission: a, source: s, shared: shared, since: now, silent: displace != nil, displace: displace}
	if arrival.silent {
		s.silent++
		a.silent = append(a.silent, arrival)
	}
	return arrival, len(a.silent) > maxSilent, nil
}

// tally returns what is counted of a source. The caller holds mu.
func (a *admission) tally(key uint64, shared bool, now time.Duration) *tally {
	if !shared {
		return a.sources.tally(key, now)
	}
	if a.shared[key] == nil {
		a.shared[key] = &tally{key: key}
	}
	return a.shared[key]
}

// tooSilent returns the connection that should make room, if there are too many
// that are silent: the oldest of the source that has most of them. Where sources have
// as many, one that misbehaved lately goes first: who comes from hundreds of addresses
// comes again, and an honest client that is late to speak was never here. The connection
// becomes the youngest, for if it doesn't go.
func (a *admission) tooSilent() *Arrival {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.silent) <= maxSilent {
		return nil
	}
	at := 0
	for i, other := range a.silent {
		if other.source.moreSuspect(a.silent[at].source) {
			at = i
		}
	}
	oldest := a.silent[at]
	a.silent = append(slices.Delete(a.silent, at, at+1), oldest)
	return oldest
}

// moreSuspect tells whether a silent connection of s should go before one of other.
func (s *tally) moreSuspect(other *tally) bool {
	return s.silent > other.silent || s.silent == other.silent && s.strikes > other.strikes
}

// crowded is how long nobody should be let in: when as many are silent as may be,
// each has hush to say its version before a newcomer displaces it. Where everybody
// returns at once, the rest have said theirs by the time they are let in.
func (a *admission) crowded() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.silent) < maxSilent {
		return 0
	}
	return a.silent[0].since + hush - a.now()
}

// busy is how long nobody should begin to log in.
func (a *admission) busy() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.entering < maxEntering {
		return 0
	}
	return a.last + lull - a.now()
}

// Arrival is a connection that Screen has let through. Its methods may be called
// by any number of goroutines.
type Arrival struct {
	admission *admission
	source    *tally
	shared    bool
	hides     bool // where people come from
	displace  func() bool
	since     time.Duration

	// admission.mu guards what follows.
	silent, entering, opened, answered, flooded, closed bool
}

// Spoke says that the client has told its version. From then on the connection
// is not displaced.
func (a *Arrival) Spoke() {
	a.admission.mu.Lock()
	defer a.admission.mu.Unlock()
	a.speak()
}

// speak takes the Arrival from the silent ones. The caller holds mu.
func (a *Arrival) speak() {
	if !a.silent {
		return
	}
	a.silent = false
	a.source.silent--
	at := slices.Index(a.admission.silent, a)
	a.admission.silent = slices.Delete(a.admission.silent, at, at+1)
}

// Opened says that a session has begun. It returns true once in the life of the
// process: when so many have come from one address that is shared, or of no other use than
// within a network, that something hides where people come from.
func (a *Arrival) Opened() (crowded bool) {
	a.admission.mu.Lock()
	defer a.admission.mu.Unlock()
	a.opened = true
	a.entered()
	if a.hides && a.source.live >= crowd && !a.admission.hinted {
		a.admission.hinted = true
		return true
	}
	return false
}

// Enter says that the client begins to log in.
func (a *Arrival) Enter() {
	a.admission.mu.Lock()
	defer a.admission.mu.Unlock()
	if !a.entering && !a.opened && !a.closed {
		a.entering = true
		a.admission.entering++
		a.admission.last = a.admission.now()
	}
}

// entered says that it has, or never will. The caller holds mu.
func (a *Arrival) entered() {
	if a.entering {
		a.entering = false
		a.admission.entering--
	}
}

// Answered says that the client has logged in and asked for what is not here, such as
// files or forwarding, and was told. Its end without a session is no strike then.
func (a *Arrival) Answered() {
	a.admission.mu.Lock()
	defer a.admission.mu.Unlock()
	a.answered = true
}

// Flooded says that the client sends faster than anybody types or pastes. It
// counts once a connection.
func (a *Arrival) Flooded() {
	a.admission.mu.Lock()
	defer a.admission.mu.Unlock()
	if !a.flooded {
		a.flooded = true
		a.strike()
	}
}

// Close says that the connection has ended. It may be called more than once.
func (a *Arrival) Close() {
	a.admission.mu.Lock()
	defer a.admission.mu.Unlock()
	if a.closed {
		return
	}
	a.closed = true
	a.speak()
	switch {
	case a.opened && !a.flooded:
		a.source.forgive()
	case !a.opened && !a.answered:
		a.strike()
	}
	a.entered()
	a.source.live--
	if a.shared && a.source.live == 0 {
		delete(a.admission.shared, a.source.key)
	}
}

// strike holds something against the source. The caller holds mu.
func (a *Arrival) strike() {
	if !a.shared {
		a.admission.limits.strike(a.source, a.admission.now())
	}
}
