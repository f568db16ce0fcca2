package moderation

import (
	"slices"
	"time"

	"strangerd/data"
)

// people are the bans in force of sources, keys and the networks around
// sources, by the hash they hit.
type people map[data.Hash][]*Ban

// hashes are what a ban hits: all that are not zero.
func hashes(t data.Target) []data.Hash {
	return nonzero(t.Source, t.Key, t.Wider)
}

func nonzero(all ...data.Hash) []data.Hash {
	return slices.DeleteFunc(all, data.Hash.IsZero)
}

// add adds b, or what has become of it since it was added.
func (p people) add(b Ban) {
	p.remove(b)
	for _, h := range hashes(b.Target) {
		p[h] = append(p[h], &b)
	}
}

func (p people) remove(b Ban) {
	for _, h := range hashes(b.Target) {
		p[h] = slices.DeleteFunc(p[h], func(other *Ban) bool { return other.ID == b.ID })
		if len(p[h]) == 0 {
			delete(p, h)
		}
	}
}

// find returns the ban of s in force that ends last; of several, the same on each machine.
func (p people) find(s Subject, now time.Time) (found Ban, ok bool) {
	for _, h := range [...]data.Hash{s.Source, s.Key, s.Wider[0], s.Wider[1]} {
		if h.IsZero() {
			continue
		}
		for _, b := range p[h] {
			ends := endFor(b, h)
			if inForce(ends, now) && (!ok || later(ends, found.Until) || ends.Equal(found.Until) && b.ID > found.ID) {
				found, ok = *b, true
				found.Until = ends
			}
		}
	}
	return found, ok
}

// endFor is when b ends for whoever it hits by h: for a key when it says, for a
// source after MaxSourceBan at the latest.
func endFor(b *Ban, h data.Hash) time.Time {
	most := b.Created.Add(MaxSourceBan)
	if h == b.Target.Key || !later(b.Until, most) {
		return b.Until
	}
	return most
}

// later compares ends, of which zero is never.
func later(a, b time.Time) bool {
	return !b.IsZero() && (a.IsZero() || a.After(b))
}

// over tells whether b hits nobody any more.
func over(b Ban, now time.Time) bool { return b.Lifted != nil || !inForce(end(b), now) }

// end is when b ends for everybody it hits.
func end(b Ban) time.Time {
	if b.Target.Key.IsZero() && !b.Target.Network.IsValid() {
		return endFor(&b, b.Target.Source)
	}
	return b.Until
}

// inForce counts the bans that are in force then.
func (p people) inForce(now time.Time) (n int) {
	for h, bans := range p {
		for _, b := range bans {
			if h == hashes(b.Target)[0] && !over(*b, now) { // one that hits by several hashes counts once
				n++
			}
		}
	}
	return n
}

// sweep drops the bans that ended.
func (p people) sweep(now time.Time) {
	for h, bans := range p {
		left := slices.DeleteFunc(bans, func(b *Ban) bool { return over(*b, now) })
		if p[h] = left; len(left) == 0 {
			delete(p, h)
		}
	}
}
