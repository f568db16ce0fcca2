package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"
)

func TestLinesMeetAndMoveOn(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairLines(t, p)
	a.send("hello\n")
	b.expect("stranger: hello\n")
	b.send("hi there\n")
	a.expect("stranger: hi there\n")

	c := joinLines(t, p)
	b.send("/stop\n")
	b.expect("-- You left the chat\n")
	a.expect("-- Stranger has left the chat\n")
	b.send("nobody hears this yet\n")
	b.expect("-- Kept: 1 line is said when someone is found.\n")
	a.send("\n")
	a.expect("-- You are now chatting with a stranger\n")
	c.expect("-- You are now chatting with a stranger\n")
	a.send("to c\n")
	c.expect("stranger: to c\n")

	d := joinLines(t, p)
	b.send("/next\n")
	b.expect("-- You are now chatting with a stranger\n")
	d.expect("-- You are now chatting with a stranger\nstranger: nobody hears this yet\n")
	d.send("to b\n")
	b.expect("stranger: to b\n")

	b.send("/quit\n")
	b.expectExit(exitDone)
	d.expect("-- Stranger has left the chat\n")
	if said := a.out.String() + c.out.String(); strings.Contains(said, "nobody hears") || strings.Contains(said, ": to b\n") {
		t.Errorf("a third person heard:\n%s", said)
	}
}

// Without a terminal, whatever comes is a whole line that says who speaks.
func TestLinesSayWhoSpeaks(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	a.press("one", keyAltEnter, "-- two", keyAltEnter, "stranger: three", keyEnter)
	b.expect("stranger: one\nstranger: -- two\nstranger: stranger: three\n")
	a.press("\x1b[200~pasted\rlines\r\nof text\x1b[201~", keyEnter)
	b.expect("stranger: pasted\nstranger: lines\nstranger: of text\n")
	b.send("my own words\n/help\n/rules\n/status\n/typing\n/nonsense\n/next\n")
	b.expect("-- Looking for a stranger\n")
	b.send("/quit\n")
	b.expectExit(exitDone)
	if strings.Contains(b.out.String(), "my own words") {
		t.Error("what is typed is echoed without a terminal")
	}
	for line := range strings.Lines(b.out.String()) {
		if !strings.HasPrefix(line, "-- ") && !strings.HasPrefix(line, "stranger: ") {
			t.Errorf("nobody says %q", line)
		}
		if strings.ContainsAny(line, "\x1b\x07\r\b") {
			t.Errorf("a control character in %q", line)
		}
	}
}

func TestOpeningAsksForYes(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--contact", "mail host@example.org")
	a := startSSH(t, p, "-T")
	opening := a.expect("-- Type yes to accept and to look for a stranger. Type /help for help.\n")
	for _, want := range []string{
		"chat.example.org",
		"-- You're the only one here.\n",
		"-- 1. ",
		"-- You must be 18 or older",
		"mail host@example.org",
	} {
		if !strings.Contains(opening, want) {
			t.Errorf("no %q in:\n%s", want, opening)
		}
	}
	a.send("no\n")
	a.expect("-- Type yes")
	a.send("/next\n")
	a.expect("-- Type yes")
	a.send("/status\n")
	a.expect("-- 1 person online, 0 waiting, 0 chatting.\n")
	a.send(" YES \n")
	a.expect("-- Looking for a stranger\n")
	if again := startSSH(t, p, "-T").expect("Type yes"); !strings.Contains(again, "-- 1 other person is online.\n") {
		t.Errorf("the second person reads:\n%s", again)
	}
}

// printf 'yes\nhello\n' | ssh -T HOST delivers hello to whoever comes.
func TestEndOfInputSaysWhatIsKept(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := startSSH(t, p, "-T")
	a.send("yes\nhello\nand goodbye\n")
	a.in.Close()
	a.expect("-- Waiting up to 30 seconds for a stranger, to say what is kept.\n")
	b := joinLines(t, p)
	b.expect("stranger: hello\nstranger: and goodbye\n")
	a.expectExit(exitDone)
	b.expect("-- Stranger has left the chat\n")
}

