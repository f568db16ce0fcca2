package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/moderation"
)

// cut has the line of a client drop: it is killed, and says no goodbye.
func (c *chatter) cut() {
	c.t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		c.t.Fatal(err)
	}
}

const (
	lineDropped = "The stranger's line dropped. They may be back within 60 seconds."
	nowBack     = "You are back in the chat: your line had dropped."
)

// meLines returns two who chat in line mode, the first of whom came as me@.
func meLines(t *testing.T, p *program) (key *staffKey, a, b *chatter) {
	t.Helper()
	key = newStaffKey(t, "me")
	a, b = joinLines(t, p, key.as("me", "-b", "127.0.0.71")...), joinLines(t, p, "-b", "127.0.0.72")
	a.meet(b)
	return key, a, b
}

// A client of me@ is killed in line mode, and comes back from elsewhere: the partner is
// told both, what they say meanwhile isn't sent, and the chat goes on.
func TestBackInLines(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	key, a, b := meLines(t, p)
	a.cut()
	b.expect("-- " + lineDropped + " To find someone else: /next\n")
	b.send("are you there?\n")
	b.expect("-- Not sent: the stranger's line dropped. Say it again once they are back.\n")
	b.send("/status\n")
	b.expect("-- 1 person online, 0 waiting, 1 chatting.\n")

	a = startSSH(t, p, key.as("me", "-T", "-b", "127.0.0.73")...)
	a.expectNext("-- " + nowBack + "\n-- The last lines of it:\n-- You: hello there\nstranger: you are awful\n")
	b.expectNext("-- Stranger is back\n")
	b.send("there you are\n")
	a.expectNext("stranger: there you are\n")
	a.send("yes\nsorry\n") // who says yes to rules that hold says it to nobody
	b.expectNext("stranger: sorry\n")
	b.send("/status\n")
	b.expect("-- 2 people online, 0 waiting, 2 chatting.\n")
	a.send("/quit\n")
	a.expectExit(exitDone)
	b.expectNext("-- Stranger has left the chat\n")
}

// A stock client of me@ is killed in the full screen, and its person finds the chat and
// what they were typing again.
func TestBackOnScreen(t *testing.T) {
	t.Parallel()
	p, key := startServer(t), newStaffKey(t, "me")
	a := startSSH(t, p, key.as("me", "-tt")...)
	a.expect("Press Enter")
	a.send(keyEnter)
	a.expect("Looking for a stranger")
	b := joinScreen(t, p, window{})
	a.expect("You are now chatting with a stranger")
	b.press("hello", keyEnter)
	a.expect("Stranger: hello")
	a.send("hi there" + keyEnter)
	b.expect("Stranger: hi there", "chatting")
	a.send("half a sent")
	b.expect("Stranger is typing")
	a.cut()
	b.expect("line dropped.", "stranger away")
	b.expectGone("Stranger is typing")
	b.press("and you?", keyEnter)
	b.expect("Not sent: the stranger's line dropped.", "> and you?")

	again := openTerminal(t, p, window{me: key})
	again.expect("Stranger: hello", "You: hi there", nowBack, "> half a sent", "chatting")
	b.expect("Stranger is back", "> and you?")
	b.expectGone("stranger away")
	b.press(keyEnter)
	again.expect("Stranger: and you?")
	again.press("ence", keyEnter)
	b.expect("Stranger: half a sentence")
}

// 59 seconds are in time, 61 are not, in both modes; the partner is told at 60.
func TestBackInTime(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "plain"} {
		for _, after := range []time.Duration{59 * time.Second, 61 * time.Second} {
			t.Run(fmt.Sprintf("ssh HOST %s %v", command, after), func(t *testing.T) {
				key := newStaffKey(t, "me")
				synctest.Test(t, func(t *testing.T) { comesBack(t, window{me: key, command: command}, after) })
			})
		}
	}
}

