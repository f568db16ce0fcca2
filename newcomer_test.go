package main

import (
	"testing"
	"testing/synctest"
	"time"

	"strangerd/session"
)

// A newcomer at a stock client is with a stranger by one Enter, and has said something by
// a second one.
func TestTwoEntersInTmux(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	waiting := joinLines(t, p)
	a := startTmux(t, p)
	a.expect("Press Enter")
	a.press("Enter")
	a.expect("You are now chatting with a stranger")
	waiting.expect("-- You are now chatting with a stranger\n")
	a.say("hello there")
	a.press("Enter")
	waiting.expect("stranger: hello there\n")
}

// In line mode the first line is the yes to the rules, and the second one is said.
func TestTwoLinesInLineMode(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string][]string{"no terminal": {"-T"}, "a terminal": {"-tt", "plain"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startServer(t)
			waiting := joinScreen(t, p, window{})
			a := startSSH(t, p, flags...)
			a.expect("Type yes")
			a.send("yes\n")
			a.expect("-- You are now chatting with a stranger")
			a.send("hello there\n")
			waiting.expect("Stranger: hello there")
		})
	}
}

// Where somebody waits, nothing keeps a newcomer waiting: from the connection to the first
// message that was read it takes less than five seconds of the server's time.
func TestNewcomerIsHeardAtOnce(t *testing.T) {
	t.Parallel()
	for name, look := range map[string]window{"full screen": {}, "line mode": {command: "plain"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, func(c *session.Config) { c.InterestWait = 10 * time.Second })
				waiting := joinScreen(t, p, window{})
				time.Sleep(time.Minute)
				connected := time.Now()
				a := openTerminal(t, p, look)
				if look.command == "" {
					a.expect("Press Enter")
					a.press(keyEnter)
				} else {
					a.expect("Type yes")
					a.press("yes", keyEnter)
				}
				a.expect("You are now chatting with a stranger")
				a.press("hello there", keyEnter)
				waiting.expect("Stranger: hello there")
				if took := time.Since(connected); took >= 5*time.Second {
					t.Errorf("the first message is read after %v", took)
				}
			})
		})
	}
}
