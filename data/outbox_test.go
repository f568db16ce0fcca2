package data

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"
)

// What an event says is the same after a journey, whatever it is.
func TestPackedEvent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		e := Event{ID: EventID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(rt, "id"))}
		for range rapid.IntRange(0, 2).Draw(rt, "times") {
			e.Records = append(e.Records, drawn{rt}.all()...)
		}
		e.Records = slices.DeleteFunc(e.Records, func(r Record) bool { return len(r.value()) == 0 })
		got, err := UnpackEvent(e.Pack())
		if err != nil || got.ID != e.ID || !bytes.Equal(text(got.Records), text(e.Records)) {
			rt.Fatalf("%+v, %v, want %+v", got, err, e)
		}
	})
}

// A record of a kind that a later version has is left out, and what can't be a record of its
// id, or is too large, is refused.
func TestUnpackEvent(t *testing.T) {
	head := append([]byte{eventForm}, make([]byte, 16)...)
	record := func(b []byte, kind, id, value string) []byte {
		return packText(packText(packText(bytes.Clone(b), kind), id), value)
	}
	ban := string(Ban{ID: "B-1", Reason: "why"}.value())
	later := record(record(head, "later", "x", "y"), "bans", "B-1", ban)
	if e, err := UnpackEvent(later); err != nil || len(e.Records) != 1 {
		t.Errorf("%+v, %v", e, err)
	}
	for name, packed := range map[string][]byte{
		"nothing":     nil,
		"form":        append([]byte{eventForm + 1}, head[1:]...),
		"short":       head[:10],
		"cut":         later[:len(later)-1],
		"no id":       record(head, "bans", "", ban),
		"another id":  record(head, "appeals", "A-2", `{"id":"A-1"}`),
		"no record":   record(head, "bans", "B-1", "junk"),
		"long id":     record(head, "bans", string(make([]byte, bolt.MaxKeySize+1)), ban),
		"much":        record(head, "later", "x", string(make([]byte, MaxEvent))),
		"long length": append(bytes.Clone(head), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1),
	} {
		if e, err := UnpackEvent(packed); err == nil {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// Whatever another machine sends, it is refused or can be saved.
func FuzzUnpackEvent(f *testing.F) {
	records := []Record{
		Ban{ID: "B-1"}, Evidence{Report: "R-1", Lines: []Line{{Text: "hello"}}}, Known{Key: alice}, Block{Owner: alice, Other: bob},
		Setting{Name: "door"}, Action{By: "ann"}, Report{ID: "R-1", Hold: &Hold{}}, Refusal{Source: bob, Until: now},
		Memory{Key: alice, Rules: "v1", At: now}, Tally{Day: "2026-11-22", Waits: []int{1}}, Moderator{Name: "ann"},
	}
	for i := range records {
		f.Add(Event{ID: EventID{byte(i)}, Records: records[:i+1]}.Pack())
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		e, err := UnpackEvent(packed)
		if err != nil {
			return
		}
		again, err := UnpackEvent(e.Pack())
		if err != nil || again.ID != e.ID || len(again.Records) > len(e.Records) {
			t.Errorf("%+v became %+v, %v", e, again, err)
		}
		for _, r := range e.Records {
			if n := len(r.id()); n == 0 || n > bolt.MaxKeySize {
				t.Errorf("%+v has an id of %d bytes", r, n)
			}
		}
	})
}

// What was saved for others waits, in its order and over a restart, until it was sent.
func TestOutbox(t *testing.T) {
	dir := t.TempDir()
	f := mustOpen(t, dir)
	ids := EventIDs{Start: 7}
	var events []Event
	for _, id := range []string{"B-1", "B-2", "B-3"} {
		events = append(events, ids.Events(now, []Record{Ban{ID: id, Created: now}})...)
	}
	must(t, f.DB().SaveEvent(Event{ID: EventID{1}, Records: []Record{Ban{ID: "B-0", Created: now}}})) // while there are no others
	must(t, f.DB().Enter(7))
	must(t, f.DB().SaveEvent(events[0]))
	must(t, f.DB().SaveEvent(events[1], events[2]))
	mustClose(t, f)

	f = mustOpen(t, dir)
	defer mustClose(t, f)
	db := f.DB()
	wantOutbox := func(most int, wanted ...Event) {
		t.Helper()
		got, err := db.Outbox(most)
		if err != nil || !reflect.DeepEqual(got, wanted) {
			t.Errorf("%+v, %v, want %+v", got, err, wanted)
		}
	}
	wantOutbox(2, events[:2]...)
	wantOutbox(9, events...)
	must(t, db.Sent(events[1].ID))
	wantOutbox(9, events[0], events[2])
	if n, err := db.InOutbox(); n != 2 || err != nil {
		t.Errorf("%d wait, %v", n, err)
	}
	if _, ok, _ := db.Ban("B-2"); !ok {
		t.Error("a record went with its event")
	}
	large := Event{ID: ids.Next(now), Records: []Record{Evidence{Report: "R-1", Note: string(make([]byte, MaxEvent))}}}
	if err := db.SaveEvent(large); err == nil {
		t.Error("an event was saved that nobody else takes")
	}
	if _, ok, _ := db.Evidence("R-1"); ok {
		t.Error("half of it was saved")
	}
	_, _, err := db.Compact()
	must(t, err)
	wantOutbox(9, events[0], events[2])
	must(t, db.Sent(events[0].ID, events[2].ID))
	must(t, db.unban("B-0", Lifted{At: now, By: "db", Reason: "why"}))
	if n, err := db.InOutbox(); n != 1 || err != nil {
		t.Errorf("%d wait of what was lifted without the server, %v", n, err)
	}
}

// How far this machine is in a stream is known after a restart. Another stream begins anew,
// and who parts forgets what it would have told.
func TestStream(t *testing.T) {
	dir := t.TempDir()
	f := mustOpen(t, dir)
	db := f.DB()
	want := func(wanted Stream) {
		t.Helper()
		if got, err := db.Stream(); err != nil || got != wanted {
			t.Errorf("%+v, %v, want %+v", got, err, wanted)
		}
	}
	want(Stream{})
	_, err := db.Merge(3, Event{})
	must(t, err)
	want(Stream{}) // of no stream there is no position
	must(t, db.Enter(7))
	for _, position := range []uint64{3, 0, 2} {
		_, err = db.Merge(position, Event{Records: []Record{Ban{ID: "B-1", Created: now}}})
		must(t, err)
	}
	want(Stream{7, 3, false})
	must(t, db.Told(6))
	want(Stream{7, 3, false})
	must(t, db.Told(7))
	mustClose(t, f)

	f = mustOpen(t, dir)
	db = f.DB()
	want(Stream{7, 3, true})
	must(t, db.Enter(8))
	want(Stream{ID: 8})
	must(t, db.SaveEvent(Event{ID: EventID{1}, Records: []Record{Ban{ID: "B-2", Created: now}}}))
	must(t, db.Part())
	want(Stream{})
	if n, err := db.InOutbox(); n != 0 || err != nil {
		t.Errorf("%d wait, %v", n, err)
	}
	if _, ok, _ := db.Ban("B-2"); !ok {
		t.Error("a record went with its event")
	}
	must(t, db.Part())
	mustClose(t, f)
}

// Page by page all records are read, whatever the size of a page.
func TestPage(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	db := f.DB()
	all := []Record{
		Ban{ID: "B-1", Created: now}, Ban{ID: "B-2", Created: now}, Ban{ID: "B-3", Created: now},
		Report{ID: "R-1", Created: now}, Setting{Name: "door", Value: "open", At: now}, Refusal{bob, now},
	}
	must(t, db.Save(all...))
	must(t, db.update(func(tx *bolt.Tx) error { return tx.Bucket(bans).Put([]byte("B-4"), []byte("junk")) }))
	for _, size := range []int{1, 50, 1 << 20} {
		var got []Record
		pages := 0
		for mark := (Bookmark{}); ; pages++ {
			page, next, err := db.Page(mark, size)
			must(t, err)
			if len(page) == 0 {
				break
			}
			got, mark = append(got, page...), next
		}
		if !reflect.DeepEqual(got, all) || size == 1 && pages != len(all) || size > 1<<10 && pages != 1 {
			t.Errorf("%d pages: %+v", pages, got)
		}
	}
	must(t, db.update(func(tx *bolt.Tx) error { return tx.Bucket(bans).Delete([]byte("B-4")) }))
}
