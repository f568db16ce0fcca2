package moderation

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"time"

	"strangerd/data"
)

// Pass is the right to be inside.
type Pass struct {
	gate    *Gate
	id      string
	subject Subject
	addr    netip.Addr
	since   time.Time

	ctx context.Context // ends when the Pass is revoked
	end context.CancelCauseFunc

	place name // under which it takes a place, or 0; guarded by conduct.mu
}

// ID names the session to staff, S-….
func (p *Pass) ID() string { return p.id }

// Subject returns who holds the Pass.
func (p *Pass) Subject() Subject { return p.subject }

// Context ends when the Pass does before its holder closes it.
func (p *Pass) Context() context.Context { return p.ctx }

// Why returns what ended the Pass, a *Banned or a *Kicked, or nil.
func (p *Pass) Why() error { return context.Cause(p.ctx) }

// Wait has the Pass be kept without a place, of which a ban alone takes notice, until it
// is closed: its holder is gone, and may come back by Readmit.
func (p *Pass) Wait() {
	p.Unmet()
	g := p.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.passes, p.id)
	g.waiting[p] = struct{}{}
	g.drainedIfEmpty()
}

// Close gives the Pass back. It may be called more than once.
func (p *Pass) Close() {
	p.Unmet()
	p.gate.letOut(p)
}

// Session is a live Pass as staff see it.
type Session struct {
	ID      string    `json:"id"` // S-…
	Since   time.Time `json:"since"`
	Subject string    `json:"subject"` // see Subject.String
}

// Compare orders sessions: longest first.
func (s Session) Compare(t Session) int {
	return cmp.Or(s.Since.Compare(t.Since), cmp.Compare(s.ID, t.ID))
}

// letIn makes a Pass. The caller holds mu.
func (g *Gate) letIn(addr netip.Addr, s Subject, now time.Time, id string) *Pass {
	p := &Pass{gate: g, id: id, subject: s, addr: addr, since: now}
	p.ctx, p.end = context.WithCancelCause(context.Background())
	g.passes[p.id] = p
	return p
}

func (g *Gate) letOut(p *Pass) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.passes[p.id] == p { // else somebody was readmitted as this, and it is closed again
		delete(g.passes, p.id)
	}
	delete(g.waiting, p)
	g.drainedIfEmpty()
}

// Sessions lists who is inside, longest first. The look is audited.
func (g *Gate) Sessions(by string) ([]Session, error) {
	if err := g.note(by, "sessions", "", ""); err != nil {
		return nil, err
	}
	return g.Live(), nil
}

// Live is Sessions for another machine, where the look is audited.
func (g *Gate) Live() []Session {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.sessions(func(*Pass) bool { return true })
}

// Inside returns whose session that is, if it is live here.
func (g *Gate) Inside(id string) (Subject, bool) {
	if p, ok := g.pass(id); ok {
		return p.subject, true
	}
	return Subject{}, false
}

// sessions lists the live passes that match. The caller holds mu.
func (g *Gate) sessions(match func(*Pass) bool) []Session {
	list := []Session{}
	for _, p := range g.passes {
		if match(p) {
			list = append(list, Session{p.id, p.since, p.subject.String()})
		}
	}
	slices.SortFunc(list, Session.Compare)
	return list
}

// pass returns the live pass called id.
func (g *Gate) pass(id string) (*Pass, bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	p, ok := g.passes[id]
	return p, ok
}

// kick is what the audit log says of the end of a session, which comes of that.
const kick = "kick"

// Acts tells whether a line of the audit log is also what ends a session, wherever that is.
func Acts(line data.Action) bool { return line.Do == kick }

// Kick ends a live session. Errors: ErrUnknown, ErrReason, ErrTooLong,
// data.ErrNotSaved, in which case the session lives on.
func (g *Gate) Kick(by, id, reason string) error {
	if _, ok := g.pass(id); !ok {
		return unknown(id)
	}
	return g.KickFar(by, id, reason)
}

// KickFar is Kick of a session that is live on another machine, which ends when that hears
// of it.
func (g *Gate) KickFar(by, id, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return g.note(by, kick, id, reason)
}
