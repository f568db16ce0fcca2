package staff_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// everyCommand is each command of staff with ways to get it wrong. help, of which
// every word may be asked about, and version come last.
var everyCommand = map[string][]string{
	"stats":            {"stats now", "stats --frob"},
	"nodes":            {"nodes all", "nodes --frob"},
	"sessions":         {"sessions all", "sessions --frob"},
	"kick":             {"kick", "kick S-1", "kick R-1 --reason x", "kick S-1 --reason ''", "kick S-1 S-2 --reason x"},
	"reports":          {"reports all", "reports --status some", "reports --category some", "reports --status"},
	"report":           {"report", "report R-1", "report frob R-1"},
	"report show":      {"report show", "report show B-1", "report show R-1 R-2", "report show R-1 --frob"},
	"report resolve":   {"report resolve R-1", "report resolve R-1 --reason x", "report resolve R-1 --action frob --reason x", "report resolve --action none --reason x", "report resolve R-1 --action ban --for soon --reason x"},
	"hold":             {"hold", "hold R-1", "hold R-1 --until soon --reason x", "hold R-1 --until 2001-01-01 --reason x", "hold B-1 --reason x"},
	"release":          {"release", "release B-1", "release R-1 R-2"},
	"ban":              {"ban", "ban R-1", "ban frob --reason x", "ban R-1 --for soon --reason x", "ban R-1 --wider 8 --reason x", "ban 192.0.2.0/33 --reason x"},
	"ban import":       {"ban import list", "ban import --for soon", "ban import --frob"},
	"unban":            {"unban", "unban B-1", "unban R-1 --reason x"},
	"bans":             {"bans all", "bans --frob"},
	"appeals":          {"appeals all", "appeals --frob"},
	"appeal":           {"appeal", "appeal A-1", "appeal frob A-1"},
	"appeal show":      {"appeal show", "appeal show B-1"},
	"appeal accept":    {"appeal accept A-1", "appeal accept B-1 --reason x"},
	"appeal reject":    {"appeal reject A-1", "appeal reject B-1 --reason x"},
	"audit":            {"audit all", "audit --since soon"},
	"transparency":     {"transparency all", "transparency --since soon"},
	"moderator":        {"moderator", "moderator frob"},
	"moderator add":    {"moderator add", "moderator add a b"},
	"moderator list":   {"moderator list all"},
	"moderator remove": {"moderator remove", "moderator remove a b"},
	"door":             {"door ajar", "door open closed"},
	"broadcast":        {"broadcast", "broadcast ''"},
	"motd":             {"motd --clear words", "motd --frob", "motd ''"},
	"drain":            {"drain now", "drain --for soon", "drain --node"},
	"backup":           {"backup file", "backup --with-keys"},
	"help":             {"help frob", "help report frob"},
	"version":          {"version now"},
}

// names are the commands that a help lists.
func names(help string) (all []string) {
	_, list, _ := strings.Cut(help, "ommands:\n")
	list, _, _ = strings.Cut(list, "\nflags:")
	for _, found := range regexp.MustCompile(`(?m)^  ([a-z]+) `).FindAllStringSubmatch(list, -1) {
		all = append(all, found[1])
	}
	return all
}

// What isn't understood is answered with the usage, on standard error, and nothing
// is done; a moderator learns first that a command is not for them.
func TestEveryCommand(t *testing.T) {
	s := newStation(t)
	help := s.do("help")
	_, forAdmins, _ := strings.Cut(help, "for administrators:")
	for _, name := range names(help) {
		all := []string{name}
		for _, child := range names(s.do("help " + name)) {
			all = append(all, name+" "+child)
		}
		for _, command := range all {
			if everyCommand[command] == nil {
				t.Errorf("%s has no test", command)
			}
			for _, wrong := range everyCommand[command] {
				if a := s.refuses(admin, wrong, exitUsage, ""); a.out != "" {
					t.Errorf("%s prints %q", wrong, a.out)
				}
				if strings.Contains(forAdmins, "\n  "+name+" ") {
					s.refuses(moderator, wrong, exitNotAllowed, "administrators")
				} else {
					s.refuses(moderator, wrong, exitUsage, "")
				}
			}
		}
	}
	if did := s.objects("audit"); len(did) != 0 {
		t.Errorf("what wasn't understood was done: %v", did)
	}
	if door := s.do("door"); !strings.Contains(door, "open") {
		t.Errorf("what wasn't understood moved the door: %s", door)
	}
	for _, list := range []string{"bans", "moderator list", "reports", "appeals"} {
		if out := s.do(list + " --json"); out != "[]\n" {
			t.Errorf("what wasn't understood made %s %s", list, out)
		}
	}
}

