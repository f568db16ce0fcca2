package data

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

func TestSaveIsAllOrNothing(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	db := f.DB()
	must(t, db.Save(Ban{ID: "B-1"}))
	if err := db.Save(Ban{ID: "B-2"}, Moderator{Name: ""}); err == nil { // bbolt takes no empty key
		t.Fatal("a record without an id was saved")
	}
	if _, ok, _ := db.Ban("B-2"); ok {
		t.Error("half of it was saved")
	}
	if _, ok, _ := db.Ban("B-1"); !ok {
		t.Error("what was there is gone")
	}
}

func TestRecordsComeBack(t *testing.T) {
	hash := Hash{1, 2, 31: 3}
	subject := Subject{Source: hash, Key: Hash{4}, Wider: [2]Hash{{5}, {6}}, V6: true}
	ban := Ban{
		ID: "B-1", Created: now, Until: now.Add(time.Hour), Category: "spam", Reason: "why", By: "ann", Machine: true, Report: "R-1",
		Target: Target{Source: hash, Key: hash, Wider: hash, Bits: 24, Network: netip.MustParsePrefix("192.0.2.0/24")},
		Lifted: &Lifted{At: now, By: "ben", Reason: "why"},
	}
	report := Report{
		ID: "R-1", Created: now, Category: "spam", Reporter: subject, Subject: subject, ReporterSession: "S-1", SubjectSession: "S-2",
		Chat: "chat", BothSpoke: true, Languages: []string{"de"}, Rules: "v1", Receipt: hash, Mutual: "R-2", Pause: "B-1",
		Hold:     &Hold{Until: now, By: "ann", Reason: "why", At: now},
		Decision: &Decision{At: now, By: "ann", Action: "ban", Reason: "why", Ban: "B-1", With: "R-2"},
	}
	evidence := Evidence{
		Report: "R-1", Note: "note", Omitted: 1, Cut: 2, Sealed: []byte{0, 255},
		Lines: []Line{{Speaker: "reported", Text: "<héllo>\x00", At: now, Marked: true, Cut: 2}},
	}
	appeal := Appeal{ID: "A-1", Ban: "B-1", Created: now, Text: "text", Moved: now, Answer: &Answer{At: now, By: "ann", Accepted: true, Reason: "why"}}
	warning := Warning{ID: "W-1", Kind: "warn", To: subject, Session: "S-1", Category: "spam", Reason: "why", Created: now}
	confirmed := Warning{ID: "W-2", Kind: "warn", To: subject, Reason: "why", Created: now, Confirmed: now}
	actions := []Action{{Event: EventID{1}, At: now, By: "ann", Do: "ban", On: "B-1", Why: "why"}, {Event: EventID{1}, Index: 1, At: now, By: "ben"}, {Event: EventID{2}, At: now, By: "cem"}}
	moderator := Moderator{Name: "ben", Key: "ssh-ed25519 AAAA", Added: now, By: "ann", Removed: now}
	tally := Tally{Day: "2026-11-22", Node: "a", Reports: map[string]int{"spam": 1}, People: map[string]int{"ban": 1}, Machine: map[string]int{"pause": 1}, Waits: []int{1, 2}, Appeals: 1, Decided: 2, Reversed: 3}
	both := Apart{Both: hash, Until: now}
	key := Known{Key: hash, First: now, Last: now.Add(time.Hour), Forgot: now}
	memory := Memory{Key: hash, Interests: []string{"go", "Café"}, Languages: []string{"de"}, OnlyLanguages: true, Rules: "v1", Accepted: now, BellOff: true, At: now.Add(time.Minute)}
	quiet := Memory{Key: Hash{7}, BellOff: true}
	block := Block{Owner: hash, Other: Hash{8}, Until: now, At: now.Add(time.Minute)}

	dir := newFolder(t, func(db *DB) {
		must(t, db.Save(ban, report, evidence, appeal, warning, confirmed, actions[0], actions[1], moderator, tally, both, key, memory, quiet, Memory{Key: Hash{9}}, block, Setting{"door", "known", now}))
		must(t, db.Save(actions[2]))
	})
	f := mustOpen(t, dir)
	defer mustClose(t, f)
	db := f.DB()
	wantAll(t, db.EachBan, ban)
	wantAll(t, db.EachReport, report)
	wantAll(t, db.EachAppeal, appeal)
	wantAll(t, db.EachWarning, warning, Warning{ID: "W-2", Created: now, Confirmed: now}) // of which nothing else is left
	wantAll(t, db.EachAction, actions...)
	wantAll(t, db.EachModerator, moderator)
	wantAll(t, db.EachTally, tally)
	wantAll(t, db.EachApart, both)
	wantAll(t, db.EachKnown, key)
	wantAll(t, db.EachMemory, memory, quiet) // one that says nothing is not kept
	if got, err := db.Blocks(hash); err != nil || !reflect.DeepEqual(got, []Block{block}) {
		t.Errorf("blocks %+v, %v", got, err)
	}
	if got, ok, err := db.Evidence("R-1"); !ok || err != nil || !reflect.DeepEqual(got, evidence) {
		t.Errorf("%+v, %v, %v", got, ok, err)
	}
	if got, err := db.Setting("door"); got != (Setting{"door", "known", now}) || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := db.Setting("none"); got.Value != "" || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func wantAll[T any](t *testing.T, each func(func(T)) error, wanted ...T) {
	t.Helper()
	var got []T
	must(t, each(func(record T) { got = append(got, record) }))
	if !reflect.DeepEqual(got, wanted) {
		t.Errorf("%+v\nwant %+v", got, wanted)
	}
}

// What nobody set takes no room in the file.
func TestSmallRecord(t *testing.T) {
	raw, err := json.Marshal(Ban{ID: "B-1", Created: now, Reason: "list", Target: Target{Network: netip.MustParsePrefix("192.0.2.0/24")}})
	must(t, err)
	if want := `{"id":"B-1","target":{"network":"192.0.2.0/24"},"created":"2026-11-22T12:00:00Z","reason":"list"}`; string(raw) != want {
		t.Errorf("%s", raw)
	}
}

func TestUnreadableRecord(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	must(t, f.DB().update(func(tx *bolt.Tx) error {
		return tx.Bucket(reports).Put([]byte("R-1"), []byte(`{"category": a canary}`))
	}))
	err := f.DB().EachReport(func(Report) { t.Error("it was read") })
	wantError(t, err, "1 of the records in reports can't be read")
	if n, err := f.DB().Sweep(now, Ended{Report: func(Report) bool { return true }}); n != 0 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	must(t, f.Close())
	wantError(t, Check(f.path(databaseName)), "1 of the records in reports can't be read")
}

// An error that may reach a log tells nobody's keyed hash.
func TestUnreadableRecordsAreNotNamed(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	db := f.DB()
	ruin := func(bucket []byte) {
		must(t, db.update(func(tx *bolt.Tx) error {
			return errors.Join(tx.Bucket(bucket).Put(alice[:], []byte{255}), tx.Bucket(bucket).Put(bob[:], []byte{255}))
		}))
	}
	for _, bucket := range [][]byte{apart, known, memories, blocks} {
		ruin(bucket)
	}
	for bucket, err := range map[string]error{
		"apart":    db.EachApart(func(Apart) {}),
		"known":    db.EachKnown(func(Known) {}),
		"memories": db.EachMemory(func(Memory) {}),
		"blocks":   db.EachBlock(func(Block) {}),
	} {
		wantNameless(t, err, alice, "2 of the records in "+bucket+" can't be read")
	}
	_, err := db.Memory(alice)
	wantNameless(t, err, alice, "1 of the records in memories can't be read")
	_, err = db.Blocks(alice)
	wantNameless(t, err, alice, "1 of the records in blocks can't be read")
	must(t, f.Close())
	err = Check(f.path(databaseName))
	if err == nil || strings.Count(err.Error(), "2 of the records in ") != 4 {
		t.Errorf("the check says %v", err)
	}
	wantUnnamed(t, err, alice)
}

// wantNameless expects an error that names no hash.
func wantNameless(t *testing.T, err error, hash Hash, part string) {
	t.Helper()
	wantError(t, err, part)
	wantUnnamed(t, err, hash)
}

func wantUnnamed(t *testing.T, err error, hash Hash) {
	t.Helper()
	for _, format := range []string{"%s", "%x", "%q", "%v"} {
		if name := fmt.Sprintf(format, hash[:]); strings.Contains(err.Error(), strings.Trim(name, `"[]`)) {
			t.Errorf("%q names %x", err, hash)
		}
	}
}

func TestSweepTakesEvidenceAlong(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	db := f.DB()
	must(t, db.Save(Report{ID: "R-1"}, Evidence{Report: "R-1"}, Report{ID: "R-2"}, Evidence{Report: "R-2"}))
	n, err := db.Sweep(now, Ended{Report: func(r Report) bool { return r.ID == "R-1" }})
	if n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	for id, kept := range map[string]bool{"R-1": false, "R-2": true} {
		_, report, _ := db.Report(id)
		_, evidence, _ := db.Evidence(id)
		if report != kept || evidence != kept {
			t.Errorf("%s: report %v, evidence %v", id, report, evidence)
		}
	}
}

func TestReportBytes(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	db := f.DB()
	used := func() int64 {
		t.Helper()
		n, err := db.ReportBytes()
		must(t, err)
		return n
	}
	before := used()
	for i := range 50 {
		must(t, db.Save(Evidence{Report: "R-1" + string(rune('a'+i)), Note: string(make([]byte, 2000))}))
	}
	full := used()
	if full < before+50*2000 || full > before+50*16000 {
		t.Errorf("%d bytes in use before, %d after", before, full)
	}
	for i := range 50 {
		must(t, db.Save(Ban{ID: "B-1" + string(rune('a'+i)), Reason: string(make([]byte, 2000))}))
	}
	if with := used(); with != full {
		t.Errorf("bans take %d bytes of what reports may", with-full)
	}
	must(t, db.update(func(tx *bolt.Tx) error {
		if err := tx.DeleteBucket(evidence); err != nil {
			return err
		}
		_, err := tx.CreateBucket(evidence)
		return err
	}))
	if after := used(); after > full/2 {
		t.Errorf("%d bytes in use after all was removed, %d before", after, full)
	}
}

// A database of the version before moderation opens as one of today.
func TestOpenFromVersionOne(t *testing.T) {
	dir := newFolder(t, func(db *DB) {
		mustRefuse(t, db, alice, now)
		must(t, db.update(func(tx *bolt.Tx) error {
			for _, kind := range kinds {
				if kind.since > 1 {
					must(t, tx.DeleteBucket(kind.bucket))
				}
			}
			return tx.Bucket(identity).Put(versionKey, []byte{7: 1})
		}))
	})
	f := mustOpen(t, dir)
	defer mustClose(t, f)
	wantRefused(t, f.DB(), alice, now)
	must(t, f.DB().Save(Ban{ID: "B-1"}))
}
