package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
)

// The sources of these tests are addresses other than 127.0.0.1, behind which
// many people are.

// joinFrom is joinLines from an address.
func joinFrom(t *testing.T, p *program, source string) *chatter {
	t.Helper()
	return joinLines(t, p, "-b", source)
}

// pairFrom returns two people who chat in line mode, and have both spoken.
func pairFrom(t *testing.T, p *program, one, other string) (a, b *chatter) {
	t.Helper()
	a, b = joinFrom(t, p, one), joinFrom(t, p, other)
	a.meet(b)
	return a, b
}

// meet waits until two people are paired, and has them speak.
func (c *chatter) meet(other *chatter) {
	c.t.Helper()
	c.expect("-- You are now chatting with a stranger\n")
	other.expect("-- You are now chatting with a stranger\n")
	c.send("hello there\n")
	other.expect("stranger: hello there\n")
	other.send("you are awful\n")
	c.expect("stranger: you are awful\n")
}

// report reports the partner, and returns what the reporter is given.
func (c *chatter) report(words string) (id, receipt string) {
	c.t.Helper()
	c.send("/report " + words + "\n")
	c.expect("-- Sent to the moderators: the first 10 and the last 50 lines of this chat")
	c.expect("-- Reported: ")
	id = c.expect(". Your receipt: ")
	return id, c.expect(". To see what came of it: ")
}

// runFrom runs a command over SSH from an address, with this on standard input.
func runFrom(t *testing.T, p *program, source, stdin string, more ...string) (stdout, stderr string, code int) {
	t.Helper()
	return runSSHWith(t, p, stdin, append([]string{"-b", source}, more...)...)
}

// runSSHWith is runSSH with a standard input.
func runSSHWith(t *testing.T, p *program, stdin string, more ...string) (stdout, stderr string, code int) {
	t.Helper()
	c := startSSH(t, p, more...)
	io.WriteString(c.in, stdin) // who is refused may not take it
	c.in.Close()
	<-c.ended
	return c.out.String(), c.errors.String(), c.cmd.ProcessState.ExitCode()
}

// expectCase expects what a receipt tells.
func expectCase(t *testing.T, p *program, receipt, words string) {
	t.Helper()
	stdout, stderr, code := runSSH(t, p, "case", receipt)
	if code != exitDone || !strings.Contains(stdout, words) {
		t.Errorf("case says %q, %q and ends with %d, want %q", stdout, stderr, code, words)
	}
}

// expectStatus waits until the server says this of itself.
func expectStatus(t *testing.T, p *program, words string) {
	t.Helper()
	var stdout string
	if !eventually(func() bool {
		stdout, _, _ = runSSH(t, p, "status", "--json")
		return strings.Contains(stdout, words)
	}) {
		t.Errorf("status is %s, want %s", stdout, words)
	}
}

// banWordsOf are what a banned person reads of a ban that staff made.
func banWordsOf(id, rule, reason string) []string {
	return []string{
		"You can't chat at chat.example.org for now (ban " + id + ").",
		"The rule: " + rule + ".",
		"The reason: " + reason,
		"A moderator decided this.",
		"It ends 2",
		"If this is wrong, you can appeal once: ssh chat.example.org appeal",
	}
}

func expectAll(t *testing.T, where, text string, words []string) {
	t.Helper()
	for _, want := range words {
		if !strings.Contains(text, want) {
			t.Errorf("%s: no %q in:\n%s", where, want, text)
		}
	}
}

