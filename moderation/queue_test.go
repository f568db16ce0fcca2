package moderation

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func wantTaken(t testing.TB, err error, by string, action Action) {
	t.Helper()
	taken := new(ErrTaken)
	if !errors.As(err, &taken) || taken.By != by || taken.Action != string(action) {
		t.Errorf("error %v, want taken by %s, %s", err, by, action)
	}
}

func TestNoCaseIsDecidedTwice(t *testing.T) {
	h := newHouse(t)
	id := h.report("spam", "192.0.2.1", "192.0.2.2").ID
	b := h.resolve(id, ActionBan)
	for range 2 {
		_, err := h.Resolve("ben", id, Decision{Action: ActionNone, Reason: "I disagree"})
		wantTaken(t, err, "ann", ActionBan)
		if !strings.Contains(err.Error(), id) || !strings.Contains(err.Error(), "2026-11-22T12:00:00Z") {
			t.Errorf("%v", err)
		}
		wantTaken(t, h.Take("ben", id), "ann", ActionBan)
		h.restart()
	}
	h.wantBanned(b.ID, "192.0.2.2")
	h.wantAudit("ann resolve ban " + id + ": because")
	h.wantAudit("ann ban " + b.ID + " " + id + ": because")
}

func TestManyModeratorsOneDecision(t *testing.T) {
	h := newHouse(t)
	id := h.report("spam", "192.0.2.1", "192.0.2.2").ID
	var decided atomic.Int32
	var all sync.WaitGroup
	for _, by := range []string{"ann", "ben", "cem", "dan"} {
		all.Go(func() {
			if _, err := h.Resolve(by, id, Decision{Action: ActionBan, Reason: "why"}); err == nil {
				decided.Add(1)
			}
		})
	}
	all.Wait()
	if list := want(h.Bans("ann", true))(t); decided.Load() != 1 || len(list) != 1 {
		t.Errorf("%d decisions, %d bans", decided.Load(), len(list))
	}
}

func TestTake(t *testing.T) {
	h := newHouse(t)
	id := h.report("spam", "192.0.2.1", "192.0.2.2").ID
	resolve := func(by string) error {
		_, err := h.Resolve(by, id, Decision{Action: ActionWarn, Reason: "why"})
		return err
	}
	must(t, h.Take("ann", id))
	must(t, h.Take("ann", id))
	wantTaken(t, h.Take("ben", id), "ann", "")
	wantTaken(t, resolve("ben"), "ann", "")
	if r := want(h.Report("ben", id))(t); r.TakenBy != "ann" {
		t.Errorf("taken by %q", r.TakenBy)
	}
	h.PutBack("ben", id)
	wantTaken(t, h.Take("ben", id), "ann", "")
	h.PutBack("ann", id)
	must(t, h.Take("ben", id))
	h.pass(TakenFor)
	must(t, h.Take("ann", id)) // ben fell asleep
	must(t, resolve("ann"))
	wantIs(t, h.Take("ann", "R-none"), ErrUnknown)
}

func TestResolveRefuses(t *testing.T) {
	h := newHouse(t)
	id := h.report("spam", "192.0.2.1", "192.0.2.2").ID
	shared := h.report("spam", "192.0.2.1", "127.0.0.1").ID
	for _, row := range []struct {
		id       string
		decision Decision
		want     error
	}{
		{id, Decision{Action: "hang", Reason: "why"}, ErrAction},
		{id, Decision{Action: ActionNone}, ErrReason},
		{id, Decision{Action: ActionNone, Reason: strings.Repeat("x", MaxText+1)}, ErrTooLong},
		{id, Decision{Action: ActionBan, Reason: "why", For: Forever}, ErrForever},
		{shared, Decision{Action: ActionBan, Reason: "why", Wider: 24}, errWiderShared},
		{"R-none", Decision{Action: ActionNone, Reason: "why"}, ErrUnknown},
	} {
		_, err := h.Resolve("ann", row.id, row.decision)
		wantIs(t, err, row.want)
	}
	_, err := h.Resolve("ann", id, Decision{Action: ActionBan, Reason: "why", Wider: 24})
	asked(t, err)
	if open, _, _ := h.Counts(); open != 2 {
		t.Errorf("%d cases are open", open)
	}
}

