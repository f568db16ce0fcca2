package moderation

import (
	"fmt"
	"testing"
	"time"
)

// flag has a pattern find words of somebody.
func (h *house) flag(category, of string) error {
	f := h.filing(category, "192.0.2.1", of)
	f.Note = "pyramids"
	f.Lines[0].Marked = true
	return h.Flag(f)
}

// A flag is a report in the queue that nobody made: it counts for no pause, weighs on
// nobody and keeps nobody apart.
func TestFlag(t *testing.T) {
	h := newHouse(t)
	must(t, h.flag("spam", bad))
	h.pass(time.Second)
	h.reports("spam", 1, 2)
	h.wantPaused(time.Time{})
	list := want(h.Reports("ann", Filter{Lines: true}))(t)
	if len(list) != 3 {
		t.Fatalf("%d reports", len(list))
	}
	r := list[0]
	if !r.Machine || r.Reporter != "machine" || r.Note != "pyramids" || len(r.Lines) != 1 || !r.Lines[0].Marked || r.Earlier != 2 {
		t.Errorf("the flag is %+v", r)
	}
	if list[1].Machine {
		t.Error("a report is a flag")
	}
	h.wantAudit("machine flag " + r.ID + ": pyramids")
	if s := h.Desk.Stats(); s.Flags["spam"] != 1 || s.Reports["spam"] != 2 {
		t.Errorf("counted %v and %v", s.Flags, s.Reports)
	}
	h.restart()
	h.resolve(r.ID, ActionWarn)
	if shown := want(h.Report("ann", r.ID))(t); !shown.Machine || shown.Status != StatusResolved {
		t.Errorf("after a restart it is %+v", shown)
	}
	wantIs(t, h.flag("nonsense", bad), ErrCategory)
}

// The machine buries nothing that people report.
func TestFlagsAreFew(t *testing.T) {
	h := newHouse(t)
	f := h.filing("spam", "192.0.2.1", bad)
	must(t, h.Flag(f))
	wantIs(t, h.Flag(f), ErrReported) // of the same chat
	for range FlagsPerPerson - 1 {
		must(t, h.flag("spam", bad))
	}
	wantIs(t, h.flag("spam", bad), ErrQuota)
	for i := FlagsPerPerson; i < FlagsAnHour; i++ {
		must(t, h.flag("underage", fmt.Sprintf("198.51.%d.%d", i/100, i%100)))
	}
	wantIs(t, h.flag("spam", "198.51.100.200"), ErrQuota)
	filed := h.report("underage", "192.0.2.1", "192.0.2.2")
	if first := want(h.Reports("ann", Filter{}))(t)[0]; first.ID != filed.ID {
		t.Errorf("what a person reported comes after what the machine did: %+v", first)
	}
	h.file(h.filing("spam", "127.0.0.1", "127.0.0.1")) // who can't be told apart may report as before
	h.pass(time.Hour)
	must(t, h.flag("spam", bad))
}

// What the machine has enough of isn't prepared, however often it is said.
func TestFlagsBeyondTheirQuotaCostNothing(t *testing.T) {
	sealed := 0
	h := newHouse(t, func(c *DeskConfig) {
		c.Seal = func(plain []byte) ([]byte, error) { sealed++; return plain, nil }
	})
	for range FlagsPerPerson {
		must(t, h.flag("spam", bad))
	}
	for range 100 {
		wantIs(t, h.flag("spam", bad), ErrQuota)
	}
	if sealed != FlagsPerPerson {
		t.Errorf("evidence was sealed %d times for %d flags", sealed, FlagsPerPerson)
	}
}

// Half of the room for reports is people's.
func TestFlagsLeaveRoom(t *testing.T) {
	h := newHouse(t, func(c *DeskConfig) { c.MaxDB = 5 * MaxEvidence })
	var err error
	for i := 0; err == nil && i < 50; i++ {
		err = h.flag("spam", fmt.Sprintf("198.51.100.%d", i))
	}
	wantIs(t, err, ErrNoRoom)
	h.report("spam", "192.0.2.1", "192.0.2.2")
}
