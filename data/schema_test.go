package data

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

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

// A database of version 2, whose records were JSON, opens with all that is in it.
func TestOpenFromVersionTwo(t *testing.T) {
	ban := Ban{ID: "B-1", Target: Target{Source: alice}, Created: now, Until: now.Add(time.Hour), Reason: "why", By: "ann", Report: "R-1",
		Lifted: &Lifted{At: now, By: "ben", Reason: "wrong"}}
	network := Ban{ID: "B-2", Target: Target{Network: netip.MustParsePrefix("2001:db8::/32")}, Created: now, Reason: "why"}
	report := Report{ID: "R-1", Created: now, Category: "spam", Subject: Subject{Source: alice}, BothSpoke: true, Languages: []string{"en"},
		Decision: &Decision{At: now, By: "ann", Action: "ban", Reason: "why", Ban: "B-1"}}
	separate := Apart{Both: alice, Until: now.Add(time.Hour)}
	seen := Known{Key: alice, First: now, Last: now.Add(time.Hour)}
	dir := newFolder(t, func(db *DB) {
		must(t, db.update(func(tx *bolt.Tx) error { // as that version wrote them
			version := binary.BigEndian.AppendUint64(nil, 2)
			return errors.Join(
				put(tx, bans, []byte(ban.ID), ban), put(tx, bans, []byte(network.ID), network),
				put(tx, reports, []byte(report.ID), report),
				put(tx, apart, separate.Both[:], separate), put(tx, known, seen.Key[:], seen),
				tx.DeleteBucket(memories), tx.DeleteBucket(blocks),
				tx.Bucket(identity).Put(versionKey, version),
			)
		}))
	})
	f := mustOpen(t, dir)
	defer mustClose(t, f)
	var all []any
	db := f.DB()
	must(t, errors.Join(
		db.EachBan(func(b Ban) { all = append(all, b) }),
		db.EachReport(func(r Report) { all = append(all, r) }),
		db.EachApart(func(a Apart) { all = append(all, a) }),
		db.EachKnown(func(k Known) { all = append(all, k) }),
	))
	must(t, db.Remember(seen, func(m *Memory) error { m.Rules = "v1"; return nil })) // which version 4 has first
	if wanted := []any{ban, network, report, separate, seen}; !reflect.DeepEqual(all, wanted) {
		t.Errorf("of version 2 there is\n%+v, want\n%+v", all, wanted)
	}
}
