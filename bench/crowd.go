package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A crowd is all the clients of one run. Its stages are called one after the
// other, from one goroutine; the clients' readers report to it from their own.
type crowd struct {
	plan    plan
	ctx     context.Context // ends with the first error of a reader
	fail    context.CancelCauseFunc
	closing atomic.Bool
	clients []*client // nil until connected
	readers sync.WaitGroup

	dials chan struct{} // of those who are about to be connected

	start   time.Time
	refused atomic.Int64
	paired  atomic.Int64
	waits   []time.Duration // by client: from the dial to the words

	// By message, counted from 1, in nanoseconds since start.
	next  int
	sent  []atomic.Int64
	took  []atomic.Int64
	there atomic.Int64 // how many have arrived
}

func newCrowd(ctx context.Context, p plan) *crowd {
	c := &crowd{
		plan:    p,
		clients: make([]*client, p.Sessions),
		dials:   make(chan struct{}, dials),
		start:   time.Now(),
		waits:   make([]time.Duration, p.Sessions),
		next:    1,
		sent:    make([]atomic.Int64, p.Sessions*p.Lines+1),
		took:    make([]atomic.Int64, p.Sessions*p.Lines+1),
	}
	c.ctx, c.fail = context.WithCancelCause(ctx)
	return c
}

// source is where somebody comes from: from wherever they like, unless the plan
// gives everyone an address.
func (c *crowd) source(id int) *net.TCPAddr {
	if !c.plan.sources {
		return nil
	}
	return source(id)
}

// dials is how many are about to be connected at the same time, so that each has told its
// version a moment after.
const dials = 64

// reach connects, and tells the client's version.
func (c *crowd) reach(ctx context.Context, id int, addr string) (net.Conn, error) {
	c.dials <- struct{}{}
	defer func() { <-c.dials }()
	conn, err := dial(ctx, c.source(id), addr)
	if err != nil {
		return nil, err
	}
	spoken, err := speak(conn)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return spoken, nil
}

// connect lets everyone in and waits until all are paired, if the plan has them be.
// It returns how long each waited for that, sorted.
func (c *crowd) connect(s *server) ([]time.Duration, error) {
	ids := make(chan int)
	var entering sync.WaitGroup
	for range c.plan.doors {
		entering.Go(func() {
			for id := range ids {
				c.enter(id, s)
			}
		})
	}
	for id := range c.clients {
		if c.ctx.Err() != nil {
			break
		}
		ids <- id
	}
	close(ids)
	entering.Wait()

	if c.plan.stays && s.rules {
		return nil, c.rest(0)
	}
	if err := c.await("paired", &c.paired, len(c.clients)); err != nil {
		return nil, err
	}
	return slices.Sorted(slices.Values(c.waits)), nil
}

// accept has those accept the rules who stayed at them, once, and waits until all are
// paired.
func (c *crowd) accept(s *server) error {
	if !c.plan.stays || !s.rules {
		return nil
	}
	c.plan.stays = false
	for _, client := range c.clients {
		if err := client.accept(); err != nil {
			return err
		}
	}
	return c.await("paired", &c.paired, len(c.clients))
}

// enter lets one in.
func (c *crowd) enter(id int, s *server) {
	for {
		client, err := connect(c.ctx, c, id, s.door(c.plan, id), s.rules)
		switch {
		case err == nil:
			c.clients[id] = client
			return
		case !c.plan.again:
			c.fail(fmt.Errorf("session %d: %w", id+1, err))
			return
		}
		c.refused.Add(1)
		if c.rest(time.Second) != nil {
			return
		}
	}
}

// backlog is how many messages may be on their way at once.
const backlog = 500

// talk lets each of who say so many lines, rate of them a second all told, and
// waits until all have arrived. It returns their latencies, sorted.
func (c *crowd) talk(who []*client, lines int, rate float64) ([]time.Duration, error) {
	first := c.next
	begun := time.Now()
	for i := range lines * len(who) {
		due := begun.Add(time.Duration(float64(i) / rate * float64(time.Second)))
		time.Sleep(time.Until(due))
		if err := c.await("arrived", &c.there, c.next-backlog); err != nil {
			return nil, err
		}
		c.sent[c.next].Store(int64(time.Since(c.start)))
		if err := who[i%len(who)].say(c.next); err != nil {
			return nil, fmt.Errorf("say: %w", err)
		}
		c.next++
	}
	if err := c.await("arrived", &c.there, c.next-1); err != nil {
		return nil, err
	}
	latencies := make([]time.Duration, 0, c.next-first)
	for message := first; message < c.next; message++ {
		latencies = append(latencies, time.Duration(c.took[message].Load()))
	}
	slices.Sort(latencies)
	return latencies, nil
}

// shuffled are all, so that partners don't speak one right after the other.
func (c *crowd) shuffled() []*client {
	who := slices.Clone(c.clients)
	rand.Shuffle(len(who), func(i, j int) { who[i], who[j] = who[j], who[i] })
	return who
}

// await waits until count has reached want, and gives up when it has not
// changed for the time of patience.
func (c *crowd) await(what string, count *atomic.Int64, want int) error {
	last, since := count.Load(), time.Now()
	for {
		now := count.Load()
		if int(now) >= want {
			return nil
		}
		if now != last {
			last, since = now, time.Now()
		}
		if time.Since(since) > patience {
			return fmt.Errorf("%d of %d have %s, and no more in %v", now, want, what, patience)
		}
		if err := c.rest(5 * time.Millisecond); err != nil {
			return err
		}
	}
}

// rest lets time pass, unless something ends the run.
func (c *crowd) rest(d time.Duration) error {
	select {
	case <-c.ctx.Done():
		return context.Cause(c.ctx)
	case <-time.After(d):
		return nil
	}
}

// close ends all connections and waits for the readers.
func (c *crowd) close() {
	c.closing.Store(true)
	c.fail(nil)
	for _, client := range c.clients {
		if client != nil {
			_ = client.conn.Close() // it may be gone already
		}
	}
	c.readers.Wait()
}

// found, arrived and lost are what the readers report.

func (c *crowd) found(id int, wait time.Duration) {
	c.waits[id] = wait
	c.paired.Add(1)
}

func (c *crowd) arrived(message int) {
	if message >= len(c.sent) {
		return // not a number of ours
	}
	c.took[message].Store(int64(time.Since(c.start)) - c.sent[message].Load())
	c.there.Add(1)
}

func (c *crowd) lost(id int, err error) {
	if !c.closing.Load() {
		c.fail(fmt.Errorf("session %d: the server ended it: %w", id+1, err))
	}
}
