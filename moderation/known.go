package moderation

import (
	"cmp"
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
	max     int
	keys    map[data.Hash]data.Known
	unsaved map[data.Hash]struct{}
}

func newKnown() known {
	return known{max: maxKnown, keys: make(map[data.Hash]data.Known), unsaved: make(map[data.Hash]struct{})}
}

func (k known) load(record data.Known) { k.keys[record.Key] = record }

// see notes that a key came, if there is one.
func (k known) see(key data.Hash, now time.Time) {
	if key.IsZero() {
		return
	}
	record, ok := k.keys[key]
	if ok && now.Sub(record.Last) < 24*time.Hour || len(k.unsaved) >= maxUnsaved {
		return
	}
	if !ok {
		record = data.Known{Key: key, First: now}
	}
	record.Last = now
	k.keys[key] = record
	k.unsaved[key] = struct{}{}
}

// since tells whether a key has been coming since then.
func (k known) since(key data.Hash, then time.Time) bool {
	record, ok := k.keys[key]
	return ok && !record.First.After(then)
}

// surplus drops the keys beyond max, and returns them: first those that came on
// one day only, so that whoever makes up keys pushes out nobody who comes back,
// and among equals those that haven't come for longest.
func (k known) surplus() []data.Hash {
	if len(k.keys) <= k.max {
		return nil
	}
	records := slices.SortedFunc(maps.Values(k.keys), func(a, b data.Known) int {
		return cmp.Or(order(a.Last.After(a.First), b.Last.After(b.First)), a.Last.Compare(b.Last))
	})
	var dropped []data.Hash
	for _, record := range records[:len(records)-k.max] {
		delete(k.keys, record.Key)
		delete(k.unsaved, record.Key)
		dropped = append(dropped, record.Key)
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
	maps.DeleteFunc(k.keys, func(_ data.Hash, record data.Known) bool { return !record.Last.After(then) })
}

// saveKnown writes down the keys that came, and forgets those that are too many.
// What can't be written is tried again a minute later.
func (g *Gate) saveKnown() error {
	g.mu.Lock()
	dropped := g.known.surplus()
	keys := slices.Collect(maps.Keys(g.known.unsaved))
	records := make([]data.Record, len(keys))
	for i, key := range keys {
		records[i] = g.known.keys[key]
	}
	g.mu.Unlock()
	if err := g.db.Forget(dropped); err != nil || len(records) == 0 {
		return err
	}
	if err := g.db.Save(records...); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, key := range keys {
		delete(g.known.unsaved, key)
	}
	return nil
}