// From a report to a ban, and by an appeal back: all of it with a stock client.
func TestReportBanAppeal(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	a, b := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	id, receipt := a.report("harassment they were rude")
	b.expect("-- Stranger has left the chat\n")
	expectCase(t, p, receipt, "Your report "+id)
	expectCase(t, p, receipt, "have not decided yet")
	if stdout, _, code := runSSH(t, p, "case", strings.Repeat("a", len(receipt))); code != exitFailed || stdout != "" {
		t.Errorf("a receipt of nothing: %q, %d", stdout, code)
	}

	reports := root.list(t, p, "reports")
	if len(reports) != 1 || reports[0]["id"] != id || reports[0]["category"] != "harassment" || reports[0]["status"] != "open" {
		t.Fatalf("the queue is %v, want %s in it", reports, id)
	}
	shown := root.done(t, p, "report", "show", id)
	expectAll(t, "report show", shown, []string{"they were rude", "reporter: hello there", "reported: you are awful"})
	made := root.done(t, p, "report", "resolve", id, "--action", "ban", "--for", "7d", "--reason", "'Be kind to people'")
	ban, _, _ := strings.Cut(made, " ")

	words := banWordsOf(ban, "harassment or bullying", "Be kind to people")
	expectAll(t, "the live session", b.expectExit(exitNotAllowed), words)
	stdout, _, code := runFrom(t, p, "127.0.0.22", "", "-T")
	if code != exitNotAllowed {
		t.Errorf("the next visit ends with %d", code)
	}
	expectAll(t, "the next visit", stdout, words)
	for _, command := range []string{"status", "version", "plain"} {
		stdout, stderr, code := runFrom(t, p, "127.0.0.22", "", command)
		if code != exitNotAllowed {
			t.Errorf("%s ends with %d for a banned person", command, code)
		}
		expectAll(t, command, stdout+stderr, words)
	}
	for _, command := range []string{"rules", "privacy", "help"} {
		if _, _, code := runFrom(t, p, "127.0.0.22", "", command); code != exitDone {
			t.Errorf("%s ends with %d for a banned person", command, code)
		}
	}
	expectCase(t, p, receipt, "The person was banned.")

	stdout, stderr, code := runFrom(t, p, "127.0.0.22", "I am sorry, and will be kind.\n", "appeal")
	if code != exitDone {
		t.Fatalf("appeal ends with %d: %s", code, stderr)
	}
	appeals := root.list(t, p, "appeals")
	if len(appeals) != 1 || appeals[0]["ban"] != ban || appeals[0]["text"] != "I am sorry, and will be kind." {
		t.Fatalf("the appeals are %v", appeals)
	}
	appeal := appeals[0]["id"].(string)
	expectAll(t, "appeal", stdout, []string{appeal})
	if _, stderr, code := runFrom(t, p, "127.0.0.22", "And again.\n", "appeal"); code != exitFailed {
		t.Errorf("a second appeal ends with %d: %s", code, stderr)
	}
	stdout, _, _ = runFrom(t, p, "127.0.0.22", "", "-T")
	expectAll(t, "a visit before the answer", stdout, []string{appeal + " is with the moderators"})
	root.done(t, p, "appeal", "accept", appeal, "--reason", "'Welcome back'")

	b = startSSH(t, p, "-T", "-b", "127.0.0.22")
	b.expect("Type yes to accept")
	b.send("yes\n")
	b.expect("-- Your appeal was accepted, and the ban is lifted. The answer: Welcome back\n")
	b.expect("Type yes to say that you have read this")
	b.send("yes\n")
	b.expect("-- Looking for a stranger\n")
	if bans := root.list(t, p, "bans"); len(bans) != 0 {
		t.Errorf("after the appeal was accepted, these bans hold: %v", bans)
	}
}

// What was acknowledged outlives the process, however it ends.
func TestKilledAfterEachAnswer(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	folder := t.TempDir()
	start := func() *program { return startServerIn(t, folder, "--admin-key", root.line) }
	p := start()
	again := func() {
		t.Helper()
		p.cmd.Process.Kill()
		p.wait()
		p = start()
	}

	a, _ := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	id, receipt := a.report("threat")
	again()
	if reports := root.list(t, p, "reports"); len(reports) != 1 || reports[0]["id"] != id {
		t.Fatalf("the queue is %v, want %s in it", reports, id)
	}
	made := root.done(t, p, "report", "resolve", id, "--action", "ban", "--for", "7d", "--reason", "'No threats'")
	again()
	ban, _, _ := strings.Cut(made, " ")
	stdout, _, code := runFrom(t, p, "127.0.0.22", "", "-T")
	if code != exitNotAllowed {
		t.Errorf("a banned person's visit ends with %d", code)
	}
	expectAll(t, "a visit", stdout, []string{ban, "No threats"})

	if _, stderr, code := runFrom(t, p, "127.0.0.22", "It was a joke.", "appeal"); code != exitDone {
		t.Fatalf("appeal ends with %d: %s", code, stderr)
	}
	again()
	appeals := root.list(t, p, "appeals")
	if len(appeals) != 1 || appeals[0]["text"] != "It was a joke." {
		t.Fatalf("the appeals are %v", appeals)
	}
	root.done(t, p, "appeal", "accept", appeals[0]["id"].(string), "--reason", "'All right'")
	again()
	if stdout, _, code := runFrom(t, p, "127.0.0.22", "", "status"); code != exitDone {
		t.Errorf("after the appeal was accepted, status says %q and ends with %d", stdout, code)
	}
	expectCase(t, p, receipt, "Your report "+id)

	stopServer(t, p) // and once as an operator does
	p = start()
	audit := root.done(t, p, "audit")
	expectAll(t, "audit", audit, []string{"root", id, ban, "No threats", "All right"})
}

