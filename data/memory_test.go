package data

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

func TestRemember(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	db := f.DB()
	seen := Known{Key: alice, First: now, Last: now}
	must(t, db.Remember(seen, func(m *Memory) error { m.Interests = []string{"go"}; return nil }))
	must(t, db.Remember(seen, func(m *Memory) error { m.BellOff = true; return nil }))
	want := Memory{Key: alice, Interests: []string{"go"}, BellOff: true}
	if got, err := db.Memory(alice); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	wantAll(t, db.EachKnown, seen)
	must(t, db.Remember(seen, func(m *Memory) error { *m = Memory{Key: alice}; return nil }))
	wantAll[Memory](t, db.EachMemory)
}

// Of somebody who blocks without end the latest blocks stay.
func TestBlocksAreBounded(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	db := f.DB()
	const max = 3
	other := Block{Owner: Hash{9}, Other: Hash{1}, Until: now}
	must(t, db.Save(other))
	for i := range 5 {
		until := now.Add(time.Duration(i) * time.Hour)
		must(t, db.Block(Known{Key: alice, First: now, Last: now}, max, Block{alice, Hash{byte(9 - i)}, until}))
	}
	got, err := db.Blocks(alice)
	must(t, err)
	var kept []string
	for _, b := range got {
		kept = append(kept, fmt.Sprint(b.Other[0], b.Until.Sub(now)))
	}
	if want := []string{"5 4h0m0s", "6 3h0m0s", "7 2h0m0s"}; !reflect.DeepEqual(kept, want) {
		t.Errorf("kept are %q, want %q", kept, want)
	}
	if got, _ := db.Blocks(other.Owner); len(got) != 1 {
		t.Error("somebody else's block is gone")
	}
}

func TestForget(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	db := f.DB()
	bob := Hash{200}
	for _, key := range []Hash{alice, bob} {
		seen := Known{Key: key, First: now, Last: now}
		must(t, db.Remember(seen, func(m *Memory) error { m.Rules = "v1"; return nil }))
		must(t, db.Block(seen, 9, Block{key, Hash{1}, now}, Block{key, Hash{2}, now}))
	}
	must(t, db.Forget(alice, Hash{77}))
	wantAll(t, db.EachKnown, Known{Key: bob, First: now, Last: now})
	wantAll(t, db.EachMemory, Memory{Key: bob, Rules: "v1"})
	if got, err := db.Blocks(alice); len(got) != 0 || err != nil {
		t.Errorf("blocks of who is forgotten: %v, %v", got, err)
	}
	if got, _ := db.Blocks(bob); len(got) != 2 {
		t.Errorf("of somebody else there are %d blocks", len(got))
	}
}
