package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/moderation"
)

// debate returns one who watches two others discuss their question, in line mode.
// Stranger 1 is x. What is in as is for the client of who asks.
func debate(t *testing.T, p *program, question string, as ...string) (asker, x, y *chatter) {
	t.Helper()
	asker, x, y = joinLines(t, p, append([]string{"-b", "127.0.0.31"}, as...)...), startSSH(t, p, "-T", "-b", "127.0.0.32"), startSSH(t, p, "-T", "-b", "127.0.0.33")
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

// What may not be asked is refused with words, and questions come once a minute, in both
// modes.
func TestQuestionIsFilteredAndPaced(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "plain"} {
		t.Run("ssh HOST "+command, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				join := joiner(startBubble(t, nil), command)
				a := join(t, "127.0.0.21")
				for _, step := range []struct{ question, answer string }{
					{"", "Ask something that two strangers discuss while you watch: /ask QUESTION"},
					{strings.Repeat("é", 201), "Not taken: a question has up to 200 characters. Shorten it."},
					{"any 15f here?", "Not taken: nobody below 18 is looked for here."},
					{"what is on www.example.com?", "Not taken: there is a link in it. Write it without."},
				} {
					a.press("/ask "+step.question, keyEnter)
					a.expect(step.answer)
					a.press(ctrl('u'))
				}
				a.press("/ask "+strings.Repeat("é", 200), keyEnter)
				a.expect("Looking for two strangers to discuss your question")
				a.expect("To talk with a stranger instead: /next")
				a.press("I can't wait", keyEnter)
				a.expect("Not sent: who asks only watches.")
				time.Sleep(20 * time.Second)
				a.press(ctrl('u'), "/ask Is cereal soup?", keyEnter)
				a.expect("You ask one question a minute. This one is asked in 40 seconds.")
				x, y := join(t, "127.0.0.22"), join(t, "127.0.0.23")
				for _, c := range []*terminal{x, y} {
					c.press("/discuss", keyEnter)
					c.expectSent("Looking for a stranger to discuss a question with")
				}
				time.Sleep(40 * time.Second)
				a.expect("Two strangers now discuss your question.")
				x.expect("The question: Is cereal soup?")
				y.expect("The question: Is cereal soup?")
			})
		})
	}
}

// Each side of question mode is told of the other, and so is who searches or rests.
func TestQuestionSteers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		third := joinPlain(t, p, "127.0.0.19")
		third.press("/stop", keyEnter)
		third.expectSent("-- The search has stopped.\r\n")
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

// Question mode takes three people: two are not offered it, and three are, in both modes.
func TestQuestionTakesThree(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "plain"} {
		t.Run("ssh HOST "+command, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				join := joiner(startBubble(t, nil), command)
				a, b := join(t, "127.0.0.21"), join(t, "127.0.0.22")
				a.expect("now chatting")
				a.press("/ask Is cereal soup?", keyEnter)
				a.expect("Nobody waits to discuss a question yet. It takes two.")
				b.press("/next", keyEnter)
				b.expect("Nobody else is waiting.")
				b.press("/stop", keyEnter)
				b.expect("The search has stopped.", "Enter to look for someone new")
				synctest.Wait()
				if told := b.out.String(); strings.Contains(told, "1 question") {
					t.Errorf("two people are offered question mode, at\n%s", told)
				}
				c := join(t, "127.0.0.23")
				c.expect("Nobody else is waiting. 1 question waits to be discussed: /discuss")
				b.press("/next", keyEnter)
				c.expectSent("You are now chatting with a stranger")
				c.press("/stop", keyEnter)
				c.expect("You left the chat", "1 question waits to be discussed:")
			})
		})
	}
}

// Who waits for a question learns within a minute that one has come, and that it is gone.
func TestCompanyIsRefreshed(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "plain"} {
		t.Run("ssh HOST "+command, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, nil)
				x := openTerminal(t, p, window{command: command})
				x.expectSent("chat.example.org")
				x.press("/discuss", keyEnter, map[string]string{"": "", "plain": "yes"}[command], keyEnter)
				x.expectSent("Looking for a stranger to discuss a question with")
				time.Sleep(4*time.Minute + time.Second) // the next report in line mode is after 8
				a := joinPlain(t, p, "127.0.0.21")
				a.press("/ask Is cereal soup?", keyEnter)
				a.expectSent("-- Looking for two strangers")
				time.Sleep(time.Minute)
				x.expect("1 question waits")
				a.press("/quit", keyEnter)
				a.expectExit(exitDone)
				time.Sleep(time.Minute)
				x.until("nobody else", func() bool {
					told := x.out.bytes.String()
					return strings.Contains(told[strings.LastIndex(told, "1 question waits"):], "the only one here")
				})
				synctest.Wait()
				told := x.picture()
				time.Sleep(time.Minute)
				synctest.Wait()
				if now := x.picture(); command == "plain" && now != told {
					t.Errorf("line mode says what hasn't changed, at\n%s", now)
				}
			})
		})
	}
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

