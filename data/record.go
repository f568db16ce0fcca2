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
		b.ForEach(func(k, v []byte) error {
			if kind.read(version, k, v) != nil { // its error may quote somebody's words
				report(fmt.Errorf("bucket %s: the record %q can't be read", kind.bucket, k))
			}
			return nil
		})
	}
	return problems
}

func readable[T any](version uint64, id, value []byte) error {
	var record T
	if version < packedVersion {
		return json.Unmarshal(value, &record)
	}
	return parse(nil, id, value, &record)
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
		return parse(bucket, []byte(id), v, &record)
	})
	return record, ok, err
}

// each visits the records of a bucket in the order of their ids.
func each[T any](d *DB, bucket []byte, visit func(T)) error {
	var record, none T // once for all: a million would be much garbage
	return d.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucket).ForEach(func(k, v []byte) error {
			record = none
			if err := parse(bucket, k, v, &record); err != nil {
				return err
			}
			visit(record)
			return nil
		})
	})
}

func parse(bucket, id, value []byte, record any) error {
	var err error
	if p, ok := record.(packed); ok {
		err = p.unpack(id, value)
	} else {
		err = json.Unmarshal(value, record)
	}
	if err != nil {
		return unreadable(bucket, id)
	}
	return nil
}

// unreadable names a record, and not what it says.
func unreadable(bucket, id []byte) error {
	return fmt.Errorf("the record %s of %s can't be read", id, bucket)
}
