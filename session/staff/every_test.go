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
	"drain":            {"drain now", "drain --for soon"},
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