// comesBack has somebody's line drop, and them come back after so long.
func comesBack(t *testing.T, me window, after time.Duration) {
	p := startBubble(t, nil)
	a := openTerminal(t, p, me)
	a.expect("18 or older")
	a.press(map[string]string{"plain": "yes"}[me.command], keyEnter)
	b := joinScreen(t, p, window{})
	b.expect("You are now chatting with a stranger")
	b.press("hello", keyEnter)
	a.expect("tranger: hello")
	a.line.Close()
	synctest.Wait()
	b.expect("stranger away")
	time.Sleep(59 * time.Second)
	synctest.Wait()
	if b.shows("Stranger has left the chat") {
		t.Error("the partner is told too early that they have left")
	}
	time.Sleep(after - 59*time.Second)
	again := openTerminal(t, p, me)
	if after < time.Minute {
		again.expect(nowBack, "tranger: hello")
		b.expect("Stranger is back")
		time.Sleep(2 * time.Minute)
		b.press("still here", keyEnter)
		again.expect("tranger: still here")
		return
	}
	b.expect("Stranger has left the chat")
	again.expect("they hold", "Looking for a stranger")
	if again.shows("hello") {
		t.Error("a chat that is over is shown")
	}
	b.press(keyEnter)
	b.expect("You are now chatting with a stranger")
}

// Who is cut off without a goodbye comes back before the server has noticed; another
// window of the same key that is still there goes on.
func TestBackBeforeAnybodyNoticed(t *testing.T) {
	t.Parallel()
	key := newStaffKey(t, "me")
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := pairScreens(t, p, window{me: key})
		b.press("hello", keyEnter)
		a.expect("Stranger: hello")
		other := openTerminal(t, p, window{me: key})
		other.expect("they hold", "Looking for a stranger")
		a.press("still me", keyEnter)
		b.expect("Stranger: still me")
		a.line.(*cable).vanish()
		again := openTerminal(t, p, window{me: key, source: "127.0.0.2"})
		again.expect(nowBack, "Stranger: hello")
		b.expect("Stranger is back")
		again.press("me again", keyEnter)
		b.expect("Stranger: me again")
		other.expect("Looking for a stranger")
	})
}

// The partner may go at once, by any of the ways there are. Who comes back finds the end
// of the chat, and can still report it.
func TestPartnerNeedNotWait(t *testing.T) {
	t.Parallel()
	for _, goes := range []string{"/next", "/stop", "/block", "/report spam", "/quit"} {
		t.Run(goes, func(t *testing.T) {
			t.Parallel()
			root := newStaffKey(t, "root")
			p := startServer(t, "--admin-key", root.line)
			key, a, b := meLines(t, p)
			a.cut()
			b.expect("-- " + lineDropped)
			b.send(goes + "\n")
			b.expect(map[string]string{
				"/next": "-- Looking for a stranger\n", "/stop": "-- You left the chat\n", "/block": "-- Blocked",
				"/report spam": "-- Reported: R-", "/quit": "",
			}[goes])
			if goes == "/quit" {
				b.expectExit(exitDone)
			}
			a = startSSH(t, p, key.as("me", "-T", "-b", "127.0.0.73")...)
			a.expectNext("-- " + nowBack + "\n")
			a.expect("-- Stranger has left the chat\n")
			a.send("/report harassment\n")
			a.expect("-- Reported: ")
			report, _, _ := strings.Cut(a.expect(". "), ".")
			expectAll(t, "the report", root.done(t, p, "report", "show", report), []string{"hello there", "you are awful"})
			if said := b.out.String(); strings.Contains(said, "Stranger is back") {
				t.Errorf("the partner, who has gone, reads %q", said)
			}
		})
	}
}

// In the full screen it is Esc, as always.
func TestPartnerNeedNotWaitOnScreen(t *testing.T) {
	t.Parallel()
	key := newStaffKey(t, "me")
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := pairScreens(t, p, window{me: key})
		a.line.Close()
		b.expect("stranger away")
		b.press(keyEsc)
		b.expect("Really?")
		b.press(keyEsc)
		b.expect("You left the chat")
		b.press(keyEsc)
		b.expect("Looking for a stranger")
		again := openTerminal(t, p, window{me: key})
		again.expect(nowBack, "Stranger has left the chat")
		b.expect("Looking for a stranger")
	})
}

