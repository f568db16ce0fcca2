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
			return tx.Bucket(identity).Put(versionKey, make([]byte, 8))
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
	put := func(tx *bolt.Tx, r Record) error { return tx.Bucket(r.bucket()).Put(r.id(), text(r)) }
	separate := Apart{Both: alice, Until: now.Add(time.Hour)}
	seen := Known{Key: alice, First: now, Last: now.Add(time.Hour)}
	dir := newFolder(t, func(db *DB) {
		must(t, db.update(func(tx *bolt.Tx) error { // as that version wrote them
			version := binary.BigEndian.AppendUint64(nil, 2)
			return errors.Join(
				put(tx, ban), put(tx, network), put(tx, report), put(tx, separate), put(tx, seen),
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
	must(t, db.Save(Memory{Key: alice, Rules: "v1"})) // which version 4 has first
	if wanted := []any{ban, network, report, separate, seen}; !reflect.DeepEqual(all, wanted) {
		t.Errorf("of version 2 there is\n%+v, want\n%+v", all, wanted)
	}
}

// A database of version 4, whose log was numbered, opens with all that is in it: the log is in
// the order of time, and then of the numbers.
func TestOpenFromVersionFour(t *testing.T) {
	old := []Action{
		{At: now, By: "ann", Do: "ban", On: "B-1", Why: "why"},
		{At: now, By: "ben", Do: "unban", On: "B-1"},
		{At: now.Add(-time.Hour), By: "ann", Do: "look"}, // the clock went back
	}
	memory := Memory{Key: alice, Rules: "v1", Accepted: now}
	hold := Report{ID: "R-1", Created: now, Hold: &Hold{Until: now, By: "ann", Reason: "why"}}
	block := Block{Owner: alice, Other: bob, Until: now}
	seen := Known{Key: alice, First: now, Last: now}
	door := Setting{Name: "door", Value: "known"}
	var first []Action
	for range 2 { // on two machines, of which each has a copy
		path := filepath.Join(newFolder(t, func(db *DB) {
			must(t, db.Save(memory, hold, block, seen, door))
			must(t, db.update(func(tx *bolt.Tx) error { // as that version wrote them
				must(t, tx.Bucket(warnings).Put([]byte("W-1"), text(Warning{ID: "W-1", Reason: "why", Created: now, Confirmed: now})))
				for i, a := range old {
					must(t, tx.Bucket(audit).Put(binary.BigEndian.AppendUint64(nil, uint64(i+1)), text(a)))
				}
				return tx.Bucket(identity).Put(versionKey, []byte{7: 4})
			}))
		}), databaseName)
		mustCheck(t, path) // a backup from then can be restored
		db, err := Open(path, nil)
		must(t, err)
		var all []Action
		must(t, db.EachAction(func(a Action) { all = append(all, a) }))
		if first == nil {
			first = all
		} else if !reflect.DeepEqual(all, first) {
			t.Errorf("the log is %+v on one machine, and %+v on another", first, all)
		}
		for i, a := range all {
			if want := old[[]int{2, 0, 1}[i]]; a.Line() == want.Line() || string(text(a)) != string(text(want)) {
				t.Errorf("line %d is %+v, want %+v", i, a, want)
			}
		}
		wantAll(t, db.EachWarning, Warning{ID: "W-1", Created: now, Confirmed: now})
		wantAll(t, db.EachMemory, memory)
		wantAll(t, db.EachReport, hold)
		wantAll(t, db.EachBlock, block)
		wantAll(t, db.EachKnown, seen)
		if got, err := db.Setting("door"); got != door || err != nil {
			t.Errorf("the door is %+v, %v", got, err)
		}
		must(t, db.Save(Action{Event: new(EventIDs).Next(now.Add(time.Hour)), At: now.Add(time.Hour)}))
		must(t, db.Close())
		mustCheck(t, path)
	}
	if len(first) != len(old) {
		t.Errorf("of %d lines there are %d", len(old), len(first))
	}
}