func TestEndOfInputWaitsForNobodyLong(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	for _, input := range []string{"", "hello\n", "yes\n", "yes\n/stop\n"} {
		a := startSSH(t, p, "-T")
		a.send(input)
		a.in.Close()
		a.expectExit(exitDone)
	}
	a := startSSH(t, p, "-T")
	a.send("yes\n/stop\nhello\n")
	a.in.Close()
	a.expect("-- Nobody came; 1 line was not said.\n")
	a.expectExit(exitDone)
}

func TestEndOfInputGivesUpAfterHalfAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := mustSpeak(t, startBubble(t, nil), "")
		a.in.Write([]byte("hello"))
		begun := time.Now()
		a.in.Close()
		if rest := a.exit(t, exitDone); !strings.HasSuffix(rest, "-- Nobody came; 1 line was not said.\n") {
			t.Errorf("it ends with:\n%s", rest)
		}
		if took := time.Since(begun); took != 30*time.Second {
			t.Errorf("it ends after %v", took)
		}
	})
}

func TestEndOfInputWaitsForTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := pairVoices(t, p, new(sources))
		a.say("how are you?")
		a.in.Close()
		b.must(t, "stranger: how are you?\n")
		time.Sleep(1900 * time.Millisecond)
		b.tell(t, a, "fine")
		a.exit(t, exitDone)
		b.must(t, "-- Stranger has left the chat\n")

		// The partner who leaves is not waited for.
		c := mustSpeak(t, p, "127.0.0.2")
		b.say("/next")
		c.must(t, nowChatting)
		b.must(t, nowChatting)
		begun := time.Now()
		c.in.Close()
		b.say("/stop")
		c.must(t, "-- Stranger has left the chat\n")
		c.exit(t, exitDone)
		if took := time.Since(begun); took > time.Second {
			t.Errorf("who has left is waited for, for %v", took)
		}
	})
}

func TestTenLinesAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a := mustSpeak(t, p, "127.0.0.2")
		for i := range 11 {
			a.say(fmt.Sprint("line ", i))
		}
		a.must(t, "-- Kept: 1 line is said when someone is found.\n")
		a.must(t, "-- Kept: 10 lines are said when someone is found.\n")
		a.must(t, "-- Not kept: 10 lines are waiting already.")
		b := mustSpeak(t, p, "127.0.0.3")
		for i := range 10 {
			b.must(t, fmt.Sprintf("stranger: line %d\n", i))
		}
		a.say("the next")
		if lost := b.must(t, "stranger: the next\n"); lost != "" {
			t.Errorf("between the kept lines and the next came %q", lost)
		}
	})
}

func TestSlashCommandsInLines(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairLines(t, p)
	for _, step := range []struct{ say, answer string }{
		{"/help", "-- /next "},
		{"/help", "-- //text "},
		{"/rules", "-- The rules:\n-- 1. "},
		{"/status", "-- 2 people online, 0 waiting, 2 chatting.\n"},
		{"/plain", "-- This is line mode already.\n"},
		{"/typing", "-- Type /typing on or /typing off.\n"},
		{"/typing maybe", "-- Type /typing on or /typing off.\n"},
		{"/typing off", "-- You are not told when the stranger types.\n"},
		{"/nonsense now", "-- There is no command \"/nonsense\". Type /help to see them, or // to say a line that begins with a slash.\n"},
		{"/", "-- There is no command \"/\"."},
		{"/stop", "-- You left the chat\n"},
		{"/stop", "-- There is nothing to stop. Type /next to look for a stranger.\n"},
		{"/next", "-- Looking for a stranger\n"},
		{"/stop", "-- The search has stopped.\n"},
	} {
		a.send(step.say + "\n")
		a.expect(step.answer)
	}
	b.expect("-- Stranger has left the chat\n")
	if said := b.out.String(); strings.Contains(said, "stranger: ") {
		t.Errorf("a command was said:\n%s", said)
	}

	c := joinLines(t, p)
	a.send("/next\n")
	a.expect("now chatting")
	a.send("//shrug is what I say\n")
	c.expect("stranger: /shrug is what I say\n")
	a.send("/quit\n")
	a.expectExit(exitDone)
}

