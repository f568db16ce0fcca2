package data

import (
	"encoding/json"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// A Record is what Save writes: one of this package's record types. They are
// kept as JSON, or packed, each kind in its bucket under its own id, and their form
// changes with the database's version (see migrations).
type Record interface {
	bucket() []byte
	id() []byte
	value() []byte // nil: it says nothing, and isn't kept
}

// Save writes the records in one transaction, all or none, in place of those
// with the same ids, and returns when they are synced.
func (d *DB) Save(records ...Record) error {
	return d.update(func(tx *bolt.Tx) error { return saveAll(tx, records) })
}

func saveAll(tx *bolt.Tx, records []Record) error {
	for _, r := range records {
		if err := save(tx, r); err != nil {
			return err
		}
	}
	return nil
}

// save writes r, and removes what it leaves no room for.
func save(tx *bolt.Tx, r Record) error {
	b := tx.Bucket(r.bucket())
	if r, ok := r.(Refusal); ok {
		if before, _, err := find[Refusal](tx, r.id()); err == nil && before.Until.After(r.Until) {
			return nil
		}
	}
	value := r.value()
	if value == nil {
		return b.Delete(r.id())
	}
	err := b.Put(r.id(), value)
	switch r := r.(type) {
	case Block:
		err = errors.Join(err, boundBlocks(tx, r.Owner))
	case Known:
		if !r.Forgot.IsZero() {
			err = errors.Join(err, forgetUntil(tx, r.Key, r.Forgot))
		}
	}
	return err
}

// A kind of records.
type kind struct {
	bucket []byte
	since  uint64 // the first version of the database that has it
	// check says whether a record of a version can be read.
	check func(version uint64, id, value []byte) error
	read  func(id, value []byte) (Record, error)
	// join joins a record with the one that is there.
	join func(there []byte, r Record) (Record, error)
}

// kinds of records. They are only ever added to.
var kinds = []kind{
	newKind(2, Ban.with), newKind(2, Report.with), newKind(2, Evidence.with), newKind(2, Appeal.with),
	newKind(2, Warning.with), newKind(2, Moderator.with), newKind(2, Action.with), newKind(2, Tally.with),
	newKind(2, Setting.with), newKind(2, Apart.with), newKind(2, Known.Join),
	newKind(4, Memory.with), newKind(4, Block.with), newKind(1, Refusal.with),
}

func newKind[T Record](since uint64, with func(a, b T) T) kind {
	var none T
	return kind{none.bucket(), since, readable[T](since), func(id, value []byte) (Record, error) {
		var record T
		err := parse(id, value, &record)
		return record, err
	}, func(there []byte, r Record) (Record, error) {
		var before T
		if parse(r.id(), there, &before) != nil {
			return nil, unreadable(r.bucket(), 1)
		}
		return with(before, r.(T)), nil
	}}
}

// kindIn is the kind that lies in a bucket.
func kindIn(bucket []byte) *kind {
	for i := range kinds {
		if string(kinds[i].bucket) == string(bucket) {
			return &kinds[i]
		}
	}
	return nil
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

// checkKinds reports each record that can't be read.
func checkKinds(tx *bolt.Tx, version uint64) (problems []error) {
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
			if kind.check(version, k, v) != nil {
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

// readable reads a record of any version. What there was before version 2 has never been JSON.
func readable[T any](since uint64) func(version uint64, id, value []byte) error {
	return func(version uint64, id, value []byte) error {
		var record T
		if since >= 2 && version < packedVersion {
			return json.Unmarshal(value, &record)
		}
		return parse(id, value, &record)
	}
}

// get reads one record; ok is false where there is none.
func get[T Record](d *DB, id string) (record T, ok bool, err error) {
	err = d.view(func(tx *bolt.Tx) error {
		record, ok, err = find[T](tx, []byte(id))
		return err
	})
	return record, ok, err
}

// find is get, within a transaction.
func find[T Record](tx *bolt.Tx, id []byte) (record T, ok bool, err error) {
	v := tx.Bucket(record.bucket()).Get(id)
	if v == nil {
		return record, false, nil
	}
	if parse(id, v, &record) != nil {
		return record, true, unreadable(record.bucket(), 1)
	}
	return record, true, nil
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
func parse[T any](id, value []byte, record *T) error {
	if p, ok := any(record).(packed); ok {
		return p.unpack(id, value)
	}
	return json.Unmarshal(value, record)
}

// unreadable tells of so many records, and neither what they say nor their ids, of which
// some are somebody's keyed hash: it may reach a log.
func unreadable(bucket []byte, n int) error {
	return fmt.Errorf("%d of the records in %s can't be read", n, bucket)
}
