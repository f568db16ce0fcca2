package data

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Two machines may have changed the same record. Its two versions join to one: which comes
// first doesn't matter, nor in which order several come, nor that one comes twice. So
// machines that have the same changes have the same records, however they came by them.
//
// What a machine saves of its own accord has to join to just that with what was there.

// join saves what becomes of r and what is there, and returns it if that is something else
// than what was there.
func join(tx *bolt.Tx, r Record) (changed Record, err error) {
	switch r := r.(type) {
	case Memory:
		if gone, err := forgotten(tx, r.Key, r.At); gone || err != nil {
			return nil, err
		}
	case Block:
		if gone, err := forgotten(tx, r.Owner, r.At); gone || err != nil {
			return nil, err
		}
	}
	before := bytes.Clone(tx.Bucket(r.bucket()).Get(r.id()))
	if before != nil {
		if r, err = kindIn(r.bucket()).join(before, r); err != nil {
			return nil, err
		}
	}
	if bytes.Equal(before, r.value()) {
		return nil, nil
	}
	return r, save(tx, r)
}

// with joins two versions of a ban: one that was lifted is lifted by whoever was first.
func (b Ban) with(o Ban) Ban {
	lifted := either(b.Lifted, o.Lifted, func(x, y *Lifted) int {
		return cmp.Or(y.At.Compare(x.At), cmp.Compare(y.By, x.By), cmp.Compare(y.Reason, x.Reason))
	})
	b.Lifted, o.Lifted = nil, nil
	b = more(b, o)
	b.Lifted = lifted
	return b
}

// with joins two versions of a report: the last decision and the last hold count, and what is
// known of other records stays known.
func (r Report) with(o Report) Report {
	joined := r
	joined.Mutual, joined.Pause = max(r.Mutual, o.Mutual), max(r.Pause, o.Pause)
	joined.Hold = either(r.Hold, o.Hold, func(x, y *Hold) int {
		return cmp.Or(x.At.Compare(y.At), x.Until.Compare(y.Until), cmp.Compare(x.By, y.By), cmp.Compare(x.Reason, y.Reason))
	})
	joined.Decision = either(r.Decision, o.Decision, func(x, y *Decision) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.By, y.By), bytes.Compare(text(x), text(y)))
	})
	for _, one := range []*Report{&r, &o} {
		one.Mutual, one.Pause, one.Hold, one.Decision = "", "", nil, nil
	}
	r = more(r, o)
	r.Mutual, r.Pause, r.Hold, r.Decision = joined.Mutual, joined.Pause, joined.Hold, joined.Decision
	return r
}

// with joins two versions of evidence, which differ by that one has been forgotten, if they do.
func (e Evidence) with(o Evidence) Evidence { return more(e, o) }

// with joins two versions of an appeal: what one accepts another can't reject, and else the
// first answer counts. It is against the ban that it came to be about last.
func (a Appeal) with(o Appeal) Appeal {
	ban := either(&a, &o, func(x, y *Appeal) int { return cmp.Or(x.Moved.Compare(y.Moved), cmp.Compare(x.Ban, y.Ban)) })
	against, moved := ban.Ban, ban.Moved
	answer := either(a.Answer, o.Answer, func(x, y *Answer) int {
		return cmp.Or(yes(x.Accepted)-yes(y.Accepted), y.At.Compare(x.At), cmp.Compare(y.By, x.By), cmp.Compare(y.Reason, x.Reason))
	})
	for _, one := range []*Appeal{&a, &o} {
		one.Answer, one.Ban, one.Moved = nil, "", time.Time{}
	}
	a = more(a, o)
	a.Answer, a.Ban, a.Moved = answer, against, moved
	return a
}

// with joins two versions of a warning: once it was confirmed it says nothing more.
func (w Warning) with(o Warning) Warning {
	confirmed := first(w.Confirmed, o.Confirmed)
	w.Confirmed, o.Confirmed = confirmed, confirmed
	return more(w.left(), o.left())
}