func TestTypingInLines(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	a.press("o")
	a.press("ne", keyEnter)
	if before := b.expect("stranger: one\n"); before != "" {
		t.Errorf("before the first line came %q", before)
	}
	b.send("/typing on\n")
	b.expect("-- You are told when the stranger types.\n")
	a.press("t")
	b.expect("-- Stranger is typing\n")
	a.press("wo", keyEnter)
	b.expect("stranger: two\n")
	b.send("/typing off\n")
	b.expect("-- You are not told when the stranger types.\n")
	a.press("three", keyEnter)
	if before := b.expect("stranger: three\n"); before != "" {
		t.Errorf("after /typing off came %q", before)
	}
}

func TestBadLinesAreRefusedInOneLine(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairLines(t, p)
	for _, step := range []struct{ say, answer string }{
		{strings.Repeat("x", 1001), "-- Not sent: a message has up to 1000 characters, and this has 1001. Shorten it.\n"},
		{strings.Repeat("x", 20000), "-- Not sent: a message has up to 1000 characters, and this has 20000. Shorten it.\n"},
		{"caf\xe9", "-- Not sent: that was not UTF-8. Set your terminal to UTF-8 and type it again.\n"},
		{"\u202e\u2066", "-- Not sent: nothing in it can be shown. Write it in other characters.\n"},
	} {
		a.send(step.say + "\n")
		if before := a.expect(step.answer); before != "" {
			t.Errorf("before %q came %q", step.answer, before)
		}
	}
	longest := strings.Repeat("ä", 1000)
	a.send("  \n" + longest + "\n")
	if before := b.expect("stranger: " + longest + "\n"); before != "" {
		t.Errorf("of what could not be sent came %q", before)
	}
}

// The line mode with a terminal: the server echoes and edits, and writes no
// escape sequence.
func TestLinesWithATerminal(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := startSSH(t, p, "-tt", "plain")
	a.expect("Type /help for help.\r\n")
	a.send("yep")
	a.expect("yep")
	a.send(backspace)
	a.expect("\b \b")
	a.send("s\r")
	a.expect("s\r\n-- Looking for a stranger\r\n")
	b := joinLines(t, p)
	a.expect("-- You are now chatting with a stranger\r\n")
	b.expect("now chatting")

	a.send("half a l")
	a.expect("half a l")
	b.send("an interruption\n")
	a.expect("\r        \rstranger: an interruption\r\nhalf a l")
	a.send("ine\r")
	a.expect("ine\r\n")
	b.expect("stranger: half a line\n")

	a.send("not this" + ctrl('c'))
	a.expect("not this\r\n")
	a.send("words" + ctrl('w') + ctrl('a') + "but this" + keyHome + ctrl('d') + "B\r")
	b.expect("stranger: But this\n")
	a.send("na\xefve\xe9\xe9")
	a.expect("-- Left out: what your terminal sent is not UTF-8. Set it to UTF-8.\r\n")
	a.send(ctrl('u') + "two\nlines\n")
	b.expect("stranger: two\nstranger: lines\n")
	a.send("\x1b[200~a\rpaste\x1b[201~ of" + keyAltEnter + "lines\r")
	b.expect("stranger: a paste of lines\n")

	a.send(ctrl('d'))
	b.expect("-- Stranger has left the chat\n")
	a.expectExit(exitDone)
	said := a.out.String()
	if strings.Contains(said, keyEsc) {
		t.Errorf("an escape sequence in %q", said)
	}
	if strings.Contains(strings.ReplaceAll(said, "\r\n", ""), "\n") {
		t.Errorf("a line end without carriage return in %q", said)
	}
}

func TestLineModeIsChosen(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	for _, how := range [][]string{{"-T"}, {"-T", "plain"}, {"-tt", "plain"}} {
		a := startSSH(t, p, how...)
		a.expect("-- Type yes")
		a.in.Close()
		a.expectExit(exitDone)
	}
	dumb := openTerminal(t, p, window{term: "dumb"})
	dumb.expect("-- Type yes")
	dumb.press(ctrl('c')) // at an empty line
	dumb.expectExit(exitDone)
	if strings.Contains(dumb.out.String(), keyEsc) {
		t.Errorf("an escape sequence in %q", dumb.out.String())
	}
}

