package data

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"
)

// drawn are what records of a test are made of: few values, so that many are the same.
type drawn struct{ *rapid.T }

func (t drawn) word() string { return rapid.SampledFrom([]string{"", "a", "b"}).Draw(t.T, "word") }
func (t drawn) when() time.Time {
	if n := rapid.IntRange(0, 3).Draw(t.T, "when"); n > 0 {
		return now.Add(time.Duration(n) * time.Minute)
	}
	return time.Time{}
}
func (t drawn) wait() time.Duration {
	return time.Duration(rapid.IntRange(0, 3).Draw(t.T, "wait")) * time.Minute
}
func (t drawn) counts() map[string]int {
	return rapid.MapOfN(rapid.SampledFrom([]string{"a", "b"}), rapid.IntRange(1, 3), 0, 2).Draw(t.T, "counts")
}
func (t drawn) is() bool { return rapid.Bool().Draw(t.T, "is") }

// all draws one record of each kind. Records of a kind have one id.
func (t drawn) all() (all []Record) {
	ban := Ban{ID: "B-1", Created: now, Reason: t.word()}
	if t.is() {
		ban.Lifted = &Lifted{t.when(), t.word(), t.word()}
	}
	report := Report{ID: "R-1", Created: now, Category: t.word(), Mutual: t.word(), Pause: t.word()}
	if t.is() {
		report.Hold = &Hold{t.when(), t.word(), t.word(), t.when()}
	}
	if t.is() {
		report.Decision = &Decision{At: t.when(), By: t.word(), Action: t.word(), Ban: t.word()}
	}
	appeal := Appeal{ID: "A-1", Created: now, Text: t.word()}
	if t.is() {
		appeal.Answer = &Answer{t.when(), t.word(), t.is(), t.word()}
	}
	if t.is() {
		appeal.Ban, appeal.Moved = t.word(), t.when()
	}
	known := Known{Key: Hash{2}, First: t.when(), Last: t.when()}
	if t.is() {
		at := later(t.when(), now)
		known = Known{Hash{2}, at, at, at}
	}
	return []Record{
		ban, report, appeal,
		Evidence{Report: "R-1", Note: t.word()},
		Warning{ID: "W-1", Created: now, Reason: t.word(), Confirmed: t.when()}.left(),
		Moderator{Name: "ann", Key: t.word(), By: t.word(), Added: t.when(), Removed: t.when()},
		Apart{Hash{1}, t.when()},
		known,
		Memory{Key: Hash{2}, Rules: t.word(), At: now.Add(t.wait())},
		Block{Hash{2}, Hash{4}, t.when(), t.when()},
		Refusal{Hash{3}, now.Add(t.wait())},
		Setting{"door", t.word(), t.when()},
		Action{Event: EventID{1}, By: t.word()},
		Tally{Day: "2026-11-22", Reports: t.counts(), People: t.counts(), Waits: make([]int, rapid.IntRange(0, 2).Draw(t.T, "waits"))},
	}
}

// contents are all that is in a database, as text.
func (d *DB) contents(t testing.TB) string {
	t.Helper()
	var all bytes.Buffer
	note := func(record any) { fmt.Fprintf(&all, "%T %s\n", record, text(record)) }
	must(t, d.view(func(tx *bolt.Tx) error {
		for _, kind := range kinds {
			tx.Bucket(kind.bucket).ForEach(func(k, v []byte) error {
				r, err := kind.read(k, v)
				must(t, err)
				note(r)
				return nil
			})
		}
		return nil
	}))
	return all.String()
}

// In whatever order versions of records come, and however often, the same comes of them.
func TestJoinKnowsNoOrder(t *testing.T) {
	open := func() *DB {
		f := mustOpen(t, t.TempDir())
		t.Cleanup(func() { mustClose(t, f) })
		return f.DB()
	}
	left, right := open(), open()
	rapid.Check(t, func(rt *rapid.T) {
		for _, db := range []*DB{left, right} {
			must(t, db.clear())
		}
		var versions []Record
		for range rapid.IntRange(1, 4).Draw(rt, "versions") {
			all := drawn{rt}.all()
			if _, err := left.Merge(0, Event{Records: all}); err != nil {
				rt.Fatal(err)
			}
			versions = append(versions, all...)
		}
		again := append(versions, rapid.SliceOfN(rapid.SampledFrom(versions), 0, 5).Draw(rt, "again")...)
		if _, err := right.Merge(0, Event{Records: rapid.Permutation(again).Draw(rt, "order")}); err != nil {
			rt.Fatal(err)
		}
		if l, r := left.contents(t), right.contents(t); l != r {
			rt.Fatalf("one has\n%s\nthe other\n%s", l, r)
		}
		if changed, err := left.Merge(0, Event{Records: versions}); err != nil || len(changed) > 0 {
			rt.Fatalf("it changed %v, %v", changed, err)
		}
	})
}

