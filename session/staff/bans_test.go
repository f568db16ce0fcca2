package staff_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/iotest"

	"strangerd/moderation"
	"strangerd/session/staff"
)

func TestBan(t *testing.T) {
	s := newStation(t)
	report := s.report("spam", "192.0.2.1", "192.0.2.2")
	pass := s.enter("192.0.2.3")
	network := s.enter("203.0.113.9")
	for command, target := range map[string]string{
		"ban " + report + " --reason x":                             "source-",
		"ban " + pass.ID() + " --for 7d --category spam --reason x": "source-",
		"ban 203.0.113.0/24 --for forever --reason x":               "203.0.113.0/24",
		"ban 2001:db8:1:2::/64 --reason x":                          "2001:db8:1:2::/64",
	} {
		out := s.do(command)
		if !strings.HasPrefix(out, "B-") {
			t.Errorf("%s prints %q", command, out)
		}
		wantHas(t, command, out, target)
	}
	if pass.Why() == nil || network.Why() == nil {
		t.Error("who is banned is inside")
	}
	out := s.do("bans")
	wantTable(t, "bans", out, 4, "ID", "UNTIL", "TARGET", "BY", "REASON")
	wantHas(t, "bans", out, "2026-11-29 12:00", "forever", "2001:db8:1:2::/64")
	if list := s.objects("bans"); len(list) != 4 {
		t.Errorf("bans --json: %v", list)
	}
	if list := s.objects("reports"); len(list) != 0 {
		t.Errorf("undecided after a ban by report: %v", list)
	}
}

func TestBanAsks(t *testing.T) {
	s := newStation(t)
	pass := s.enter(admin.From.String())
	for command, says := range map[string]string{
		"ban 127.0.0.0/8 --reason x":                   "this machine itself",
		"ban 198.51.100.0/24 --reason x":               "where you come from",
		"ban 198.51.100.7 --reason x":                  "where you come from",
		"ban 11.0.0.0/8 --reason x":                    "very large",
		"ban 2001::/16 --reason x":                     "very large",
		"ban " + pass.ID() + " --reason x":             "where you come from",
		"ban 203.0.113.0/24 --reason x --wider 24":     "",
		"report resolve R-0 --action ban --reason x":   "",
		"ban " + pass.ID() + " --wider 24 --reason x":  "",
		"ban 198.51.100.0/24 --for forever --reason x": "where you come from",
	} {
		if says != "" {
			s.refuses(admin, command, exitFailed, says)
			s.refuses(admin, command, exitFailed, "--yes")
		}
	}
	a := s.refuses(admin, "ban 198.51.100.0/24 --reason x", exitFailed, "--yes")
	wantHas(t, "the preview", a.out, "Nothing is banned yet.", "1 sessions", pass.ID())
	wantNot(t, "the preview", a.out, "B-", "--yes") // a script finds no id, and the error is elsewhere
	if list := s.objects("bans --all"); len(list) != 0 || pass.Why() != nil {
		t.Errorf("what was asked about was done: %v", list)
	}
	s.do("ban 198.51.100.0/24 --yes --reason x")
}

func TestBanWider(t *testing.T) {
	s := newStation(t)
	before := s.report("hate", "192.0.2.1", "203.0.113.1")
	report := s.report("spam", "192.0.2.2", "203.0.113.2")
	neighbour := s.enter("192.0.2.200")
	a := s.refuses(admin, "ban "+report+" --wider 24 --reason x", exitFailed, "--yes")
	wantHas(t, "the preview", a.out, neighbour.ID(), before)
	b := s.refuses(admin, "report resolve "+report+" --action ban --wider 24 --reason x", exitFailed, "--yes")
	wantHas(t, "the preview", b.out, neighbour.ID(), before)
	if neighbour.Why() != nil {
		t.Error("the neighbour is out before --yes")
	}
	wantHas(t, "ban --wider", s.do("ban "+report+" --wider 24 --yes --reason x"), "/24\n")
	if neighbour.Why() == nil {
		t.Error("the neighbour is inside")
	}
}

func TestUnban(t *testing.T) {
	s := newStation(t)
	ban := id(t, "B", s.do("ban 203.0.113.0/24 --reason x"))
	wantHas(t, "unban", s.do("unban "+ban+" --reason sorry"), ban)
	s.refuses(admin, "unban "+ban+" --reason sorry", exitFailed, "over")
	wantHas(t, "bans", s.do("bans"), "No bans.\n")
	wantHas(t, "bans --all", s.do("bans --all"), ban, "lifted")
	if _, err := s.Gate.Screen(netip.MustParseAddr("203.0.113.1"), netip.Addr{}, nil); err != nil {
		t.Error("the network is banned")
	}
}

