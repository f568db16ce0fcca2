package data

import (
	"bytes"
	"testing"
	"time"
)

func TestRefusals(t *testing.T) {
	dir := newFolder(t, func(db *DB) {
		wantRefused(t, db, alice, time.Time{})
		mustRefuse(t, db, alice, now.Add(time.Hour))
		wantRefused(t, db, alice, now.Add(time.Hour))
		wantRefused(t, db, bob, time.Time{})

		mustRefuse(t, db, alice, now) // never shortened
		wantRefused(t, db, alice, now.Add(time.Hour))
		mustRefuse(t, db, alice, now.Add(2*time.Hour+time.Millisecond))
		wantRefused(t, db, alice, now.Add(2*time.Hour))
	})
	f := mustOpen(t, dir)
	defer mustClose(t, f)
	wantRefused(t, f.DB(), alice, now.Add(2*time.Hour))
}

func TestSweep(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	db := f.DB()
	fill(t, db, 3000) // until now
	mustRefuse(t, db, alice, now.Add(time.Second))
	for i, want := range []int{0, 3000, 0} {
		at := now.Add(time.Duration(i-1) * time.Nanosecond)
		if n, err := db.Sweep(at, Ended{}); n != want || err != nil {
			t.Errorf("Sweep(%v) = %d, %v; want %d", at, n, err, want)
		}
	}
	wantRefused(t, db, alice, now.Add(time.Second))
	wantRefused(t, db, numbered(1), time.Time{})
	if _, _, err := db.Compact(); err != nil {
		t.Fatal(err)
	}
	file := mustRead(t, f.path(databaseName))
	if gone := numbered(1500); bytes.Contains(file, gone[:]) || !bytes.Contains(file, alice[:]) {
		t.Error("the bytes of a removed record are still in the file")
	}
}

func TestUnreadableRefusal(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	must(t, f.DB().update(func(tx *boltTx) error {
		return tx.Bucket(refusals).Put(alice[:], []byte("soon"))
	}))
	_, _, err := f.DB().RefusedUntil(alice)
	wantNameless(t, err, alice, "1 of the records in refusals can't be read")
	must(t, f.Close())
	wantNameless(t, Check(f.path(databaseName)), alice, "1 of the records in refusals can't be read")
}
