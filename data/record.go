package data

import (
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// A Record is what Save writes: one of this package's record types. They are
// kept as JSON, or packed, each kind in its bucket under its own id, and their form
// changes with the database's version (see migrations).
type Record interface{ save(tx *bolt.Tx) error }

// Save writes the records in one transaction, all or none, in place of those
// with the same ids, and returns when they are synced.
func (d *DB) Save(records ...Record) error {
	return d.update(func(tx *bolt.Tx) error {
		for _, r := range records {
			if err := r.save(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// The buckets of records, the version of the database that has them first, and how
// the check reads a record of each.
var kinds = []struct {
	bucket []byte
	since  uint64
	read   func(version uint64, id, value []byte) error
}{
	{bans, 2, readable[Ban]},
	{reports, 2, readable[Report]},
	{evidence, 2, readable[Evidence]},
	{appeals, 2, readable[Appeal]},
	{warnings, 2, readable[Warning]},
	{moderators, 2, readable[Moderator]},
	{audit, 2, readable[Action]},
	{tallies, 2, readable[Tally]},
	{settings, 2, readable[Setting]},
	{apart, 2, readable[Apart]},
	{known, 2, readable[Known]},
	{memories, 4, readable[Memory]},
	{blocks, 4, readable[Block]},
}

// createKinds makes the buckets that a version has first.
func createKinds(version uint64) func(*bolt.Tx) error {
	return func(tx *bolt.Tx) error {
		for _, kind := range kinds {
			if kind.since != version {
				continue
			}
			if _, err := tx.CreateBucket(kind.bucket); err != nil {
				return err
			}
		}
		return nil
	}
}

// checkModeration reports each record that can't be read.
func checkModeration(tx *bolt.Tx, version uint64) (problems []error) {
	report := func(err error) { problems = append(problems, err) }
	for _, kind := range kinds {
		if kind.since > version {
			continue
		}
		b := tx.Bucket(kind.bucket)
		if b == nil {
			report(fmt.Errorf("bucket %s is missing", kind.bucket))
			continue
		}
		bad := 0
		b.ForEach(func(k, v []byte) error {
			if kind.read(version, k, v) != nil {
				bad++
			}
			return nil
		})
		if bad > 0 {
			report(unreadable(kind.bucket, bad))
		}
	}
	return problems
}

func readable[T any](version uint64, id, value []byte) error {
	var record T
	if version < packedVersion {
		return json.Unmarshal(value, &record)
	}
	return parse(id, value, &record)
}

func put(tx *bolt.Tx, bucket, id []byte, record any) error {
	value, err := json.Marshal(record)
	if err != nil {
		return err
	}
	return tx.Bucket(bucket).Put(id, value)
}

// get reads one record; ok is false where there is none.
func get[T any](d *DB, bucket []byte, id string) (record T, ok bool, err error) {
	err = d.view(func(tx *bolt.Tx) error {
		v := tx.Bucket(bucket).Get([]byte(id))
		ok = v != nil
		if !ok {
			return nil
		}
		if parse([]byte(id), v, &record) != nil {
			return unreadable(bucket, 1)
		}
		return nil
	})
	return record, ok, err
}

// each visits the records of a bucket in the order of their ids. Its error says how many
// of them can't be read.
func each[T any](d *DB, bucket []byte, visit func(T)) error {
	var record, none T // once for all: a million would be much garbage
	_, packed := any(&record).(packed)
	return d.view(func(tx *bolt.Tx) error {
		bad := 0
		tx.Bucket(bucket).ForEach(func(k, v []byte) error {
			if !packed {
				record = none // JSON leaves what it doesn't name
			}
			if parse(k, v, &record) == nil {
				visit(record)
			} else {
				bad++
			}
			return nil
		})
		if bad > 0 {
			return unreadable(bucket, bad)
		}
		return nil
	})
}

// parse reads a record. Its error may quote somebody's words.
func parse(id, value []byte, record any) error {
	if p, ok := record.(packed); ok {
		return p.unpack(id, value)
	}
	return json.Unmarshal(value, record)
}

// unreadable tells of so many records, and neither what they say nor their ids, of which
// some are somebody's keyed hash: it may reach a log.
func unreadable(bucket []byte, n int) error {
	return fmt.Errorf("%d of the records in %s can't be read", n, bucket)
}