// A report after the return, by either of the two, has what was said before.
func TestBackWithTheEvidence(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	for _, by := range []string{"who came back", "the partner"} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			p := startServer(t, "--admin-key", root.line)
			key, a, b := meLines(t, p)
			for i := range 3 {
				a.send(fmt.Sprintf("bad words %d\n", i))
				b.expect(fmt.Sprintf("stranger: bad words %d\n", i))
			}
			a.cut()
			b.expect("-- " + lineDropped)
			a = startSSH(t, p, key.as("me", "-T", "-b", "127.0.0.73")...)
			a.expect("-- " + nowBack)
			b.expect("-- Stranger is back\n")
			b.send("and now\n")
			a.expect("stranger: and now\n")
			reporter := b
			if by == "who came back" {
				reporter = a
			}
			reporter.send("/report harassment\n")
			reporter.expect("-- Reported: ")
			report := reporter.expect(". ")
			shown := root.done(t, p, "report", "show", report)
			expectAll(t, "the report", shown, []string{"hello there", "you are awful", "bad words 0", "bad words 2", "and now"})
			if reporter == b { // from where they are by now, and as the session that they are
				if sessions := root.done(t, p, "sessions"); !strings.Contains(shown, "inside now") {
					t.Errorf("of %s the report says\n%s", sessions, shown)
				}
			}
		})
	}
}

// Nobody waits for who has left on purpose, was thrown out, or didn't come as me@.
func TestOnlyADroppedLineIsWaitedFor(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	for name, end := range map[string]func(p *program, a *chatter){
		"quit":         func(_ *program, a *chatter) { a.send("/quit\n") },
		"leave":        func(_ *program, a *chatter) { a.send("/stop\n"); a.expect("You left the chat"); a.cut() },
		"end of input": func(_ *program, a *chatter) { a.in.Close() },
		"kick": func(p *program, _ *chatter) {
			session := root.list(t, p, "sessions")[0]["id"].(string)
			root.done(t, p, "kick", session, "--reason", "Enough")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startServer(t, "--admin-key", root.line)
			key, a, b := meLines(t, p)
			end(p, a)
			b.expectNext("-- Stranger has left the chat\n")
			a = startSSH(t, p, key.as("me", "-T")...)
			a.expect("they hold")
		})
	}
	t.Run("nobody's", func(t *testing.T) {
		t.Parallel()
		a, b := pairLines(t, startServer(t))
		a.cut()
		b.expectNext("-- Stranger has left the chat\n")
	})
}

// Who watches two others sees that one's line drops, and that they come back.
func TestBackBeforeAWatcher(t *testing.T) {
	t.Parallel()
	p, key := startServer(t), newStaffKey(t, "me")
	asker := joinLines(t, p)
	asker.send("/ask Is cereal soup?\n")
	asker.expect("-- Looking for two strangers to discuss your question\n")
	x, y := startSSH(t, p, key.as("me", "-T")...), startSSH(t, p, "-T")
	for _, c := range []*chatter{x, y} {
		c.expect("Type yes")
		c.send("/discuss\nyes\n")
	}
	asker.expect("You watch, and can't speak.\n")
	x.expect("You are now chatting")
	y.expect("You are now chatting")
	x.send("it is\n")
	asker.expect(": it is\n")
	number := "1"
	if strings.Contains(asker.out.String(), "stranger 2: it is") {
		number = "2"
	}
	x.cut()
	asker.expect("-- Stranger " + number + "'s line dropped. They may be back within 60 seconds.\n")
	y.expect("-- " + lineDropped)
	x = startSSH(t, p, key.as("me", "-T")...)
	x.expect("-- " + nowBack + "\n-- The last lines of it:\n-- The question: Is cereal soup?\n-- You: it is\n")
	asker.expectNext("-- Stranger " + number + " is back\n")
	y.expect("-- Stranger is back\n")
	x.send("/quit\n")
	x.expectExit(exitDone)
	asker.expectNext("-- Stranger " + number + " has left the chat\n")
}

