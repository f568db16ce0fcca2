package natstest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// A Relay carries connections to an address of this machine, but while it is cut or
// held: what lies behind it is then out of reach, as in a network that is parted.
type Relay struct {
	to     string
	listen net.Listener

	mu      sync.Mutex // guards what follows
	changed sync.Cond
	state   state
	open    map[net.Conn]struct{}
	running sync.WaitGroup
}

type state uint8

const (
	carries state = iota
	held
	cut
)

// NewRelay returns a Relay that runs until the test ends.
func NewRelay(t testing.TB, to string) *Relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &Relay{to: to, listen: l, open: make(map[net.Conn]struct{})}
	r.changed.L = &r.mu
	r.running.Go(r.accept)
	t.Cleanup(func() {
		l.Close()
		r.Cut()
		r.running.Wait()
	})
	return r
}

// Address is where it listens.
func (r *Relay) Address() string { return r.listen.Addr().String() }

// Cut ends all connections, and those that are tried.
func (r *Relay) Cut() { r.set(cut) }

// Hold has nothing arrive, and nobody told of it; what is sent arrives after Restore, late.
func (r *Relay) Hold() { r.set(held) }

// Restore has everything be carried again.
func (r *Relay) Restore() { r.set(carries) }

func (r *Relay) set(s state) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state = s
	r.changed.Broadcast()
	if s == cut {
		for c := range r.open {
			c.Close()
		}
	}
}

func (r *Relay) accept() {
	for {
		c, err := r.listen.Accept()
		if err != nil {
			return
		}
		r.running.Go(func() { r.carry(c) })
	}
}

// carry carries what comes and goes over one connection, until either side ends it.
func (r *Relay) carry(from net.Conn) {
	defer from.Close()
	if !r.passes() {
		return
	}
	to, err := net.Dial("tcp", r.to)
	if err != nil {
		return
	}
	defer to.Close()
	if !r.keep(from, to) {
		return
	}
	defer r.drop(from, to)
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
		both.Go(func() {
			defer from.Close()
			defer to.Close()
			r.copy(way[1], way[0])
		})
	}
	both.Wait()
}

func (r *Relay) copy(to io.Writer, from io.Reader) {
	some := make([]byte, 32<<10)
	for {
		n, err := from.Read(some)
		if err != nil || !r.passes() {
			return
		}
		if _, err := to.Write(some[:n]); err != nil {
			return
		}
	}
}

// passes waits while r is held, and tells whether it isn't cut.
func (r *Relay) passes() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.state == held {
		r.changed.Wait()
	}
	return r.state != cut
}

// keep notes connections that Cut is to end, unless r is cut already.
func (r *Relay) keep(all ...net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range all {
		r.open[c] = struct{}{}
	}
	return r.state != cut
}

func (r *Relay) drop(all ...net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range all {
		delete(r.open, c)
	}
}
