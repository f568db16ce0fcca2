package main

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"strangerd/moderation"
	"strangerd/session"
	"strangerd/session/trap"
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

// everyTrap does each of what a list can do, of everything that people write.
const everyTrap = `
[[pattern]]
name = "gold"
match = 'wire me gold'
does = ["warn"]
about = "money"

[[pattern]]
name = "lottery"
match = 'secret lottery'
does = ["stop"]

[[pattern]]
name = "pyramids"
match = 'join our pyramid'
does = ["flag"]
category = "illegal"

[[pattern]]
name = "teapots"
match = 'pot of tea'
does = ["stop"]
in = ["questions"]
`

// In both modes, of messages, interests and questions: who reads a message is warned,
// who watches too, and what would be warned of isn't taken where nobody can be; what is
// stopped is refused, and stays in the screen's input line; what is flagged goes through
// without a word, and is in the queue with what it was found in.
func TestTrapsOfEachPlace(t *testing.T) {
	t.Parallel()
	list, err := trap.Parse([]byte(everyTrap), moderation.Categories)
	if err != nil {
		t.Fatal(err)
	}
	const (
		notTaken = "Not taken: it reads like a well-known trap."
		notSent  = "Not sent: it reads like a well-known trap."
		caution  = "Careful: whoever wants money"
	)
	for _, command := range []string{"", "plain"} {
		t.Run("ssh HOST "+command, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, func(c *session.Config) { c.Traps = list })
				join := joiner(p, command)
				refused := func(c *terminal, line, why string) {
					t.Helper()
					before := strings.Count(c.out.String(), why)
					c.press(line, keyEnter)
					c.until(why+" once more", func() bool { return strings.Count(c.out.bytes.String(), why) > before })
					if command == "" {
						c.expect("> " + line)
						c.press(ctrl('u'))
						c.expectGone(why)
					}
				}
				a, x, y := join(t, "127.0.0.21"), join(t, "127.0.0.22"), join(t, "127.0.0.23")
				x.expect("You are now chatting with a stranger")
				x.press("/stop", keyEnter)
				a.expect("Stranger has left the chat")
				refused(x, "/interests go, wire me gold", notTaken)
				refused(x, "/interests secret lottery", notTaken)
				x.press("/interests join our pyramid, pot of tea", keyEnter)
				x.expect("You like join our pyramid and pot of tea.")
				refused(a, "/ask would you wire me gold?", notTaken)
				refused(a, "/ask is it a secret lottery?", notTaken)
				refused(a, "/ask a pot of tea?", notTaken)
				a.press("/ask who may join our pyramid?", keyEnter)
				a.expect("Looking for two strangers to discuss your question")
				for _, c := range []*terminal{x, y} {
					c.press("/discuss", keyEnter)
				}
				x.expect("who may join our pyramid?")
				refused(x, "a secret lottery", notSent)
				for _, line := range []string{"a pot of tea", "wire me gold", "and join our pyramid"} {
					x.press(line, keyEnter)
					a.expect(": " + line)
					y.expect("tranger: " + line)
				}
				for _, c := range []*terminal{a, y} {
					c.expectSent(caution)
				}
				if y.shows("lottery") {
					t.Errorf("what is stopped is read, at\n%s", y.picture())
				}
				if _, said, _ := strings.Cut(x.out.String(), "who may join our pyramid?"); strings.Contains(said, caution) || strings.Contains(said, "moderator") {
					t.Errorf("who is flagged reads %q", said)
				}
				reports, err := p.bubble.desk.Reports("root", moderation.Filter{})
				if err != nil {
					t.Fatal(err)
				}
				var flagged []string
				for _, r := range reports {
					report, err := p.bubble.desk.Report("root", r.ID)
					if err != nil || report.Category != "illegal" || report.Note != "pyramids" {
						t.Errorf("of %v the report is %v, %v", r, report, err)
					}
					flagged = append(flagged, report.Lines[len(report.Lines)-1].Text)
				}
				slices.Sort(flagged)
				if want := []string{"and join our pyramid", "join our pyramid", "who may join our pyramid?"}; !slices.Equal(flagged, want) {
					t.Errorf("in the queue are %q, want %q", flagged, want)
				}
			})
		})
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
