package moderation

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const bad = "203.0.113.66" // who is reported

// wantPaused expects bad to be paused by the machine until then; zero is not.
func (h *house) wantPaused(until time.Time) {
	h.t.Helper()
	b, paused := h.BanOf(ip(bad), h.from(bad))
	if paused != !until.IsZero() || paused && (!b.Machine || !b.Until.Equal(until)) {
		h.t.Errorf("paused %v until %v, machine %v; want %v", paused, b.Until, b.Machine, until)
	}
}

// reports files reports against bad from the sources named by their last byte.
func (h *house) reports(category string, by ...int) (filed []Filed) {
	h.t.Helper()
	for _, n := range by {
		filed = append(filed, h.report(category, fmt.Sprint("192.0.2.", n), bad))
	}
	return filed
}

// Row 19: three friends pause somebody for one hour, and not again before a
// human has looked.
func TestRow19ThreeFriends(t *testing.T) {
	h := newHouse(t)
	live := h.enter(bad)
	h.reports("spam", 1, 2, 1, 1)
	h.wantPaused(time.Time{})
	last := h.reports("spam", 3)[0]
	h.wantPaused(start.Add(time.Hour))
	if !last.Paused {
		t.Error("the last one isn't told")
	}
	b, _ := h.BanOf(ip(bad), h.from(bad))
	wantRevoked(t, live, b.ID)
	r := want(h.Report("ann", last.ID))(t)
	if r.Pause != b.ID || r.Status != StatusOpen || b.Report != last.ID || b.By != "" || b.Category != "spam" {
		t.Errorf("the pause isn't in the queue: %+v", r)
	}
	h.restart()
	h.wantPaused(start.Add(time.Hour))
	h.pass(time.Hour)
	h.wantPaused(time.Time{})
	for range 6 {
		h.pass(24 * time.Hour)
		h.reports("spam", 1, 2, 3)
		h.reports("spam", 1, 2, 3)
		h.wantPaused(time.Time{})
	}
}

func TestPausedAgainWithinAWeek(t *testing.T) {
	day := 24 * time.Hour
	for name, row := range map[string]struct {
		after  time.Duration
		decide Action
		length time.Duration
		undo   func(h *house, pause string)
	}{
		"at once":                 {time.Hour, "", day, nil},
		"within the week":         {7*day - time.Second, "", day, nil},
		"after it":                {7 * day, "", time.Hour, nil},
		"found wrong":             {time.Hour, ActionNone, time.Hour, nil},
		"found right and warned":  {time.Hour, ActionWarn, day, nil},
		"found right, helped out": {time.Hour, ActionHelp, day, nil},
		"lifted": {time.Hour, "", time.Hour, func(h *house, pause string) {
			must(t, h.Unban("ann", pause, "they were friends"))
		}},
		"appealed": {time.Hour, "", time.Hour, func(h *house, pause string) {
			a := want(h.Appeal(pause, "they are friends"))(t)
			must(t, h.AcceptAppeal("ann", a.ID, "they were"))
		}},
		"the first of them dismissed": {time.Hour, "", time.Hour, func(h *house, _ string) {
			h.resolve(strings.Fields(h.list(StatusOpen))[0], ActionNone)
		}},
		"lifted, and found right": {time.Hour, ActionWarn, day, func(h *house, pause string) {
			must(t, h.Unban("ann", pause, "long enough"))
		}},
	} {
		h := newHouse(t)
		first := h.reports("spam", 1, 2, 3)
		h.wantPaused(start.Add(time.Hour))
		if row.undo != nil {
			pause, _ := h.BanOf(ip(bad), h.from(bad))
			row.undo(h, pause.ID)
			h.wantPaused(time.Time{})
		}
		for _, f := range first {
			if row.decide != "" {
				h.resolve(f.ID, row.decide)
				h.wantPaused(time.Time{}) // ends early
			}
		}
		h.pass(row.after)
		h.restart()
		h.reports("spam", 4, 5)
		h.wantPaused(time.Time{})
		h.reports("spam", 6)
		t.Log(name)
		h.wantPaused(h.now().Add(row.length))
	}
}

