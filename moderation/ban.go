package moderation

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"time"

	"strangerd/data"
)

// Ban keeps somebody out, or did. See data.Ban for its fields.
type Ban = data.Ban

// Lifted says who ended a Ban before its time.
type Lifted = data.Lifted

const (
	// MaxSourceBan bounds what a ban says of a source or a wider network: by then
	// an address belongs to somebody else.
	MaxSourceBan = 90 * 24 * time.Hour
	// DefaultBan is how long a ban lasts that doesn't say.
	DefaultBan = 24 * time.Hour
	// Forever is for networks and me@ keys.
	Forever time.Duration = math.MaxInt64
	// MaxText bounds reasons, notes, appeals and the operator's line, in characters.
	MaxText = 1000
)

// BanRequest says whom to ban: exactly one of Report, Session and Network.
type BanRequest struct {
	Report  string       // R-…
	Session string       // S-…
	Far     *Subject     // whose session that is, if it is live on another machine
	Network netip.Prefix // see ParseNetwork

	Wider    int           // 24, 16, 56 or 48: also the network around a report's subject
	For      time.Duration // zero means DefaultBan
	Reason   string        // shown to the banned person
	Category string        // the rule that was broken; empty means the report's
	Yes      bool          // ban also what NeedsYes asks for
	From     netip.Addr    // where the issuer is, so that they don't ban themselves
}

// check refuses a request that is wrong whatever the records say.
func (req BanRequest) check() error {
	targets := len(nonempty(req.Report, req.Session))
	if req.Network.IsValid() {
		targets++
	}
	switch {
	case targets != 1:
		return errTargets
	case req.Network.IsValid() && req.Wider != 0:
		return errWiderNetwork
	}
	return checkReason(req.Reason)
}

// Preview is whom a ban would hit.
type Preview struct {
	Sessions []Session `json:"sessions"` // live
	Cases    []string  `json:"cases"`    // R-…: earlier reports of them, newest first
}

// An aim is whom a request means.
type aim struct {
	target   data.Target
	subject  Subject     // zero for a network
	report   data.Report // zero without one
	category string
}

// aim finds whom the request means.
func (g *Gate) aim(req BanRequest) (a aim, err error) {
	a.category = req.Category
	switch {
	case req.Report != "":
		report, ok, err := g.db.Report(req.Report)
		if err != nil {
			return a, err
		}
		if !ok {
			return a, unknown(req.Report)
		}
		a.report, a.subject = report, report.Subject
		a.category = cmp.Or(a.category, report.Category)
	case req.Session != "":
		pass, ok := g.pass(req.Session)
		switch {
		case ok:
			a.subject = pass.subject
		case req.Far != nil:
			a.subject = *req.Far
		default:
			return a, unknown(req.Session)
		}
	default:
		a.target.Network = req.Network.Masked()
		return a, nil
	}
	if a.subject.Nobody() && req.Wider == 0 {
		return a, ErrNobody
	}
	a.target.Source, a.target.Key = a.subject.Source, a.subject.Key
	if req.Wider != 0 {
		a.target.Bits = req.Wider
		a.target.Wider, err = wider(a.subject, req.Wider)
	}
	return a, err
}

// wider returns the hash of the network of so many bits around s.
func wider(s Subject, bits int) (data.Hash, error) {
	sizes := widerBits(s.V6)
	i := slices.Index(sizes[:], bits)
	switch {
	case s.Source.IsZero():
		return data.Hash{}, errWiderShared
	case i < 0:
		return data.Hash{}, fmt.Errorf("a network of /%d isn't kept of them: /%d or /%d is", bits, sizes[0], sizes[1])
	}
	return s.Wider[i], nil
}

var (
	errTargets      = errors.New("name one thing to ban: a report, a session or a network")
	errWiderNetwork = errors.New("a network is banned as it is: write a wider one instead of --wider")
	errWiderShared  = errors.New("they came from a shared source, and no network around it is kept")
)

