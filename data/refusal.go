package data

import (
	"encoding/binary"
	"time"
)

var refusals = []byte("refusals")

// A Refusal says that the age gate turned a source or a key away until then, to the second.
// Saving it never shortens one that is there.
type Refusal struct {
	Source Hash
	Until  time.Time
}

func (r Refusal) bucket() []byte { return refusals }
func (r Refusal) id() []byte     { return r.Source[:] }

// value is the time in Unix seconds, 8 bytes big-endian.
func (r Refusal) value() []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(r.Until.Unix()))
}

func (r *Refusal) unpack(id, value []byte) error {
	key := unpacker{rest: id}
	*r = Refusal{Source: key.hash()}
	if len(value) != 8 {
		return errPacked
	}
	r.Until = time.Unix(int64(binary.BigEndian.Uint64(value)), 0).UTC()
	return key.end()
}

// RefusedUntil returns until when source is or was refused; ok is false where
// nothing is recorded. A past refusal stays until Sweep removes it.
func (d *DB) RefusedUntil(source Hash) (until time.Time, ok bool, err error) {
	r, ok, err := get[Refusal](d, string(source[:]))
	return r.Until, ok && err == nil, err
}
