package moderation

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"strangerd/data"
)

// KnownFor is how long a me@ key that doesn't come is remembered.
const KnownFor = 90 * 24 * time.Hour

// maxKnown bounds the me@ keys that are remembered, of which each takes about 200
// bytes of memory and of the disk.
const maxKnown = 100_000

// maxUnsaved bounds the keys that came since the last write, so that whoever
// makes up keys fills no memory; a key beyond it is seen the next time it comes.
const maxUnsaved = 10_000

// known says since when me@ keys come here. What is new is written once a
// minute, not at every log-in: a key that nobody knows must not cost a write.
type known struct {
	max, maxRemembered  int
	keys                map[data.Hash]data.Known
	unsaved, remembered map[data.Hash]struct{} // among keys
}

func newKnown() known {
	return known{
		max: maxKnown, maxRemembered: maxMemories, keys: make(map[data.Hash]data.Known),
		unsaved: make(map[data.Hash]struct{}), remembered: make(map[data.Hash]struct{}),
	}
}

// keep takes what is on the disk of a key.
func (k known) keep(saved data.Known) {
	old, ok := k.keys[saved.Key]
	if saved.Forgot.After(old.Forgot) {
		delete(k.remembered, saved.Key)
	}
	now := saved
	if _, unsaved := k.unsaved[saved.Key]; ok && unsaved {
		now = saved.Join(old)
	}
	k.keys[saved.Key] = now
	if now == saved {
		delete(k.unsaved, saved.Key)
	}
}

// loadRemembered takes a key of which something is remembered.
func (k known) loadRemembered(key data.Hash) {
	if _, ok := k.keys[key]; ok { // else the next sweep takes it
		k.remembered[key] = struct{}{}
	}
}

// see notes that a key came, if there is one.
func (k known) see(key data.Hash, now time.Time) {
	if key.IsZero() {
		return
	}
	record, ok := k.keys[key]
	if ok && returned(record) && now.Sub(record.Last) < 24*time.Hour || len(k.unsaved) >= maxUnsaved {
		return
	}
	if !ok {
		record = data.Known{Key: key, First: now}
	}
	record.Last = after(now, record.Forgot)
	k.keys[key] = record
	k.unsaved[key] = struct{}{}
}

// since tells whether a key has been coming since then.
func (k known) since(key data.Hash, then time.Time) bool {
	record, ok := k.keys[key]
	return ok && returned(record) && !record.First.After(then)
}

// returned tells whether who had themselves forgotten has come again since, as everybody else has.
func returned(record data.Known) bool { return record.Last.After(record.Forgot) }

// remember notes that something is remembered of a key, and returns what is known of
// it.
func (k known) remember(key data.Hash, now time.Time) data.Known {
	seen, ok := k.keys[key]
	if !ok {
		seen = data.Known{Key: key, First: now, Last: now}
		k.keys[key] = seen
	}
	k.remembered[key] = struct{}{}
	return seen
}

// comes tells whether a key has come after then.
func (k known) comes(key data.Hash, then time.Time) bool { return k.keys[key].Last.After(then) }

// drop forgets a key.
func (k known) drop(key data.Hash) {
	delete(k.keys, key)
	delete(k.unsaved, key)
	delete(k.remembered, key)
}

// leastKnown orders keys, first those that came on one day only, so that whoever
// makes up keys pushes out nobody who comes back, and among equals those that haven't
// come for longest.
func leastKnown(a, b data.Known) int {
	return cmp.Or(order(a.Last.After(a.First), b.Last.After(b.First)), a.Last.Compare(b.Last))
}

// surplus drops the keys beyond max, and those of which something is remembered
// beyond maxRemembered, and returns them.
func (k known) surplus() (dropped []data.Hash) {
	least := func(of []data.Known, max int) {
		if len(of) <= max {
			return
		}
		slices.SortFunc(of, leastKnown)
		for _, record := range of[:len(of)-max] {
			k.drop(record.Key)
			dropped = append(dropped, record.Key)
		}
	}
	if len(k.remembered) > k.maxRemembered {
		var of []data.Known
		for key := range k.remembered {
			of = append(of, k.keys[key])
		}
		least(of, k.maxRemembered)
	}
	if len(k.keys) > k.max {
		least(slices.Collect(maps.Values(k.keys)), k.max)
	}
	return dropped
}

// order puts what is false before what is true.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// forget drops the keys that haven't come after then.
func (k known) forget(then time.Time) {
	for key, record := range k.keys {
		if !record.Last.After(then) {
			k.drop(key)
		}
	}
}

// loadKnown reads what is known, at the start.
func (g *Gate) loadKnown() error {
	return errors.Join(
		g.db.EachKnown(g.known.keep),
		g.db.EachMemory(func(m Memory) { g.known.loadRemembered(m.Key) }),
		g.db.EachBlock(func(b data.Block) { g.known.loadRemembered(b.Owner) }),
	)
}

// saveKnown writes down the keys that came, and forgets those that are too many.
// What can't be written is tried again a minute later.
func (g *Gate) saveKnown() error {
	g.lock() // who is forgotten meanwhile must not come back
	defer g.unlock()
	g.mu.Lock()
	dropped := g.known.surplus()
	keys := slices.Collect(maps.Keys(g.known.unsaved))
	records := make([]data.Record, len(keys))
	for i, key := range keys {
		records[i] = g.known.keys[key]
	}
	g.mu.Unlock()
	if err := g.db.Forget(dropped...); err != nil || len(records) == 0 {
		return err
	}
	return g.commit(records...)
}