// Whose line drops while they watch is back with all that was said meanwhile, and the two
// who discuss hear nothing of it.
func TestWatcherBackInLines(t *testing.T) {
	t.Parallel()
	p, key := startServer(t), newStaffKey(t, "me")
	asker, x, y := debate(t, p, "Is cereal soup?", key.as("me")...)
	asker.cut()
	if !eventually(func() bool {
		x.send("/status\n")
		return x.expect(" waiting, 2 chatting.\n") == "-- 2 people online, 0"
	}) {
		t.Fatal("nobody has gone")
	}
	y.send("it is\n")
	x.expectNext("stranger: it is\n")
	x.send("never\n")
	y.expectNext("stranger: never\n")
	asker = startSSH(t, p, key.as("me", "-T")...)
	asker.expectNext("-- " + nowBack + "\n-- The last lines of it:\n-- The question: Is cereal soup?\n" +
		"stranger 1: first words\nstranger 2: it is\nstranger 1: never\n")
	asker.send("it is not\n")
	asker.expectNext("-- Not sent: who asks only watches. To talk with a stranger: /next\n")
	y.send("/quit\n")
	asker.expectNext("-- Stranger 2 has left the chat\n")
	x.expectNext("-- Stranger has left the chat\n")
}

// In the full screen, who asked and whose line drops is back within 60 seconds, and
// waited for no longer.
func TestWatcherBackOnScreen(t *testing.T) {
	t.Parallel()
	for _, after := range []time.Duration{59 * time.Second, 61 * time.Second} {
		t.Run(after.String(), func(t *testing.T) {
			key := newStaffKey(t, "me")
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, nil)
				a := joinScreen(t, p, window{me: key})
				a.press("/ask Is cereal soup?", keyEnter)
				a.expect("Looking for two strangers")
				x, y := joinPlain(t, p, "127.0.0.22"), joinPlain(t, p, "127.0.0.23")
				x.press("/discuss", keyEnter)
				y.press("/discuss", keyEnter)
				a.expect("watching 0 min")
				a.line.Close()
				synctest.Wait()
				for i := range 25 { // more than a session lags behind
					x.press(fmt.Sprint("words ", i), keyEnter)
					y.expectSent(fmt.Sprintf("stranger: words %d\r\n", i))
					time.Sleep(time.Second)
				}
				time.Sleep(after - 25*time.Second)
				again := openTerminal(t, p, window{me: key})
				if after < time.Minute {
					again.expect("words 24", "watching 1 min")
					x.press("still here", keyEnter)
					again.expect("still here")
					return
				}
				again.expect("they hold", "Looking for a stranger")
				for _, c := range []*terminal{x, y} {
					c.expectSent("-- Who asked the question has left. You two can go on.")
				}
			})
		})
	}
}

// Whoever can't come in again is not waited for: the server drains, its door is closed, or
// they are banned.
func TestNobodyWaitsInVain(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	for _, command := range []string{"drain", "door closed"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			p := startServer(t, "--admin-key", root.line)
			_, a, b := meLines(t, p)
			a.cut()
			b.expect("-- " + lineDropped)
			root.done(t, p, command)
			b.expect("-- Stranger has left the chat\n")
		})
	}
	t.Run("ban", func(t *testing.T) {
		t.Parallel()
		p := startServer(t, "--admin-key", root.line)
		key, a, b := meLines(t, p)
		b.send("/report harassment\n")
		b.expect("-- Reported: ")
		report := strings.TrimSuffix(b.expect(" "), ".")
		c := joinFrom(t, p, "127.0.0.73")
		a.send("/next\n")
		a.expect("-- You are now chatting with a stranger\n")
		a.cut()
		c.expect("-- " + lineDropped)
		root.done(t, p, "ban", report, "--reason", "Enough")
		c.expect("-- Stranger has left the chat\n") // though nobody comes
		a = startSSH(t, p, key.as("me", "-T", "-b", "127.0.0.74")...)
		a.expect("You can't chat at")
	})
}

