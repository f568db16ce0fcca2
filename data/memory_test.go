package data

import (
	"testing"
	"time"
)

// Of somebody who blocks without end the latest blocks stay.
func TestBlocksAreBounded(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	db := f.DB()
	other := Block{Owner: Hash{9}, Other: Hash{1}, Until: now}
	must(t, db.Save(other))
	const all = MaxBlocks + 20
	for i := range all {
		must(t, db.Save(Block{Owner: alice, Other: Hash{byte(all - i)}, Until: now.Add(time.Duration(i) * time.Hour)}))
	}
	got, err := db.Blocks(alice)
	must(t, err)
	if len(got) != MaxBlocks {
		t.Errorf("%d are kept", len(got))
	}
	for _, b := range got {
		if b.Until.Before(now.Add((all - MaxBlocks) * time.Hour)) {
			t.Errorf("kept is one that ends in %v", b.Until.Sub(now))
		}
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
		must(t, db.Save(seen, Memory{Key: key, Rules: "v1"}))
		must(t, db.Save(Block{Owner: key, Other: Hash{1}, Until: now}, Block{Owner: key, Other: Hash{2}, Until: now}))
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

// What was remembered before a key was forgotten is gone, on whatever machine it was and whenever
// it comes; what came later stays.
func TestForgottenStaysForgotten(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	db := f.DB()
	late := now.Add(time.Hour)
	records := func(at time.Time) []Record {
		return []Record{
			Known{Key: alice, First: at, Last: at}, Memory{Key: alice, Rules: "v1", At: at},
			Block{Owner: alice, Other: bob, Until: at.Add(time.Hour), At: at},
		}
	}
	must(t, db.Save(records(now)...))
	forgot := Known{Key: alice, First: now, Last: now, Forgot: now}
	if changed, err := db.Merge(0, Event{Records: []Record{forgot}}); len(changed) != 1 || err != nil {
		t.Errorf("changed %v, %v", changed, err)
	}
	_, err := db.Merge(0, Event{Records: records(now)})
	must(t, err)
	wantAll(t, db.EachKnown, forgot)
	wantAll[Memory](t, db.EachMemory)
	wantAll[Block](t, db.EachBlock)
	_, err = db.Merge(0, Event{Records: records(late)})
	must(t, err)
	wantAll(t, db.EachKnown, Known{Key: alice, First: now, Last: late, Forgot: now})
	wantAll(t, db.EachMemory, records(late)[1].(Memory))
	wantAll(t, db.EachBlock, records(late)[2].(Block))
}