// What a command does it prints as one object, with its id and when that ends.
func TestEveryDoneJSON(t *testing.T) {
	s := newStation(t)
	kicked, shared := s.enter("192.0.2.9").ID(), s.enter("127.0.0.1").ID()
	spam, hate, held := s.report("spam", "192.0.2.1", "192.0.2.8"), s.report("hate", "192.0.2.3", "192.0.2.8"), s.report("threat", "192.0.2.5", "192.0.2.8")
	object := func(command string) (o map[string]any) {
		t.Helper()
		if err := json.Unmarshal([]byte(s.doWith(command+" --json", newKey(t))), &o); err != nil {
			t.Errorf("%s --json: %v", command, err)
		}
		return o
	}
	for _, row := range []struct{ command, id, until string }{
		{"kick " + kicked + " --reason x", kicked, ""},
		{"ban " + shared + " --reason x", shared, ""},
		{"hold " + held + " --until 30d --reason x", held, "2026-12-22T12:00:00Z"},
		{"release " + held, held, ""},
		{"report resolve " + held + " --action none --reason x", held, ""},
		{"report resolve " + hate + " --action ban --reason x", hate, "2026-11-29T12:00:00Z"}, // 7d
		{"ban " + spam + " --reason x", "B-", "2026-11-23T12:00:00Z"},                         // 24h
		{"ban 203.0.113.0/24 --for forever --reason x", "B-", ""},
		{"moderator add eve", "eve", ""},
		{"moderator remove eve", "eve", ""},
	} {
		o := object(row.command)
		until, _ := o["until"].(string)
		if id, _ := o["id"].(string); !strings.HasPrefix(id, row.id) || until != row.until {
			t.Errorf("%s --json: %v", row.command, o)
		}
	}
	ban := s.objects("bans")[0]["id"].(string)
	if o := object("unban " + ban + " --reason x"); o["id"] != ban {
		t.Errorf("unban --json: %v", o)
	}
	for command, field := range map[string]string{"door": "door", "door open": "door", "motd hello": "motd", "motd": "motd", "broadcast hi": "told"} {
		if o := object(command); o[field] == nil {
			t.Errorf("%s --json: %v", command, o)
		}
	}
	a := s.ask(admin, "ban 127.0.0.0/8 --reason x --json")
	if err := json.Unmarshal([]byte(a.out), new(map[string]any)); err != nil || a.exit != exitFailed {
		t.Errorf("what asks for --yes prints %q and ends with %d", a.out, a.exit)
	}
}

// Each report is on one list, by the status that it has in the table and in JSON.
func TestEveryReportIsOnOneList(t *testing.T) {
	s := newStation(t)
	var open string
	for _, reporter := range []string{"192.0.2.11", "192.0.2.12", "192.0.2.13"} {
		open = s.report("spam", "192.0.2.1", reporter) // the last of which pauses
	}
	held, decided, both := s.report("hate", "192.0.2.2", "192.0.2.14"), s.report("hate", "192.0.2.3", "192.0.2.15"), s.report("threat", "192.0.2.4", "192.0.2.16")
	s.do("hold " + held + " --reason x")
	s.do("hold " + both + " --reason x")
	for _, id := range []string{decided, both} {
		s.do("report resolve " + id + " --action none --reason x")
	}
	total := 0
	for status, ids := range map[string][]string{"open": {open}, "held": {held, both}, "resolved": {decided}} {
		list := s.objects("reports --status " + status)
		total += len(list)
		table := s.do("reports --status " + status)
		wantTable(t, "reports --status "+status, table, len(list))
		wantHas(t, status, table, ids...)
		if strings.Count(table, " "+status) != len(list) {
			t.Errorf("not each is %s:\n%s", status, table)
		}
		for _, report := range list {
			if report["status"] != status {
				t.Errorf("on the list of %s is %v", status, report)
			}
		}
	}
	if all := s.objects("reports --status all"); len(all) != total {
		t.Errorf("%d reports are on lists, of %d", total, len(all))
	}
	wantHas(t, "reports", s.do("reports"), "open, paused\n")
	wantHas(t, "reports --status all", s.do("reports --status all"), "held, none\n", "resolved, none\n")
}

// Lists are arrays of objects with ids and times in RFC 3339; the rest are objects.
func TestEveryJSON(t *testing.T) {
	s := newStation(t)
	for _, list := range []string{"sessions", "reports", "bans", "appeals", "moderator list"} {
		if out := s.do(list + " --json"); out != "[]\n" {
			t.Errorf("an empty %s is %q", list, out)
		}
	}
	report := s.report("harassment", "192.0.2.1", "192.0.2.2")
	ban := id(t, "B", s.do("ban "+report+" --reason x"))
	appeal, err := s.Desk.Appeal(ban, "it was not me")
	must(t, err)
	s.doWith("moderator add eve", newKey(t))
	s.enter("192.0.2.3")
	times := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
	for list, field := range map[string]string{
		"sessions": "since", "reports --status all": "created", "bans": "created", "appeals": "created", "audit": "at", "moderator list": "added",
	} {
		all := s.objects(list) // which looks for the ids
		if len(all) == 0 {
			t.Errorf("%s --json is empty", list)
		}
		for _, o := range all {
			if at, _ := o[field].(string); !times.MatchString(at) {
				t.Errorf("%s --json: %s is %v", list, field, o[field])
			}
		}
	}
	for _, field := range []string{"id", "category", "status", "created", "subject", "lines"} {
		if s.objects("reports --status all")[0][field] == nil {
			t.Errorf("reports --json: no %s", field)
		}
	}
	for _, one := range []string{"stats", "report show " + report, "appeal show " + appeal.ID, "transparency"} {
		var object map[string]any
		if err := json.Unmarshal([]byte(s.do(one+" --json")), &object); err != nil || len(object) == 0 {
			t.Errorf("%s --json: %v, %v", one, object, err)
		}
	}
}