// What counts of two versions.
func TestJoin(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	db := f.DB()
	early, late := now, now.Add(time.Hour)
	for _, test := range []struct{ a, b, want Record }{
		{Ban{ID: "B-1"}, Ban{ID: "B-1", Lifted: &Lifted{At: late}}, Ban{ID: "B-1", Lifted: &Lifted{At: late}}},
		{Ban{ID: "B-2", Lifted: &Lifted{At: early}}, Ban{ID: "B-2", Lifted: &Lifted{At: late}}, Ban{ID: "B-2", Lifted: &Lifted{At: early}}},
		{Report{ID: "R-1", Decision: &Decision{At: late}}, Report{ID: "R-1", Pause: "B-1", Decision: &Decision{At: early}},
			Report{ID: "R-1", Pause: "B-1", Decision: &Decision{At: late}}},
		{Report{ID: "R-2", Hold: &Hold{Until: late, At: early}}, Report{ID: "R-2", Mutual: "R-1", Hold: &Hold{At: late}},
			Report{ID: "R-2", Mutual: "R-1", Hold: &Hold{At: late}}},
		{Appeal{ID: "A-1", Answer: &Answer{At: early}}, Appeal{ID: "A-1", Answer: &Answer{At: late, Accepted: true}},
			Appeal{ID: "A-1", Answer: &Answer{At: late, Accepted: true}}},
		{Appeal{ID: "A-2", Answer: &Answer{At: early}}, Appeal{ID: "A-2", Answer: &Answer{At: late}}, Appeal{ID: "A-2", Answer: &Answer{At: early}}},
		{Warning{ID: "W-1", Reason: "why"}, Warning{ID: "W-1", Confirmed: late}, Warning{ID: "W-1", Confirmed: late}},
		{Warning{ID: "W-2", Confirmed: late}, Warning{ID: "W-2", Reason: "why"}, Warning{ID: "W-2", Confirmed: late}},
		{Moderator{Name: "ann", Added: early, Removed: late}, Moderator{Name: "ann", Added: late}, Moderator{Name: "ann", Added: early, Removed: late}},
		{Moderator{Name: "ben", Added: early, Removed: early}, Moderator{Name: "ben", Added: late}, Moderator{Name: "ben", Added: late}},
		{Apart{Hash{1}, early}, Apart{Hash{1}, late}, Apart{Hash{1}, late}},
		{Known{Key: Hash{2}, First: early, Last: early}, Known{Key: Hash{2}, First: late, Last: late}, Known{Key: Hash{2}, First: early, Last: late}},
		{Known{Hash{4}, early, early, early}, Known{Key: Hash{4}, First: late, Last: late}, Known{Hash{4}, early, late, early}},
		{Block{Hash{3}, Hash{4}, late, late}, Block{Hash{3}, Hash{4}, early, early}, Block{Hash{3}, Hash{4}, late, late}},
		{Memory{Key: Hash{3}, Rules: "a", At: early}, Memory{Key: Hash{3}, At: late}, Memory{Key: Hash{3}, At: late}},
		{Refusal{Hash{1}, late}, Refusal{Hash{1}, early}, Refusal{Hash{1}, late}},
		{Setting{"door", "open", late}, Setting{"door", "closed", early}, Setting{"door", "open", late}},
		{Setting{"motd", "a", early}, Setting{"motd", "", late}, Setting{"motd", "", late}},
		{Tally{Day: "d", Appeals: 1, Reports: map[string]int{"spam": 2}, Waits: []int{1}}, Tally{Day: "d", Reports: map[string]int{"spam": 1, "hate": 1}, Waits: []int{1, 2}},
			Tally{Day: "d", Appeals: 1, Reports: map[string]int{"spam": 2, "hate": 1}, Waits: []int{1, 2}}},
		{Appeal{ID: "A-3", Ban: "B-9"}, Appeal{ID: "A-3", Ban: "B-2", Moved: late}, Appeal{ID: "A-3", Ban: "B-2", Moved: late}},
	} {
		must(t, db.Save(test.a))
		changed, err := db.Merge(0, Event{Records: []Record{test.b}})
		must(t, err)
		same := bytes.Equal(text(test.a), text(test.want))
		if len(changed) == 0 != same || !same && !slices.Equal(text(changed[0]), text(test.want)) {
			t.Errorf("%s and %s: %s, want %s", text(test.a), text(test.b), text(changed), text(test.want))
		}
	}
}

// Join changes all or nothing.
func TestJoinIsAllOrNothing(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	if changed, err := f.DB().Merge(0, Event{Records: []Record{Ban{ID: "B-1"}, Moderator{}}}); err == nil || changed != nil {
		t.Errorf("a record without an id was saved: %v", changed)
	}
	if _, ok, _ := f.DB().Ban("B-1"); ok {
		t.Error("half of it was saved")
	}
}

// clear empties what Join writes.
func (d *DB) clear() error {
	return d.update(func(tx *bolt.Tx) error {
		for _, kind := range kinds {
			if err := tx.DeleteBucket(kind.bucket); err != nil {
				return err
			}
			if _, err := tx.CreateBucket(kind.bucket); err != nil {
				return err
			}
		}
		return nil
	})
}
