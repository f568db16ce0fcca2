package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Two meet again when both ask, in line mode and in the full screen, though somebody
// else waits.
func TestAgain(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	b.send("/again\n") // there was no chat before this one
	b.expect("-- There is nobody to meet again.")
	b.send("/stop\n")
	b.expect("-- You left the chat\n")
	a.expect("Stranger has left the chat")
	b.send("/again\n")
	b.expect("-- Asked. If they ask too within 10 min, you meet again once both of you are free. You can look for someone new meanwhile.\n")
	other := joinLines(t, p)
	a.press("/again", keyEnter)
	a.expect("You are now chatting with a stranger", "You both asked for it: this is the stranger from before.")
	b.expect("-- You are now chatting with a stranger\n-- You both asked for it: this is the stranger from before.\n")
	b.send("there you are\n")
	a.expect("Stranger: there you are")
	other.send("/status\n")
	other.expect("-- 3 people online, 1 waiting, 2 chatting.\n")
}

// Who asks while the other is in a chat breaks nothing, and learns nothing; they meet
// when that chat is over.
func TestAgainWaitsForAChatToEnd(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairLines(t, p)
	a.send("/stop\n/again\n/next\n")
	a.expect("-- Asked. If they ask too within 10 min")
	a.expect("-- Looking for a stranger\n")
	c := joinLines(t, p)
	a.expect("-- You are now chatting with a stranger\n")
	b.expect("-- Stranger has left the chat\n")
	b.send("/again\n")
	b.expect("-- Asked. If they ask too within 10 min")
	c.expect("-- You are now chatting with a stranger\n")
	c.send("still here\n")
	a.expect("stranger: still here\n")
	c.send("/quit\n")
	a.expect("-- Stranger has left the chat\n")
	a.expect("-- You both asked for it")
	b.expect("-- You both asked for it")
}

// What is answered is the same whatever the other did; a block, a report or an end of
// the visit has them not meet.
func TestAgainTellsNothing(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(b *chatter){
		"stays":   func(b *chatter) {},
		"blocks":  func(b *chatter) { b.send("/block\n"); b.expect("-- Blocked") },
		"reports": func(b *chatter) { b.send("/report spam\n"); b.expect("-- Reported") },
		"leaves":  func(b *chatter) { b.send("/quit\n"); b.expectExit(exitDone) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startServer(t)
			a, b := pairFrom(t, p, "127.0.0.61", "127.0.0.62")
			a.send("/stop\n/again\n")
			a.expect("-- You left the chat\n")
			a.expect("-- Asked. If they ask too within 10 min, you meet again once both of you are free. You can look for someone new meanwhile.\n")
			b.expect("-- Stranger has left the chat\n")
			act(b)
			if name == "blocks" || name == "reports" {
				b.send("/again\n")
				b.expect("-- There is nobody to meet again. Ask up to 10 minutes after a chat, and not for whom you blocked or reported.\n")
			}
			a.send("/again\n/status\n")
			a.expect("-- Asked. If they ask too within 10 min, you meet again once both of you are free. You can look for someone new meanwhile.\n")
			if said := a.expect(" 0 chatting.\n"); strings.Count(said, "\n") > 0 {
				t.Errorf("before the status came %q", said)
			}
			if strings.Contains(b.out.String(), "again once") {
				t.Error("the other hears of it")
			}
		})
	}
}

// askedAgain returns two whose chat is over, of whom the first wants to meet again.
func askedAgain(t *testing.T) (a, b *terminal) {
	t.Helper()
	a, b = pairScreens(t, startBubble(t, nil), window{})
	a.press("/stop", keyEnter)
	b.expect("Stranger has left the chat")
	a.press("/again", keyEnter)
	a.expect("If they ask too within 10 min")
	return a, b
}

// Whoever asks when ten minutes are over is too late.
func TestAgainIsOverAfterTenMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, b := askedAgain(t)
		time.Sleep(9*time.Minute + 30*time.Second)
		a.press("/again", keyEnter)
		a.expect("If they ask too within 1 min")
		time.Sleep(31 * time.Second)
		b.press("/again", keyEnter)
		b.expect("There is nobody to meet again.")
		a.press("/again", keyEnter)
		a.expect("There is nobody to meet again.")
	})
}

// Who writes a report is not taken away from it.
func TestAgainLeavesAReportAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, b := askedAgain(t)
		a.press(ctrl('r'))
		a.expect("Report this stranger.")
		b.press("/again", keyEnter)
		b.expect("If they ask too")
		synctest.Wait()
		a.expect("Report this stranger.")
		a.press(keyEsc)
		a.expect("You both asked for it")
		b.expect("You both asked for it")
	})
}
