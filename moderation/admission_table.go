package moderation

import (
	"math/bits"
	"time"
)

const (
	// maxSources is how many sources are remembered.
	maxSources = 1_000_000
	// pageSize is by how many sources the memory for them grows.
	pageSize = 1 << 10
	// passes is how many sources that misbehaved are passed over in search of
	// one to forget.
	passes = 8
)

// sources are the sources that are remembered, in the order in which they came.
// The one that came first makes room for a new one when it owes nothing, or when
// there are too many; one with live connections never does, and one that
// misbehaved is passed over a few times.
//
// It is a hash table of chains that gets one bucket more with each source
// (linear hashing), so that no operation takes long. Slots are counted from 1
// and never move.
type sources struct {
	most    uint32
	used    uint32 // slots in use
	hand    uint32 // slots before the oldest
	pages   []*[pageSize]tally
	buckets []uint32 // first slot of each chain
}

// tally returns what is counted of a source, and remembers it.
func (t *sources) tally(key uint64, now time.Duration) *tally {
	if t.used > 0 {
		for slot := t.buckets[t.bucket(key)]; slot != 0; slot = t.at(slot).next {
			if s := t.at(slot); s.key == key {
				return s
			}
		}
	}
	slot := t.room(now)
	*t.at(slot) = tally{key: key}
	t.link(slot)
	return t.at(slot)
}

func (t *sources) at(slot uint32) *tally {
	return &t.pages[(slot-1)/pageSize][(slot-1)%pageSize]
}

// room returns a slot that is in no chain.
func (t *sources) room(now time.Duration) uint32 {
	full := t.used >= t.most
	for tries := range t.used {
		slot := t.hand + 1
		s := t.at(slot)
		stays := s.live > 0 || tries < passes && s.kept(now)
		if !full && (tries == passes || !stays && s.due > now) {
			break
		}
		t.hand = slot % t.used
		if !stays {
			t.unlink(slot)
			return slot
		}
	}
	return t.grow()
}

// bucket returns where a key belongs.
func (t *sources) bucket(key uint64) uint32 {
	last := uint32(len(t.buckets) - 1)
	mask := uint32(1)<<bits.Len32(last) - 1
	if b := uint32(key) & mask; b <= last {
		return b
	}
	return uint32(key) & (mask >> 1)
}

func (t *sources) link(slot uint32) {
	s := t.at(slot)
	first := &t.buckets[t.bucket(s.key)]
	s.next, *first = *first, slot
}

func (t *sources) unlink(slot uint32) {
	at := &t.buckets[t.bucket(t.at(slot).key)]
	for *at != slot {
		at = &t.at(*at).next
	}
	*at = t.at(slot).next
}

// grow adds a slot and a bucket, and moves to it what belongs there.
func (t *sources) grow() uint32 {
	if t.used%pageSize == 0 {
		t.pages = append(t.pages, new([pageSize]tally))
	}
	t.used++
	added := uint32(len(t.buckets))
	t.buckets = append(t.buckets, 0)
	if added > 0 {
		from := &t.buckets[added&^(1<<(bits.Len32(added)-1))]
		slot := *from
		*from = 0
		for slot != 0 {
			next := t.at(slot).next
			t.link(slot)
			slot = next
		}
	}
	return t.used
}
