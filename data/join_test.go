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
func (t drawn) is() bool { return rapid.Bool().Draw(t.T, "is") }

// all draws one record of each kind. Records of a kind have one id.
func (t drawn) all() (all []Joinable) {
	ban := Ban{ID: "B-1", Created: now, Reason: t.word()}
	if t.is() {
		ban.Lifted = &Lifted{t.when(), t.word(), t.word()}
	}
	report := Report{ID: "R-1", Created: now, Category: t.word(), Mutual: t.word(), Pause: t.word()}
	if t.is() {
		report.Hold = &Hold{t.when(), t.word(), t.word()}
	}
	if t.is() {
		report.Decision = &Decision{At: t.when(), By: t.word(), Action: t.word(), Ban: t.word()}
	}
	appeal := Appeal{ID: "A-1", Created: now, Text: t.word()}
	if t.is() {
		appeal.Answer = &Answer{t.when(), t.word(), t.is(), t.word()}
	}
	return []Joinable{
		ban, report, appeal,
		Evidence{Report: "R-1", Note: t.word()},
		Warning{ID: "W-1", Created: now, Reason: t.word(), Confirmed: t.when()},
		Moderator{Name: "ann", Key: t.word(), By: t.word(), Added: t.when(), Removed: t.when()},
		Apart{Hash{1}, t.when()},
		Known{Hash{2}, t.when(), t.when()},
		Block{Hash{3}, Hash{4}, t.when()},
	}
}

// contents are all that is in a database, as text.
func (d *DB) contents(t testing.TB) string {
	t.Helper()
	var all bytes.Buffer
	note := func(record any) { fmt.Fprintf(&all, "%T %s\n", record, text(record)) }
	must(t, d.EachBan(func(b Ban) { note(b) }))
	must(t, d.EachReport(func(r Report) { note(r) }))
	must(t, d.EachAppeal(func(a Appeal) { note(a) }))
	must(t, d.EachWarning(func(w Warning) { note(w) }))
	must(t, d.EachModerator(func(m Moderator) { note(m) }))
	must(t, d.EachApart(func(a Apart) { note(a) }))
	must(t, d.EachKnown(func(k Known) { note(k) }))
	must(t, d.EachBlock(func(b Block) { note(b) }))
	e, _, err := d.Evidence("R-1")
	must(t, err)
	note(e)
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
		var versions []Joinable
		for range rapid.IntRange(1, 4).Draw(rt, "versions") {
			versions = append(versions, drawn{rt}.all()...)
		}
		for _, v := range versions {
			if _, err := left.Join(v); err != nil {
				rt.Fatal(err)
			}
		}
		again := append(versions, rapid.SliceOfN(rapid.SampledFrom(versions), 0, 5).Draw(rt, "again")...)
		if _, err := right.Join(rapid.Permutation(again).Draw(rt, "order")...); err != nil {
			rt.Fatal(err)
		}
		if l, r := left.contents(t), right.contents(t); l != r {
			rt.Fatalf("one has\n%s\nthe other\n%s", l, r)
		}
		if changed, err := left.Join(versions...); err != nil || len(changed) > 0 {
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
	for _, test := range []struct{ a, b, want Joinable }{
		{Ban{ID: "B-1"}, Ban{ID: "B-1", Lifted: &Lifted{At: late}}, Ban{ID: "B-1", Lifted: &Lifted{At: late}}},
		{Ban{ID: "B-2", Lifted: &Lifted{At: early}}, Ban{ID: "B-2", Lifted: &Lifted{At: late}}, Ban{ID: "B-2", Lifted: &Lifted{At: early}}},
		{Report{ID: "R-1", Decision: &Decision{At: late}}, Report{ID: "R-1", Pause: "B-1", Decision: &Decision{At: early}},
			Report{ID: "R-1", Pause: "B-1", Decision: &Decision{At: late}}},
		{Report{ID: "R-2", Hold: &Hold{Until: early}}, Report{ID: "R-2", Mutual: "R-1", Hold: &Hold{Until: late}},
			Report{ID: "R-2", Mutual: "R-1", Hold: &Hold{Until: late}}},
		{Appeal{ID: "A-1", Answer: &Answer{At: early}}, Appeal{ID: "A-1", Answer: &Answer{At: late, Accepted: true}},
			Appeal{ID: "A-1", Answer: &Answer{At: late, Accepted: true}}},
		{Appeal{ID: "A-2", Answer: &Answer{At: early}}, Appeal{ID: "A-2", Answer: &Answer{At: late}}, Appeal{ID: "A-2", Answer: &Answer{At: early}}},
		{Warning{ID: "W-1"}, Warning{ID: "W-1", Confirmed: late}, Warning{ID: "W-1", Confirmed: late}},
		{Moderator{Name: "ann", Added: early, Removed: late}, Moderator{Name: "ann", Added: late}, Moderator{Name: "ann", Added: early, Removed: late}},
		{Moderator{Name: "ben", Added: early, Removed: early}, Moderator{Name: "ben", Added: late}, Moderator{Name: "ben", Added: late}},
		{Apart{Hash{1}, early}, Apart{Hash{1}, late}, Apart{Hash{1}, late}},
		{Known{Hash{2}, early, early}, Known{Hash{2}, late, late}, Known{Hash{2}, early, late}},
		{Block{Hash{3}, Hash{4}, late}, Block{Hash{3}, Hash{4}, early}, Block{Hash{3}, Hash{4}, late}},
	} {
		must(t, db.Save(test.a))
		changed, err := db.Join(test.b)
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
	if changed, err := f.DB().Join(Ban{ID: "B-1"}, Moderator{}); err == nil || changed != nil {
		t.Errorf("a record without an id was saved: %v", changed)
	}
	if _, ok, _ := f.DB().Ban("B-1"); ok {
		t.Error("half of it was saved")
	}
}

// clear empties what Join writes.
func (d *DB) clear() error {
	return d.update(func(tx *bolt.Tx) error {
		for _, bucket := range [][]byte{bans, reports, evidence, appeals, warnings, moderators, apart, known, blocks} {
			if err := tx.DeleteBucket(bucket); err != nil {
				return err
			}
			if _, err := tx.CreateBucket(bucket); err != nil {
				return err
			}
		}
		return nil
	})
}
