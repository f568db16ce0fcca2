package data

import (
	"errors"
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

func (k Known) save(tx *bolt.Tx) error {
	return tx.Bucket(known).Put(k.Key[:], packTime(packTime(nil, k.First), k.Last))
}

func (k *Known) unpack(id, value []byte) error {
	u, key := unpacker{rest: value}, unpacker{rest: id}
	*k = Known{key.hash(), u.time(), u.time()}
	return errors.Join(key.end(), u.end())
}

// EachKnown visits all of them inside a transaction: visit must not use the
// database.
func (d *DB) EachKnown(visit func(Known)) error { return each(d, known, visit) }
