package data

import (
	"time"

	bolt "go.etcd.io/bbolt"
)

// Sweep removes the records that ended by now and compacts the file, because a
// removed record's bytes stay in their page until then. It returns how many it
// removed, which stay removed if the compaction fails. Once a day is enough:
// the whole file is written anew, and other writes wait for it.
func (d *DB) Sweep(now time.Time) (n int, err error) {
	err = d.update(func(tx *bolt.Tx) error {
		n, err = sweepRefusals(tx, now)
		return err
	})
	if err != nil {
		return 0, err
	}
	_, _, err = d.Compact()
	return n, err
}
