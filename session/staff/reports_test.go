package staff_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestStats(t *testing.T) {
	s := newStation(t)
	s.report("spam", "192.0.2.1", "192.0.2.2")
	out := s.do("stats")
	wantTable(t, "stats", out, 7, "online")
	wantHas(t, "stats", out, "online        5\n", "chatting      4\n", "open reports  1\n", "door          open\n")
	wantHas(t, "stats --json", s.do("stats --json"), `"online": 5,`, `"reports": 1,`)
}

func TestSessions(t *testing.T) {
	s := newStation(t)
	wantHas(t, "sessions", s.do("sessions"), "Nobody is inside.\n")
	if list := s.objects("sessions"); len(list) != 0 {
		t.Errorf("nobody is %v", list)
	}
	a := s.enter("192.0.2.1")
	out := s.do("sessions")
	wantTable(t, "sessions", out, 1, "ID", "SINCE", "SUBJECT")
	wantHas(t, "sessions", out, a.ID(), "2026-11-22 12:00", "source-")
	wantNot(t, "sessions", out, "192.0.2.1")
	if list := s.objects("sessions"); list[0]["id"] != a.ID() || list[0]["since"] != "2026-11-22T12:00:00Z" {
		t.Errorf("sessions --json: %v", list)
	}
	wantHas(t, "audit", s.do("audit"), "sessions")
}

func TestKick(t *testing.T) {
	s := newStation(t)
	a, b := s.enter("192.0.2.1"), s.enter("192.0.2.2")
	wantHas(t, "kick", s.do("kick "+a.ID()+" --reason 'be nice'"), a.ID())
	if a.Why() == nil || b.Why() != nil {
		t.Errorf("the kicked one ended by %v, the other by %v", a.Why(), b.Why())
	}
	wantHas(t, "audit", s.do("audit"), "kick", a.ID(), "be nice")
}

func TestReports(t *testing.T) {
	s := newStation(t)
	wantHas(t, "reports", s.do("reports"), "No such reports.\n")
	if list := s.objects("reports"); len(list) != 0 {
		t.Errorf("no reports are %v", list)
	}
	spam := s.report("spam", "192.0.2.1", "192.0.2.2")
	young := s.report("underage", "192.0.2.1", "192.0.2.3")
	done := s.report("hate", "192.0.2.4", "192.0.2.5")
	s.do("report resolve " + done + " --action none --reason 'nothing there'")

	out := s.do("reports")
	wantTable(t, "reports", out, 2, "ID", "CREATED", "CATEGORY", "SUBJECT", "STATUS")
	if strings.Index(out, young) > strings.Index(out, spam) {
		t.Errorf("underage isn't first:\n%s", out)
	}
	wantTable(t, "reports --status all", s.do("reports --status all"), 3)
	wantTable(t, "reports --status resolved", s.do("reports --status resolved"), 1)
	wantHas(t, "reports --category", s.do("reports --category spam"), spam)

	list := s.objects("reports --category spam")
	if len(list) != 1 {
		t.Fatalf("%d spam reports", len(list))
	}
	for name, want := range map[string]any{"id": spam, "category": "spam", "status": "open", "created": "2026-11-22T12:00:00Z"} {
		if list[0][name] != want {
			t.Errorf("%s is %v, want %v", name, list[0][name], want)
		}
	}
	if lines := list[0]["lines"].([]any); len(lines) != 2 || list[0]["subject"] == "" {
		t.Errorf("the report is %v", list[0])
	}
}

func TestReportShow(t *testing.T) {
	s := newStation(t)
	s.report("hate", "192.0.2.1", "192.0.2.3")
	id := s.report("spam", "192.0.2.1", "192.0.2.2")
	out := s.do("report show " + id)
	wantSafe(t, "report show", out)
	wantHas(t, "report show", out, id, "spam, open", "reported before", "hate, open", "languages",
		"\nreporter: hello you\n", "\n-- the reporter marked the next line\nreported: hi", "\nreporter: note hi")
	wantNot(t, "report show", out, "\n-- B-", "\n-- the lines are sealed")
	if json := s.do("report show " + id + " --json"); !strings.Contains(json, `"weight": 1,`) || strings.Contains(json, "\x1b") {
		t.Errorf("report show --json: %s", json)
	}
	s.refuses(admin, "report show "+id+" --sealed", exitFailed, "not sealed")
	wantHas(t, "audit", s.do("audit"), "look", id)
}

