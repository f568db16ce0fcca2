package moderation

import (
	"encoding/binary"
	"testing"
	"time"

	"strangerd/data"
)

// Made-up keys fill neither memory nor disk, and push out nobody who comes back.
func TestKnownKeysAreBounded(t *testing.T) {
	const max = 50
	h := newHouse(t)
	key := func(n int) (k data.Hash) {
		binary.BigEndian.PutUint32(k[:], uint32(n+1))
		return k
	}
	regular := data.Known{Key: key(max + 1), First: start.Add(-20 * day), Last: start.Add(-10 * day)}
	records := []data.Record{regular}
	for i := range max + 10 {
		seen := start.Add(time.Duration(i) * time.Second)
		records = append(records, data.Known{Key: key(i), First: seen, Last: seen})
	}
	records = append(records, regular) // its number is among theirs
	must(t, h.folder.DB().Save(records...))
	h.restart()
	h.Gate.known.max = max
	must(t, h.saveKnown())
	for range 2 {
		kept := h.Gate.known.keys
		if len(kept) != max {
			t.Errorf("%d keys are known", len(kept))
		}
		if _, ok := kept[regular.Key]; !ok {
			t.Error("somebody who came back is forgotten for made-up keys")
		}
		if _, ok := kept[key(0)]; ok {
			t.Error("the oldest is known, and a newer one isn't")
		}
		if _, ok := kept[key(max+9)]; !ok {
			t.Error("the newest isn't known")
		}
		h.restart()
	}
}
