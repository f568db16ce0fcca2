package terminal

import (
	"time"
)

// What a client may send, in a second and at once. A fast typist sends 15 bytes a
// second; a paste may come in one burst.
const (
	Rate  = 16 << 10 // bytes
	Burst = 64 << 10
	// An event is a key, a paste, an escape sequence or a line. A key that is held down
	// makes 30 a second. Printable ASCII that comes together is one event; of other
	// text, pasted into a terminal that doesn't say so, each character is.
	eventRate  = 200
	eventBurst = 2000
)

// Spent is what a client has sent more of than it may.
type Spent uint8

const (
	Nothing Spent = iota
	Bytes
	Events
)

// budget is what may still be read of a client.
type budget struct {
	bytes, events bucket
	decoded       uint64 // events that are accounted for
	over          bool   // since it was last paid back
}

// take accounts for n bytes that were read and for what was decoded so far. It returns
// which budget is overspent, for how long nothing more should be read, and whether that
// has just begun: it ends when all is paid back.
func (b *budget) take(now time.Time, n int, decoded uint64) (spent Spent, wait time.Duration, begins bool) {
	b.bytes.pay(now, Rate)
	b.events.pay(now, eventRate)
	if b.bytes.debt == 0 && b.events.debt == 0 {
		b.over = false
	}
	bytes := b.bytes.take(float64(n), Rate, Burst)
	events := b.events.take(float64(decoded-b.decoded), eventRate, eventBurst)
	b.decoded = decoded
	switch {
	case bytes > 0 && bytes >= events:
		spent, wait = Bytes, bytes
	case events > 0:
		spent, wait = Events, events
	}
	begins = wait > 0 && !b.over
	b.over = b.over || begins
	return spent, wait, begins
}

// bucket is a token bucket.
type bucket struct {
	debt  float64 // taken and not yet paid back
	since time.Time
}

// pay pays back what has come up to now.
func (b *bucket) pay(now time.Time, rate float64) {
	b.debt = max(0, b.debt-now.Sub(b.since).Seconds()*rate)
	b.since = now
}

// take accounts for n more, and returns how long until they are within the budget.
func (b *bucket) take(n, rate, burst float64) time.Duration {
	b.debt += n
	return max(0, time.Duration((b.debt-burst)/rate*float64(time.Second)))
}

// pace waits until what was read is within the budget, or the client is gone.
func (c *Channel) pace(b *budget, n int) {
	spent, wait, begins := b.take(time.Now(), n, c.events.Load())
	if spent == Nothing {
		return
	}
	if begins {
		c.Post(SlowedMsg{})
	}
	if c.Overspent != nil {
		c.Overspent(spent)
		defer c.Overspent(Nothing)
	}
	over := time.NewTimer(wait)
	defer over.Stop()
	select {
	case <-over.C:
	case <-c.ctx.Done():
	}
}
