package moderation

import (
	"errors"
	"net/netip"
	"sync"
	"time"

	"strangerd/data"
)

// Why somebody isn't admitted.
var (
	ErrFull     = errors.New("the server is full")
	ErrDraining = errors.New("the server lets nobody in before a restart")
	ErrTooYoung = errors.New("the age gate refused this source today")
)

// Config is what a Gate is made of.
type Config struct {
	DB          *data.DB
	Secret      []byte         // keys the hashes of people
	Shared      []netip.Prefix // sources that many people share
	MaxSessions int            // admitted at the same time; 0 means no limit
}

// Gate decides who may enter. Its methods may be called by any number of
// goroutines.
type Gate struct {
	identity
	db  *data.DB
	max int

	mu       sync.Mutex // guards what follows
	inside   int
	draining bool
}

// NewGate returns an open Gate.
func NewGate(config Config) *Gate {
	return &Gate{
		identity: identity{secret: config.Secret, shared: config.Shared},
		db:       config.DB,
		max:      config.MaxSessions,
	}
}

// Subject returns who comes from addr. An IPv4 address mapped into IPv6 is the
// IPv4 address.
func (g *Gate) Subject(addr netip.Addr) Subject { return g.subject(addr) }

// Pass is the right to be inside.
type Pass struct{ close func() }

// Close gives the Pass back.
func (p *Pass) Close() { p.close() }

// Admit lets the subject in, or says why not: ErrFull, ErrDraining,
// ErrTooYoung, or that the database could not be read.
func (g *Gate) Admit(s Subject) (*Pass, error) {
	switch young, err := g.tooYoung(s); {
	case err != nil:
		return nil, err
	case young:
		return nil, ErrTooYoung
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.draining:
		return nil, ErrDraining
	case g.max > 0 && g.inside >= g.max:
		return nil, ErrFull
	}
	g.inside++
	return &Pass{close: sync.OnceFunc(g.leave)}, nil
}

func (g *Gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
}

// Drain lets nobody in any more. Who is inside stays.
func (g *Gate) Drain() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.draining = true
}

// RefuseAge keeps the subject out for the rest of the day, in UTC. A shared
// source is nobody, and nothing is remembered of it.
func (g *Gate) RefuseAge(s Subject) error {
	if s.shared() {
		return nil
	}
	return g.db.Refuse(s.Source, time.Now().UTC().Truncate(24*time.Hour).Add(24*time.Hour))
}

func (g *Gate) tooYoung(s Subject) (bool, error) {
	if s.shared() {
		return false, nil
	}
	until, ok, err := g.db.RefusedUntil(s.Source)
	return ok && time.Now().Before(until), err
}
