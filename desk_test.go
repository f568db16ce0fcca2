package main

import (
	"regexp"
	"strings"
	"testing"
)

// startDesk opens the desk of one of the staff under tmux.
func startDesk(t *testing.T, p *program, key *staffKey) *tmux {
	t.Helper()
	return startTmux(t, p, key.as("admin", "-t")...)
}

// The whole of it at the desk: two strangers chat, one reports, and the case comes
// to the moderator by itself, who decides it with two keys, takes that back in time
// and decides again. The person concerned reads why, in their language.
func TestDeskUnderTmux(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	desk := startDesk(t, p, root)
	desk.expect("desk of root", "There is nothing to decide.")

	a := joinScreen(t, p, window{source: "127.0.0.21"})
	b := openTerminal(t, p, window{source: "127.0.0.22", env: map[string]string{"LANG": "tr_TR.UTF-8"}})
	b.press(keyEnter)
	a.expect("You are now chatting with a stranger")
	b.press("you are awful", keyEnter)
	a.expect("Stranger: you are awful")
	a.press(ctrl('r'), "3")
	a.expect("Sent to the moderators")
	a.press(keyEnter)
	a.expect("Reported: R-")

	desk.expect("open 1", "harassment, R-", "Reported | you are awful")
	desk.press("k")
	desk.expect("ban for a week. Why?", "The person reads this, in Turkish.",
		"In English: Harassing people is not allowed here.", "> Burada insanları taciz etmek yasaktır.")
	desk.press("Enter")
	desk.expect("ban for a week in 10 s; u undoes it.", "open 0")
	desk.press("u")
	desk.expect("undone, nothing was decided.", "open 1")
	if bans := root.list(t, p, "bans"); len(bans) != 0 {
		t.Fatalf("what was undone made %v", bans)
	}
	desk.press("k", "Enter")
	desk.expect("ban for a week in 10 s; u undoes it.")
	desk.expect("Done: R-", "ban for a week. B-") // by itself, when it is too late to undo
	b.expect("Şimdilik chat.example.org üzerinde sohbet edemezsin", "Burada insanları taciz etmek yasaktır.")
	b.expectExit(exitNotAllowed)
	desk.press("q")
	desk.expect("ended with 0")
	desk.expectRestored()
}

// What nobody should see by accident waits for a key.
func TestDeskHidesLines(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	desk := startDesk(t, p, root)
	for category, sources := range map[string][2]string{
		"sexual": {"127.0.0.21", "127.0.0.22"}, "illegal": {"127.0.0.23", "127.0.0.24"},
	} {
		a, _ := pairFrom(t, p, sources[0], sources[1])
		a.report(category)
		desk.expect(category+", R-", "lines of the chat are hidden: v", "v show lines")
		if screen := desk.run("capture-pane", "-p"); strings.Contains(screen, "you are awful") {
			t.Errorf("at once, the desk shows\n%s", screen)
		}
		desk.press("v")
		desk.expect("Reported | you are awful")
		desk.press("n", "Enter")
		desk.expect("no action in 10 s")
	}
}

// Two moderators never decide the same case: the second sees that it is taken, be
// it at a desk or by a command.
func TestTwoDesks(t *testing.T) {
	t.Parallel()
	root, mo := newStaffKey(t, "root"), newStaffKey(t, "mo")
	p := startServer(t, "--admin-key", root.line)
	root.add(t, p, "mo", mo)
	one := startDesk(t, p, root)
	one.expect("There is nothing to decide.")
	a, b := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	id, _ := a.report("harassment")
	one.expect("Reported | you are awful")

	other := startDesk(t, p, mo)
	other.expect("taken by root", id+" is being looked at by root")
	other.press("d")
	other.expect("is being looked at by root")
	if screen := other.run("capture-pane", "-p"); strings.Contains(screen, "Why?") {
		t.Errorf("what another one has can be decided:\n%s", screen)
	}
	resolve := []string{"report", "resolve", id, "--action", "none", "--reason", "x"}
	if stdout, stderr, code := mo.run(t, p, resolve...); code != exitFailed || stdout != "" ||
		!strings.Contains(stderr, id+" is being looked at by root") {
		t.Errorf("a command against a desk ends with %d: %s%s", code, stdout, stderr)
	}

	one.press("d", "Enter")
	one.expect("ban for a day in 10 s")
	other.expect("taken by root") // while it can be undone
	if _, stderr, code := mo.run(t, p, resolve...); code != exitFailed {
		t.Errorf("a command against a decision ends with %d: %s", code, stderr)
	}
	one.press("q")
	one.expect("ended with 0")
	other.expect("was decided elsewhere", "open 0")
	b.expectExit(exitNotAllowed)
	if _, stderr, code := mo.run(t, p, resolve...); code != exitFailed || !strings.Contains(stderr, "was decided by root") {
		t.Errorf("a second decision ends with %d: %s", code, stderr)
	}
	audit := root.done(t, p, "audit")
	if decided := regexp.MustCompile(`resolve \w+ +`+id).FindAllString(audit, -1); len(decided) != 1 {
		t.Errorf("%s was decided %d times:\n%s", id, len(decided), audit)
	}
}