// Who watches reports by number, and the report is about the one who was meant.
func TestWatcherReportsByNumber(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	asker, x, y := debate(t, p, "Is cereal soup?")
	x.send("what a kind question\n")
	asker.expect("stranger 1: what a kind question\n")
	y.send("you are both awful\n")
	asker.expect("stranger 2: you are both awful\n")
	asker.send("/report harassment\n")
	asker.expect("-- Say whom, and what it is about: /report 1 CATEGORY [note] or /report 2 CATEGORY [note]. The categories: underage ")
	asker.send("/mark awful\n")
	asker.expect("-- Marked: \"you are both awful\".")
	id, receipt := asker.report("2 harassment they insult people")
	asker.expect("-- You left the chat\n")
	for _, c := range []*chatter{x, y} {
		c.expect("-- Who asked the question has left. You two can go on.\n")
	}
	expectCase(t, p, receipt, "have not decided yet")

	shown := root.done(t, p, "report", "show", id)
	expectAll(t, "report show", shown, []string{"they insult people", "reporter: Is cereal soup?",
		"other: first words", "other: what a kind question", "reported: you are both awful"})

	// The other one is reported as well, after the end; the same one isn't twice.
	asker.send("/report 2 spam\n")
	asker.expect("-- You have reported this chat already.\n")
	other, _ := asker.report("1 spam")
	if before := x.out.String(); strings.Contains(before, "has left the chat") {
		t.Errorf("the chat of the two has ended:\n%s", before)
	}
	subject := func(id string) any {
		for _, r := range root.list(t, p, "reports") {
			if r["id"] == id {
				return r["subject"]
			}
		}
		return nil
	}
	if subject(id) == nil || subject(id) == subject(other) {
		t.Errorf("the reports of the two are about %v and %v", subject(id), subject(other))
	}

	// The ban hits who was meant, and nobody else.
	root.done(t, p, "report", "resolve", id, "--action", "ban", "--reason", "'Be kind to people'")
	y.expectExit(exitNotAllowed)
	x.expect("-- Stranger has left the chat\n")
	asker.send("/status\n")
	asker.expect("-- 2 people online, 0 waiting, 0 chatting.\n")
}

// Who watches blocks by number, in both modes: they leave, the two go on, and the one who
// was meant is not met; the other one is.
func TestWatcherBlocksByNumber(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "plain"} {
		t.Run("ssh HOST "+command, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				join := joiner(startBubble(t, nil), command)
				a := join(t, "127.0.0.21")
				a.press("/ask Is cereal soup?", keyEnter)
				a.expect("Looking for two strangers")
				x, y := join(t, "127.0.0.22"), join(t, "127.0.0.23")
				for _, c := range []*terminal{x, y} {
					c.press("/discuss", keyEnter)
				}
				y.expect("The question: Is cereal soup?")
				y.press("of course", keyEnter)
				a.expect(": of course")
				number := "1"
				if a.shows("tranger 2: of course") {
					number = "2"
				}
				a.press("/block", keyEnter)
				a.expect("Say whom: /block 1 or /block 2.")
				a.press("/block "+number, keyEnter)
				a.expect("You left the chat", "Blocked: you two don't meet again")
				for _, c := range []*terminal{x, y} {
					c.expect("Who asked the question has left. You two can go on.")
				}
				for _, c := range []*terminal{a, y} {
					c.press("/next", keyEnter)
					c.expect("Looking for a stranger\n")
				}
				x.expect("Stranger has left the chat")
				synctest.Wait()
				x.press("/next", keyEnter)
				a.expect("You are now chatting with a stranger")
				x.press("hello", keyEnter)
				a.expect("tranger: hello")
			})
		})
	}
}

// Who discusses reports the question as they report the other one. None of those who
// were reported, and who did, get together again in question mode.
func TestQuestionIsReported(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	asker, x, y := debate(t, p, "Why are you all so dumb?")
	y.send("who asks that?\n")
	x.expect("stranger: who asks that?\n")
	id, _ := x.report("asker harassment")
	x.expect("-- You left the chat\n")
	y.expect("-- Stranger has left the chat\n")
	asker.expect("-- Stranger 1 has left the chat\n")
	expectAll(t, "report show", root.done(t, p, "report", "show", id),
		[]string{"reported: Why are you all so dumb?", "reporter: first words", "other: who asks that?"})

	// With the same three, nothing comes of another question; a fourth makes it.
	x.send("/discuss\n")
	x.expect("-- Looking for a stranger to discuss a question with\n")
	y.send("/ask What did I do?\n")
	y.expect("-- Looking for two strangers to discuss your question\n")
	asker.send("/discuss\n")
	asker.expect("-- Looking for a stranger to discuss a question with\n")
	z := joinFrom(t, p, "127.0.0.34")
	z.send("/discuss\n")
	y.expect("-- Two strangers now discuss your question.")
	z.expect("-- The question: What did I do?\n")
	z.send("nothing\n")
	y.expect(": nothing\n")
	asked := func(c *chatter) bool { return strings.Contains(c.out.String(), "What did I do?") }
	if !eventually(func() bool { return asked(x) != asked(asker) }) { // which may still have to read it
		t.Error("not one of the two discusses it")
	}
}