// In the full screen, Ctrl+R and a key begin a report; Esc takes it back, and
// gives back what stood in the input line.
func TestReportOnScreen(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	a := joinScreen(t, p, window{source: "127.0.0.21"})
	b := joinFrom(t, p, "127.0.0.22")
	a.expect("You are now chatting with a stranger")
	b.send("you are awful\n")
	a.expect("Stranger: you are awful")

	a.press("half a senten")
	a.expect("half a senten")
	a.press(ctrl('r'))
	a.expect("Report this stranger.", "3  ")
	a.expectGone("half a senten")
	a.press("3")
	a.expect("Sent to the moderators: the first 10 and the last 50 lines", "harassment")
	a.press("a note")
	a.expect("a note")
	a.press(keyEsc)
	a.expect("Nothing was reported.", "half a senten")
	a.press("ce", keyEnter)
	b.expect("stranger: half a sentence\n")
	if reports := root.list(t, p, "reports"); len(reports) != 0 {
		t.Errorf("a report that was cancelled is in the queue: %v", reports)
	}

	a.press(ctrl('r'))
	a.expect("Report this stranger.")
	a.press("3")
	a.expect("Sent to the moderators")
	a.press(keyUp)
	a.expect("that you marked, the category", "Marked: you are awful")
	a.press("rude", keyEnter)
	a.expect("Reported: R-", "You left the chat")
	b.expect("-- Stranger has left the chat\n")
	reports := root.list(t, p, "reports")
	if len(reports) != 1 || reports[0]["category"] != "harassment" {
		t.Fatalf("the queue is %v", reports)
	}
	expectAll(t, "report show", root.done(t, p, "report", "show", reports[0]["id"].(string)),
		[]string{"rude", "reporter: half a sentence", "reported: you are awful"})
	a.press(ctrl('r'))
	a.expect("You have reported this chat already.")

	// They never meet again, and others do.
	a.press(keyEnter)
	a.expect("Looking for a stranger")
	b.send("/next\n")
	b.expect("-- Looking for a stranger\n")
	expectStatus(t, p, `"waiting":2`)
	c, d := joinFrom(t, p, "127.0.0.23"), joinFrom(t, p, "127.0.0.24")
	for _, one := range []*chatter{b, c, d} {
		one.expect("-- You are now chatting with a stranger\n")
	}
	a.expect("You are now chatting with a stranger")
}

// Who has left can still report.
func TestReportAfterChat(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	a := joinScreen(t, p, window{source: "127.0.0.21"})
	b := joinFrom(t, p, "127.0.0.22")
	a.expect("You are now chatting with a stranger")
	b.send("buy my pills\n")
	a.expect("Stranger: buy my pills")
	b.send("/quit\n")
	b.expectExit(exitDone)
	a.expect("Stranger has left the chat")
	a.press(ctrl('r'))
	a.expect("Report this stranger.")
	a.press("8")
	a.expect("Sent to the moderators")
	a.press(keyEnter)
	a.expect("Reported: R-")
	if reports := root.list(t, p, "reports", "--category", "spam"); len(reports) != 1 {
		t.Errorf("the queue is %v", reports)
	}

	c := joinLines(t, p, "-b", "127.0.0.23")
	c.send("/report spam\n")
	c.expect("-- There is nobody to report: there was no chat yet.\n")
}

// A report's note is for the moderators: nobody is found while it is written, so
// that none of its keys reach a new stranger, and a partner is not told of typing.
func TestReportNoteReachesNoStranger(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := joinScreen(t, p, window{source: "127.0.0.21"})
	b := joinFrom(t, p, "127.0.0.22")
	a.expect("You are now chatting with a stranger")
	b.send("/typing on\n")
	b.expect("-- You are told when the stranger types.\n")
	a.press(ctrl('r'), "8")
	a.expect("Sent to the moderators")
	a.press("a note")
	a.expect("> a note")
	a.press(keyEsc)
	a.expect("Nothing was reported.")
	a.press("hello", keyEnter)
	b.expect("stranger: hello\n")
	if strings.Contains(b.out.String(), "Stranger is typing") {
		t.Error("a report's note is told as typing")
	}

	b.send("/quit\n")
	b.expectExit(exitDone)
	a.expect("Stranger has left the chat")
	a.press(keyEnter)
	a.expect("Looking for a stranger")
	a.press(ctrl('r'), "8", "a note")
	a.expect("> a note")
	c := joinFrom(t, p, "127.0.0.23")
	c.send("/status\n")
	c.expect("1 waiting, 0 chatting")
	a.press(keyEsc)
	a.expect("Nothing was reported.")
	a.press(keyEnter)
	a.expect("chatting 0 min")
	a.press("fresh", keyEnter)
	c.expect("stranger: fresh\n")
	if strings.Contains(c.out.String(), "note") {
		t.Error("a report's note was said to a stranger")
	}
}

