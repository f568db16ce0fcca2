package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What terminals say when somebody looks at them, and when they look elsewhere.
const (
	focusIn  = "\x1b[I"
	focusOut = "\x1b[O"
)

// expectCalls waits until the bell has rung so often and the title is this one.
func (term *terminal) expectCalls(bells int, title string) {
	term.t.Helper()
	term.until(fmt.Sprintf("%d bells and the title %q", bells, title), func() bool {
		return term.bells == bells && term.title == title
	})
}

// lookAway has the terminal say that nobody looks at it. The server has heard it when
// this returns, and the input line holds a mark.
func (term *terminal) lookAway() {
	term.t.Helper()
	term.press(ctrl('u'), "|", focusOut)
	term.expect("> |\n")
}

// Who looks elsewhere is called when somebody is found, and once for all that is
// written until they look again; with no word of what is written.
func TestCalledWhileElsewhere(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := joinScreen(t, p, window{})
	a.lookAway()
	b := joinLines(t, p)
	a.expectCalls(1, "Someone is here - chat.example.org")
	b.send("hello there\n")
	a.expect("Stranger: hello there")
	a.expectCalls(2, "New message - chat.example.org")
	b.send("anybody?\n")
	a.expect("Stranger: anybody?")
	a.expectCalls(2, "New message - chat.example.org")
	a.press(focusIn)
	a.expectCalls(2, "")
	b.send("while you look\n")
	a.expect("Stranger: while you look")
	a.expectCalls(2, "")

	a.press(ctrl('u'), "/bell off", keyEnter, focusOut)
	a.expect("No bell rings any more.")
	b.send("in silence\n")
	a.expect("Stranger: in silence")
	a.expectCalls(2, "New message - chat.example.org")
	a.press("/bell on", keyEnter, focusOut)
	a.expect("A bell rings when someone comes")
	a.expectCalls(2, "")
	b.send("aloud\n")
	a.expectCalls(3, "New message - chat.example.org")
	a.press("/bell", keyEnter)
	a.expect("Type /bell on or /bell off.")
	a.expectCalls(3, "") // keys come from who looks

	a.lookAway()
	b.send("goodbye\n")
	a.expectCalls(4, "New message - chat.example.org")
	b.send("/quit\n")
	a.expect("Stranger has left the chat")
	a.hangUp() // with the title still up
	a.expectExit(exitDone)
	for _, title := range strings.Split(a.out.String(), "\x1b]2;")[1:] {
		title, _, _ = strings.Cut(title, "\a")
		if title != "" && title != "Someone is here - chat.example.org" && title != "New message - chat.example.org" {
			t.Errorf("the title was %q", title)
		}
	}
}

// Who looks elsewhere is called when their partner, whose line dropped, is back; once,
// however often that happens until they look again.
func TestCalledWhenThePartnerIsBack(t *testing.T) {
	t.Parallel()
	key := newStaffKey(t, "me")
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		b, a := pairScreens(t, p, window{me: key})
		back := func() {
			t.Helper()
			b.line.Close()
			a.expect("stranger away")
			b = openTerminal(t, p, window{me: key})
			b.expect(nowBack)
			a.expectGone("stranger away")
			synctest.Wait()
		}
		back()
		a.expectCalls(1, "") // as when they met
		a.lookAway()
		back()
		a.expectCalls(2, "Someone is here - chat.example.org")
		back()
		a.expectCalls(2, "Someone is here - chat.example.org")
		a.press(focusIn)
		a.expectCalls(2, "")
		a.lookAway()
		a.press(ctrl('u'), "/bell off", keyEnter, focusOut)
		a.expect("No bell rings any more.")
		back()
		a.expectCalls(2, "Someone is here - chat.example.org")
	})
}

// However a full screen is left, focus is reported no more, and the title is as it was.
func TestCalledAndGone(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	for name, leave := range map[string]func(a *terminal){
		"end of input": func(a *terminal) { a.hangUp() },
		"line mode": func(a *terminal) {
			a.press("/plain", keyEnter)
			a.expectSent("-- Line mode.")
			a.press("/quit", keyEnter)
		},
		"quit":   func(a *terminal) { a.press("/quit", keyEnter) },
		"Ctrl+C": func(a *terminal) { a.press(ctrl('c'), ctrl('c')) },
	} {
		t.Run(name, func(t *testing.T) {
			a, b := pairMixed(t, p, window{})
			a.lookAway()
			a.press(ctrl('u'), focusOut)
			a.expectGone("|")
			b.send("hello\n")
			a.expectCalls(2, "New message - chat.example.org")
			leave(a)
			a.expectExit(exitDone)
			b.send("/quit\n")
			b.expectExit(exitDone)
		})
	}
}

// promise is what somebody reads who waits alone where a bell will ring.
const promise = "A bell rings when someone comes."