func TestWhatCounts(t *testing.T) {
	distinct := func(h *house, change func(i int, f *Filing)) []Filing {
		var all []Filing
		for i := range 3 {
			f := h.filing("spam", fmt.Sprint("192.0.2.", i+1), bad)
			change(i, &f)
			all = append(all, f)
		}
		return all
	}
	for name, row := range map[string]struct {
		change func(h *house, i int, f *Filing)
		paused bool
	}{
		"all":           {func(*house, int, *Filing) {}, true},
		"underage":      {func(_ *house, _ int, f *Filing) { f.Category = CategoryUnderage }, true},
		"one underage":  {func(_ *house, i int, f *Filing) { f.Category = Categories[i] }, true},
		"selfharm":      {func(_ *house, _ int, f *Filing) { f.Category = CategorySelfharm }, false},
		"one selfharm":  {func(_ *house, i int, f *Filing) { f.Category = Categories[i+5] }, false},
		"one was mute":  {func(_ *house, i int, f *Filing) { f.BothSpoke = i != 1 }, false},
		"one chat":      {func(_ *house, _ int, f *Filing) { f.Chat = "one" }, false},
		"no chat":       {func(_ *house, _ int, f *Filing) { f.Chat = "" }, false},
		"one source":    {func(h *house, i int, f *Filing) { f.Reporter = h.Subject(ip("192.0.2.1"), []byte{byte(i)}) }, false},
		"shared source": {func(h *house, i int, f *Filing) { f.Reporter = h.Subject(ip("127.0.0.1"), []byte{byte(i)}) }, false},
		"one household": {func(h *house, i int, f *Filing) { f.Reporter = h.from(fmt.Sprintf("2001:db8:0:%x::1", i)) }, false},
		"three homes":   {func(h *house, i int, f *Filing) { f.Reporter = h.from(fmt.Sprintf("2001:db8:0:%x00::1", i)) }, true},
		"against a shared source": {func(h *house, i int, f *Filing) {
			f.Reported = h.from("127.0.0.1")
		}, false},
		"against one key": {func(h *house, i int, f *Filing) {
			f.Reported = h.Subject(ip([]string{bad, "127.0.0.1", "198.51.100.7"}[i]), []byte("key"))
		}, true},
	} {
		h := newHouse(t)
		paused := false
		for _, f := range distinct(h, func(i int, f *Filing) { row.change(h, i, f) }) {
			paused = h.file(f).Paused || paused
		}
		if paused != row.paused {
			t.Errorf("%s: paused %v", name, paused)
		}
		if _, err := h.Admit(ip("127.0.0.1"), h.from("127.0.0.1")); err != nil {
			t.Errorf("%s: everybody at a shared source: %v", name, err)
		}
	}
}

func TestThreshold(t *testing.T) {
	for threshold, wanted := range map[int]int{0: 0, 1: 1, 2: 2, 5: 5} { // the report that pauses
		h := newHouse(t, func(c *DeskConfig) { c.Threshold = threshold })
		paused := 0
		for i := 1; i <= 8 && paused == 0; i++ {
			if h.reports("spam", i)[0].Paused {
				paused = i
			}
		}
		if paused != wanted {
			t.Errorf("threshold %d: paused by report %d", threshold, paused)
		}
	}
}

func TestReportsOfADayCount(t *testing.T) {
	for age, paused := range map[time.Duration]bool{24*time.Hour - time.Millisecond: true, 24 * time.Hour: false} {
		h := newHouse(t)
		h.reports("spam", 1, 2)
		h.pass(age)
		if h.reports("spam", 3)[0].Paused != paused {
			t.Errorf("after %v: paused %v", age, !paused)
		}
	}
}

// Row 20: who reports first, or back, is not paused for it, nor is the other,
// and staff see one case.
func TestRow20AbuserReportsFirstOrBack(t *testing.T) {
	for _, abuserFirst := range []bool{true, false} {
		h := newHouse(t)
		h.reports("spam", 1, 2)
		reported := h.filing("harassment", "192.0.2.3", bad)
		back := reported
		back.Category = CategoryUnderage
		back.Reporter, back.Reported = reported.Reported, reported.Reporter
		back.ReporterSession, back.ReportedSession = reported.ReportedSession, reported.ReporterSession
		first, then := back, reported
		if !abuserFirst {
			h.pass(24 * time.Hour) // else the third report pauses
			first, then = reported, back
		}
		one := h.file(first)
		h.pass(time.Second)
		two := h.file(then)
		if one.Paused || two.Paused {
			t.Error("a mutual report paused somebody")
		}
		if got := h.list(StatusOpen); !strings.HasPrefix(got, one.ID+" "+two.ID) {
			t.Errorf("%s and %s aren't one case, first in the queue: %s", one.ID, two.ID, got)
		}
		for id, other := range map[string]string{one.ID: two.ID, two.ID: one.ID} {
			if r := want(h.Report("ann", id))(t); r.Mutual != other {
				t.Errorf("%s is mutual with %q", id, r.Mutual)
			}
		}
		h.pass(time.Hour)
		h.reports("spam", 4)
		h.wantPaused(map[bool]time.Time{true: h.now().Add(time.Hour), false: {}}[abuserFirst]) // of 1, 2 and 4

		// A decision of either ends both.
		h.resolve(two.ID, ActionWarn)
		for id, action := range map[string]Action{one.ID: ActionNone, two.ID: ActionWarn} {
			r := want(h.Report("ann", id))(t)
			if r.Status != StatusResolved || Action(r.Decision.Action) != action {
				t.Errorf("%s: %+v", id, r.Decision)
			}
		}
		if w := h.weight(h.from("192.0.2.3")); abuserFirst && w != 1 {
			t.Errorf("the reporter weighs %v for a report that nobody judged", w)
		}
	}
}

