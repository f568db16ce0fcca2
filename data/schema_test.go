package data

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	bolt "go.etcd.io/bbolt"
)

func TestMigrate(t *testing.T) {
	path := filepath.Join(newFolder(t, nil), databaseName)
	b, err := bolt.Open(path, 0o600, nil)
	must(t, err)
	defer b.Close()
	must(t, b.Update(func(tx *bolt.Tx) error { // back to version 0
		return errors.Join(tx.DeleteBucket(refusals), tx.Bucket(identity).Put(versionKey, make([]byte, 8)))
	}))

	var ran []int
	step := func(n int) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error {
			ran = append(ran, n)
			_, err := tx.CreateBucket([]byte{byte(n)})
			return err
		}
	}
	failed := errors.New("failed")
	failing := func(tx *bolt.Tx) error {
		_, err := tx.CreateBucket([]byte("half"))
		return errors.Join(err, failed)
	}
	if err := migrate(b, path, []func(*bolt.Tx) error{step(1), failing, step(3)}); !errors.Is(err, failed) {
		t.Errorf("a step failed, and migrate says %v", err)
	}
	must(t, migrate(b, path, []func(*bolt.Tx) error{step(1), step(2), step(3)}))
	must(t, migrate(b, path, []func(*bolt.Tx) error{step(1), step(2), step(3)}))
	if !slices.Equal(ran, []int{1, 2, 3}) {
		t.Errorf("steps ran: %v", ran)
	}
	must(t, b.View(func(tx *bolt.Tx) error {
		if tx.Bucket([]byte("half")) != nil {
			t.Error("a failed step left something")
		}
		return nil
	}))
	wantError(t, migrate(b, path, []func(*bolt.Tx) error{step(1)}), path, "newer strangerd", "3")
}

// A database that went through no migration yet, made by the first version of
// all, opens as one of today.
func TestOpenFromVersionZero(t *testing.T) {
	dir := newFolder(t, func(db *DB) {
		must(t, db.update(func(tx *bolt.Tx) error {
			for _, kind := range kinds {
				must(t, tx.DeleteBucket(kind.bucket))
			}
			return errors.Join(tx.DeleteBucket(refusals), tx.Bucket(identity).Put(versionKey, make([]byte, 8)))
		}))
	})
	f := mustOpen(t, dir)
	defer mustClose(t, f)
	mustRefuse(t, f.DB(), alice, now)
	wantRefused(t, f.DB(), alice, now)
}
