package moderation

import (
	"maps"
	"slices"
	"time"

	"strangerd/data"
)

// KnownFor is how long a me@ key that doesn't come is remembered.
const KnownFor = 90 * 24 * time.Hour

// maxUnsaved bounds the keys that came since the last write, so that whoever
// makes up keys fills no memory; a key beyond it is seen the next time it comes.
const maxUnsaved = 10_000

// known says since when me@ keys come here. What is new is written once a
// minute, not at every log-in: a key that nobody knows must not cost a write.
type known struct {
	keys    map[data.Hash]data.Known
	unsaved map[data.Hash]struct{}
}

func newKnown() known {
	return known{keys: make(map[data.Hash]data.Known), unsaved: make(map[data.Hash]struct{})}
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

// forget drops the keys that haven't come after then.
func (k known) forget(then time.Time) {
	maps.DeleteFunc(k.keys, func(_ data.Hash, record data.Known) bool { return !record.Last.After(then) })
}

// saveKnown writes down the keys that came. What can't be written is tried
// again a minute later.
func (g *Gate) saveKnown() error {
	g.mu.Lock()
	keys := slices.Collect(maps.Keys(g.known.unsaved))
	records := make([]data.Record, len(keys))
	for i, key := range keys {
		records[i] = g.known.keys[key]
	}
	g.mu.Unlock()
	if len(records) == 0 {
		return nil
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