func TestShyLines(t *testing.T) {
	s := newStation(t)
	for i, category := range []string{"sexual", "illegal"} {
		id := s.report(category, "192.0.2."+string(rune('1'+i)), "192.0.2.9")
		out := s.do("report show " + id)
		wantNot(t, category, out, "hello you")
		wantHas(t, category, out, "2 lines are hidden", "--lines")
		wantHas(t, category+" --lines", s.do("report show "+id+" --lines"), "hello you")
		wantHas(t, category+" --json", s.do("report show "+id+" --json"), "hello you")
	}
}

func TestResolve(t *testing.T) {
	s := newStation(t)
	id1 := s.report("spam", "192.0.2.1", "192.0.2.2")
	wantHas(t, "resolve", s.do("report resolve "+id1+" --action warn --reason 'be nice'"), id1+" is decided: warn.\n")
	s.refuses(moderator, "report resolve "+id1+" --action none --reason x", exitFailed, "was decided by root")
	wantHas(t, "report show", s.do("report show "+id1), "spam, resolved, warn", "by root", "reason: be nice")

	id2 := s.report("spam", "192.0.2.4", "192.0.2.5")
	s.refuses(admin, "report resolve "+id2+" --action none --for 7d --reason x", exitUsage, "--action ban")
	ban := id(t, "B", s.do("report resolve "+id2+" --action ban --for 7d --reason 'be gone'"))
	wantHas(t, "bans", s.do("bans"), ban, "2026-11-29 12:00", "be gone")
}

func TestHold(t *testing.T) {
	s := newStation(t)
	id := s.report("spam", "192.0.2.1", "192.0.2.2")
	wantHas(t, "hold", s.do("hold "+id+" --until 2026-12-31 --reason police"), "until 2026-12-31 00:00")
	if list := s.objects("reports --status held"); len(list) != 1 || list[0]["status"] != "held" {
		t.Errorf("held are %v", list)
	}
	wantHas(t, "report show", s.do("report show "+id), "held because: police")
	s.do("release " + id)
	s.refuses(admin, "release "+id, exitFailed, "held")
	wantHas(t, "hold", s.do("hold "+id+" --reason police"), "until 2027-11-22")
}

func TestAudit(t *testing.T) {
	s := newStation(t)
	if list := s.objects("audit"); len(list) != 0 {
		t.Errorf("nothing done is %v", list)
	}
	s.do("broadcast first thing")
	s.time = s.time.Add(40 * 24 * time.Hour)
	s.do("broadcast second thing")
	out := s.do("audit")
	wantTable(t, "audit", out, 1, "WHEN", "WHO", "WHAT", "ON", "WHY")
	wantHas(t, "audit", out, "root", "broadcast", "second thing")
	list := s.objects("audit --since 2026-11-01")
	if len(list) != 4 || !strings.HasPrefix(fmt.Sprint(list[1]["id"]), "L-") || list[1]["action"] != "broadcast" || list[1]["at"] != "2026-11-22T12:00:00Z" {
		t.Errorf("audit --json: %v", list)
	}
	if list := s.objects("audit --since forever"); len(list) != 5 {
		t.Errorf("since ever: %v", list)
	}
}

func TestTransparency(t *testing.T) {
	s := newStation(t)
	for _, reporter := range []string{"2", "3", "4", "5", "6", "7"} {
		s.report("spam", "192.0.2.1"+reporter, "192.0.2."+reporter)
	}
	s.report("hate", "192.0.2.1", "192.0.2.8")
	out := s.do("transparency")
	wantHas(t, "transparency", out, "Reports by category\n", "spam        6\n", "hate        <5\n")
	for line := range strings.Lines(out) {
		if line[0] != ' ' && !strings.HasPrefix(line, "Reports") {
			t.Errorf("the heading %q", line)
		}
	}
	csv := s.do("transparency --csv --since 2026-11-22")
	wantHas(t, "transparency --csv", csv, "Reports,Item,Count\n", "Reports by category,spam,6\n", "Reports by category,hate,<5\n")
	var numbers struct{ Reports map[string]any }
	must(t, json.Unmarshal([]byte(s.do("transparency --json")), &numbers))
	if numbers.Reports["spam"] != 6.0 || numbers.Reports["hate"] != "<5" {
		t.Errorf("transparency --json: %v", numbers)
	}
	wantHas(t, "since tomorrow", s.do("transparency --csv --since 2026-11-23"), "Reports by category,spam,0\n")
}
