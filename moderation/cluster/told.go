package cluster

import (
	"slices"
	"time"

	"strangerd/data"
)

const (
	// missed is for how long nothing comes from a node that may have missed what it was told:
	// at least one beat.
	missed = 1100 * time.Millisecond
	// toldFor is how long it is known what was told, and toldMost how many events at most. What
	// is older comes by the stream.
	toldFor  = 10 * time.Minute
	toldMost = 256
)

// A telling is an event that decides something, and when it was told at once.
type telling struct {
	at    time.Time
	event data.Event
}

// told is what this node has told lately, oldest first. A part of NATS that is cut off from the
// rest takes what nodes there are told for delivered, and the stream needs seconds to be there
// again for them.
type told []telling

// add adds an event.
func (t *told) add(e data.Event, now time.Time) {
	if len(*t) == toldMost {
		*t = slices.Delete(*t, 0, 1)
	}
	*t = append(*t, telling{now, e})
}

// forget drops what is too old.
func (t *told) forget(now time.Time) {
	*t = slices.DeleteFunc(*t, func(one telling) bool { return now.Sub(one.at) > toldFor })
}

// after returns the events that were told after a time.
func (t told) after(then time.Time) (all []data.Event) {
	for _, one := range t {
		if one.at.After(then) {
			all = append(all, one.event)
		}
	}
	return all
}

func (c *Cluster) keepTold(events []data.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range events {
		if decides(e) {
			c.told.add(e, time.Now())
		}
	}
}

// remind tells again what nodes have missed that were not heard for a while, and are now. heard
// is when each was heard last.
func (c *Cluster) remind(heard map[uint64]time.Time, now time.Time) {
	since := now
	there := make(map[uint64]bool)
	for _, peer := range c.config.Node.Peers() {
		last, before := now.Add(-peer.Silent), heard[peer.Start]
		if last.Sub(before) > missed && before.Before(since) {
			since = before
		}
		heard[peer.Start], there[peer.Start] = last, true
	}
	for number := range heard {
		if !there[number] {
			delete(heard, number)
		}
	}
	c.mu.Lock()
	c.told.forget(now)
	var again []data.Event
	if since != now {
		again = c.told.after(since.Add(-missed))
	}
	c.mu.Unlock()
	for _, e := range again {
		c.tell(e)
	}
}