// Whoever lifts one of two bans of somebody is told of the other.
func TestUnbanSaysWhatStillHolds(t *testing.T) {
	s := newStation(t)
	one, two := s.enter("192.0.2.1", 1), s.enter("192.0.2.1")
	first := id(t, "B", s.do("ban "+one.ID()+" --reason x"))
	second := id(t, "B", s.do("ban "+two.ID()+" --reason x"))
	out := s.do("unban " + first + " --reason sorry --json")
	wantHas(t, "unban --json", out, `"also_banned": [`, `"`+second+`"`)
	out = s.do("unban " + second + " --reason sorry")
	wantHas(t, "unban", out, second+" is lifted.\n")

	one = s.enter("192.0.2.1", 1)
	two = s.enter("192.0.2.1")
	first = id(t, "B", s.do("ban "+one.ID()+" --reason x"))
	second = id(t, "B", s.do("ban "+two.ID()+" --reason x"))
	out = s.do("unban " + second + " --reason sorry")
	wantHas(t, "unban", out, second+" is lifted. The person stays banned by "+first+".\n")
}

func TestImport(t *testing.T) {
	s := newStation(t)
	out := s.doWith("ban import --reason 'a list'", "192.0.2.0/24 # them\n\n; nothing\n2001:db8::/32\n192.0.2.0/24\n")
	wantHas(t, "import", out, "192.0.2.0/24\n", "2001:db8::/32\n", "2 networks are banned, 1 were already.\n")
	wantHas(t, "bans", s.do("bans"), "forever", "a list")
	out = s.doWith("ban import --json", "203.0.113.0/24\n192.0.2.0/24\n")
	var made []moderation.Ban
	must(t, json.Unmarshal([]byte(out), &made))
	if len(made) != 1 || made[0].Target.Network.String() != "203.0.113.0/24" || !strings.HasPrefix(made[0].ID, "B-") {
		t.Errorf("import --json prints %s", out)
	}
	if out := s.doWith("ban import --json", "192.0.2.0/24\n"); out != "[]\n" {
		t.Errorf("an import that makes nothing prints %s", out)
	}

	if a := s.askWith(admin, "ban import", "198.18.0.0/16\nnonsense\n"); a.exit != exitFailed || !strings.Contains(a.err, "line 2") {
		t.Errorf("a bad line: %v", a)
	}
	if a := s.askWith(admin, "ban import", "127.0.0.0/8\n"); a.exit != exitFailed || !strings.Contains(a.err, "--yes") {
		t.Errorf("loopback: %v", a)
	}
	if list := s.objects("bans"); len(list) != 3 {
		t.Errorf("the bans are %v", list)
	}
}

// 128.0.0.0/16 on a line that broke with the connection must not become
// 128.0.0.0/1, or half a list a list; nor half a file a key.
func TestInputIsWhole(t *testing.T) {
	s := newStation(t)
	for _, c := range []struct{ args, in, list string }{
		{"ban import --yes", "192.0.2.0/24\n128.0.0.0/1", "bans"},
		{"moderator add mo", newKey(t), "moderator list"},
	} {
		var out, errOut bytes.Buffer
		in := io.MultiReader(strings.NewReader(c.in), iotest.ErrReader(io.ErrUnexpectedEOF))
		if exit := s.Run(t.Context(), admin, words(c.args), staff.Client{In: in, Out: &out, Err: &errOut}); exit != exitFailed || out.Len() > 0 {
			t.Errorf("%s: exit %d with %q, %q", c.args, exit, out.String(), errOut.String())
		}
		if list := s.objects(c.list); len(list) != 0 {
			t.Errorf("%s: half of its input made %v", c.args, list)
		}
	}
}

func TestAppeals(t *testing.T) {
	s := newStation(t)
	wantHas(t, "appeals", s.do("appeals"), "No appeals.\n")
	if list := s.objects("appeals"); len(list) != 0 {
		t.Errorf("no appeals are %v", list)
	}
	var appeals []moderation.Appeal
	for addr, words := range map[string]string{"192.0.2.1": nasty, "192.0.2.2": "no\x1b[2J\r!"} {
		pass := s.enter(addr)
		ban := id(t, "B", s.do("ban "+pass.ID()+" --reason 'be gone'"))
		appeal, err := s.Desk.Appeal(ban, words)
		must(t, err)
		appeals = append(appeals, appeal)
	}
	wantTable(t, "appeals", s.do("appeals"), 2, "ID", "CREATED", "BAN", "ANSWER", "TEXT")
	if list := s.objects("appeals"); list[0]["ban"] == "" || list[0]["created"] != "2026-11-22T12:00:00Z" {
		t.Errorf("appeals --json: %v", list)
	}
	out := s.do("appeal show " + appeals[0].ID)
	wantSafe(t, "appeal show", out)
	wantHas(t, "appeal show", out, appeals[0].Ban, "reason: be gone\n", "\nappeal: ")
	wantNot(t, "appeal show", out, "\n-- ")

	wantHas(t, "audit", s.do("audit"), "appeals")

	wantHas(t, "accept", s.do("appeal accept "+appeals[0].ID+" --reason sorry"), "is accepted")
	wantHas(t, "reject", s.do("appeal reject "+appeals[1].ID+" --reason no"), "is rejected")
	s.refuses(moderator, "appeal accept "+appeals[1].ID+" --reason sorry", exitFailed, "root")
	if list := s.objects("bans"); len(list) != 1 || list[0]["id"] != appeals[1].Ban {
		t.Errorf("in force are %v", list)
	}
	wantHas(t, "appeals --all", s.do("appeals --all"), "accepted", "rejected")
	wantHas(t, "appeal show", s.do("appeal show "+appeals[1].ID), "answer: no\n")
}
