package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/session"
)

const nowChatting = "-- You are now chatting with a stranger\n"

// Row 23: who was banned is back from a fresh address. Three strangers in ten
// minutes, and no links, until two chats went well; nobody else has to wait.
func TestRow23NewSource(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	fresh := joinFrom(t, p, "127.0.0.23")
	for range 3 {
		stranger := joinLines(t, p)
		stranger.expect(nowChatting)
		fresh.expect(nowChatting)
		fresh.send("hello\n//see t.me/pictures\nbye\n")
		fresh.expect("-- Not sent: there is a link in it, and you are new here.")
		if before := stranger.expect("stranger: bye\n"); strings.Contains(before, "pictures") {
			t.Errorf("a link from a new source arrives: %q", before)
		}
		fresh.send("/next\n")
		stranger.expect("-- Stranger has left the chat\n")
	}
	fresh.expect("-- You are new here: your next stranger comes in 10 minutes.")
	again := joinFrom(t, p, "127.0.0.23")
	again.expect("-- You are new here: your next stranger comes in 10 minutes.")
	if out, _, _ := runSSH(t, p, "-T", "status"); !strings.Contains(out, " 0 waiting, 0 chatting") {
		t.Errorf("who has to wait is among those who are found: %s", out)
	}
	again.send("/status\n/stop\n")
	again.expect("-- The search has stopped.\n")

	honest := joinFrom(t, p, "127.0.0.24")
	for i := range 4 {
		stranger := joinLines(t, p)
		honest.expect(nowChatting)
		stranger.expect(nowChatting)
		stranger.send("hello\n")
		honest.expect("stranger: hello\n")
		honest.send("hello you\n")
		stranger.expect("stranger: hello you\n")
		if i == 3 {
			honest.send("how are you\nI am fine\nas example.org says\n")
			stranger.expect("stranger: as example.org says\n")
		}
		honest.send("/next\n")
	}
	honest.expect("-- Looking for a stranger\n")
}

// Row 23: nobody is locked out by being new. The wait is counted down, and ends by
// itself.
func TestRow23TheWaitEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		fresh := joinScreen(t, p, window{source: "203.0.113.23"})
		for range 3 {
			stranger := joinPlain(t, p, "")
			stranger.expectSent("-- You are now chatting with a stranger")
			synctest.Wait() // until the other one knows it, too
			fresh.press("/next", keyEnter)
			stranger.expectSent("-- Stranger has left the chat")
		}
		last := joinPlain(t, p, "")
		fresh.expect("looking", "You are new here: your next stranger comes in 10 minutes.")
		time.Sleep(4 * time.Minute)
		fresh.expect("your next stranger comes in 6 minutes.")
		fresh.press("/plain", keyEnter)
		fresh.expectSent("-- You are new here: your next stranger comes in 6 minutes.")
		time.Sleep(6 * time.Minute)
		last.press(keyEnter) // who wakes
		last.expectSent("-- You are now chatting with a stranger")
		fresh.expectSent("-- You are now chatting with a stranger")
	})
}

// Row 23: with --new-sources off there is no such limit.
func TestRow23Off(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--new-sources", "off", "--early-links", "off", "--openers", "off")
	fresh := joinFrom(t, p, "127.0.0.23")
	for range 5 {
		stranger := joinLines(t, p)
		fresh.expect(nowChatting)
		fresh.send("t.me/pictures\n")
		stranger.expect("stranger: t.me/pictures\n")
		fresh.send("/next\n")
	}
}

// Row 28: links at once.
func TestRow28EarlyLinks(t *testing.T) {
	t.Parallel()
	const link = "see https://example.org/x"
	for measure, want := range map[string]struct {
		told string
		sent bool
	}{
		"block": {"-- Not sent: no links in your first 3 lines to a stranger, nor before they have said something.\n", false},
		"warn":  {"-- That link went out.", true},
		"off":   {"", true},
	} {
		t.Run(measure, func(t *testing.T) {
			t.Parallel()
			p := startServer(t, "--early-links", measure)
			a, b := pairLines(t, p)
			a.send(link + "\n")
			if want.told != "" {
				a.expect(want.told)
			}
			for _, line := range []string{"one", "two", "three"} {
				a.send(line + "\n")
				b.expect("stranger: " + line + "\n")
			}
			a.send(link + " again\n") // the other one is silent
			if want.told != "" {
				a.expect(want.told)
			}
			b.send("which?\n")
			a.expect("stranger: which?\n")
			a.send(link + " please\n")
			b.expect("stranger: " + link + " please\n")
			if sent := strings.Count(b.out.String(), link); (sent == 3) != want.sent || !want.sent && sent != 1 {
				t.Errorf("%d links were sent", sent)
			}
			if said := a.out.String(); want.told == "" && strings.Contains(said, "link") {
				t.Errorf("somebody is told of links: %s", said)
			}
		})
	}
}

// Row 28: what can't be sent stays in the input line.
func TestRow28NothingTypedIsLost(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	a.press("see t.me/x", keyEnter)
	a.expect("Not sent: no links in your first 3 lines", "> see t.me/x")
	a.press(ctrl('u'), "never mind", keyEnter)
	if before := b.expect("stranger: never mind\n"); before != "" {
		t.Errorf("before that came %q", before)
	}
}

