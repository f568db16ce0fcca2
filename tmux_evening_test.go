package main

import (
	"strings"
	"testing"
)

// A whole evening at a stock client in the full screen, the partner's as well: what one
// likes, the keys, a shared interest, a trap, the chat saved, a second meeting, a block,
// and the terminal with what was saved.
func TestEveningInTmux(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := startTmux(t, p)
	a.expect("such as: go, jazz", "Press Enter if you are 18 or older")
	a.say("go, jazz")
	a.press("Enter")
	a.expect("Looking for a stranger")
	a.press("F1")
	a.expect("-- Esc           stop", "F1 or ?       the keys of this screen")

	b := startTmux(t, p, "-l", "+go+jazz")
	b.expect("Press Enter if you are 18 or older")
	b.press("Enter")
	for _, m := range []*tmux{a, b} {
		m.expect("You are now chatting with a stranger", "You both like go and jazz.")
	}
	a.says("which tune?", b)
	b.says("add me on telegram", a)
	a.expect("Careful: many scams begin with a move to another app.")
	a.say("/sa")
	a.expect("> /sa")
	a.press("Tab")
	a.expect("> /save")
	a.press("Enter")
	a.expect("Saved: the chat is printed when you leave the full screen.")

	a.enters("/stop")
	a.expect("You left the chat")
	b.expect("Stranger has left the chat")
	a.enters("/again")
	a.expect("-- Asked. If they ask too")
	b.enters("/again")
	a.expect("You both asked for it: this is the stranger from before.")
	b.expect("You both asked for it: this is the stranger from before.")
	b.says("after the saving", a)
	a.enters("/block")
	a.expect("Blocked: you two don't meet again")
	b.expect("Stranger has left the chat", "not chatting")

	a.press("C-c")
	a.expect("Press Ctrl+C again to quit.")
	a.press("C-c")
	a.expect("before", "ended with 0")
	a.expectRestored()
	left := a.run("capture-pane", "-p", "-S", "-")
	for _, line := range []string{"You both like go and jazz.\n", "\nYou: which tune?\n", "\nStranger: add me on telegram\n"} {
		if !strings.Contains(left, line) {
			t.Errorf("what stays in the terminal lacks %q:\n%s", line, left)
		}
	}
	if strings.Contains(left, "after the saving") {
		t.Errorf("what nobody saved stays in the terminal:\n%s", left)
	}
}

func (m *tmux) enters(line string) {
	m.t.Helper()
	m.say(line)
	m.press("Enter")
}

// says says a line, and waits until the other one reads it.
func (m *tmux) says(words string, to *tmux) {
	m.t.Helper()
	m.enters(words)
	to.expect("Stranger: " + words)
}