// A banned network reads why before it is let speak; staff come in elsewhere.
func TestBannedNetwork(t *testing.T) {
	t.Parallel()
	requireTool(t, "ssh")
	root := newStaffKey(t, "root")
	staffOnly := &program{address: freePort(t)}
	_, port, _ := net.SplitHostPort(staffOnly.address)
	p := startServer(t, "--admin-key", root.line, "--staff-listen", ":"+port)
	inside := joinFrom(t, p, "127.0.0.30")

	if _, stderr, code := root.run(t, p, "ban", "127.0.0.0/26", "--reason", "x"); code != exitFailed || !strings.Contains(stderr, "--yes") {
		t.Errorf("a ban of this machine ends with %d: %s", code, stderr)
	}
	made := root.done(t, p, "ban", "127.0.0.30/31", "--for", "1h", "--reason", "'A raid'")
	at := strings.Index(made, "B-")
	if at < 0 {
		t.Fatalf("ban prints %q", made)
	}
	id := strings.FieldsFunc(made[at:], func(r rune) bool { return r == ' ' || r == '\n' || r == ':' })[0]
	expectAll(t, "who is inside", inside.expectExit(exitNotAllowed), []string{id, "A raid"})

	for _, source := range []string{"127.0.0.30", "127.0.0.31"} {
		cmd := exec.Command("ssh", append([]string{"-v"}, sshArguments(p, "-o", "LogLevel=INFO", "-T", "-b", source)...)...)
		said, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != 255 {
			t.Errorf("the client of a banned network ends with %d", code)
		}
		expectAll(t, "the banned network", string(said), []string{id, "A raid"})
		if strings.Contains(string(said), "SSH2_MSG_KEXINIT received") {
			t.Error("a key exchange began with a banned network")
		}
	}
	if _, stderr, code := runFrom(t, p, "127.0.0.32", "", "status"); code != exitDone {
		t.Errorf("the network beside it is refused with %d: %s", code, stderr)
	}

	if _, stderr, code := root.run(t, staffOnly, "-b", "127.0.0.30", "stats"); code != exitDone {
		t.Errorf("staff of a banned network are refused with %d: %s", code, stderr)
	}
	if _, _, code := runFrom(t, staffOnly, "127.0.0.32", "", "status"); code != 255 {
		t.Errorf("a guest at the staff's address ends with %d", code)
	}

	root.done(t, p, "unban", id, "--reason", "'The raid is over'")
	if _, stderr, code := runFrom(t, p, "127.0.0.30", "", "status"); code != exitDone {
		t.Errorf("after unban, the network is refused with %d: %s", code, stderr)
	}
}

// Reports of one person by enough sources, from different chats, pause them.
func TestRow19PausedByReports(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	b := joinFrom(t, p, "127.0.0.40")
	for i, source := range []string{"127.0.0.31", "127.0.0.32", "127.0.0.33"} {
		if i > 0 {
			b.expect("-- Stranger has left the chat\n")
			b.send("/next\n")
			b.expect("-- Looking for a stranger\n")
		}
		a := joinFrom(t, p, source)
		a.meet(b)
		a.report("hate")
		a.send("/quit\n")
		a.expectExit(exitDone)
	}
	said := []string{"Several reports decided this, and no person yet.", "you can appeal once"}
	expectAll(t, "the session", b.expectExit(exitNotAllowed), said)
	stdout, _, code := runFrom(t, p, "127.0.0.40", "", "-T")
	if code != exitNotAllowed {
		t.Errorf("the next visit ends with %d", code)
	}
	expectAll(t, "the next visit", stdout, said)

	bans := root.list(t, p, "bans")
	reports := root.list(t, p, "reports")
	if len(bans) != 1 || bans[0]["machine"] != true || len(reports) != 3 {
		t.Fatalf("bans %v, reports %v", bans, reports)
	}
	for _, report := range reports {
		root.done(t, p, "report", "resolve", report["id"].(string), "--action", "none", "--reason", "'Nothing there'")
	}
	if stdout, _, code := runFrom(t, p, "127.0.0.40", "", "status"); code != exitDone {
		t.Errorf("after the moderator decided, status says %q and ends with %d", stdout, code)
	}
}

