package data

import (
	"time"

	bolt "go.etcd.io/bbolt"
)

// Ended says which records a sweep removes. A nil function removes none of its
// kind; each may be called more than once for a record, inside a transaction:
// it must not use the database.
type Ended struct {
	Report    func(Report) bool        // its evidence goes with it
	Lost      func(report string) bool // evidence of a report that isn't there
	Ban       func(Ban) bool
	Appeal    func(Appeal) bool
	Warning   func(Warning) bool
	Action    func(Action) bool
	Moderator func(Moderator) bool
	Apart     func(Apart) bool
	Known     func(Known) bool
	Memory    func(Memory) bool
	Block     func(Block) bool
}

// Sweep removes what ended says, and the age gate's refusals that ended by now,
// and returns how many records went. Their bytes stay in their pages until
// Compact. It reads outside of the write it then makes, so that others can
// write meanwhile, and looks again at what it removes.
func (d *DB) Sweep(now time.Time, ended Ended) (n int, err error) {
	kinds := []sweeper{
		sweeping(reports, ended.Report), sweeping(bans, ended.Ban), sweeping(appeals, ended.Appeal),
		sweeping(warnings, ended.Warning), sweeping(audit, ended.Action),
		sweeping(moderators, ended.Moderator), sweeping(apart, ended.Apart), sweeping(known, ended.Known),
		sweeping(memories, ended.Memory), sweeping(blocks, ended.Block),
		sweeping(refusals, func(r Refusal) bool { return !r.Until.After(now) }),
		sweepingLost(ended.Lost),
	}
	found := make([][][]byte, len(kinds))
	err = d.view(func(tx *bolt.Tx) error {
		for i, kind := range kinds {
			found[i] = kind.find(tx)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for i, keys := range found {
		if len(keys) == 0 {
			continue
		}
		err := d.update(func(tx *bolt.Tx) error { return kinds[i].remove(tx, keys, &n) })
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// A sweeper knows which values of a bucket ended.
type sweeper struct {
	bucket []byte
	ended  func(tx *bolt.Tx, id, value []byte) bool
}

// sweeping makes a sweeper of records. What can't be read stays.
func sweeping[T any](bucket []byte, ended func(T) bool) sweeper {
	if ended == nil {
		return sweeper{bucket: bucket}
	}
	return sweeper{bucket, func(_ *bolt.Tx, k, v []byte) bool {
		var record T
		return parse(k, v, &record) == nil && ended(record)
	}}
}

// sweepingLost makes a sweeper of evidence whose report isn't there.
func sweepingLost(ended func(report string) bool) sweeper {
	if ended == nil {
		return sweeper{bucket: evidence}
	}
	return sweeper{evidence, func(tx *bolt.Tx, k, _ []byte) bool {
		return tx.Bucket(reports).Get(k) == nil && ended(string(k))
	}}
}

func (s sweeper) find(tx *bolt.Tx) (keys [][]byte) {
	if s.ended == nil {
		return nil
	}
	tx.Bucket(s.bucket).ForEach(func(k, v []byte) error {
		if s.ended(tx, k, v) {
			keys = append(keys, append([]byte(nil), k...))
		}
		return nil
	})
	return keys
}

func (s sweeper) remove(tx *bolt.Tx, keys [][]byte, n *int) error {
	b := tx.Bucket(s.bucket)
	for _, k := range keys {
		v := b.Get(k)
		if v == nil || !s.ended(tx, k, v) {
			continue
		}
		if err := b.Delete(k); err != nil {
			return err
		}
		if string(s.bucket) == string(reports) {
			if err := tx.Bucket(evidence).Delete(k); err != nil {
				return err
			}
		}
		*n++
	}
	return nil
}
