package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/moderation"
	"strangerd/session"
)

// inEachSize runs a test in a bubble for each size. shot compares the screen once
// it shows all of these texts.
func inEachSize(t *testing.T, change func(*session.Config), test func(t *testing.T, p *program, size window, shot func(a *terminal, screen string, expected ...string))) {
	t.Parallel()
	for _, size := range sizes {
		name := fmt.Sprintf("%dx%d", size.cols, size.rows)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				test(t, startBubble(t, change), size, func(a *terminal, screen string, expected ...string) {
					t.Helper()
					a.expect(expected...)
					synctest.Wait() // for all that is still on its way
					a.expectGolden(screen + "-" + name)
				})
			})
		})
	}
}

// from is a size at an address.
func (look window) from(source string) window {
	look.source = source
	return look
}

func (look window) plain() window {
	look.command = "plain"
	return look
}

// Waiting, in words: for long, for somebody who sleeps, for the same person again.
func TestGoldenWaits(t *testing.T) {
	inEachSize(t, nil, func(t *testing.T, p *program, size window, shot func(*terminal, string, ...string)) {
		a := joinScreen(t, p, size)
		time.Sleep(3*time.Minute + time.Second)
		shot(a, "waited", "You have waited 3 minutes.")
		b := joinScreen(t, p, window{})
		shot(a, "called", "Someone is here!")
		a.press(" ")
		a.expect("You are now chatting with a stranger")
		a.press(ctrl('u'), "/next", keyEnter)
		b.expect("Stranger has left the chat")
		b.press(keyEnter)
		shot(a, "offered", "Only the person")
		a.press(keyEsc)
		shot(a, "declined", "You will wait for someone else.")
		a.press("/status", keyEnter)
		a.expect("2 people online, 2 waiting")
		time.Sleep(5*time.Minute + time.Second)
		shot(a, "waits-with-others", "is waiting.")
	})
}

func TestGoldenReport(t *testing.T) {
	inEachSize(t, nil, func(t *testing.T, p *program, size window, shot func(*terminal, string, ...string)) {
		a, b := joinScreen(t, p, size.from("127.0.0.21")), joinScreen(t, p, window{source: "127.0.0.22"})
		a.expect("You are now chatting with a stranger")
		b.expect("You are now chatting with a stranger")
		b.press("hello", keyEnter)
		a.expect("Stranger: hello")
		a.press("hi! where are you?", keyEnter)
		b.expect("Stranger: hi!")
		b.press("-- Stranger has left the chat. Or so it might look to you, as this line is long enough to go on below.", keyEnter)
		a.expect("on below.")
		b.press("you are awful", keyEnter)
		a.expect("Stranger: you are awful")
		a.press("half a sentence", ctrl('r'))
		shot(a, "report-category", "Report this stranger.")
		a.press("3")
		shot(a, "report-note", "Sent to the moderators")
		a.press(keyUp, keyUp)
		shot(a, "report-marked", "Marked: -- Stranger has left")
		a.press("they were rude, and would not stop when I asked them to", keyEnter)
		shot(a, "report-sent", "Your receipt")
		a.press(ctrl('r'))
		shot(a, "report-twice", "reported this chat already")
	})
}

// Question mode, to who asks and to one of those who discuss.
func TestGoldenQuestion(t *testing.T) {
	inEachSize(t, nil, func(t *testing.T, p *program, size window, shot func(*terminal, string, ...string)) {
		a, x, y := joinScreen(t, p, size.from("127.0.0.21")), openTerminal(t, p, size.from("127.0.0.22")), openTerminal(t, p, window{source: "127.0.0.23"})
		a.press("/ask Is cereal soup, or is soup a kind of cereal that somebody has cooked?", keyEnter)
		a.expect("Looking for two strangers")
		for _, c := range []*terminal{x, y} {
			c.expect("Press Enter")
			c.press("/discuss", keyEnter)
			c.press(keyEnter)
			c.expectSent("Looking for a stranger")
			if c == x {
				shot(a, "asking", "1 person waits")
			}
		}
		y.expect("now chatting")
		y.press("it is breakfast", keyEnter)
		shot(x, "discussing", "Stranger: it is breakfast")
		x.press("so is soup, where I come from", keyEnter)
		a.expect("Stranger 1: so is soup")
		a.press("I am from there, too", keyEnter)
		shot(a, "watching", "only watches")
		a.press(ctrl('r'))
		shot(a, "report-whom", "Whom do you report?")
		a.press(keyEsc)
		y.press("/quit", keyEnter)
		shot(a, "watched", "Stranger 2 has left the chat")
	})
}

// reported has somebody at an address report somebody at another, and returns the
// report's id.
func reported(t *testing.T, p *program, by, whom string) string {
	t.Helper()
	a, b := joinScreen(t, p, window{source: by}), joinScreen(t, p, window{source: whom})
	a.expect("You are now chatting with a stranger")
	b.expect("You are now chatting with a stranger")
	b.press("you are awful", keyEnter)
	a.expect("Stranger: you are awful")
	a.press("am I?", keyEnter)
	b.expect("Stranger: am I?")
	a.press(ctrl('r'), "3")
	a.expect("Sent to the moderators")
	a.press(keyEnter)
	a.expect("Your receipt")
	a.press("/quit", keyEnter)
	a.expectExit(exitDone)
	b.until("the end of the chat", func() bool {
		said := b.out.bytes.String()
		return strings.Contains(said, "Stranger has left") || strings.Contains(said, "(ban B-")
	})
	b.conn.Close()
	reports, err := p.bubble.desk.Reports("root", moderation.Filter{})
	if err != nil || len(reports) == 0 {
		t.Fatal(reports, err)
	}
	return reports[len(reports)-1].ID
}