// Reports of each other, and those of somebody in need, pause nobody.
func TestRow20And22NotPaused(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	help := filepath.Join(t.TempDir(), "help")
	if err := os.WriteFile(help, []byte("Call 116 123, day and night.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startServer(t, "--admin-key", root.line, "--report-threshold", "1", "--help-text", help)
	a, b := pairFrom(t, p, "127.0.0.31", "127.0.0.40")
	a.report("selfharm")
	a.expect("Call 116 123, day and night.")
	b.expect("-- Stranger has left the chat\n")
	if bans := root.list(t, p, "bans"); len(bans) != 0 {
		t.Errorf("a report for selfharm made %v", bans)
	}
	b.send("/status\n") // they are still inside
	b.expect("-- ")

	q := startServer(t, "--admin-key", root.line, "--report-threshold", "2")
	b = joinFrom(t, q, "127.0.0.40")
	for _, source := range []string{"127.0.0.31", "127.0.0.32", "127.0.0.33"} {
		a := joinFrom(t, q, source)
		a.meet(b)
		a.report("hate")
		b.expect("-- Stranger has left the chat\n")
		b.report("harassment")
		b.send("/next\n")
		b.expect("-- Looking for a stranger\n")
		a.send("/quit\n")
		a.expectExit(exitDone)
	}
	if bans := root.list(t, q, "bans"); len(bans) != 0 {
		t.Errorf("mutual reports made %v", bans)
	}
}

// Row 21: a report that somebody is too young is the first that staff see, whenever it
// came, and counts as much as any other.
func TestRow21FalseUnderage(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	b := joinFrom(t, p, "127.0.0.40")
	reported := func(source, category string) {
		t.Helper()
		a := joinFrom(t, p, source)
		a.meet(b)
		a.report(category)
		a.send("/quit\n")
		a.expectExit(exitDone)
	}
	next := func() {
		t.Helper()
		b.expect("-- Stranger has left the chat\n")
		b.send("/next\n")
		b.expect("-- Looking for a stranger\n")
	}
	reported("127.0.0.31", "hate")
	next()
	reported("127.0.0.32", "underage")
	next()
	reports := root.list(t, p, "reports")
	if len(reports) != 2 || reports[0]["category"] != "underage" || reports[1]["category"] != "hate" {
		t.Errorf("the queue is %v", reports)
	}
	if bans := root.list(t, p, "bans"); len(bans) != 0 {
		t.Errorf("two reports of three made %v", bans)
	}
	reported("127.0.0.33", "underage")
	b.expectExit(exitNotAllowed)
}

// Where the operator names no helplines, the built-in words say where there are some.
func TestRow22HelplinesUnsaid(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	a, b := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	id, _ := a.report("selfharm")
	a.expect("There are people who listen:\n-- https://findahelpline.com lists helplines by country")
	b.expect("-- Stranger has left the chat\n")
	root.done(t, p, "report", "resolve", id, "--action", "help", "--reason", "x")
	b.send("/next\n")
	b.expect("-- https://findahelpline.com lists helplines by country")
}

// A warned person reads the warning before the next search, and confirms it.
func TestWarning(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	a, b := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	id, receipt := a.report("hate")
	b.expect("-- Stranger has left the chat\n")
	root.done(t, p, "report", "resolve", id, "--action", "warn", "--reason", "'Mind your words'")
	expectCase(t, p, receipt, "The person was spoken to.")
	b.send("/next\n")
	b.expect("-- A moderator looked at a chat of yours, and warns you.\n")
	b.expect("-- The reason: Mind your words\n")
	b.expect("Type yes to say that you have read this")
	b.send("/quit\n")
	b.expectExit(exitDone)

	b = startSSH(t, p, "-T", "-b", "127.0.0.22") // not confirmed: said again
	b.expect("Type yes to accept")
	b.send("yes\n")
	b.expect("-- The reason: Mind your words\n")
	b.send("yes\n")
	b.expect("-- Looking for a stranger\n")
	b.send("/quit\n")
	b.expectExit(exitDone)
	joinFrom(t, p, "127.0.0.22") // confirmed: not said again
}

// Row 24: behind a shared source are many people, and none of them is banned for
// another.
func TestRow24SharedSource(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line, "--report-threshold", "1")
	a, b := pairFrom(t, p, "127.0.0.21", "127.0.0.1")
	id, receipt := a.report("threat")
	b.expect("-- Stranger has left the chat\n")
	if stdout := root.done(t, p, "report", "resolve", id, "--action", "ban", "--reason", "'Mind your words'"); !strings.Contains(stdout, "is ended.") || !strings.Contains(stdout, "nobody is banned") {
		t.Errorf("a ban of a shared source says %q", stdout)
	}
	if said := b.expectExit(exitNotAllowed); !strings.Contains(said, "Mind your words") {
		t.Errorf("the session that was ended is told %q", said)
	}
	expectCase(t, p, receipt, "The person's session is over.")
	if stdout, _, code := runFrom(t, p, "127.0.0.1", "", "status"); code != exitDone {
		t.Errorf("a shared source is told %q, and %d", stdout, code)
	}
	if bans := root.list(t, p, "bans"); len(bans) != 0 {
		t.Errorf("the bans are %v", bans)
	}
}

// Row 19: a chat is reported once, and one in which only one spoke counts for
// nothing.
func TestRow19ReportsThatDoNotCount(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line, "--report-threshold", "2")
	b := joinFrom(t, p, "127.0.0.40")
	next := func() {
		t.Helper()
		b.expect("-- Stranger has left the chat\n")
		b.send("/next\n")
		b.expect("-- Looking for a stranger\n")
	}
	a := joinFrom(t, p, "127.0.0.31")
	a.meet(b)
	a.report("hate")
	a.send("/report hate\n")
	a.expect("-- You have reported this chat already.\n")
	next()
	silent := joinFrom(t, p, "127.0.0.32")
	silent.expect("-- You are now chatting with a stranger\n")
	silent.report("hate")
	next()
	if bans := root.list(t, p, "bans"); len(bans) != 0 {
		t.Errorf("reports that don't count made %v", bans)
	}
	c := joinFrom(t, p, "127.0.0.33")
	c.meet(b)
	c.report("hate")
	b.expectExit(exitNotAllowed)
}

