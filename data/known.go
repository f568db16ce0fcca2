package data

import (
	"time"

	bolt "go.etcd.io/bbolt"
)

var known = []byte("known")

// Known says since when a me@ key comes here, and when it last came, to the day.
type Known struct {
	Key   Hash      `json:"key"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

func (k Known) save(tx *bolt.Tx) error { return put(tx, known, k.Key[:], k) }

// Forget removes what is known of the keys, those that nothing is known of too.
func (d *DB) Forget(keys []Hash) error {
	if len(keys) == 0 {
		return nil
	}
	return d.update(func(tx *bolt.Tx) error {
		for _, key := range keys {
			if err := tx.Bucket(known).Delete(key[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// EachKnown visits all of them inside a transaction: visit must not use the
// database.
func (d *DB) EachKnown(visit func(Known)) error { return each(d, known, visit) }