// A stock client discloses no key, is asked nothing, and may call itself
// anything.
func TestAnybodyGetsInWithoutAKey(t *testing.T) {
	t.Parallel()
	requireTool(t, "ssh-keygen")
	p := startServer(t)
	key := filepath.Join(t.TempDir(), "key")
	if err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).Run(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"guest", "root", "jörg", "a b", "+go+jazz", strings.Repeat("n", 255)} {
		out, log, code := runSSH(t, p, "-v", "-o", "BatchMode=yes", "-i", key, "-l", name, "-T", "status")
		if code != exitDone || out != "0 people online, 0 waiting, 0 chatting.\n" {
			t.Errorf("%s: exit code %d with %q", name, code, out)
		}
		if !strings.Contains(log, `using "none"`) || strings.Contains(log, "Offering public key") {
			t.Errorf("%s: a key was offered, or asked for:\n%s", name, log)
		}
		if !regexp.MustCompile(`(?m)^Screen reader\? ssh \S+ plain\r?$`).MatchString(log) {
			t.Errorf("%s: no banner in:\n%s", name, log)
		}
	}
	for _, name := range []string{"", "-x", "\x1b]0;title\x07", "\xff\x00", strings.Repeat("n", 10_000)} {
		conn, err := ssh.Dial("tcp", p.address, &ssh.ClientConfig{User: name, HostKeyCallback: ssh.InsecureIgnoreHostKey()})
		if err != nil {
			t.Errorf("%.20q: %v", name, err)
			continue
		}
		conn.Close()
	}
}

// The names admin and me mean something, and need a key.
func TestNamesThatNeedAKey(t *testing.T) {
	t.Parallel()
	requireTool(t, "ssh-keygen")
	p := startServer(t)
	key := filepath.Join(t.TempDir(), "key")
	if err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).Run(); err != nil {
		t.Fatal(err)
	}
	const batch, none = "BatchMode=yes", "PubkeyAuthentication=no"
	if _, _, code := runSSH(t, p, "-o", batch, "-i", key, "-l", "me", "-T", "status"); code != exitDone {
		t.Errorf("me@ with a key: exit code %d", code)
	}
	for _, flags := range [][]string{
		{"-o", none, "-l", "me"},
		{"-o", none, "-l", "admin"},
		{"-i", key, "-l", "admin"},
	} {
		_, said, code := runSSH(t, p, append(flags, "-v", "-o", batch, "-T", "status")...)
		if code != 255 || strings.Contains(said, "password") || strings.Contains(said, "keyboard") {
			t.Errorf("%q: exit code %d, and it says:\n%s", flags, code, said)
		}
		if staff := strings.Contains(said, "Staff only. To chat: ssh guest@"); staff != (flags[len(flags)-1] == "admin") {
			t.Errorf("%q: it says:\n%s", flags, said)
		}
	}
}

func TestCommandsForPeople(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--contact", "mail host@example.org")
	a, _ := pairLines(t, p)
	_ = a
	for _, c := range []struct {
		command string
		want    []string
	}{
		{"help", []string{"/next", "/stop", "/status", "/rules", "/help", "/quit", "/plain", "/typing", "//", "status [--json]", "privacy", "Esc"}},
		{"rules", []string{"The rules:\n1. ", "mail host@example.org"}},
		{"status", []string{"2 people online, 0 waiting, 2 chatting.\n"}},
		{"status --json", []string{`{"chatting":2,"online":2,"waiting":0}` + "\n"}},
		{"'sta'tus \"--json\"", []string{`"online":2`}},
		{"version", []string{"strangerd "}},
		{"privacy", []string{"chat.example.org", "disk", "log", "30 days after", "180 days after", "365 days"}},
	} {
		for _, flag := range []string{"-T", "-tt"} {
			out, errs, code := runSSH(t, p, flag, c.command)
			if code != exitDone || errs != "" {
				t.Errorf("%s %s: exit code %d, %q", flag, c.command, code, errs)
			}
			said := strings.ReplaceAll(out, "\r\n", "\n")
			if flag == "-tt" && c.command == "privacy" { // long lines are wrapped for a terminal
				for line := range strings.Lines(said) {
					if len(line) > len("\n")+80 {
						t.Errorf("%s %s: %d columns are not enough for %q", flag, c.command, 80, line)
					}
				}
				said = strings.ReplaceAll(said, "\n", " ")
			}
			for _, want := range c.want {
				if !strings.Contains(said, want) {
					t.Errorf("%s %s: no %q in:\n%s", flag, c.command, want, out)
				}
			}
			if strings.Contains(out, keyEsc) {
				t.Errorf("%s %s: an escape sequence in %q", flag, c.command, out)
			}
		}
	}
}