func TestBanOfAReportDecidesIt(t *testing.T) {
	h := newHouse(t)
	id := h.report("spam", "192.0.2.1", "192.0.2.2").ID
	b := want(h.Desk.Ban("ann", BanRequest{Report: id, Reason: "why", For: time.Hour, Category: "threat", Wider: 24, Yes: true}))(t)
	h.wantBanned(b.ID, "192.0.2.9")
	if r := want(h.Report("ann", id))(t); r.Status != StatusResolved || r.Decision.Ban != b.ID {
		t.Errorf("%+v", r)
	}
	if b.Category != "threat" {
		t.Errorf("banned for %s, not for the category that was named", b.Category)
	}
	again := want(h.Desk.Ban("ann", BanRequest{Report: id, Reason: "more", For: 2 * time.Hour}))(t)
	h.wantBanned(again.ID, "192.0.2.2")
	if again.Category != "spam" {
		t.Errorf("banned for %s, not for the report's category", again.Category)
	}
	network := want(h.Desk.Ban("ann", BanRequest{Network: net("203.0.113.128/25"), Reason: "why"}))(t)
	h.wantBanned(network.ID, "203.0.113.129")
}

// A decided report that somebody is banned for is decided so, for its reporter too.
func TestBanOfADecidedReport(t *testing.T) {
	h := newHouse(t)
	filed := h.report("spam", "192.0.2.1", "192.0.2.2")
	h.resolve(filed.ID, ActionNone)
	b := h.banReport(filed.ID, time.Hour)
	for range 2 {
		r := want(h.Report("ann", filed.ID))(t)
		if r.Decision.Action != string(ActionBan) || r.Decision.Ban != b.ID || h.weight(h.from("192.0.2.1")) != 1 {
			t.Errorf("%+v", r.Decision)
		}
		if o := want(h.Case(filed.Receipt))(t); o.Action != ActionBan {
			t.Errorf("the reporter is told %s", o.Action)
		}
		h.restart()
	}
	_, err := h.Desk.Ban("ann", BanRequest{Report: filed.ID, Session: "S-1", Reason: "why"})
	wantIs(t, err, errTargets)
	_, err = h.Desk.Ban("ann", BanRequest{Report: "R-none", Reason: "why"})
	wantIs(t, err, ErrUnknown)
}

// Row 20: whatever is done with one of two mutual reports is done with the case.
func TestRow20MutualReportsAreOneCase(t *testing.T) {
	h := newHouse(t)
	f := h.filing("harassment", "192.0.2.1", "192.0.2.2")
	one := h.file(f).ID
	must(t, h.Take("ann", one))
	h.pass(time.Second)
	two := h.file(back(f)).ID // comes while ann looks at the first
	wantTaken(t, h.Take("ben", two), "ann", "")
	for _, id := range []string{one, two} {
		wantTaken(t, h.Hold("ben", id, time.Time{}, "why"), "ann", "")
		wantTaken(t, second(h.Resolve("ben", id, Decision{Action: ActionNone, Reason: "why"})), "ann", "")
		wantTaken(t, second(h.Desk.Ban("ben", BanRequest{Report: id, Reason: "why"})), "ann", "")
	}
	wantLists := func(queue, open, held string) { // the lists are of reports, the queue is of cases
		t.Helper()
		for range 2 {
			if h.list(StatusOpen) != open || h.list(StatusHeld) != held {
				t.Errorf("open: %s, held: %s; want %s and %s", h.list(StatusOpen), h.list(StatusHeld), open, held)
			}
			if o, k, _ := h.Counts(); o != len(strings.Fields(open)) || k != len(strings.Fields(held)) {
				t.Errorf("%d open, %d held", o, k)
			}
			cases, _, err := h.Queue("ann")
			must(t, err)
			if got := fmt.Sprint(cases); len(cases) != len(nonempty(queue)) || !strings.Contains(got, queue) {
				t.Errorf("the queue is %s, want %s", got, queue)
			}
			h.restart()
		}
	}
	both := one + " " + two
	wantLists(one, both, "")
	must(t, h.Hold("ann", two, time.Time{}, "police asked"))
	wantLists("", "", both)
	h.wantAudit("ann hold " + one + ": police asked")
	h.wantAudit("ann hold " + two + ": police asked")
	must(t, h.Release("ann", one, "why"))
	wantLists(one, both, "")

	// A new report of a case that is held has been seen by nobody.
	h.resolve(one, ActionNone)
	g := h.filing("harassment", "192.0.2.3", "192.0.2.4")
	three := h.file(g).ID
	must(t, h.Hold("ann", three, time.Time{}, "why"))
	h.pass(time.Second)
	four := h.file(back(g)).ID
	wantLists(four, four, three)
	must(t, h.Hold("ann", four, time.Time{}, "why"))
	wantLists("", "", three+" "+four)
}