// until is when a ban of t ends that begins now, zero for never.
func until(t data.Target, d time.Duration, now time.Time) (time.Time, error) {
	lasting := !t.Key.IsZero() || t.Network.IsValid()
	switch {
	case d == 0:
		return now.Add(DefaultBan), nil
	case d < time.Second:
		return time.Time{}, ErrDuration
	case d > MaxSourceBan && !lasting:
		return time.Time{}, ErrForever
	case d == Forever:
		return time.Time{}, nil
	}
	return now.Add(d), nil
}

// doubts are the reasons to ask whether a ban is meant.
func (g *Gate) doubts(t data.Target, from netip.Addr) (why []string) {
	own := g.subject(from, nil)
	if n := t.Network; n.IsValid() {
		if coversLoopback(n) {
			why = append(why, n.String()+" covers this machine itself")
		}
		if overlaps(n, g.proxies) {
			why = append(why, n.String()+" covers a trusted proxy")
		}
		if n.Contains(plain(from)) {
			why = append(why, n.String()+" covers where you come from")
		}
		if tooWide(n) {
			why = append(why, n.String()+" is very large")
		}
		return why
	}
	if !own.Source.IsZero() && own.Source == t.Source {
		why = append(why, "they come from where you come from")
	}
	if t.Bits != 0 {
		why = append(why, fmt.Sprintf("--wider %d hits everybody in that network", t.Bits))
	}
	return why
}

// prepare makes the ban that a request asks for, and saves nothing. The caller
// holds change. Errors: *NeedsYes, ErrUnknown, ErrNobody, ErrForever, ErrDuration,
// ErrReason, ErrTooLong, and that the network is banned already.
func (g *Gate) prepare(by string, req BanRequest) (Ban, error) {
	if err := req.check(); err != nil {
		return Ban{}, err
	}
	a, err := g.aim(req)
	if err != nil {
		return Ban{}, err
	}
	now := g.now()
	ends, err := until(a.target, req.For, now)
	if err != nil {
		return Ban{}, err
	}
	if err := g.bannedAlready(a.target.Network, now); err != nil {
		return Ban{}, err
	}
	if why := g.doubts(a.target, req.From); len(why) > 0 && !req.Yes {
		return Ban{}, g.ask(by, req, a, why)
	}
	return Ban{
		ID: newID("B"), Target: a.target, Created: now, Until: ends,
		Category: a.category, Reason: req.Reason, By: by, Report: req.Report,
	}, nil
}

// ask returns the *NeedsYes of a request. Whom it would hit is audited: that tells
// which sessions and cases are of one network.
func (g *Gate) ask(by string, req BanRequest, a aim, why []string) error {
	preview, err := g.preview(a)
	if err == nil {
		err = g.commit(g.action(by, "ban preview", req.target(), req.Reason))
	}
	if err != nil {
		return err
	}
	return &NeedsYes{why, preview}
}

// target is what the request names.
func (req BanRequest) target() string {
	if req.Network.IsValid() {
		return req.Network.String()
	}
	return req.Report + req.Session
}

// bannedAlready refuses a second ban of the same network: unban would lift only
// one of them.
func (g *Gate) bannedAlready(n netip.Prefix, now time.Time) error {
	if !n.IsValid() {
		return nil
	}
	g.mu.RLock()
	defer g.mu.RUnlock()
	if entry, ok := g.networks.exact(n); ok && inForce(entry.terms.Until, now) {
		return fmt.Errorf("%s is banned already by %s: unban that first", n, entry.id)
	}
	return nil
}

func (g *Gate) preview(a aim) (Preview, error) {
	t := a.target
	var network data.Hash // of a typed network, if reports know networks of its size
	if t.Network.IsValid() {
		network = g.network(t.Network)
	}
	hits := func(s Subject) bool {
		return slices.ContainsFunc(nonzero(t.Source, t.Key, t.Wider, network), func(h data.Hash) bool {
			return h == s.Source || h == s.Key || h == s.Wider[0] || h == s.Wider[1]
		})
	}
	g.mu.RLock()
	sessions := g.sessions(func(p *Pass) bool {
		return hits(p.subject) || t.Network.IsValid() && t.Network.Contains(p.addr)
	})
	g.mu.RUnlock()
	var cases []data.Report
	err := g.db.EachReport(func(r data.Report) {
		if hits(r.Subject) && r.ID != a.report.ID {
			cases = append(cases, r)
		}
	})
	slices.SortFunc(cases, func(a, b data.Report) int { return b.Created.Compare(a.Created) })
	preview := Preview{Sessions: sessions, Cases: []string{}}
	for _, r := range cases {
		preview.Cases = append(preview.Cases, r.ID)
	}
	return preview, err
}

