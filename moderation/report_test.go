package moderation

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"strangerd/data"
)

func TestReportIsKept(t *testing.T) {
	var told []string
	h := newHouse(t, func(c *DeskConfig) {
		c.Notify = func(id, category string) { told = append(told, id+" "+category) }
	})
	f := h.filing("hate", "192.0.2.1", "192.0.2.2")
	f.Note, f.Languages, f.Rules, f.Omitted = "look at this", []string{"de", "en"}, "v1", 7
	f.Lines = []Line{{Speaker: SpeakerReported, Text: "hello", At: start}, {Speaker: SpeakerReporter, Text: "bye", At: start, Marked: true}}
	filed := h.file(f)
	if !regexp.MustCompile(`^R-[a-z0-9]+$`).MatchString(filed.ID) || len(filed.Receipt) < 16 { // 80 bits of base 32
		t.Errorf("filed %+v", filed)
	}
	for range 2 {
		r := want(h.Report("ann", filed.ID))(t)
		if r.Category != "hate" || r.Status != StatusOpen || r.Created != start || r.Note != f.Note || r.Rules != "v1" || r.Omitted != 7 ||
			!slices.Equal(r.Languages, f.Languages) || !slices.Equal(r.Lines, f.Lines) || r.Subject != f.Reported.String() ||
			r.Reporter != f.Reporter.String() || r.Session != f.ReportedSession {
			t.Errorf("%+v", r)
		}
		h.restart()
	}
	h.wantAudit("ann look " + filed.ID)
	if !slices.Equal(told, []string{filed.ID + " hate"}) {
		t.Errorf("notified: %v", told)
	}
	_, err := h.Report("ann", "R-none")
	wantIs(t, err, ErrUnknown)
}

// No address, no key and no receipt is in the file.
func TestWhatTheFileDoesNotHold(t *testing.T) {
	h := newHouse(t)
	f := h.filing("spam", "192.0.2.1", "192.0.2.2")
	f.Reporter, f.Reported = h.Subject(ip("192.0.2.1"), []byte("the reporter's key")), h.Subject(ip("192.0.2.2"), []byte("the other's key"))
	f.ReporterSession, f.ReportedSession, f.Lines = "S-1", "S-2", nil // which filing made of addresses
	filed := h.file(f)
	h.enter("192.0.2.3", []byte("a canary's key")...)
	must(t, h.saveKnown())
	h.resolve(filed.ID, ActionBan)
	file := h.bytes()
	for _, secret := range []string{"192.0.2", "'s key", filed.Receipt, strings.ToUpper(filed.Receipt)} {
		if bytes.Contains(file, []byte(secret)) {
			t.Errorf("%q is in the file", secret)
		}
	}
}

func (h *house) bytes() []byte {
	h.t.Helper()
	b, err := os.ReadFile(filepath.Join(h.dir, "strangerd.db"))
	must(h.t, err)
	return b
}

func TestFileRefuses(t *testing.T) {
	h := newHouse(t)
	f := h.filing("rudeness", "192.0.2.1", "192.0.2.2")
	_, err := h.File(f)
	wantIs(t, err, ErrCategory)
	f.Category, f.Note = "other", strings.Repeat("x", MaxText+1)
	_, err = h.File(f)
	wantIs(t, err, ErrTooLong)
	f.Note = ""
	h.file(f)
	_, err = h.File(f)
	wantIs(t, err, ErrReported)
	f.ReportedSession, f.Reported = "S-third", h.from("192.0.2.3") // a watcher names the other one
	h.file(f)
}

func TestQuotaOfReports(t *testing.T) {
	for name, by := range map[string]func(h *house, f *Filing){
		"source":  func(*house, *Filing) {},
		"key":     func(h *house, f *Filing) { f.Reporter = h.Subject(ip("10.0.0.1"), []byte("key")) },
		"session": func(h *house, f *Filing) { f.Reporter, f.ReporterSession = Subject{}, "S-one" },
	} {
		h := newHouse(t, func(c *DeskConfig) { c.ReportsPerSource = 3 })
		file := func(against string) error {
			f := h.filing("spam", "192.0.2.1", against)
			by(h, &f)
			_, err := h.File(f)
			return err
		}
		for _, against := range []string{"198.51.100.1", "198.51.100.2", "198.51.100.3"} {
			must(t, file(against))
		}
		h.pass(time.Hour - time.Millisecond)
		h.restart()
		wantIs(t, file("198.51.100.4"), ErrQuota)
		if _, err := h.File(h.filing("spam", "192.0.2.2", "198.51.100.1")); err != nil {
			t.Errorf("%s: somebody else: %v", name, err)
		}
		h.pass(time.Millisecond)
		must(t, file("198.51.100.4"))
	}
}

