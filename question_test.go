package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// debate returns one who watches two others discuss their question, in line mode.
// Stranger 1 is x.
func debate(t *testing.T, p *program, question string) (asker, x, y *chatter) {
	t.Helper()
	asker, x, y = joinFrom(t, p, "127.0.0.31"), startSSH(t, p, "-T", "-b", "127.0.0.32"), startSSH(t, p, "-T", "-b", "127.0.0.33")
	asker.send("/ask " + question + "\n")
	asker.expect("-- Looking for two strangers to discuss your question\n")
	for _, c := range []*chatter{x, y} {
		c.expect("Type yes")
		c.send("/discuss\nyes\n")
		c.expect("-- Looking for a stranger to discuss a question with\n")
	}
	asker.expect("-- Two strangers now discuss your question. You watch, and can't speak.\n-- The question: " + question + "\n")
	for _, c := range []*chatter{x, y} {
		c.expect("-- You are now chatting with a stranger\n-- The question: " + question + "\n-- Who asked it is watching, and can't speak.")
	}
	x.send("first words\n")
	y.expect("stranger: first words\n")
	if asker.expect(": first words\n"); strings.HasSuffix(asker.out.String(), "stranger 2: first words\n") {
		x, y = y, x
	}
	return asker, x, y
}

// Somebody asks, and two others discuss it, all with stock clients in line mode.
func TestQuestionInLines(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	asker, x, y := debate(t, p, "Is cereal soup?")
	y.send("it is\n")
	x.expect("stranger: it is\n")
	asker.expect("stranger 2: it is\n")
	x.send("never\n")
	asker.expect("stranger 1: never\n")
	y.expect("stranger: never\n")

	asker.send("I think so too\n")
	asker.expect("-- Not sent: who asks only watches. To talk with a stranger: /next\n")
	asker.send("/save\n")
	asker.expect("-- Only those who talk can save a chat. You watched this one.\n")
	asker.send("/status\n")
	asker.expect("-- 3 people online, 0 waiting, 2 chatting.\n")

	// Who asked goes, and the two go on.
	asker.send("/stop\n")
	asker.expect("-- You left the chat\n")
	for _, c := range []*chatter{x, y} {
		c.expect("-- Who asked the question has left. You two can go on.\n")
	}
	x.send("still here?\n")
	y.expect("stranger: still here?\n")
	y.send("/discuss\n")
	y.expect("-- You left the chat\n")
	if before := x.expect("-- Stranger has left the chat\n"); before != "" {
		t.Errorf("of who asked came %q", before)
	}
	asker.send("/status\n")
	if before := asker.expect("people online"); strings.Contains(before, "stranger") {
		t.Errorf("who left heard %q", before)
	}
}

// Who discusses and leaves ends it for all three, and who asked is told which of the
// two it was. Each then goes on as they like.
func TestQuestionEndsWithWhoDiscusses(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	asker, x, y := debate(t, p, "Who was first?")
	y.send("/next\n")
	y.expect("-- You left the chat\n-- Looking for a stranger\n")
	asker.expect("-- Stranger 2 has left the chat\n")
	x.expect("-- Stranger has left the chat\n")
	x.send("/discuss\n")
	x.expect("-- Looking for a stranger to discuss a question with\n-- To talk with a stranger instead: /next\n")
	asker.send("/next\n")
	asker.expect("-- You are now chatting with a stranger\n")
	y.expect("-- You are now chatting with a stranger\n")
	asker.send("so it was you\n")
	y.expect("stranger: so it was you\n")
	x.in.Close() // who waits for a question has nothing to say, and leaves
	x.expectExit(exitDone)
	y.cmd.Process.Kill() // a line that dies
	asker.expect("-- Stranger has left the chat\n")
}

