package moderation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"strangerd/data"
)

// However reports come and go, who looks for somebody's finds them all, and no others.
func TestReportsAreFound(t *testing.T) {
	h := newHouse(t, func(c *DeskConfig) { c.Threshold, c.ReportsPerSource = 0, 1<<20 })
	random := rand.New(rand.NewPCG(1, 2))
	somebody := func() Subject {
		var key []byte
		if n := random.IntN(8); n < 4 {
			key = []byte{byte(n)}
		}
		return h.Subject(ip(fmt.Sprintf("%s.0.0.%d", []string{"192", "10"}[random.IntN(2)], random.IntN(4))), key)
	}
	var ids []string
	for range 300 {
		f := h.filing("spam", "192.0.2.1", "192.0.2.2")
		f.Reporter, f.Reported = somebody(), somebody()
		ids = append(ids, h.file(f).ID)
		h.pass(time.Minute)
		switch random.IntN(10) {
		case 0, 1, 2, 3, 4:
			h.Resolve("ann", ids[random.IntN(len(ids))], Decision{Action: ActionNone, Reason: "because"})
		case 5:
			h.pass(5 * 24 * time.Hour)
			must(t, second(h.Sweep(h.clock.Now())))
		case 6:
			h.restart()
		}
		who := somebody()
		var by, against []*data.Report
		chats := 0
		for _, r := range h.Desk.reports {
			if r.Reporter.Is(who) {
				by = append(by, r)
			}
			if r.Subject.Is(who) {
				against = append(against, r)
			}
			if !slices.Contains(slices.Collect(h.index.chats[r.Chat].all), r.ID) {
				t.Fatalf("%s isn't found by its chat", r.ID)
			}
			chats++
		}
		wantSame(t, "by", slices.Collect(h.each(h.index.by, who)), by)
		wantSame(t, "against", slices.Collect(h.each(h.index.against, who)), against)
		if len(h.index.chats) != chats {
			t.Fatalf("%d chats are kept, of %d reports", len(h.index.chats), chats)
		}
	}
}

func wantSame(t *testing.T, what string, got, want []*data.Report) {
	t.Helper()
	ids := func(all []*data.Report) string {
		var ids []string
		for _, r := range all {
			ids = append(ids, r.ID)
		}
		slices.Sort(ids)
		return strings.Join(ids, " ")
	}
	if ids(got) != ids(want) {
		t.Fatalf("%s: found are %q, not %q", what, ids(got), ids(want))
	}
}

// A file that is full isn't looked through for each report that comes, and takes reports
// again once some are gone.
func TestRoomForReportsAgain(t *testing.T) {
	h := newHouse(t, func(c *DeskConfig) { c.MaxDB, c.ReportsPerSource, c.Retain = 256<<10, 1<<20, time.Hour })
	report := func() error {
		f := h.filing("spam", "192.0.2.1", "192.0.2.2")
		f.Lines = lines(60, 4<<10, SpeakerReported)
		return second(h.File(f))
	}
	full := error(nil)
	for range 1000 {
		if full = report(); full != nil {
			break
		}
	}
	wantIs(t, full, ErrNoRoom)
	looked := h.asked
	h.pass(askAgain / 2)
	wantIs(t, report(), ErrNoRoom)
	if h.asked != looked {
		t.Error("a file that was full a moment ago is looked through again")
	}
	h.pass(askAgain)
	wantIs(t, report(), ErrNoRoom)
	if h.asked == looked {
		t.Error("a file that was full is not looked through again")
	}
	for id := range strings.FieldsSeq(h.list(StatusOpen)) {
		h.resolve(id, ActionNone)
	}
	h.pass(time.Hour)
	must(t, second(h.Sweep(h.clock.Now())))
	must(t, report())
}