func TestPrivacyStatesTheConfiguration(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--retain", "12h")
	out, _, code := runSSH(t, p, "-T", "privacy")
	if code != exitDone || strings.Count(out, "12 hours after") != 2 || strings.Contains(out, " 0 days") ||
		strings.Contains(out, "other machines") != (os.Getenv(alone) != "") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

func TestCommandsThatAreNotUnderstood(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	for _, c := range []string{
		"nonsense", "'unbalanced", `un"balanced`, "help me", "rules 1", "status --yaml", "status --json twice",
		"version --json", "privacy now", "plain text", "''",
		"stats", "sessions", "kick S-1 --reason no", "reports", "report show R-1", "ban R-1 --reason no",
		"unban B-1 --reason no", "bans", "appeals", "hold R-1 --reason no", "release R-1", "audit", "transparency",
		"door closed", "moderator list", "backup", "broadcast hi", "motd hi", "drain",
		strings.Repeat("x", 5000), "sftp-server; rm -rf /",
	} {
		out, errs, code := runSSH(t, p, "-T", c)
		if code != exitNotUnderstood || out != "" {
			t.Errorf("%.20q: exit code %d, output %q", c, code, out)
		}
		if strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "ssh ") || !strings.Contains(errs, " help") {
			t.Errorf("%.20q: it says %q", c, errs)
		}
	}
}