// Who is banned while they are away is waited for no more, from that moment on.
func TestBannedWhileAway(t *testing.T) {
	t.Parallel()
	key := newStaffKey(t, "me")
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		report := reported(t, p, "127.0.0.21", "127.0.0.22")
		a := joinScreen(t, p, window{me: key, source: "127.0.0.22"})
		b := mustSpeak(t, p, "127.0.0.23")
		b.must(t, nowChatting)
		a.line.Close()
		b.must(t, "-- "+lineDropped)
		began := time.Now()
		if _, err := p.bubble.desk.Resolve("root", report, moderation.Decision{Action: moderation.ActionBan, Reason: "Enough"}); err != nil {
			t.Fatal(err)
		}
		b.must(t, "-- Stranger has left the chat\n")
		if took := time.Since(began); took > 0 {
			t.Errorf("it takes %v", took)
		}
		if sessions, err := p.bubble.gate.Sessions("root"); err != nil || len(sessions) != 1 {
			t.Errorf("inside are %v, %v", sessions, err)
		}
	})
}

// A door that shuts while somebody is away has them waited for no more, unless it lets
// them in; and whose line drops behind it isn't waited for at all.
func TestDoorShutsWhileAway(t *testing.T) {
	t.Parallel()
	for _, shut := range []struct {
		door  moderation.Door
		known bool
		waits bool
	}{
		{moderation.DoorClosed, true, false},
		{moderation.DoorKnown, false, false},
		{moderation.DoorKnown, true, true},
	} {
		t.Run(fmt.Sprintf("%s, known %v", shut.door, shut.known), func(t *testing.T) {
			t.Parallel()
			key := newStaffKey(t, "me")
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, nil)
				if shut.known { // for longer than a week
					p.bubble.leap.Store(int64(-8 * 24 * time.Hour))
					openTerminal(t, p, window{me: key}).press("/quit", keyEnter)
					synctest.Wait()
					p.bubble.leap.Store(0)
				}
				a, b := pairScreens(t, p, window{me: key})
				b.press("hello", keyEnter)
				a.expect("Stranger: hello")
				a.line.Close()
				b.expect("stranger away")
				began := time.Now()
				if err := p.bubble.gate.SetDoor("root", shut.door); err != nil {
					t.Fatal(err)
				}
				if !shut.waits {
					b.expect("Stranger has left the chat")
					if took := time.Since(began); took > 2*time.Second {
						t.Errorf("it takes %v", took)
					}
					return
				}
				time.Sleep(55 * time.Second)
				again := openTerminal(t, p, window{me: key})
				again.expect(nowBack, "Stranger: hello")
				b.expect("Stranger is back")
				again.line.Close()
				b.expect("stranger away")
			})
		})
	}
	key := newStaffKey(t, "me")
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := pairScreens(t, p, window{me: key})
		if err := p.bubble.gate.SetDoor("root", moderation.DoorClosed); err != nil {
			t.Fatal(err)
		}
		a.line.Close()
		b.expect("Stranger has left the chat")
		if said := b.out.String(); strings.Contains(said, "line dropped") {
			t.Error("who can't come back is waited for")
		}
	})
}

// A chat is waited for without a place being kept: who comes back while the server is
// full is told so, and finds the chat when there is room again.
func TestWhoIsAwayTakesNoPlace(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--max-sessions", "2")
	key, a, b := meLines(t, p)
	a.cut()
	b.expect("-- " + lineDropped)
	c := joinLines(t, p)
	if _, stderr, code := runSSH(t, p, key.as("me", "-T")...); code != exitNotNow || !strings.Contains(stderr, "is full") {
		t.Errorf("a full server says %q and ends with %d", stderr, code)
	}
	c.send("/quit\n")
	c.expectExit(exitDone)
	a = startSSH(t, p, key.as("me", "-T")...)
	a.expect("-- " + nowBack)
	b.expect("-- Stranger is back\n")
}