// with joins two versions of a moderator: whatever was done last counts, and a removal before
// what was done at the same moment.
func (m Moderator) with(o Moderator) Moderator {
	last := cmp.Or(later(m.Added, m.Removed).Compare(later(o.Added, o.Removed)), yes(!m.Removed.IsZero())-yes(!o.Removed.IsZero()))
	switch {
	case last > 0:
		return m
	case last < 0:
		return o
	}
	return more(m, o)
}

// with joins two versions of who is kept apart: as long as either says.
func (a Apart) with(o Apart) Apart {
	a.Until = later(a.Until, o.Until)
	return a
}

// Join joins two versions of when a key was here. Of one that was forgotten it isn't known any
// more when it came first: since then.
func (k Known) Join(o Known) Known {
	k.First, k.Last, k.Forgot = first(k.First, o.First), later(k.Last, o.Last), later(k.Forgot, o.Forgot)
	if !k.Forgot.IsZero() {
		k.First, k.Last = k.Forgot, later(k.Last, k.Forgot)
	}
	return k
}

// with joins two versions of what is remembered: as it was changed last.
func (m Memory) with(o Memory) Memory { return last(m, o, m.At, o.At) }

// with joins two versions of a block: as it was said last.
func (b Block) with(o Block) Block { return last(b, o, b.At, o.At) }

// with joins two versions of a refusal: as long as either says.
func (r Refusal) with(o Refusal) Refusal {
	r.Until = later(r.Until, o.Until)
	return r
}

// with joins two versions of a setting: as it was set last.
func (s Setting) with(o Setting) Setting { return last(s, o, s.At, o.At) }

// with joins two versions of a line of the audit log, which nothing changes.
func (a Action) with(o Action) Action { return more(a, o) }

// with joins two versions of what one machine counted in a day, which only ever grows.
func (t Tally) with(o Tally) Tally {
	for _, counts := range [...]struct {
		to   *map[string]int
		from map[string]int
	}{{&t.Reports, o.Reports}, {&t.Flags, o.Flags}, {&t.People, o.People}, {&t.Machine, o.Machine}} {
		*counts.to = most(*counts.to, counts.from)
	}
	t.Appeals, t.Decided, t.Reversed = max(t.Appeals, o.Appeals), max(t.Decided, o.Decided), max(t.Reversed, o.Reversed)
	if cmp.Or(cmp.Compare(len(t.Waits), len(o.Waits)), slices.Compare(t.Waits, o.Waits)) < 0 {
		t.Waits = o.Waits
	}
	return t
}

// most has the higher of two counts of each.
func most(a, b map[string]int) map[string]int {
	all := maps.Clone(a)
	if all == nil {
		all = maps.Clone(b)
	}
	for what, n := range b {
		all[what] = max(all[what], n)
	}
	return all
}

// last is the one of two that is later.
func last[T any](a, b T, at, than time.Time) T {
	switch at.Compare(than) {
	case 1:
		return a
	case -1:
		return b
	}
	return more(a, b)
}

// either is the one of two that there is, or the one that counts more.
func either[T any](a, b *T, compare func(a, b *T) int) *T {
	if a == nil || b != nil && compare(a, b) < 0 {
		return b
	}
	return a
}

// more is the same one of two, whichever comes first: of what nobody changes there is
// only one version, unless somebody has made another id twice.
func more[T any](a, b T) T {
	if bytes.Compare(text(a), text(b)) < 0 {
		return b
	}
	return a
}

// text is a record as bytes, to compare.
func text(record any) []byte {
	written, err := json.Marshal(record)
	if err != nil {
		panic(err) // no record has what JSON hasn't
	}
	return written
}

func yes(is bool) int {
	if is {
		return 1
	}
	return 0
}

// first is the earlier of two times, and later the later; zero is none.
func first(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