// Who can't be told apart gets no new quota by coming again, and takes none from
// whoever can be.
func TestQuotaBehindASharedSource(t *testing.T) {
	h := newHouse(t, func(c *DeskConfig) { c.ReportsPerSource = 2 })
	file := func(by string) error { return second(h.File(h.filing("spam", by, "192.0.2.1"))) } // a session of its own
	for range 2 * NobodysShare {
		must(t, file("10.0.0.1"))
	}
	h.pass(time.Hour - time.Millisecond)
	h.restart()
	wantIs(t, file("10.0.0.1"), ErrQuota)
	wantIs(t, file("127.0.0.1"), ErrQuota)
	must(t, file("198.51.100.1"))
	key := h.filing("spam", "10.0.0.1", "192.0.2.1")
	key.Reporter = h.Subject(ip("10.0.0.1"), []byte("key"))
	h.file(key)
	h.pass(time.Millisecond)
	must(t, file("10.0.0.1"))
}

// Reports fill their share of the disk and no more, whatever else is in the file,
// and bans have room.
func TestReportsLeaveRoomForBans(t *testing.T) {
	h := newHouse(t, func(c *DeskConfig) { c.MaxDB, c.ReportsPerSource = 1<<20, 1<<20 })
	h.ban(BanRequest{Network: net("198.51.100.0/24")})
	var list strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&list, "11.%d.%d.%d\n", i>>16, i>>8&255, i&255)
	}
	_, _, err := h.Import("ann", strings.NewReader(list.String()), BanRequest{})
	must(t, err)
	others := len(h.bytes())
	if others < 1<<20 {
		t.Fatalf("%d bytes of bans show nothing", others)
	}
	err = nil
	filed := 0
	for err == nil {
		f := h.filing("spam", "192.0.2.1", "192.0.2.2")
		f.Lines = lines(60, 4<<10, SpeakerReported)
		_, err = h.File(f)
		filed++
	}
	wantIs(t, err, ErrNoRoom)
	if size := len(h.bytes()); size-others > 2<<20 || filed < 20 {
		t.Errorf("%d reports, a file of %d bytes", filed, size)
	}
	h.wantBanned(h.ban(BanRequest{Network: net("203.0.113.0/25")}).ID, "203.0.113.1")
}

func lines(n, size int, speaker string) []Line {
	all := make([]Line, n)
	for i := range all {
		all[i] = Line{Speaker: speaker, Text: strings.Repeat(string(rune('a'+i%26)), size), At: start.Add(time.Duration(i) * time.Second)}
	}
	return all
}

// Row 25: what scrolls away in a flood, and what a flood of long lines hides.
func TestRow25FloodOfLines(t *testing.T) {
	flood := lines(50, 4<<10, SpeakerReported)
	for name, row := range map[string]struct {
		lines   []Line
		omitted int
		shown   int
		whole   []int // of the lines given, those shown whole
		cut     bool
	}{
		"short":             {lines(60, 10, SpeakerReported), 0, 60, []int{0, 59}, false},
		"long chat":         {lines(500, 10, SpeakerReported), 440, 60, []int{0, 9, 450, 499}, false},
		"marked":            {mark(lines(500, 10, SpeakerReported), 200), 439, 61, []int{0, 9, 200, 450, 499}, false},
		"flood at the end":  {slices.Concat(lines(20, 40, SpeakerReported), flood), 10, 60, []int{0, 9}, true},
		"marked in a flood": {mark(slices.Concat(lines(20, 40, SpeakerReported), flood), 30), 10, 60, []int{0, 9, 30}, true},
		"own flood": { // the reporter's words don't push out the other's
			slices.Concat(lines(30, 400, SpeakerReported), lines(30, 4<<10, SpeakerReporter)), 0, 60, []int{0, 29}, true},
		"both flood": {slices.Concat(lines(25, 4<<10, SpeakerReporter), lines(25, 4<<10, SpeakerReported)), 0, 50, nil, true},
		"none":       {nil, 0, 0, nil, false},
	} {
		h := newHouse(t)
		f := h.filing("spam", "192.0.2.1", "192.0.2.2")
		f.Lines = row.lines
		r := want(h.Report("ann", h.file(f).ID))(t)
		bytes, cut, reported := 0, 0, 0
		for _, l := range r.Lines {
			bytes += len(l.Text)
			cut += l.Cut
			if l.Speaker == SpeakerReported {
				reported += len(l.Text)
			}
		}
		if bytes > MaxEvidence || len(r.Lines) != row.shown || r.Omitted != row.omitted || (r.Cut > 0) != row.cut || r.Cut != cut {
			t.Errorf("%s: %d bytes in %d lines, %d omitted, %d and %d cut", name, bytes, len(r.Lines), r.Omitted, r.Cut, cut)
		}
		if name == "both flood" && reported < MaxEvidence*9/10 {
			t.Errorf("%s: %d bytes of the one reported", name, reported)
		}
		for _, i := range row.whole {
			if !slices.Contains(r.Lines, row.lines[i]) {
				t.Errorf("%s: line %d isn't shown whole", name, i)
			}
		}
		if !slices.IsSortedFunc(r.Lines, func(a, b Line) int { return a.At.Compare(b.At) }) && name != "flood at the end" && name != "marked in a flood" && name != "own flood" && name != "both flood" {
			t.Errorf("%s: out of order", name)
		}
	}
}