// In the full screen: the question, who is who, what is refused, and the form that asks
// whom a report is about.
func TestQuestionOnScreen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		question := "If a tree falls in a forest and nobody is there, does it make a sound, or is there only a tree that lies where it stood?"
		a := joinScreen(t, p, window{source: "127.0.0.21"})
		a.press("/ask see www.example.com", keyEnter)
		a.expect("Not taken: there is a link in it.", "> /ask see www.example.com")
		a.press(ctrl('u'), "/ask "+question, keyEnter)
		a.expect("Looking for two strangers to discuss your question", "To talk with a stranger instead: /next")
		x, y := joinPlain(t, p, "127.0.0.22"), joinScreen(t, p, window{source: "127.0.0.23", cols: 40, rows: 12})
		for _, c := range []*terminal{x, y} {
			c.press("/discuss", keyEnter)
		}
		y.expect("            | there, does it make a", "Who asked it is watching", "chatting 0 min")
		a.expect("watching 0 min", "Two strangers now discuss your question.", "The question: If a tree falls")
		x.press("only if it says so", keyEnter)
		a.expect("only if it says so")
		y.press("ask the tree", keyEnter)
		a.expect("Stranger 1: ", "Stranger 2: ")
		speaker := moderation.SpeakerOther
		if a.shows("Stranger 2: ask the tree") {
			speaker = moderation.SpeakerReported
		}
		a.press("me too", keyEnter)
		a.expect("Not sent: who asks only watches.", "> me too")
		a.press(ctrl('u'), "/save", keyEnter)
		a.expect("Only those who talk can save a chat. You watched this one.")
		a.press("me too", keyEsc)
		a.expect("Really? Press Esc again to leave.")
		a.press(keyEnter)
		a.expectGone("Really?")

		a.press(ctrl('r'))
		a.expect("Whom do you report?", "1  Stranger 1", "2  Stranger 2", "1 or 2: whom")
		a.press("3")
		a.press("2")
		a.expect("Report this stranger. What is it about?")
		a.press("8")
		a.expect("You report: spam, ads or a scam.", "Sent to the moderators")
		a.press("dull", keyUp)
		a.expect("Marked: ask the tree")
		a.press(keyEnter)
		a.expect("Reported: R-", "You left the chat", "> me too")
		for _, c := range []*terminal{x, y} {
			c.expectSent("Who asked the question has left.")
		}
		expectMarked(t, onlyReport(t, p), speaker+": ask the tree")

		// Who discusses is asked, too: the stranger, or who asked.
		y.press(ctrl('r'))
		y.expect("1  the stranger", "2  who asked the question")
		y.press("23")
		y.expect("You report: harassment or bullying.")
		y.press(keyEsc)
		y.expect("Nothing was reported.")
		y.press(ctrl('r'), "23", keyEnter)
		y.expect("Reported: R-", "You left the chat")
		x.expectSent("-- Stranger has left the chat")
		reports, err := p.bubble.desk.Reports("root", moderation.Filter{})
		if err != nil || len(reports) != 2 {
			t.Fatalf("the queue is %v, %v", reports, err)
		}
		for _, r := range reports {
			report, err := p.bubble.desk.Report("root", r.ID)
			if err != nil {
				t.Fatal(err)
			}
			if of := report.Lines[0].Speaker; r.Category == "harassment" && of != moderation.SpeakerReported {
				t.Errorf("who asked is reported, and is %s in the report", of)
			}
		}
	})
}

// A stock client in a terminal asks, watches, and is asked whether it wants to leave.
func TestQuestionInTmux(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := startTmux(t, p)
	a.expect("Press Enter")
	a.press("Enter")
	a.expect("Looking for a stranger")
	a.say("/ask Is cereal soup?")
	a.press("Enter")
	a.expect("Looking for two strangers to discuss your question")
	x, y := startSSH(t, p, "-T"), startSSH(t, p, "-T")
	for _, c := range []*chatter{x, y} {
		c.expect("Type yes")
		c.send("/discuss\nyes\n")
	}
	x.expect("-- The question: Is cereal soup?\n")
	y.expect("-- The question: Is cereal soup?\n")
	x.send("what else\n")
	a.expect("The question: Is cereal soup?", "watching 0 min", ": what else")
	a.press("Escape")
	a.expect("Really? Press Esc again to leave.")
	a.press("Escape")
	a.expect("You left the chat", "For more questions: /discuss")
	x.expect("-- Who asked the question has left. You two can go on.\n")
	a.say("/quit")
	a.press("Enter")
	a.expect("ended with 0")
	a.expectRestored()
}