// Row 28: the same opener to everyone, however it is dressed up. What everybody says
// to everybody is no such opener, nor what is said later in a chat.
func TestRow28SameOpener(t *testing.T) {
	t.Parallel()
	const told = "-- Not sent: you said the same to 3 strangers in the last 10 minutes. Say it in other words.\n"
	p := startServer(t)
	a := joinLines(t, p)
	openers := []string{"Come and see my lovely pictures", "come and SEE my... lovely pictures!!!", "  Come, and see my lovely pictures :)", "ＣＯＭＥ and see my lovely pictures"}
	for i, opener := range openers {
		b := joinLines(t, p)
		b.expect(nowChatting)
		a.expect(nowChatting)
		a.send("hi\n" + opener + "\n")
		b.expect("stranger: hi\n")
		if i < 3 {
			b.expect("stranger: " + strings.TrimSpace(opener) + "\n")
		} else {
			a.expect(told)
			a.send("then something else\nand more\n" + opener + "\n")
			b.expect("stranger: and more\nstranger: " + opener + "\n")
		}
		a.send("/next\n")
		b.expect("-- Stranger has left the chat\n")
	}
}

// Row 28: with warn it goes through, and they know; with off nobody cares.
func TestRow28SameOpenerMeasures(t *testing.T) {
	t.Parallel()
	for measure, warned := range map[session.Measure]bool{session.Warn: true, session.Off: false} {
		synctest.Test(t, func(t *testing.T) {
			p := startBubble(t, func(c *session.Config) { c.Openers = measure })
			a := joinPlain(t, p, "")
			for range 5 {
				b := joinPlain(t, p, "")
				b.expectSent("-- You are now chatting with a stranger")
				synctest.Wait() // until the other one knows it, too
				a.press("Come and see my lovely pictures", keyEnter)
				b.expectSent("stranger: Come and see my lovely pictures")
				a.press("/next", keyEnter)
				b.expectSent("-- Stranger has left the chat")
			}
			synctest.Wait()
			if got := p.bubble.server.Stats().Limits["openers"]; (got == 2) != warned || !warned && got != 0 {
				t.Errorf("%s: %d were told", measure, got)
			}
			a.out.mu.Lock()
			defer a.out.mu.Unlock()
			if said := strings.Contains(a.out.bytes.String(), "-- You said the same to 3 other strangers"); said != warned {
				t.Errorf("%s: told is %v", measure, said)
			}
		})
	}
}

// Row 28: a short opener that says where to go is one, however short; what everybody
// says first is none.
func TestRow28ShortOpener(t *testing.T) {
	t.Parallel()
	for opener, limited := range map[string]bool{
		"kik anna_x": true, "@anna": true, "snap anna1999": true, "0171 2345678": true,
		"hi": false, "m?": false, "hello there": false, "m25": false,
	} {
		synctest.Test(t, func(t *testing.T) {
			p := startBubble(t, nil)
			a := joinPlain(t, p, "")
			for range 5 {
				b := joinPlain(t, p, "")
				b.expectSent("-- You are now chatting with a stranger")
				synctest.Wait() // until the other one knows it, too
				a.press(opener, keyEnter, "and so on", keyEnter)
				b.expectSent("stranger: and so on")
				a.press("/next", keyEnter)
				b.expectSent("-- Stranger has left the chat")
			}
			synctest.Wait()
			if n := p.bubble.server.Stats().Limits["openers"]; (n == 2) != limited || !limited && n != 0 {
				t.Errorf("%q, said to five, is limited %d times", opener, n)
			}
		})
	}
}

// Row 28: skips for the statistics. Who leaves one stranger after the other within
// seconds waits a few seconds for each, in words.
func TestRow28Skips(t *testing.T) {
	t.Parallel()
	for measure, told := range map[session.Measure]string{
		session.Block: "-- You have left many strangers within seconds. The search begins in 3 seconds.",
		session.Warn:  "-- You have left many strangers within seconds. Give the next one a moment.",
		session.Off:   "",
	} {
		synctest.Test(t, func(t *testing.T) {
			p := startBubble(t, func(c *session.Config) { c.Skips = measure })
			hasty, left := joinPlain(t, p, ""), joinPlain(t, p, "")
			begun := time.Now()
			for range 40 {
				left.expectSent("-- You are now chatting with a stranger")
				synctest.Wait() // until the other one knows it, too
				next := joinPlain(t, p, "")
				hasty.press("/next", keyEnter)
				left.expectSent("-- Stranger has left the chat")
				left = next
			}
			left.expectSent("-- You are now chatting with a stranger")
			took := time.Since(begun).Round(time.Second)
			if slow := measure == session.Block; slow != (took == 20*3*time.Second) || !slow && took > 0 {
				t.Errorf("%s: 40 skips take %v", measure, took)
			}
			synctest.Wait()
			said := hasty.out.String()
			if told == "" && strings.Contains(said, "You have left many") || !strings.Contains(said, told) {
				t.Errorf("%s: it is said: %s", measure, said)
			}
		})
	}
}
