package cluster

import (
	"time"

	"strangerd/data"
)

// missed is for how long nothing comes from a node that may have missed what it was told:
// at least one beat.
const missed = 1100 * time.Millisecond

// told are this node's last events, oldest first, and when they were told at once. A part of
// NATS that is cut off from the rest takes what nodes there are told for delivered, and the
// stream needs seconds to be there again for them.
type told []struct {
	at    time.Time
	event data.Event
}

// add adds an event.
func (t *told) add(e data.Event, now time.Time) {
	if len(*t) == together {
		*t = (*t)[1:]
	}
	*t = append(*t, struct {
		at    time.Time
		event data.Event
	}{now, e})
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
		c.told.add(e, time.Now())
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
	if since == now {
		return
	}
	c.mu.Lock()
	again := c.told.after(since.Add(-missed))
	c.mu.Unlock()
	for _, e := range again {
		c.tell(e)
	}
}
