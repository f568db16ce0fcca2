package data

import (
	"bytes"
	"cmp"
	"encoding/json"
	"time"

	bolt "go.etcd.io/bbolt"
)

// A Joinable is a Record of which two machines may have changed the same one. Its two
// versions join to one: which comes first doesn't matter, nor in which order several
// come, nor that one comes twice. So machines that have the same changes have the same
// records, however they came by them.
type Joinable interface {
	Record
	join(tx *bolt.Tx) (changed Record, err error)
}

// Join is Save, but for records that are there, which it joins with. It returns those that
// it changed, as they are now.
func (d *DB) Join(records ...Joinable) (changed []Record, err error) {
	err = d.update(func(tx *bolt.Tx) error {
		for _, r := range records {
			c, err := r.join(tx)
			if err != nil {
				return err
			}
			if c != nil {
				changed = append(changed, c)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

func (b Ban) join(tx *bolt.Tx) (Record, error) { return join(tx, bans, []byte(b.ID), b, Ban.with) }
func (r Report) join(tx *bolt.Tx) (Record, error) {
	return join(tx, reports, []byte(r.ID), r, Report.with)
}
func (e Evidence) join(tx *bolt.Tx) (Record, error) {
	return join(tx, evidence, []byte(e.Report), e, Evidence.with)
}
func (a Appeal) join(tx *bolt.Tx) (Record, error) {
	return join(tx, appeals, []byte(a.ID), a, Appeal.with)
}
func (w Warning) join(tx *bolt.Tx) (Record, error) {
	return join(tx, warnings, []byte(w.ID), w, Warning.with)
}
func (m Moderator) join(tx *bolt.Tx) (Record, error) {
	return join(tx, moderators, []byte(m.Name), m, Moderator.with)
}
func (a Apart) join(tx *bolt.Tx) (Record, error) { return join(tx, apart, a.Both[:], a, Apart.with) }
func (k Known) join(tx *bolt.Tx) (Record, error) { return join(tx, known, k.Key[:], k, Known.with) }
func (b Block) join(tx *bolt.Tx) (Record, error) { return join(tx, blocks, b.id(), b, Block.with) }

// join saves what becomes of record and the one that is there, and returns it if that is
// something else than what was there.
func join[T Record](tx *bolt.Tx, bucket, id []byte, record T, with func(a, b T) T) (Record, error) {
	before := bytes.Clone(tx.Bucket(bucket).Get(id))
	if before != nil {
		var there T
		if parse(id, before, any(&there)) != nil {
			return nil, unreadable(bucket, 1)
		}
		record = with(there, record)
	}
	if err := record.save(tx); err != nil || bytes.Equal(before, tx.Bucket(bucket).Get(id)) {
		return nil, err
	}
	return record, nil
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

// with joins two versions of a report: the last decision and the longest hold count, and what is
// known of other records stays known.
func (r Report) with(o Report) Report {
	joined := r
	joined.Mutual, joined.Pause = max(r.Mutual, o.Mutual), max(r.Pause, o.Pause)
	joined.Hold = either(r.Hold, o.Hold, func(x, y *Hold) int {
		return cmp.Or(x.Until.Compare(y.Until), cmp.Compare(x.By, y.By), cmp.Compare(x.Reason, y.Reason))
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
// first answer counts.
func (a Appeal) with(o Appeal) Appeal {
	answer := either(a.Answer, o.Answer, func(x, y *Answer) int {
		return cmp.Or(yes(x.Accepted)-yes(y.Accepted), y.At.Compare(x.At), cmp.Compare(y.By, x.By), cmp.Compare(y.Reason, x.Reason))
	})
	a.Answer, o.Answer = nil, nil
	a = more(a, o)
	a.Answer = answer
	return a
}

// with joins two versions of a warning: it was confirmed when it was first.
func (w Warning) with(o Warning) Warning {
	confirmed := first(w.Confirmed, o.Confirmed)
	w.Confirmed, o.Confirmed = time.Time{}, time.Time{}
	w = more(w, o)
	w.Confirmed = confirmed
	return w
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

// with joins two versions of when a key was here.
func (k Known) with(o Known) Known {
	k.First, k.Last = first(k.First, o.First), later(k.Last, o.Last)
	return k
}

// with joins two versions of a block: as long as either says.
func (b Block) with(o Block) Block {
	b.Until = later(b.Until, o.Until)
	return b
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