// Row 25: a line that scrolled away in a flood, and that the reporter still sees, can
// be marked, and is shown first and whole.
func TestRow25MarkedLineBetween(t *testing.T) {
	h := newHouse(t)
	f := h.filing("spam", "192.0.2.1", "192.0.2.2")
	f.Lines = mark(lines(500, 1<<10, SpeakerReported), 200) // what there is room for, they don't fill
	f.Lines[200].Text = strings.Repeat("m", 4<<10)
	marked := f.Lines[200]
	r := want(h.Report("ann", h.file(f).ID))(t)
	if len(r.Lines) != FirstLines+1+LastLines || r.Omitted != 500-len(r.Lines) || r.Lines[FirstLines] != marked {
		t.Errorf("%d lines, %d omitted, and behind the first %+v", len(r.Lines), r.Omitted, r.Lines[FirstLines])
	}
	size := 0
	for _, l := range r.Lines {
		size += len(l.Text)
	}
	if size > MaxEvidence || r.Cut == 0 {
		t.Errorf("%d bytes, %d cut", size, r.Cut)
	}
}

func mark(lines []Line, i int) []Line {
	lines[i].Marked = true
	return lines
}

func TestCutsBetweenCharacters(t *testing.T) {
	for n, wanted := range map[int]string{0: "", 1: "", 2: "é", 3: "é", 5: "é€", 9: "é€x"} {
		if got := upTo("é€x", n); got != wanted {
			t.Errorf("upTo(%d) = %q, want %q", n, got, wanted)
		}
	}
}

func TestSealedEvidence(t *testing.T) {
	failed := error(nil)
	h := newHouse(t, func(c *DeskConfig) {
		c.Seal = func(plain []byte) ([]byte, error) {
			for i := range plain {
				plain[i] ^= 0x55
			}
			return plain, failed
		}
	})
	filed := h.report("spam", "192.0.2.1", "192.0.2.2")
	r := want(h.Report("ann", filed.ID))(t)
	for i := range r.Sealed {
		r.Sealed[i] ^= 0x55
	}
	if len(r.Lines) != 0 || !bytes.Contains(r.Sealed, []byte("words of 192.0.2.2")) || bytes.Contains(h.bytes(), []byte("words of")) {
		t.Errorf("%+v", r)
	}
	failed = errors.New("no recipient")
	_, err := h.File(h.filing("spam", "192.0.2.1", "192.0.2.3"))
	wantIs(t, err, failed)
}

