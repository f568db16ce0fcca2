package data

import (
	"errors"
	"time"
)

var apart = []byte("apart")

// Apart says that two are never paired again until then. They are known by the
// exclusive or of their hashes, which alone says nothing about either.
type Apart struct {
	Both  Hash      `json:"both"`
	Until time.Time `json:"until"`
}

func (a Apart) bucket() []byte { return apart }
func (a Apart) id() []byte     { return a.Both[:] }
func (a Apart) value() []byte  { return packTime(nil, a.Until) }

func (a *Apart) unpack(id, value []byte) error {
	u, key := unpacker{rest: value}, unpacker{rest: id}
	*a = Apart{key.hash(), u.time()}
	return errors.Join(key.end(), u.end())
}

// EachApart visits all of them inside a transaction: visit must not use the
// database.
func (d *DB) EachApart(visit func(Apart)) error { return each(d, apart, visit) }
