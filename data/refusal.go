package data

import (
	"encoding/binary"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// A refusal says that the age gate turned a source away: its Hash, and until
// when, in Unix seconds, 8 bytes big-endian.
var refusals = []byte("refusals")

func createRefusals(tx *bolt.Tx) error {
	_, err := tx.CreateBucket(refusals)
	return err
}

// Refuse records that source is refused until then, to the second. It never
// shortens a refusal.
func (d *DB) Refuse(source Hash, until time.Time) error {
	return d.update(func(tx *bolt.Tx) error {
		b := tx.Bucket(refusals)
		if old, ok := parseTime(b.Get(source[:])); ok && !old.Before(until.Truncate(time.Second)) {
			return nil
		}
		return b.Put(source[:], formatTime(until))
	})
}

// RefusedUntil returns until when source is or was refused; ok is false where
// nothing is recorded. A past refusal stays until Sweep removes it.
func (d *DB) RefusedUntil(source Hash) (until time.Time, ok bool, err error) {
	err = d.view(func(tx *bolt.Tx) error {
		v := tx.Bucket(refusals).Get(source[:])
		if v == nil {
			return nil
		}
		if until, ok = parseTime(v); !ok {
			return unreadable(refusals, 1)
		}
		return nil
	})
	return until, ok, err
}

// checkRefusals tells of refusals that can't be read.
func checkRefusals(tx *bolt.Tx) (problems []error) {
	b := tx.Bucket(refusals)
	if b == nil {
		return []error{fmt.Errorf("bucket %s is missing", refusals)}
	}
	bad := 0
	b.ForEach(func(k, v []byte) error {
		if _, ok := parseTime(v); !ok || len(k) != len(Hash{}) {
			bad++
		}
		return nil
	})
	if bad > 0 {
		problems = append(problems, unreadable(refusals, bad))
	}
	return problems
}

func formatTime(t time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(t.Unix()))
}

func parseTime(b []byte) (time.Time, bool) {
	if len(b) != 8 {
		return time.Time{}, false
	}
	return time.Unix(int64(binary.BigEndian.Uint64(b)), 0), true
}