func TestGoldenWarning(t *testing.T) {
	help := func(c *session.Config) { c.HelpText = "Call 116 123, day and night.\nhttps://findahelpline.com" }
	inEachSize(t, help, func(t *testing.T, p *program, size window, shot func(*terminal, string, ...string)) {
		for _, warning := range []struct{ action, words, by, whom string }{
			{"warn", "warns you", "127.0.0.21", "127.0.0.22"},
			{"help", "about you", "127.0.0.23", "127.0.0.24"},
		} {
			id := reported(t, p, warning.by, warning.whom)
			reason := "Calling people awful is harassment. Next time you are out for a week."
			if _, err := p.bubble.desk.Resolve("root", id, moderation.Decision{Action: moderation.Action(warning.action), Reason: reason}); err != nil {
				t.Fatal(err)
			}
			a := openTerminal(t, p, size.from(warning.whom))
			a.expect("Press Enter")
			a.press(keyEnter)
			shot(a, "warning-"+warning.action, warning.words)
			a.press("/plain", keyEnter)
			a.expectSent("-- Line mode.")
			shot(a, "warning-"+warning.action+"-plain", "Type yes")
			a.press("yes", keyEnter)
			a.expect("-- Looking for a stranger")
			a.press("/quit", keyEnter)
			a.expectExit(exitDone)
		}
	})
}

func TestGoldenBan(t *testing.T) {
	inEachSize(t, nil, func(t *testing.T, p *program, size window, shot func(*terminal, string, ...string)) {
		id := reported(t, p, "127.0.0.21", "127.0.0.22")
		long := "Calling people awful is harassment, and you were warned in June. " + strings.Repeat("There was more of it. ", 12) + "So you are out for a week."
		if _, err := p.bubble.desk.Resolve("root", id, moderation.Decision{Action: moderation.ActionBan, For: 7 * 24 * time.Hour, Reason: long}); err != nil {
			t.Fatal(err)
		}
		a := openTerminal(t, p, size.from("127.0.0.22"))
		shot(a, "banned", "You can't chat at chat.example.org")
		a.press("I am sorry, and I will be kind to whomever I meet from here on.")
		a.expect("here on.")
		a.press(keyPgDn)
		shot(a, "banned-appeal", "here on.")
		a.press(keyEnter)
		shot(a, "banned-appealed", "Your appeal A-")
		a.press(keyEnter)
		a.expectExit(exitNotAllowed)

		plain := openTerminal(t, p, size.plain().from("127.0.0.22"))
		shot(plain, "banned-plain", "answered yet.")
		plain.expectExit(exitNotAllowed)

		for _, source := range []string{"127.0.0.31", "127.0.0.32", "127.0.0.33"} {
			reported(t, p, source, "127.0.0.40")
		}
		a = openTerminal(t, p, size.from("127.0.0.40"))
		shot(a, "paused", "You can't chat at chat.example.org")
	})
}

func TestGoldenRefusals(t *testing.T) {
	year := func(c *session.Config) { c.AgeGate = session.AgeYear }
	inEachSize(t, year, func(t *testing.T, p *program, size window, shot func(*terminal, string, ...string)) {
		a := openTerminal(t, p, size.from("127.0.0.21"))
		a.expect("Press Enter")
		a.press(keyEnter)
		a.expect("In which year")
		a.press(fmt.Sprint(time.Now().Year()-10), keyEnter)
		shot(a, "refused", "Sorry")
		a.press(keyEnter)
		a.expectExit(exitNotAllowed)
		a = openTerminal(t, p, size.from("127.0.0.21"))
		a.expectExit(exitNotAllowed)
		shot(a, "refused-again", "Sorry")

		inside := openTerminal(t, p, window{source: "127.0.0.22"})
		inside.expect("Press Enter")
		if _, err := p.bubble.gate.Drain("root", time.Hour); err != nil {
			t.Fatal(err)
		}
		a = openTerminal(t, p, size.from("127.0.0.23"))
		a.expectExit(exitNotNow)
		shot(a, "draining", "about to restart")
	})
}

// Help, as a command and in both forms of the chat.
func TestGoldenHelp(t *testing.T) {
	inEachSize(t, nil, func(t *testing.T, p *program, size window, shot func(*terminal, string, ...string)) {
		look := size
		look.command, look.rows = "help", 80 // all of it
		a := openTerminal(t, p, look)
		a.expectExit(exitDone)
		shot(a, "help-command", "Ctrl+C twice")
		look.command = "plain"
		a = openTerminal(t, p, look)
		a.expect("-- Type yes")
		a.press("/help", keyEnter)
		shot(a, "help-plain", "//text")
		look.command, look.rows = "", size.rows
		a = openTerminal(t, p, look)
		a.expect("Press Enter")
		a.press("?")
		shot(a, "keys-rules", "-- Enter")
		a.press(keyEnter)
		a.expect("Looking for a stranger")
		a.press("/", "\t")
		shot(a, "complete", "/next")
	})
}
