package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const careful = "-- Careful: many scams begin with a move to another app."

// Of a well-known trap its reader is warned, in line mode and in the full screen, once
// a chat; what is certain isn't sent; and neither is hidden by how it is written.
func TestTrapsOfTheBuiltInList(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	b.send("hi there\nyou can аdd mе оn T.e.l.e.g.r.a.m\n")
	a.expect("Stranger: you can аdd mе оn T.e.l.e.g.r.a.m", careful)
	a.press("do you have whatsapp?", keyEnter)
	b.expect("stranger: do you have whatsapp?\n" + careful)
	a.press("write me on telegram", keyEnter, "FREE cam show here!", keyEnter)
	a.expect("Not sent: it reads like a well-known trap.", "> FREE cam show here!")
	a.press(ctrl('u'), "my dog is 12 years old", keyEnter)
	if before := b.expect("stranger: my dog is 12 years old\n"); strings.Contains(before, "cam") || strings.Contains(before, "Careful") {
		t.Errorf("before an ordinary line came %q", before)
	}
	b.send("/interests jazz, free cam show\n")
	b.expect("-- Not taken: it reads like a well-known trap. Write it in other words.\n")
	if said := b.out.String(); strings.Count(said, "Careful") != 1 {
		t.Errorf("who is warned hears %q", said)
	}
	b.send("/interests jazz\n/next\n")
	b.expect("-- You like jazz.")
}

// operatorsTraps warns, stops and flags.
const operatorsTraps = `
[[pattern]]
name = "pyramids"
match = 'join (my|our) pyramid'
does = ["flag"]
category = "illegal"

[[pattern]]
name = "lottery"
match = 'you won the lottery'
does = ["stop"]
in = ["messages"]
`

// What the operator's list flags is in the moderators' queue with the lines of the
// chat, once, and neither of the two is told; that it can be is said before.
func TestTrapsOfTheOperator(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "traps.toml")
	if err := os.WriteFile(list, []byte(operatorsTraps), 0o600); err != nil {
		t.Fatal(err)
	}
	root := newStaffKey(t, "root")
	p := startServer(t, "--patterns", list, "--admin-key", root.line, "--http", "127.0.0.1:0")
	a, b := joinFrom(t, p, "127.0.0.55"), joinLines(t, p)
	a.meet(b)
	for _, line := range []string{"so, join my pyramid", "J O I N our pyramid", "add me on telegram"} {
		a.send(line + "\n")
		if before := b.expect("stranger: " + line + "\n"); before != "" {
			t.Errorf("before %q its reader is told %q", line, before)
		}
	}
	a.send("YOU WON the lоttery\nsorry\n")
	if told := a.expect("-- Not sent: it reads like a well-known trap."); strings.Contains(told, "moderator") {
		t.Errorf("who is flagged is told %q", told)
	}
	b.expect("stranger: sorry\n")
	a.send("/interests join our pyramid\n")
	a.expect("-- You like join our pyramid.")
	a.send("/interests you won the lottery\n") // of which messages alone are kept free
	a.expect("-- You like you won the lottery.")

	reports := root.list(t, p, "reports")
	if len(reports) != 2 { // one of the chat, and one of the interest
		t.Fatalf("reports: %v", reports)
	}
	flagged := reports[0]
	lines, _ := flagged["lines"].([]any)
	if flagged["category"] != "illegal" || flagged["machine"] != true || flagged["note"] != "pyramids" || len(lines) != 3 {
		t.Errorf("the report is %v", flagged)
	}
	shown := root.done(t, p, "report", "show", flagged["id"].(string), "--lines")
	for _, want := range []string{
		"the pattern pyramids", "reported: hello there\n", "other: you are awful\n",
		"-- the pattern found the next line\nreported: so, join my pyramid\n",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("report show lacks %q:\n%s", want, shown)
		}
	}
	stdout, _, _ := runSSH(t, p, "rules")
	privacy, _, _ := runSSH(t, p, "privacy")
	if !strings.Contains(stdout, "or the operator's list of traps finds something") || !strings.Contains(privacy, "the operator's list of well-known traps") {
		t.Errorf("people are told %q and %q", stdout, privacy)
	}
	code, metrics := fetch(t, p, "/metrics")
	for _, want := range []string{
		`strangerd_traps_total{action="flag"} 2`, `strangerd_traps_total{action="stop"} 1`, `strangerd_traps_total{action="warn"} 0`,
		`strangerd_flags_total{category="illegal"} 2`, `strangerd_reports_total{category="illegal"} 0`,
	} {
		if code != http.StatusOK || !strings.Contains(metrics, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

// With --patterns off nothing is compared, and the first screen promises so.
func TestTrapsOff(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--patterns", "off")
	a, b := pairLines(t, p)
	a.send("add me on telegram\nfree cam show\nend\n")
	if before := b.expect("stranger: end\n"); !strings.HasSuffix(before, "stranger: add me on telegram\nstranger: free cam show\n") {
		t.Errorf("what arrives is %q", before)
	}
}