func TestOperatorsRules(t *testing.T) {
	t.Parallel()
	rules := filepath.Join(t.TempDir(), "rules.txt")
	if err := os.WriteFile(rules, []byte("Be kind.\nSpeak of boats.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startServer(t, "--rules", rules, "--contact", "boats@example.org", "--min-age", "21")
	a := startSSH(t, p, "-T")
	opening := a.expect("Type yes")
	for _, want := range []string{"-- Be kind.\n-- Speak of boats.\n", "boats@example.org", "21 or older"} {
		if !strings.Contains(opening, want) {
			t.Errorf("no %q in:\n%s", want, opening)
		}
	}
	if strings.Contains(opening, "No hate") || strings.Contains(opening, "18") {
		t.Errorf("the built-in rules in:\n%s", opening)
	}
	openTerminal(t, p, window{}).expect("Be kind.", "Speak of boats.", "boats@example.org", "Press Enter if you are 21 or older")
	if out, _, _ := runSSH(t, p, "-T", "rules"); !strings.Contains(out, "Be kind.\nSpeak of boats.\n") {
		t.Errorf("ssh HOST rules prints:\n%s", out)
	}
}

func TestYearOfBirth(t *testing.T) {
	t.Parallel()
	const source = "127.0.0.5" // no shared source, as 127.0.0.1 is
	folder := t.TempDir()
	p := startServerIn(t, folder, "--age-gate", "year")
	this := time.Now().UTC().Year()
	old, young := fmt.Sprintf("%d\n", this-40), fmt.Sprintf("%d\n", this-12)

	a := startSSH(t, p, "-T", "-b", source)
	hints := a.expect("Type yes")
	a.send("yes\n")
	hints += a.expect("-- In which year were you born?")
	for _, answer := range []string{"\n", "yes\n", "85\n", "3000\n", "-1\n"} {
		a.send(answer)
		hints += a.expect("-- That is not a year.")
	}
	a.send("/next\n")
	a.expect("-- In which year were you born?")
	a.send(old)
	a.expect("-- Looking for a stranger\n")
	a.send("/quit\n")
	a.expectExit(exitDone)

	b := startSSH(t, p, "-T", "-b", source)
	b.send("yes\n" + young)
	b.expect("In which year")
	refusal := b.expectExit(exitNotAllowed)
	if !strings.Contains(refusal, "-- Sorry, you can't use this service.\n") {
		t.Errorf("who is too young reads:\n%s", refusal)
	}
	for _, hint := range []string{"or older", "must be", "young", "your age"} {
		if said := hints + refusal; strings.Contains(said, hint) {
			t.Errorf("%q hints at the right answer in:\n%s", hint, said)
		}
	}

	// The refusal holds on the next attempt, and after a restart.
	for range 2 {
		if stdout, stderr, code := runSSH(t, p, "-T", "-b", source); code != exitNotAllowed || stdout != "" ||
			stderr != "Sorry, you can't use this service.\n" {
			t.Errorf("who comes back reads %q and %q, and is sent off with %d", stdout, stderr, code)
		}
		term := openTerminal(t, p, window{source: source})
		term.expect("Sorry, you can't use this service.")
		term.expectExit(exitNotAllowed)
		stopServer(t, p)
		p = startServerIn(t, folder, "--age-gate", "year")
	}
	other := startSSH(t, p, "-T", "-b", "127.0.0.6")
	other.send("yes\n" + old)
	other.expect("-- Looking for a stranger\n")
}

func TestYearOfBirthOnTheScreen(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--age-gate", "year")
	year := time.Now().UTC().Year()
	a := openTerminal(t, p, window{source: "127.0.0.5"})
	a.expect("Enter: accept")
	a.press(keyEnter)
	a.expect("In which year were you born?")
	a.press("next week", keyEnter)
	a.expect("That is not a year.")
	a.press(ctrl('u'), fmt.Sprint(year-40), keyEnter)
	a.expect("Looking for a stranger")

	b := openTerminal(t, p, window{source: "127.0.0.5"})
	b.expect("Enter: accept")
	b.press(keyEnter)
	b.expect("In which year were you born?")
	b.press(fmt.Sprint(year-12), keyEnter)
	b.expect("Sorry, you can't use this service.")
	b.press(keyEnter)
	b.expectExit(exitNotAllowed)
}

func TestFullServerRefusesPolitely(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--max-sessions", "1")
	a := joinLines(t, p)
	const full = "chat.example.org is full. Please try again in a few minutes."
	if stdout, stderr, code := runSSH(t, p, "-T"); code != exitNotNow || stdout != "" || stderr != full+"\n" {
		t.Errorf("who comes too many reads %q and %q, and is sent off with %d", stdout, stderr, code)
	}
	term := openTerminal(t, p, window{})
	term.expect(full)
	term.expectExit(exitNotNow)
	if _, _, code := runSSH(t, p, "-T", "status"); code != exitDone {
		t.Errorf("a full server answers status with exit code %d", code)
	}
	a.send("/quit\n")
	a.expectExit(exitDone)
	joinLines(t, p)
}

func TestSameTwoMeetAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := pairVoices(t, p, new(sources))
		offered := func() {
			t.Helper()
			a.must(t, offerOfTheSame)
			b.must(t, offerOfTheSame)
		}
		next := func(v *voice, words string) {
			t.Helper()
			if before := v.must(t, words); before != "" {
				t.Errorf("before %q came %q", words, before)
			}
		}
		a.say("/next")
		b.must(t, "-- Stranger has left the chat\n")
		b.say("/next")
		offered()
		b.say("/stop")
		next(b, " Press Esc or type /next if you'd rather wait.\n-- The search has stopped.\n")
		a.must(t, "The search goes on.\n")
		b.say("/next")
		offered()
		b.say("/next") // declines, and searches on
		next(b, " Press Esc or type /next if you'd rather wait.\n-- You will wait for someone else.\n")
		a.must(t, "The search goes on.\n")

		a.say("/next")
		offered()
		begun := time.Now()
		a.must(t, nowChatting)
		b.must(t, nowChatting)
		if took := time.Since(begun); took != 5*time.Second {
			t.Errorf("they meet again after %v", took)
		}
		a.tell(t, b, "you again")
	})
}

const offerOfTheSame = "-- Only the person you last talked to is here. You meet again in 5 seconds."

func TestEscDeclinesTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := joinScreen(t, p, window{}), mustSpeak(t, p, "127.0.0.2")
		a.expect("You are now chatting with a stranger")
		a.press("/stop", keyEnter)
		b.must(t, "-- Stranger has left the chat\n")
		b.say("/next")
		b.must(t, "-- Looking for a stranger\n")
		a.press(keyEnter)
		b.must(t, offerOfTheSame)
		a.expect("-- Only the person you last talked to is here.")
		a.press(keyEsc)
		a.expect("You will wait for someone else.", "looking")
		b.must(t, "The search goes on.\n")
	})
}

func TestIdleChatEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := joinScreen(t, p, window{}), mustSpeak(t, p, "127.0.0.2")
		a.expect("You are now chatting with a stranger")
		b.must(t, nowChatting)
		begun := time.Now()
		time.Sleep(9*time.Minute + time.Second)
		a.expect("Are you still there? Press a key within 60 seconds, or this chat ends.")
		b.must(t, "-- Are you still there?")
		b.say("I am")
		a.expect("Stranger: I am")
		b.must(t, "-- Stranger has left the chat\n")
		a.expect("This chat ended because you pressed no key for a long time.", "not chatting")
		if took := time.Since(begun).Round(time.Second); took != 10*time.Minute {
			t.Errorf("it ended after %v", took)
		}
	})
}

// A chat ends in time for who is left there, whatever the idle one's client does
// or doesn't do, which is told when it goes on.
func TestIdleChatOfStoppedClientEnds(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--idle-timeout", "8s")
	a, b := pairLines(t, p)
	a.cmd.Process.Signal(syscall.SIGSTOP)
	over := make(chan struct{})
	defer close(over)
	go func() {
		for pace := time.Tick(time.Second); ; {
			b.in.Write([]byte("I am\n")) // never idle, however slow this machine is
			select {
			case <-pace:
			case <-over:
				return
			}
		}
	}()
	b.expect("-- Stranger has left the chat\n")
	a.cmd.Process.Signal(syscall.SIGCONT)
	said := a.expect("-- This chat ended because you pressed no key for a long time.\n")
	expectAll(t, "who was stopped", said, []string{"-- Are you still there?", "stranger: I am\n"})
}

func TestServerThatStopsSaysSo(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--shutdown-grace", "8s") // of which the last two are for the exit codes
	a, b := pairMixed(t, p, window{})
	c := startSSH(t, p, "-T")
	c.expect("Type yes")
	stopServer(t, p)
	a.expectExit(exitNotNow)
	b.expect("-- The server stops in 8 seconds.")
	b.expect("-- The server has stopped. Please come back later.\n")
	b.expectExit(exitNotNow)
	c.expect("-- The server has stopped.")
	c.expectExit(exitNotNow)
}

func TestPartnerWhoseClientDies(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairLines(t, p)
	a.cmd.Process.Kill()
	b.expect("-- Stranger has left the chat\n")
}

func TestMessagesComeInOrder(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairLines(t, p)
	for i := range 8 {
		a.send(fmt.Sprintf("line %d\n", i))
		if before := b.expect(fmt.Sprintf("stranger: line %d\n", i)); before != "" {
			t.Fatalf("before line %d came %q", i, before)
		}
	}
}

// Lines that come in one write all arrive, in order, also those that have to wait
// for their turn when the input ends.
func TestPipeArrivesAtItsPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := pairVoices(t, p, new(sources))
		b.in.Write([]byte(numbered(10)))
		b.in.Close()
		for i := range 10 {
			if before := a.must(t, fmt.Sprintf("stranger: line %d of the flood\n", i)); before != "" {
				t.Errorf("before line %d came %q", i, before)
			}
		}
		a.say("the answer")
		b.must(t, " wait for their turn: one a second goes out.\n")
		b.must(t, "stranger: the answer\n")
		b.exit(t, exitDone)
	})
}

// numbered are so many lines.
func numbered(lines int) string {
	var all strings.Builder
	for i := range lines {
		fmt.Fprintf(&all, "line %d of the flood\n", i)
	}
	return all.String()
}