// back is the report of the one reported, of the same chat.
func back(f Filing) Filing {
	f.Reporter, f.Reported = f.Reported, f.Reporter
	f.ReporterSession, f.ReportedSession = f.ReportedSession, f.ReporterSession
	return f
}

func TestHold(t *testing.T) {
	h := newHouse(t)
	id := h.report("illegal", "192.0.2.1", "192.0.2.2").ID
	h.pass(time.Millisecond)
	other := h.report("spam", "192.0.2.1", "192.0.2.2").ID
	wantIs(t, h.Hold("ann", id, time.Time{}, ""), ErrReason)
	wantIs(t, h.Hold("ann", "R-none", time.Time{}, "why"), ErrUnknown)
	wantIs(t, h.Hold("ann", id, h.now(), "why"), ErrPast)
	wantIs(t, h.Release("ann", id, "why"), ErrNotHeld)
	must(t, h.Hold("ann", id, time.Time{}, "police asked"))
	for range 2 {
		if h.list(StatusOpen) != other || h.list(StatusHeld) != id {
			t.Errorf("open: %s, held: %s", h.list(StatusOpen), h.list(StatusHeld))
		}
		h.restart()
	}
	h.wantAudit("ann hold " + id + ": police asked")

	want(h.Report("ben", id))(t)
	h.wantAudit("ben look " + id)
	want(h.Reports("cem", Filter{Status: StatusAll}))(t) // shows no lines, so it is no look at the one held
	list := want(h.Reports("dan", Filter{Status: StatusAll, Lines: true}))(t)
	if len(list) != 2 || len(list[0].Lines) != 1 || list[0].Hold == nil || list[0].Hold.Until != start.Add(time.Millisecond+DefaultHold) {
		t.Errorf("%+v", list)
	}
	h.wantAudit("dan look " + id)
	h.wantAudit("dan reports 2 reports with lines")
	h.wantAudit("cem reports 2 reports")
	for _, a := range h.log() {
		if a.By == "cem" && a.Do == "look" {
			t.Errorf("audited: %+v", a)
		}
	}
	h.resolve(id, ActionNone) // and kept, still
	if h.list(StatusHeld) != id || h.list(StatusResolved) != "" {
		t.Error("a decision ended a hold, or it is on two lists")
	}
	must(t, h.Release("ann", id, "they called back"))
	if h.list(StatusHeld) != "" || h.list(StatusResolved) != id {
		t.Error("released, and held")
	}
	must(t, h.Hold("ann", other, start.Add(time.Hour), "why"))
	h.pass(time.Hour)
	if h.list(StatusOpen) != other {
		t.Error("a hold that ended isn't open again")
	}
}