// In lines a bell is promised, and rings, where there is a terminal and it is wanted.
func TestBellIsPromisedWhereItRings(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := startSSH(t, p, "-tt", "plain")
	a.expect("-- You're the only one here. " + promise + "\r\n")
	a.expect("Type yes")
	a.send("/bell off\r")
	a.expect("-- No bell rings any more.")
	a.send("yes\r/next\r")
	a.expect("-- You're the only one here.\r\n")
	for _, bell := range []struct {
		command, says string
		rung          int
	}{
		{"/bell on", promise, 1}, {"/bell off", "No bell rings any more.", 1}, {"/bell on", promise, 2},
	} {
		a.send(bell.command + "\r")
		a.expect("-- " + bell.says + "\r\n")
		b := joinLines(t, p)
		a.expect("-- You are now chatting with a stranger")
		b.send("hello\n")
		a.expect("stranger: hello")
		if rung := strings.Count(a.out.String(), "\a"); rung != bell.rung {
			t.Errorf("after %s it has rung %d times, not %d", bell.command, rung, bell.rung)
		}
		b.send("/quit\n")
		b.expectExit(exitDone)
		a.expect("-- Type /next")
		a.send("/next\r")
		a.expect("-- Looking for a stranger")
	}
	a.send("/quit\r")
	a.expectExit(exitDone)

	c := startSSH(t, p, "-T")
	if opening := c.expect("Type yes"); strings.Contains(opening, "bell") || !strings.Contains(opening, "-- You're the only one here.\n") {
		t.Errorf("without a terminal the opening is\n%s", opening)
	}
	c.send("/bell on\nyes\n/next\n")
	c.expect("-- Without a terminal no bell rings.\n")
	c.expect("-- You're the only one here.\n")
}

// On the screen, too, it is promised only as long as it is wanted.
func TestBellOnScreenIsPromisedWhereItRings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a := openTerminal(t, p, window{})
		a.expect("You're the only one here. "+promise, "Press Enter")
		a.press("/bell off", keyEnter)
		synctest.Wait()
		if !a.shows("You're the only one here.\n") || !a.shows("No bell rings any more.") {
			t.Errorf("after /bell off at the rules:\n%s", a.picture())
		}
		a.press(keyEnter)
		a.expect("Looking for a stranger", "You're the only one here.\n")
		a.press("/bell on", keyEnter)
		a.expect("A bell rings when someone comes, or writes while you look elsewhere.")
		a.press("x")
		a.expect("You're the only one here. " + promise)
	})
}

// A terminal that isn't known to understand it is sent nothing of it; what it says all
// the same is heeded in silence.
func TestOtherTerminalsSeeNoGarbage(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	for _, name := range []string{"linux", "vt100", "vt220", "ansi", "screen", "rxvt-unicode", "unknown"} {
		a, b := pairMixed(t, p, window{term: name})
		a.lookAway()
		b.send("hello\n")
		a.expect("Stranger: hello")
		a.expectCalls(2, "")
		a.press(ctrl('u'), "/quit", keyEnter)
		a.expectExit(exitDone)
		b.send("/quit\n")
		b.expectExit(exitDone)
		for _, sequence := range []string{"\x1b]", ";2t", "1004"} {
			if strings.Contains(a.out.String(), sequence) {
				t.Errorf("%s is sent %q", name, sequence)
			}
		}
	}
	lines := openTerminal(t, p, window{term: "dumb"})
	lines.expect("Type yes")
	lines.press("/bell off", keyEnter)
	lines.expect("-- No bell rings any more.")
	lines.press("yes", keyEnter)
	lines.expect("-- Looking for a stranger")
	joinLines(t, p)
	lines.expect("-- You are now chatting with a stranger")
	lines.expectCalls(0, "")
	if strings.Contains(lines.out.String(), "\x1b") {
		t.Errorf("line mode has an escape sequence in %q", lines.out.String())
	}
}

// A title that somebody else gave the window comes back, as a real terminal shows it.
func TestTitleInTmux(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := startTmux(t, p)
	title := func() string { return strings.TrimSpace(a.run("display-message", "-p", "#{pane_title}")) }
	is := func(want string) {
		t.Helper()
		a.until("the title "+want, func(string) bool { return title() == want })
	}
	a.expect("Press Enter")
	a.run("select-pane", "-T", "my own title")
	a.press("Enter")
	a.expect("Looking for a stranger")
	b := joinLines(t, p)
	away := func() {
		t.Helper()
		said := time.Now()
		a.run("send-keys", "-H", "1b", "5b", "4f")
		a.until("the title of a message", func(string) bool {
			if now := time.Now(); now.After(said) { // the first may come before the server knows that nobody looks
				b.send("secret words\n")
				said = now.Add(2 * time.Second)
			}
			return title() == "New message - chat.example.org"
		})
	}
	away()
	a.press("x")
	is("my own title")
	away()
	b.send("/quit\n")
	a.expect("Stranger has left the chat")
	a.press("C-u", "C-c", "C-c")
	a.expect("ended with 0")
	is("my own title")
	a.expectRestored()
}