// Of more lines at once than a partner's inbox holds none is lost, and they cost
// nobody their connection. What is beyond all that can wait is refused.
func TestFloodArrivesAtItsPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := joinPlain(t, p, ""), joinPlain(t, p, "")
		b.expectSent("-- You are now chatting with a stranger")
		begun := time.Now()
		const lines = 5 + 100
		b.press(strings.ReplaceAll(numbered(lines+1), "\n", keyEnter))
		b.expectSent("-- Not sent: that was too fast.")
		b.expectSent("-- 100 messages wait for their turn: one a second goes out.")
		for i := range lines {
			a.expectSent(fmt.Sprintf("stranger: line %d of the flood\r\n", i))
		}
		if took := time.Since(begun).Round(time.Second); took != 100*time.Second {
			t.Errorf("%d lines took %v", lines, took)
		}
		a.until("the lines in order", func() bool {
			at := -1
			for i := range lines {
				next := strings.Index(a.out.bytes.String(), fmt.Sprintf("line %d of", i))
				if next < at {
					return false
				}
				at = next
			}
			return true
		})
		a.press("still here", keyEnter)
		b.expectSent("stranger: still here\r\n")
	})
}

// At a screen, what waits for its turn is counted while it does.
func TestPaceIsSaidOnTheScreen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, _ := pairScreens(t, p, window{})
		for i := range 5 + 3 {
			a.press(fmt.Sprint("number ", i), keyEnter)
		}
		a.expect("3 messages wait for their turn: one a second goes out.")
		a.expect("1 message waits for its turn: one a second goes out.")
		a.expect("You: number 7")
		a.expectGone("for its turn")
	})
}

// (echo yes; seq 1 60) | ssh -T HOST says all of it to who waits already: lines that
// come with the search are for who is found in it.
func TestPipedLinesReachWhoWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		b := joinPlain(t, p, "127.0.0.21")
		var input strings.Builder
		for i := range 60 {
			fmt.Fprintf(&input, "%d\n", i+1)
		}
		a := openTerminal(t, p, window{command: "plain", source: "127.0.0.22"})
		a.expect("Type yes")
		a.press("yes\n"+input.String(), ctrl('d'))
		last := 0
		for i := range 60 {
			line := fmt.Sprintf("stranger: %d\r\n", i+1)
			b.expectSent(line)
			at := strings.Index(b.out.String(), line)
			if at < last {
				t.Errorf("line %d came too early", i+1)
			}
			last = at
		}
		b.expectSent("-- Stranger has left the chat")
		a.expectExit(exitDone)
	})
}

// How many wait is said from the first moment of a search.
func TestSearchSaysHowManyWait(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	a.press("/next", keyEnter)
	b.expect("-- Stranger has left the chat\n")
	a.expect("Nobody else is waiting.")
	b.send("/next\n/stop\n")
	b.expect("-- The search has stopped.\n")
	a.press("/quit", keyEnter)
	a.expectExit(exitDone)
	b.send("/status\n")
	b.expect("-- 1 person online")
	b.send("/next\n")
	b.expect("-- Looking for a stranger\n")
	b.expectNext("-- You're the only one here.\n")
	c := startSSH(t, p, "-T")
	c.expect("-- Type yes")
	b.send("/next\n")
	b.expect("-- Looking for a stranger\n")
	b.expectNext("-- Nobody else is waiting.\n")
}

// Wherever people are told how to come in, it is a line that works: with the port,
// but for the banners, whose words are the contract's.
func TestHintsNameThePort(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--name", "localhost")
	_, port, _ := net.SplitHostPort(p.address)
	line := "ssh -p " + port + " localhost"
	_, log, _ := runSSH(t, p, "-v", "-T", "version")
	expectAll(t, "the banner", log, []string{"Screen reader? ssh localhost plain"}) // the contract's words

	help, _, _ := runSSH(t, p, "-T", "help")
	expectAll(t, "help", help, []string{line + " plain", line + " status [--json]"})
	_, unknown, _ := runSSH(t, p, "-T", "nonsense")
	expectAll(t, "an unknown command", unknown, []string{"Try: " + line + " help"})
	_, refused, _ := runSSH(t, p, "-v", "-o", "BatchMode=yes", "-o", "PubkeyAuthentication=no", "-l", "admin", "-T")
	expectAll(t, "the staff's banner", refused, []string{"Staff only. To chat: ssh guest@localhost"})
	a, b := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	_, receipt := a.report("spam")
	b.send("/quit\n")
	if stdout, _, code := runSSH(t, p, "-T", "case", receipt); code != exitDone {
		t.Errorf("the receipt says %q and ends with %d", stdout, code)
	}
	expectAll(t, "the receipt", a.out.String(), []string{line + " case " + receipt})
}
