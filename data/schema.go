package data

import (
	"bytes"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// The bucket by which a file is known as ours, and what it holds.
var (
	identity   = []byte("strangerd")
	versionKey = []byte("version") // how many migrations it went through, 8 bytes big-endian
	secretKey  = []byte("secret")  // fingerprint of the secret it belongs to
	probeKey   = []byte("probe")   // what Writable wrote last
)

// migrations bring a database from one version to the next, each in one
// transaction; a new database goes through them all. They are only ever added to.
var migrations = []func(*bolt.Tx) error{
	createKinds(1),
	createKinds(2),
	packRecords,
	createKinds(4),
	placeActions,
	createOutbox,
}

// createDB makes the database of a new folder. Until the last rename there is
// no file at path.
func createDB(path string, secret []byte) error {
	f, err := createScratch(path)
	if err != nil {
		return err
	}
	b, err := mapped(f, false)
	if err != nil {
		return err
	}
	defer b.Close()
	err = b.Update(func(tx *bolt.Tx) error {
		id, err := tx.CreateBucket(identity)
		if err != nil {
			return err
		}
		if err := id.Put(versionKey, make([]byte, 8)); err != nil {
			return err
		}
		return id.Put(secretKey, fingerprint(secret))
	})
	if err != nil {
		return err
	}
	if err := migrate(b, path, migrations); err != nil {
		return err
	}
	return install(path)
}

// migrate runs the steps that b has not gone through.
func migrate(b *bolt.DB, path string, steps []func(*bolt.Tx) error) error {
	var version uint64
	err := b.View(func(tx *bolt.Tx) (err error) {
		version, err = versionOf(tx, path)
		return err
	})
	if err == nil {
		err = knows(version, path, steps)
	}
	for ; err == nil && version < uint64(len(steps)); version++ {
		err = b.Update(func(tx *bolt.Tx) error {
			if err := steps[version](tx); err != nil {
				return fmt.Errorf("%s: bringing it to version %d: %w", path, version+1, err)
			}
			next := binary.BigEndian.AppendUint64(nil, version+1)
			return tx.Bucket(identity).Put(versionKey, next)
		})
	}
	return err
}

// versionOf reads the version of a database, if it is ours.
func versionOf(tx *bolt.Tx, path string) (uint64, error) {
	id := tx.Bucket(identity)
	if id == nil {
		return 0, &unusable{path, "is a database, but not strangerd's"}
	}
	v := id.Get(versionKey)
	if len(v) != 8 {
		return 0, &unusable{path, "is damaged: it has no version"}
	}
	return binary.BigEndian.Uint64(v), nil
}

func knows(version uint64, path string, steps []func(*bolt.Tx) error) error {
	if version > uint64(len(steps)) {
		return fmt.Errorf("%s was written by a newer strangerd (its version is %d, the newest known here %d): start that one again", path, version, len(steps))
	}
	return nil
}

// belongs refuses a database of another secret: none of its hashes would match
// anybody any more, and whoever is banned would be let in.
func belongs(tx *bolt.Tx, path string, secret []byte) error {
	if !bytes.Equal(tx.Bucket(identity).Get(secretKey), fingerprint(secret)) {
		return &unusable{path, "belongs to another secret"}
	}
	return nil
}

func (d *DB) belongsTo(secret []byte) error {
	return d.view(func(tx *bolt.Tx) error { return belongs(tx, d.path, secret) })
}