// Row 25: what was reported doesn't scroll away under a flood.
func TestRow25EvidenceOfFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := joinPlain(t, p, "127.0.0.21"), joinPlain(t, p, "127.0.0.22")
		b.expectSent("-- You are now chatting with a stranger")
		b.press("you are awful", keyEnter)
		for i := range 70 {
			b.press("flood ", strconv.Itoa(i), ".", keyEnter)
		}
		for i := range 70 {
			a.expectSent(fmt.Sprintf("stranger: flood %d.\r\n", i))
		}
		a.press("/report harassment", keyEnter)
		a.expectSent("-- Reported: R-")
		var shown strings.Builder
		for _, line := range onlyReport(t, p).Lines {
			fmt.Fprintln(&shown, line.Text)
		}
		expectAll(t, "the evidence", shown.String(), []string{"you are awful", "flood 5.", "flood 69.", "flood 20."})
		if strings.Contains(shown.String(), "flood 15.") {
			t.Errorf("the evidence holds more than the first 10 and last 50 lines:\n%s", shown.String())
		}
	})
}

// A banned person appeals in the one screen that they get, and in line mode.
func TestAppealWhereTheBanIsRead(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	for _, source := range []string{"127.0.0.21", "127.0.0.22"} {
		inside := joinFrom(t, p, source)
		session := root.list(t, p, "sessions")[0]["id"].(string)
		root.done(t, p, "ban", session, "--for", "1h", "--reason", "'Too loud'")
		inside.expect("-- The reason: Too loud\n")
		inside.expectExit(exitNotAllowed)
	}

	a := openTerminal(t, p, window{source: "127.0.0.21"})
	a.expect("You can't chat at chat.example.org for now (ban B-", "The reason: Too loud", "A moderator decided this.")
	a.press("I whispered", keyEnter)
	a.expect("Your appeal A-")
	a.press(keyEsc)
	a.expectExit(exitNotAllowed)

	b := startSSH(t, p, "-T", "-b", "127.0.0.22")
	b.expect("-- Or write your appeal here, up to 1,000 characters. An empty line or the end of input sends it")
	b.send("So did I.\nAnd it was late.\n\n")
	b.expect("-- Your appeal A-")
	b.expectExit(exitNotAllowed)

	appeals := root.list(t, p, "appeals")
	if len(appeals) != 2 {
		t.Fatalf("the appeals are %v", appeals)
	}
	if first, second := appeals[0]["text"], appeals[1]["text"]; first != "I whispered" || second != "So did I.\nAnd it was late." {
		t.Errorf("the appeals say %q and %q", first, second)
	}
	for _, appeal := range appeals {
		root.done(t, p, "appeal", "reject", appeal["id"].(string), "--reason", "'I heard you'")
	}
	a = openTerminal(t, p, window{source: "127.0.0.21"})
	a.expect("was rejected. The answer: I heard you")
	for _, ask := range []string{"-T", "status", "stats", "frobnicate", "'plain x'", "'status x'", "'\"'"} {
		stdout, stderr, code := runFrom(t, p, "127.0.0.22", "", strings.Trim(ask, "'"))
		said := stdout + stderr
		if code != exitNotAllowed || strings.Contains(said, "you can appeal once") {
			t.Errorf("after the appeal %s ends with %d and\n%s", ask, code, said)
		}
		expectAll(t, ask, said, []string{"(ban B-", "The reason: Too loud", "was rejected. The answer: I heard you"})
	}
	if _, stderr, code := runFrom(t, p, "127.0.0.23", "", "stats"); code != exitNotUnderstood {
		t.Errorf("a staff command of anyone ends with %d: %s", code, stderr)
	}
	for _, appeal := range appeals[1:] {
		expectAll(t, "appeal show", root.done(t, p, "appeal", "show", appeal["id"].(string)), []string{"appeal: So did I.\nappeal: And it was late.\n"})
	}
}