// banned is the audit of a new ban.
func banned(b Ban, req BanRequest) data.Action {
	return data.Action{At: b.Created, By: b.By, Do: "ban", On: b.ID + " " + req.target(), Why: b.Reason}
}

// replacedBy returns the bans in force that b, which is new, takes the place of: those
// by staff of the same report, or of nobody whom b doesn't hit too. Where one of another
// report ends later, so does b then. Two beside each other would leave out whoever is
// shown one and has it lifted. The caller holds change.
func (g *Gate) replacedBy(b *Ban) (replaced []Ban) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	seen := make(map[string]bool)
	for _, h := range hashes(b.Target) {
		for _, old := range g.people[h] {
			same := b.Report != "" && old.Report == b.Report
			if seen[old.ID] || old.Machine || over(*old, b.Created) || !same && !covers(b.Target, old.Target) {
				continue
			}
			seen[old.ID] = true
			replaced = append(replaced, *old)
			if !same && later(old.Until, b.Until) {
				b.Until = old.Until
			}
		}
	}
	return replaced
}

// covers tells whether all that an old target hits is hit by a new one, of people.
func covers(by, old data.Target) bool {
	return (old.Source.IsZero() || old.Source == by.Source) && (old.Key.IsZero() || old.Key == by.Key) &&
		(old.Wider.IsZero() || old.Wider == by.Wider)
}

// note is Desk.Note.
func (g *Gate) note(by, do, on, why string) error {
	return g.log(g.action(by, do, on, why))
}

// log writes lines of the audit log alone.
func (g *Gate) log(actions ...data.Record) error {
	g.lock()
	defer g.unlock()
	return g.commit(actions...)
}

// Unban lifts a ban at once. Errors: ErrUnknown, ErrOver, ErrReason,
// ErrTooLong, data.ErrNotSaved.
func (g *Gate) Unban(by, id, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	g.lock()
	defer g.unlock()
	b, err := g.findBan(id)
	if err != nil {
		return err
	}
	now := g.now()
	if over(b, now) {
		return fmt.Errorf("%s: %w", id, ErrOver)
	}
	b.Lifted = &Lifted{At: now, By: by, Reason: reason}
	return g.commit(b, g.action(by, "unban", id, reason))
}

// AlsoBanned returns the bans in force, but for the one with this id, that hit a person
// or a network around them whom that one hits or hit.
func (g *Gate) AlsoBanned(id string) (others []string, err error) {
	b, err := g.findBan(id)
	if err != nil {
		return nil, err
	}
	now := g.now()
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, h := range hashes(b.Target) {
		for _, other := range g.people[h] {
			if other.ID != id && inForce(endFor(other, h), now) && !slices.Contains(others, other.ID) {
				others = append(others, other.ID)
			}
		}
	}
	return others, nil
}

// lift takes a ban that is lifted on the disk out of memory.
func (g *Gate) lift(b Ban) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unindex(b)
}

// Bans returns the bans in force, or all that are kept, newest first. The look
// is audited.
func (g *Gate) Bans(by string, all bool) ([]Ban, error) {
	if err := g.note(by, "bans", "", ""); err != nil {
		return nil, err
	}
	list := []Ban{}
	now := g.now()
	err := g.db.EachBan(func(b Ban) {
		if all || !over(b, now) {
			list = append(list, b)
		}
	})
	slices.SortStableFunc(list, func(a, b Ban) int { return b.Created.Compare(a.Created) })
	return list, err
}

// InForce counts the bans in force.
func (g *Gate) InForce() int {
	now := g.now()
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.networks.inForce(now) + g.people.inForce(now)
}

// findBan returns the ban called id, also one that is over, or ErrUnknown.
func (g *Gate) findBan(id string) (Ban, error) {
	b, ok, err := g.db.Ban(id)
	if err == nil && !ok {
		err = unknown(id)
	}
	return b, err
}
