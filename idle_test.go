package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/session"
)

// idleAfter is how long without a key press somebody in a chat is shown as idle.
const idleAfter = 2 * time.Minute

// Who presses no key for two minutes is shown as idle, in the header and by a line, and
// with the next key no more.
func TestIdleIsShown(t *testing.T) {
	t.Parallel()
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.cols, size.rows), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, nil)
				a, b := joinScreen(t, p, size), mustSpeak(t, p, "127.0.0.2")
				a.expect("You are now chatting with a stranger")
				b.must(t, nowChatting)
				time.Sleep(idleAfter - time.Second)
				synctest.Wait()
				if a.shows("idle") {
					t.Errorf("idle too early at\n%s", a.picture())
				}
				time.Sleep(time.Second)
				a.expect("stranger idle")
				b.must(t, "-- Stranger is idle\n")
				a.press("x")
				b.must(t, "-- Stranger is active again\n")
				a.expect("stranger idle")
				b.say("hello")
				a.expect("Stranger: hello", "chatting 2 min")
				a.expectGone("idle")
				time.Sleep(idleAfter)
				a.expect("stranger idle")
				a.press(ctrl('u'), "/plain", keyEnter)
				a.expectSent("-- You are now chatting with a stranger\r\n-- Stranger is idle\r\n")
			})
		})
	}
}

// Line mode says of each time that it began, and that it ended unless a message tells.
// Nothing is said while it lasts.
func TestIdleInLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, b := pairVoices(t, startBubble(t, nil), new(sources))
		for range 3 {
			said := ""
			for minute := range 6 {
				a.say(fmt.Sprint("minute ", minute))
				said += b.must(t, fmt.Sprintf("stranger: minute %d\n", minute))
				time.Sleep(time.Minute)
			}
			b.say("still here")
			heard := a.must(t, "stranger: still here\n")
			if said != "" || heard != "-- Stranger is idle\n" {
				t.Errorf("who talks is told %q, and who is silent %q", heard, said)
			}
		}
	})
}

// Who types a line for minutes, without a terminal, is idle only once nothing comes of it.
func TestIdleWithinLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, b := pairVoices(t, startBubble(t, nil), new(sources))
		for range 5 {
			time.Sleep(time.Minute)
			a.in.Write([]byte("x"))
			b.say("go on")
			a.must(t, "stranger: go on\n")
		}
		time.Sleep(time.Minute)
		a.say("")
		if said := b.must(t, "stranger: xxxxx\n"); said != "" {
			t.Errorf("while the line is typed, the other is told %q", said)
		}
		a.in.Write([]byte("y"))
		time.Sleep(idleAfter)
		b.must(t, "-- Stranger is idle\n")
		a.in.Write([]byte("y"))
		b.must(t, "-- Stranger is active again\n")
	})
}

// Who watches a question sees which of the two is idle, and neither of them that of who
// watches.
func TestIdleIsShownToWhoWatches(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "plain"} {
		t.Run("ssh HOST "+command, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, nil)
				a := openTerminal(t, p, window{command: command, source: "127.0.0.21"})
				a.expectSent("chat.example.org")
				accept := map[string]string{"": "", "plain": "yes"}[command]
				a.press("/ask Is cereal soup?", keyEnter, accept, keyEnter)
				x, y := openTerminal(t, p, window{source: "127.0.0.22"}), openTerminal(t, p, window{source: "127.0.0.23"})
				for _, c := range []*terminal{x, y} {
					c.expect("Press Enter")
					c.press("/discuss", keyEnter, keyEnter)
				}
				for _, c := range []*terminal{x, y} {
					c.expect("now chatting")
				}
				x.press("yes", keyEnter)
				a.until("what x said", func() bool {
					return strings.Contains(a.text(), "ranger 1: yes") || strings.Contains(a.text(), "ranger 2: yes")
				})
				one, two := 1, 2
				if a.shows("ranger 2: yes") {
					one, two = 2, 1
				}
				time.Sleep(idleAfter)
				y.expect("stranger idle")
				if command == "" {
					a.expect("both idle")
				} else {
					a.expectSent("-- Stranger 1 is idle\r\n")
					a.expectSent("-- Stranger 2 is idle\r\n")
				}
				x.press("no", keyEnter)
				y.expect("Stranger: no", "chatting 2 min") // and the idle one who watches is none of theirs
				x.expect("stranger idle")
				if command == "" {
					a.expect(fmt.Sprintf("stranger %d idle", two))
				} else {
					a.expectSent(fmt.Sprintf("stranger %d: no\r\n", one))
				}
				y.press(" ")
				x.expect("chatting 2 min")
				if command == "" {
					a.expect("watching 2 min")
				} else {
					a.expectSent(fmt.Sprintf("-- Stranger %d is active again\r\n", two))
				}
			})
		})
	}
}

// A line that drops ends what is said of being idle, and who comes back learns of their
// partner's.
func TestIdleAndAway(t *testing.T) {
	t.Parallel()
	key := newStaffKey(t, "me")
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := joinScreen(t, p, window{me: key}), mustSpeak(t, p, "127.0.0.2")
		a.expect("You are now chatting with a stranger")
		b.must(t, nowChatting)
		time.Sleep(idleAfter)
		b.must(t, "-- Stranger is idle\n")
		a.expect("stranger idle")
		a.line.Close()
		said := b.must(t, lineDropped)
		again := openTerminal(t, p, window{me: key})
		again.expect(nowBack, "stranger idle")
		said += b.must(t, "-- Stranger is back\n")
		if strings.Contains(said, "active") {
			t.Errorf("whose line dropped is taken for active: %q", said)
		}
		b.say("hello")
		again.expect("Stranger: hello", "chatting")
		time.Sleep(idleAfter)
		if said := b.must(t, "-- Stranger is idle\n"); said != "" {
			t.Errorf("told %q, too", said)
		}
	})
}

// Where a chat ends early, who is idle is warned in time all the same; and a new chat
// begins with nobody idle.
func TestIdleEndsEarly(t *testing.T) {
	t.Parallel()
	early := func(c *session.Config) { c.IdleTimeout = 3 * time.Minute }
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, early)
		a, b := joinScreen(t, p, window{}), mustSpeak(t, p, "127.0.0.2")
		a.expect("You are now chatting with a stranger")
		b.must(t, nowChatting)
		minutes := func(n int) {
			for range n {
				time.Sleep(time.Minute)
				b.say("I am here")
			}
		}
		for range 2 {
			minutes(2)
			a.expect("Are you still there?")
			b.must(t, "-- Stranger is idle\n")
			a.press("x")
			b.must(t, "-- Stranger is active again\n")
		}
		minutes(3)
		b.must(t, "-- Stranger is idle\n")
		b.must(t, "-- Stranger has left the chat\n")
		a.expect("This chat ended because you pressed no key for a long time.")
		b.say("/next")
		c := joinScreen(t, p, window{source: "127.0.0.3"})
		c.expect("You are now chatting with a stranger", "chatting 0 min")
		if said := b.must(t, nowChatting); strings.Contains(said, "active") {
			t.Errorf("who left is taken for active: %q", said)
		}
		minutes(2)
		b.must(t, "-- Stranger is idle\n")
	})
}