// In line mode an appeal is all lines up to the end of input; one that is too long
// is not cut, and keeps nobody waiting.
func TestAppealOfManyLines(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	inside := joinFrom(t, p, "127.0.0.21")
	session := root.list(t, p, "sessions")[0]["id"].(string)
	root.done(t, p, "ban", session, "--for", "1h", "--reason", "'Too loud'")
	inside.expectExit(exitNotAllowed)

	stdout, _, code := runFrom(t, p, "127.0.0.21", strings.Repeat("I whispered.\n", 100), "-T")
	if code != exitNotAllowed || !strings.Contains(stdout, "-- Not sent: ") {
		t.Errorf("an appeal that is too long ends with %d and\n%s", code, stdout)
	}
	for _, habit := range []string{"yes\nhello\n", "/next\n", "\n", ""} {
		runFrom(t, p, "127.0.0.21", habit, "-T")
	}
	if appeals := root.list(t, p, "appeals"); len(appeals) != 0 {
		t.Fatalf("the appeals are %v", appeals)
	}
	stdout, _, _ = runFrom(t, p, "127.0.0.21", "I whispered.\nAll of them\nshouted.", "-T")
	appeals := root.list(t, p, "appeals")
	if len(appeals) != 1 || appeals[0]["text"] != "I whispered.\nAll of them\nshouted." || !strings.Contains(stdout, "-- Your appeal A-") {
		t.Errorf("the appeals are %v, after\n%s", appeals, stdout)
	}
}

// A ban of a me@ key holds wherever it comes from, and can be forever.
func TestBannedKey(t *testing.T) {
	t.Parallel()
	root, key := newStaffKey(t, "root"), newStaffKey(t, "somebody")
	p := startServer(t, "--admin-key", root.line)
	inside := joinLines(t, p, key.as("me", "-b", "127.0.0.21")...)
	session := root.list(t, p, "sessions")[0]["id"].(string)
	root.done(t, p, "ban", session, "--for", "forever", "--reason", "'Never again'")
	inside.expect("-- It has no end.\n")
	inside.expectExit(exitNotAllowed)
	stdout, _, code := runSSHWith(t, p, "", key.as("me", "-b", "127.0.0.99", "-T")...)
	if code != exitNotAllowed {
		t.Errorf("a banned key from elsewhere ends with %d", code)
	}
	expectAll(t, "a banned key", stdout, []string{"Never again", "It has no end."})
	// Bans of people don't bind staff.
	if _, stderr, code := root.run(t, p, "-b", "127.0.0.21", "stats"); code != exitDone {
		t.Errorf("staff at a banned person's source end with %d: %s", code, stderr)
	}
}