func TestReportsFilter(t *testing.T) {
	h := newHouse(t)
	spam, hate := h.report("spam", "192.0.2.1", "192.0.2.2").ID, h.report("hate", "192.0.2.1", "192.0.2.2").ID
	h.resolve(hate, ActionNone)
	for filter, wanted := range map[Filter]int{
		{}: 1, {Status: StatusOpen}: 1, {Status: StatusResolved}: 1, {Status: StatusHeld}: 0, {Status: StatusAll}: 2,
		{Category: "hate"}: 0, {Category: "hate", Status: StatusAll}: 1, {Category: "spam"}: 1,
	} {
		if list := want(h.Reports("ann", filter))(t); len(list) != wanted {
			t.Errorf("%+v: %d reports, want %d", filter, len(list), wanted)
		}
	}
	raw := want(json.Marshal(want(h.Reports("ann", Filter{Lines: true}))(t)))(t)
	var shown []map[string]any
	must(t, json.Unmarshal(raw, &shown))
	first := shown[0]
	if first["id"] != spam || first["category"] != "spam" || first["status"] != "open" || first["created"] != "2026-11-22T12:00:00Z" ||
		first["subject"] != h.from("192.0.2.2").String() || len(first["lines"].([]any)) != 1 {
		t.Errorf("%s", raw)
	}
	if raw := want(json.Marshal(want(h.Reports("ann", Filter{Category: "doxxing"}))(t)))(t); string(raw) != "[]" {
		t.Errorf("an empty list is %s", raw)
	}
}

func TestHistory(t *testing.T) {
	h := newHouse(t)
	key := func(addr string) Subject { return h.Subject(ip(addr), []byte("key")) }
	live := h.enter("192.0.2.2")
	f := h.filing("spam", "192.0.2.1", "192.0.2.2")
	f.Reported, f.ReportedSession = key("192.0.2.2"), live.ID()
	id := h.file(f).ID
	h.pass(time.Second)
	bySource := h.report("hate", "192.0.2.3", "192.0.2.2").ID
	h.pass(time.Second)
	g := h.filing("hate", "192.0.2.1", "198.51.100.1")
	g.Reported = key("198.51.100.1")
	byKey := h.file(g).ID
	h.report("hate", "192.0.2.3", "192.0.2.4")
	h.resolve(byKey, ActionNone)
	got := want(h.History(id))(t)
	if len(got.Earlier) != 2 || got.Earlier[0].ID != byKey || got.Earlier[1].ID != bySource || !got.Live || got.Weight != 0.5 ||
		len(got.Filed) != 1 || got.Filed[0].ID != byKey || got.Filed[0].Decision.Action != "none" {
		t.Errorf("%+v", got)
	}
	if r := want(h.Report("ann", id))(t); r.Earlier != 2 {
		t.Errorf("%d earlier cases", r.Earlier)
	}
	live.Close()
	if want(h.History(id))(t).Live {
		t.Error("gone, and live")
	}
	_, err := h.History("R-none")
	wantIs(t, err, ErrUnknown)
}

func TestWatch(t *testing.T) {
	h := newHouse(t)
	changed, stop := h.Watch()
	id := h.report("spam", "192.0.2.1", "192.0.2.2").ID
	h.report("spam", "192.0.2.1", "192.0.2.3") // nobody takes the first
	<-changed
	select {
	case <-changed:
		t.Error("two values for what one look shows")
	default:
	}
	h.resolve(id, ActionNone)
	<-changed
	stop()
	h.report("spam", "192.0.2.1", "192.0.2.4")
	select {
	case <-changed:
		t.Error("told after stop")
	default:
	}
}

func TestHourly(t *testing.T) {
	h := newHouse(t)
	h.reports("spam", 1)
	h.pass(90 * time.Minute)
	h.reports("spam", 2, 3)
	if got := h.Hourly(); got != [24]int{22: 1, 23: 2} {
		t.Errorf("%v", got)
	}
	h.pass(23 * time.Hour)
	if got := h.Hourly(); got != [24]int{0: 2} {
		t.Errorf("%v", got)
	}
}
