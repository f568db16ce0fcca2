package data

import (
	"errors"
	"time"
)

var known = []byte("known")

// Known says since when a me@ key comes here, and when it last came, to the day.
type Known struct {
	Key   Hash      `json:"key"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	// Forgot is when its holder had everything forgotten on one of several machines, if they
	// did: what another one remembers from before is removed there, too, whenever it comes.
	Forgot time.Time `json:"forgot,omitzero"`
}

func (k Known) bucket() []byte { return known }
func (k Known) id() []byte     { return k.Key[:] }
func (k Known) value() []byte {
	value := packTime(packTime(nil, k.First), k.Last)
	if !k.Forgot.IsZero() {
		value = packTime(value, k.Forgot)
	}
	return value
}

func (k *Known) unpack(id, value []byte) error {
	u, key := unpacker{rest: value}, unpacker{rest: id}
	*k = Known{Key: key.hash(), First: u.time(), Last: u.time()}
	if len(u.rest) > 0 {
		k.Forgot = u.time()
	}
	return errors.Join(key.end(), u.end())
}

// EachKnown visits all of them inside a transaction: visit must not use the
// database.
func (d *DB) EachKnown(visit func(Known)) error { return each(d, known, visit) }