// Behind a shared source, two people never meet again for as long as they stay.
func TestNeverAgainBehindSharedSource(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairFrom(t, p, "127.0.0.1", "127.0.0.1")
	a.report("spam")
	b.expect("-- Stranger has left the chat\n")
	for _, one := range []*chatter{a, b} { // whose last chat is now with another
		one.send("/next\n")
		one.expect("-- Looking for a stranger\n")
		other := joinLines(t, p)
		one.expect("-- You are now chatting with a stranger\n")
		other.send("/quit\n")
		other.expectExit(exitDone)
		one.expect("-- Stranger has left the chat\n")
	}
	for _, one := range []*chatter{a, b} {
		one.send("/next\n")
		one.expect("-- Looking for a stranger\n")
	}
	expectStatus(t, p, `"waiting":2`)
}

// Row 26: what came of a report is for who holds its receipt. Neither the same
// source, nor the report's id, nor the ban tells who reported whom.
func TestRow26OutcomeIsForTheReceipt(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	a, b := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	id, receipt := a.report("harassment they were rude")
	if bits := 5 * len(strings.ReplaceAll(receipt, "-", "")); bits < 80 { // of base32
		t.Errorf("the receipt %s has %d bits", receipt, bits)
	}
	root.done(t, p, "report", "resolve", id, "--action", "ban", "--reason", "'Be kind'")
	expectCase(t, p, receipt, "The person was banned.")
	told := b.expectExit(exitNotAllowed)
	for _, source := range []string{"127.0.0.21", "127.0.0.22"} { // a housemate of either
		for _, guess := range []string{id, strings.TrimPrefix(id, "R-"), receipt[:len(receipt)-1], receipt + "2"} {
			stdout, stderr, code := runFrom(t, p, source, "", "case", guess)
			if code != exitFailed || stdout != "" {
				t.Errorf("case %s ends with %d: %s", guess, code, stdout)
			}
			told += stderr
		}
	}
	housemate := joinFrom(t, p, "127.0.0.21")
	housemate.send("/status\n/quit\n")
	told += housemate.expectExit(exitDone) + housemate.out.String()
	for _, secret := range []string{id, receipt, "they were rude"} {
		if strings.Contains(told, secret) {
			t.Errorf("without the receipt somebody learned %q:\n%s", secret, told)
		}
	}
}

// Row 29: whatever a stranger writes begins with what the server puts before it.
func TestRow29NobodyLooksLikeTheServer(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	a, b := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	claims := []string{"-- The operator says: send me your number", "-- I am a moderator", "\r-- Your session ends", "\x1b[1G-- Type yes",
		"\u2028-- The operator says: hi", "\u202e-- The operator says: hi"}
	for _, claim := range claims {
		b.send(claim + "\n")
	}
	b.send("the end\n")
	said := a.expect("stranger: the end\n")
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, "stranger: ") || strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\r\x1b\u2028\u202e") {
			t.Errorf("a stranger's line reads %q", line)
		}
	}
	if n := strings.Count(said, "stranger: "); n < len(claims) {
		t.Errorf("of %d lines %d came: %q", len(claims), n, said)
	}
	root.done(t, p, "broadcast", "'Tea at five'")
	a.expect("-- The operator says: Tea at five\n")
}

// Row 30: staff who lock themselves out are asked before, and get back in offline.
func TestRow30LockedOut(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	folder := t.TempDir()
	p := startServerIn(t, folder, "--admin-key", root.line)
	lockOut := []string{"-b", "127.0.0.50", "ban", "127.0.0.48/29", "--reason", "'A raid'"}
	if _, stderr, code := root.run(t, p, lockOut...); code != exitFailed || !strings.Contains(stderr, "--yes") {
		t.Fatalf("a ban of one's own source ends with %d: %s", code, stderr)
	}
	made := root.done(t, p, append(lockOut, "--yes")...)
	if _, _, code := root.run(t, p, "-b", "127.0.0.50", "stats"); code != 255 {
		t.Errorf("who banned themselves gets %d", code)
	}
	stopServer(t, p)
	file := filepath.Join(folder, "strangerd-data", "strangerd.db")
	ban, _, _ := strings.Cut(made, " ")
	if said, err := exec.Command("strangerd", "db", "unban", file, ban).CombinedOutput(); err != nil {
		t.Fatalf("db unban: %v: %s", err, said)
	}
	p = startServerIn(t, folder, "--admin-key", root.line)
	root.done(t, p, "-b", "127.0.0.50", "stats")
	expectAll(t, "audit", root.done(t, p, "audit"), []string{"offline", ban})
}
