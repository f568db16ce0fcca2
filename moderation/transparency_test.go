package moderation

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestTransparency(t *testing.T) {
	h := newHouse(t)
	for i := range 6 {
		filed := h.report("spam", fmt.Sprint("192.0.2.", i), fmt.Sprint("198.51.100.", i))
		h.pass(time.Duration(i+1) * time.Minute)
		h.resolve(filed.ID, ActionWarn)
	}
	if r := h.reports("hate", 11, 12, 13); !r[2].Paused {
		t.Fatal("no pause to count")
	}
	h.resolve(h.report("hate", "192.0.2.1", "198.51.100.99").ID, ActionBan)
	b := want(h.Bans("ann", false))(t)[0]
	must(t, h.AcceptAppeal("ann", want(h.Appeal(b.ID, "please"))(t).ID, "fine"))
	h.pass(400 * day) // counts outlive what they count
	want(h.Sweep(h.now()))(t)
	h.restart()

	got := h.Transparency(start)
	if got.Reports["spam"] != 6 || got.Reports["hate"] != 4 || got.Reports["threat"] != 0 || got.People["warn"] != 6 || got.People["ban"] != 1 ||
		got.Machine["pause 1h"] != 1 || got.Appeals != 1 || got.Decided != 1 || got.Reversed != 1 {
		t.Errorf("%+v", got)
	}
	if len(got.Reports) != len(Categories) {
		t.Errorf("%d categories", len(got.Reports))
	}
	if got.Median == nil || *got.Median != 180 { // of 0, 60, 120 … 360 seconds
		t.Errorf("median %v", got.Median)
	}
	raw := string(want(json.Marshal(got))(t))
	for _, part := range []string{`"spam":6`, `"hate":"\u003c5"`, `"threat":0`, `"ban":"\u003c5"`, `"appeals":"\u003c5"`, `"since":"2026-11-22T00:00:00Z"`} {
		if !strings.Contains(raw, part) {
			t.Errorf("no %s in %s", part, raw)
		}
	}
	later := h.Transparency(start.Add(day))
	if later.Reports["spam"] != 0 || later.Median != nil {
		t.Errorf("of another day: %+v", later)
	}
}

func TestCount(t *testing.T) {
	for n, wanted := range map[Count]string{0: "0", 1: "<5", 4: "<5", 5: "5", 12: "12"} {
		if n.String() != wanted {
			t.Errorf("%d is shown as %s", int(n), n)
		}
	}
}