// What may not be asked is refused with words, and questions come once a minute.
func TestQuestionIsFilteredAndPaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a := joinPlain(t, p, "127.0.0.21")
		for _, step := range []struct{ question, answer string }{
			{"", "-- Ask something that two strangers discuss while you watch: /ask QUESTION\r\n"},
			{strings.Repeat("é", 201), "-- Not taken: a question has up to 200 characters. Shorten it.\r\n"},
			{"any 15f here?", "-- Not taken: "},
			{"what is on www.example.com?", "-- Not taken: there is a link in it. Write it without.\r\n"},
		} {
			a.press("/ask "+step.question, keyEnter)
			a.expectSent(step.answer)
		}
		a.press("/ask "+strings.Repeat("é", 200), keyEnter)
		a.expectSent("-- Looking for two strangers to discuss your question\r\n")
		a.expectSent("-- To talk with a stranger instead: /next\r\n")
		a.press("I can't wait", keyEnter)
		a.expectSent("-- Not sent: who asks only watches.")
		time.Sleep(20 * time.Second)
		a.press("/ask Is cereal soup?", keyEnter)
		a.expectSent("-- You ask one question a minute. This one is asked in 40 seconds.\r\n")
		x, y := joinPlain(t, p, "127.0.0.22"), joinPlain(t, p, "127.0.0.23")
		for _, c := range []*terminal{x, y} {
			c.press("/discuss", keyEnter)
			c.expectSent("-- Looking for a stranger to discuss a question with\r\n")
		}
		time.Sleep(40 * time.Second)
		a.expectSent("-- Two strangers now discuss your question.")
		x.expectSent("-- The question: Is cereal soup?\r\n")
		y.expectSent("-- The question: Is cereal soup?\r\n")
	})
}

// Each side of question mode is told of the other, and so is who searches or rests.
func TestQuestionSteers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		talks := joinPlain(t, p, "127.0.0.20")
		a := joinPlain(t, p, "127.0.0.21")
		a.expectSent("now chatting")
		a.press("/ask Is cereal soup?", keyEnter)
		a.expectSent("-- Nobody waits to discuss a question yet. It takes two.\r\n")
		talks.press("/next", keyEnter)
		talks.expectSent("-- Nobody else is waiting. 1 question waits to be discussed: /discuss\r\n")
		joinPlain(t, p, "127.0.0.24").press("/quit", keyEnter)
		talks.expectSent("-- Stranger has left the chat\r\n-- Type /next or press Enter to look for someone new, or /quit to leave.\r\n" +
			"-- 1 question waits to be discussed: /discuss\r\n")
		talks.press("/discuss", keyEnter)
		talks.expectSent("-- 1 question waits. It takes one more person to discuss it.\r\n")
		time.Sleep(time.Minute)
		a.expectSent("-- You have waited 1 minute. 1 person waits to discuss a question. It takes two.\r\n")
		a.press("/stop", keyEnter)
		a.expectSent("-- The search has stopped.\r\n-- Type /next or press Enter to look for someone new, or /quit to leave.\r\n" +
			"-- 1 person waits for a question: /ask QUESTION\r\n")
		for i := range 2 {
			c := joinPlain(t, p, fmt.Sprintf("127.0.0.%d", 22+i))
			c.press("/stop", keyEnter)
			c.expectSent("-- The search has stopped.\r\n")
			c.press("/discuss", keyEnter)
			c.expectSent([]string{"-- No question waits yet.\r\n", "-- No question waits yet. 2 people wait for a question: /ask QUESTION\r\n"}[i])
		}
	})
}

// Who watches and presses no key for long watches no more; who sleeps is called.
func TestQuestionIdleAndAsleep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, x, y := joinPlain(t, p, "127.0.0.21"), joinPlain(t, p, "127.0.0.22"), joinPlain(t, p, "127.0.0.23")
		a.press("/ask Is cereal soup?", keyEnter)
		x.press("/discuss", keyEnter)
		time.Sleep(3 * time.Minute)
		y.press("/discuss", keyEnter)
		for _, c := range []*terminal{a, x} {
			c.expectSent("-- Someone is here! Press a key to meet them.\r\n")
			c.press(" ")
		}
		a.expectSent("-- Two strangers now discuss your question.")
		for range 12 {
			time.Sleep(time.Minute)
			x.press("still at it", keyEnter)
			y.press("so am I", keyEnter)
		}
		a.expectSent("-- Are you still there?")
		a.expectSent("-- This chat ended because you pressed no key for a long time.")
		x.expectSent("-- Who asked the question has left. You two can go on.")
		x.press("alone at last", keyEnter)
		y.expectSent("stranger: alone at last")
	})
}
