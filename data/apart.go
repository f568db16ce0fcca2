package data

import (
	"time"

	bolt "go.etcd.io/bbolt"
)

var apart = []byte("apart")

// Apart says that two are never paired again until then. They are known by the
// exclusive or of their hashes, which alone says nothing about either.
type Apart struct {
	Both  Hash      `json:"both"`
	Until time.Time `json:"until"`
}

func (a Apart) save(tx *bolt.Tx) error { return put(tx, apart, a.Both[:], a) }

// EachApart visits all of them inside a transaction: visit must not use the
// database.
func (d *DB) EachApart(visit func(Apart)) error { return each(d, apart, visit) }