func TestDecisionOfBoth(t *testing.T) {
	h := newHouse(t)
	f := h.filing("harassment", "192.0.2.1", "192.0.2.2")
	back := f
	back.Reporter, back.Reported, back.ReporterSession, back.ReportedSession = f.Reported, f.Reporter, f.ReportedSession, f.ReporterSession
	one, two := h.file(f), h.file(back)
	b, err := h.Resolve("ann", one.ID, Decision{Action: ActionBan, Reason: "both of you", Both: true})
	must(t, err)
	h.wantBanned(b.ID, "192.0.2.2")
	h.wantBanned(want(h.Report("ann", two.ID))(t).Decision.Ban, "192.0.2.1")
}

// Row 21: underage is first in the queue.
func TestRow21UnderageIsFirst(t *testing.T) {
	h := newHouse(t)
	var ids [3]string
	for i, category := range []string{"spam", "threat", CategoryUnderage} {
		ids[i] = h.report(category, fmt.Sprint("192.0.2.", i), fmt.Sprint("198.51.100.", i)).ID
		h.pass(time.Minute)
	}
	h.restart()
	if got, wanted := h.list(StatusOpen), ids[2]+" "+ids[0]+" "+ids[1]; got != wanted {
		t.Errorf("queue: %s, want %s", got, wanted)
	}
}

func TestWeight(t *testing.T) {
	for _, row := range []struct {
		upheld, dismissed int
		want              float64
	}{
		{0, 0, 1}, {5, 0, 1}, {0, 1, 1. / 2}, {0, 2, 1. / 3}, {0, 9, 1. / 10}, {1, 1, 2. / 3}, {9, 1, 10. / 11}, {3, 3, 4. / 7},
	} {
		if got := Weight(row.upheld, row.dismissed); got != row.want {
			t.Errorf("Weight(%d, %d) = %v, want %v", row.upheld, row.dismissed, got, row.want)
		}
	}
}

func TestDismissedReportersWeighLess(t *testing.T) {
	for name, row := range map[string]struct {
		past   []Action // of the reports that 192.0.2.1 made before
		paused int      // the source that pauses
	}{
		"new":                   {nil, 3},
		"upheld":                {[]Action{ActionWarn, ActionBan}, 3},
		"dismissed":             {[]Action{ActionNone}, 4},
		"helped":                {[]Action{ActionHelp}, 3},
		"dismissed and upheld":  {[]Action{ActionNone, ActionWarn}, 4},
		"dismissed three times": {[]Action{ActionNone, ActionNone, ActionNone}, 4},
	} {
		h := newHouse(t)
		for i, action := range row.past {
			h.resolve(h.report("spam", "192.0.2.1", fmt.Sprint("198.51.100.", i)).ID, action)
		}
		h.restart()
		paused := 0
		for i := 1; i < 6 && paused == 0; i++ {
			if h.reports("spam", i)[0].Paused {
				paused = i
			}
		}
		if paused != row.paused {
			t.Errorf("%s: paused by source %d, want %d", name, paused, row.paused)
		}
	}
}

func TestADecisionEndsThePause(t *testing.T) {
	for _, action := range []Action{ActionNone, ActionWarn, ActionHelp, ActionBan} {
		h := newHouse(t)
		filed := h.reports("spam", 1, 2, 3)
		pause, _ := h.BanOf(ip(bad), h.from(bad))
		b := h.resolve(filed[0].ID, action) // any of them
		for range 2 {
			h.wantBanned(b.ID, bad)
			h.restart()
		}
		if lifted := want(h.findBan(pause.ID))(t).Lifted; lifted == nil || lifted.By != "ann" {
			t.Errorf("%s: the pause was lifted by %+v", action, lifted)
		}
	}
}

func TestNobodyIsPausedTwiceAtOnce(t *testing.T) {
	h := newHouse(t)
	h.reports("spam", 1, 2, 3, 4, 5, 6, 7)
	if list := want(h.Bans("ann", true))(t); len(list) != 1 {
		t.Errorf("%d pauses", len(list))
	}
}