func TestReportKeepsTwoApart(t *testing.T) {
	h := newHouse(t)
	key := func(addr string, k byte) Subject { return h.Subject(ip(addr), []byte{k}) }
	f := h.filing("spam", "192.0.2.1", "192.0.2.2")
	f.Reporter, f.Reported = key("192.0.2.1", 1), key("192.0.2.2", 2)
	h.file(f)
	home := h.filing("spam", "192.0.2.5", "192.0.2.5") // a housemate
	h.file(home)
	nobody := h.filing("spam", "127.0.0.1", "127.0.0.1")
	h.file(nobody)
	for range 2 {
		for _, row := range []struct {
			a, b Subject
			may  bool
		}{
			{key("192.0.2.1", 1), key("192.0.2.2", 2), false},
			{h.from("192.0.2.1"), h.from("192.0.2.2"), false},
			{h.from("192.0.2.2"), h.from("192.0.2.1"), false},
			{key("198.51.100.1", 2), key("198.51.100.2", 1), false},
			{key("198.51.100.1", 1), h.from("192.0.2.2"), false},
			{key("10.0.0.1", 1), key("10.0.0.1", 2), false},
			{h.from("192.0.2.1"), h.from("192.0.2.3"), true},
			{h.from("192.0.2.1"), h.from("192.0.2.1"), true},
			{h.from("192.0.2.5"), h.from("192.0.2.5"), true},
			{h.from("127.0.0.1"), h.from("127.0.0.1"), true},
			{h.from("127.0.0.1"), h.from("192.0.2.1"), true},
		} {
			if h.MayPair(row.a, row.b) != row.may {
				t.Errorf("%v, %v: %v", row.a, row.b, !row.may)
			}
		}
		h.restart()
	}
	h.pass(90*24*time.Hour - time.Millisecond)
	if h.MayPair(h.from("192.0.2.1"), h.from("192.0.2.2")) {
		t.Error("not 90 days, and they may meet")
	}
	h.pass(time.Millisecond)
	if !h.MayPair(h.from("192.0.2.1"), h.from("192.0.2.2")) {
		t.Error("90 days, and they may not meet")
	}
}

// Row 26: what came of a report is told to whoever has the receipt, and to
// nobody else.
func TestRow26OutcomeByReceiptAlone(t *testing.T) {
	h := newHouse(t)
	filed := h.report("spam", "192.0.2.1", "192.0.2.2")
	other := h.report("hate", "192.0.2.1", "192.0.2.2")
	forms := []string{filed.Receipt, strings.ToUpper(filed.Receipt), filed.Receipt[:4] + "-" + filed.Receipt[4:] + " "}
	for _, form := range forms {
		if o := want(h.Case(form))(t); o != (Outcome{Report: filed.ID, Category: "spam", Created: start}) {
			t.Errorf("%q: %+v", form, o)
		}
	}
	for _, wrong := range []string{"", filed.ID, filed.Receipt[1:], filed.Receipt + "0", strings.Repeat("0", receiptSize)} {
		if _, err := h.Case(wrong); !errors.Is(err, ErrReceipt) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	h.pass(time.Minute)
	h.resolve(filed.ID, ActionBan)
	h.restart()
	if o := want(h.Case(filed.Receipt))(t); o.Action != ActionBan || o.Decided != start.Add(time.Minute) {
		t.Errorf("decided: %+v", o)
	}
	if o := want(h.Case(other.Receipt))(t); o.Action != "" {
		t.Errorf("undecided: %+v", o)
	}
}

func TestReportWithoutDisk(t *testing.T) {
	h := newHouse(t)
	h.report("spam", "192.0.2.1", "192.0.2.2")
	before := h.list(StatusAll)
	must(t, h.folder.Close())
	_, err := h.File(h.filing("spam", "192.0.2.1", "192.0.2.3"))
	if err == nil {
		t.Error("filed on no disk")
	}
	list := func() (ids []string) {
		for _, r := range h.find(Filter{Status: StatusAll}) {
			ids = append(ids, r.ID)
		}
		return ids
	}
	if !slices.Equal(list(), []string{before}) || !h.MayPair(h.from("192.0.2.1"), h.from("192.0.2.3")) {
		t.Error("what wasn't saved is in memory")
	}
	for name, err := range map[string]error{
		"resolve": second(h.Resolve("ann", before, Decision{Action: ActionNone, Reason: "why"})),
		"hold":    h.Hold("ann", before, time.Time{}, "why"),
		"motd":    h.SetMotd("ann", "hello"),
		"add":     h.AddModerator("ann", "ben", "ssh-ed25519 AAAA"),
		"note":    h.Note("ann", "broadcast", "", "hello"),
		"look":    second(h.Report("ann", before)),
		"reports": second(h.Reports("ann", Filter{})),
		"queue":   second2(h.Queue("ann")),
		"bans":    second(h.Bans("ann", true)),
		"appeals": second(h.Appeals("ann", true)),
		"list":    second(h.ListModerators("ann")),
		"inside":  second(h.Sessions("ann")),
	} {
		if !errors.Is(err, data.ErrNotSaved) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !slices.Equal(list(), []string{before}) || h.find(Filter{})[0].Status != StatusOpen || h.Motd() != "" || len(h.Moderators()) != 0 {
		t.Error("what wasn't saved is in memory")
	}
	h.open()
}

func second[T any](_ T, err error) error { return err }

func second2[T, U any](_ T, _ U, err error) error { return err }
