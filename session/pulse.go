package session

import (
	"sync"

	"strangerd/session/terminal"
)

// A client that is cut off says no goodbye, and behind a proxy TCP doesn't notice
// either. So the server looks now and then whether anything has come, and asks who
// is silent for a sign of life. Nobody is silent for 90 s and still here.
const (
	lookEvery = 14 // seconds between two looks at a connection
	askAfter  = 3  // looks at which nothing had come: the client is asked
	goneAfter = 5  // looks: it didn't answer, and is gone
)

// pulses are the connections with a session, in shares that are looked at one each
// beat of a second. Nothing here waits for a client.
type pulses struct {
	mu     sync.Mutex // guards what follows
	shares [lookEvery * beats]map[*pulse]struct{}
	next   int // where the next connection goes
	turn   int // the share that is looked at next
}

// pulse is one connection's.
type pulse struct {
	conn  *conn
	ch    *terminal.Channel
	quiet int // looks since anything came
}

// feel looks after a connection until stop is called, which has to be before its
// channel is closed.
func (p *pulses) feel(c *conn, ch *terminal.Channel) (stop func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shares[p.next] == nil {
		p.shares[p.next] = make(map[*pulse]struct{})
	}
	share, one := p.shares[p.next], &pulse{conn: c, ch: ch}
	p.next = (p.next + 1) % len(p.shares)
	share[one] = struct{}{}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(share, one)
	}
}

// look looks at the next share. It is called in each beat.
func (p *pulses) look() {
	for _, c := range p.gone() {
		c.counted.limits.add(limitPulse)
		c.abort()
	}
}

// gone returns who is gone of the next share, and has asked who may be.
func (p *pulses) gone() (gone []*conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for one := range p.shares[p.turn] {
		if one.conn.heard.Swap(false) {
			one.quiet = 0
			continue
		}
		switch one.quiet++; one.quiet {
		case askAfter:
			one.ch.Ask()
		case goneAfter:
			gone = append(gone, one.conn)
		}
	}
	p.turn = (p.turn + 1) % len(p.shares)
	return gone
}
