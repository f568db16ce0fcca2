package main

import (
	"fmt"
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

// Who asks in the middle of another chat asks for the stranger before; that chat goes on,
// and hears nothing of it.
func TestAgainInTheMiddleOfAnotherChat(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	a.press("/stop", keyEnter)
	b.expect("-- Stranger has left the chat\n")
	c := joinLines(t, p)
	a.press(keyEnter)
	c.expect("-- You are now chatting with a stranger\n")
	a.expect("chatting")
	a.press("/again", keyEnter)
	a.expect("-- Asked, for the stranger before this one. If they ask too within ")
	a.press("hello", keyEnter)
	if heard := c.expect("stranger: hello\n"); strings.Contains(heard, "Asked") {
		t.Errorf("the other hears %q", heard)
	}
	b.send("/again\n")
	b.expect("-- Asked. If they ask too within ")
	a.press("still here", keyEnter)
	c.expectNext("stranger: still here\n")
	a.press("/stop", keyEnter)
	c.expectNext("-- Stranger has left the chat\n")
	a.expect("You both asked for it: this is the stranger from before.")
	b.expect("-- You both asked for it: this is the stranger from before.\n")
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

// askedAgain returns two whose chat is over, of whom the first wants to meet again. The
// other is sent nothing of it.
func askedAgain(t *testing.T, p *program, command string) (a, b *terminal) {
	t.Helper()
	join := joiner(p, command)
	a, b = join(t, "127.0.0.1"), join(t, "127.0.0.1")
	a.expect("You are now chatting with a stranger") // or it is a search that is stopped
	b.expect("You are now chatting with a stranger")
	a.press("/stop", keyEnter)
	b.expect("Stranger has left the chat")
	synctest.Wait()
	before := b.out.String()
	a.press("/again", keyEnter)
	a.expect("If they ask too within 10 min")
	synctest.Wait()
	if sent := strings.TrimPrefix(b.out.String(), before); sent != "" {
		t.Errorf("who isn't asked is sent %q", sent)
	}
	return a, b
}

// Who looks for something else in question mode meanwhile still meets again; a question
// that was to be asked is given back, to be asked later.
func TestAgainGivesAQuestionBack(t *testing.T) {
	t.Parallel()
	const back = "To ask it later: /ask Is cereal soup?"
	for _, command := range []string{"", "plain"} {
		t.Run("ssh HOST "+command, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, nil)
				join := joiner(p, command)
				a, b := join(t, "127.0.0.21"), join(t, "127.0.0.22")
				b.expect("You are now chatting with a stranger")
				a.press("/stop", keyEnter, "/again", keyEnter, "/ask Is cereal soup?", keyEnter)
				a.expect("Looking for two strangers to discuss your question")
				b.press("/discuss", keyEnter)
				b.expect("Looking for a stranger to discuss a question with")
				b.press("/again", keyEnter)
				a.expect("You both asked for it: this is the stranger from before.", back)
				b.expect("You both asked for it: this is the stranger from before.")
				a.press("hello", keyEnter)
				b.expect("tranger: hello")
				if b.shows("cereal") || b.shows("isn't asked") {
					t.Errorf("the other reads of the question, at\n%s", b.picture())
				}
				a.press("/ask Is cereal soup?", keyEnter)
				for _, c := range []*terminal{b, join(t, "127.0.0.23")} {
					c.press("/discuss", keyEnter)
				}
				time.Sleep(time.Minute) // as one question a minute is asked
				b.expect("The question: Is cereal soup?")
			})
		})
	}
}

// Whoever asks when ten minutes are over is too late, in both modes.
func TestAgainIsOverAfterTenMinutes(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "plain"} {
		t.Run("ssh HOST "+command, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, b := askedAgain(t, startBubble(t, nil), command)
				time.Sleep(9*time.Minute + 30*time.Second)
				a.press("/again", keyEnter)
				a.expect("If they ask too within 1 min")
				time.Sleep(31 * time.Second)
				b.press("/again", keyEnter)
				b.expect("There is nobody to meet again.")
				a.press("/again", keyEnter)
				a.expect("There is nobody to meet again.")
			})
		})
	}
}

// Who writes a report is not taken away from it.
func TestAgainLeavesAReportAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, b := askedAgain(t, startBubble(t, nil), "")
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

// Whoever was met again a moment before a report or a block is left, and hears nothing
// of it: what is typed comes in one write, so that the chat has begun and isn't shown.
func TestAgainComesTooLateForWhoTurnsAway(t *testing.T) {
	t.Parallel()
	for name, turnAway := range map[string]struct{ keys, shown string }{
		"a report": {ctrl('r'), "Report this stranger."},
		"a block":  {"/block" + keyEnter, "Blocked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, b := askedAgain(t, startBubble(t, nil), "")
				b.press("/again", keyEnter, turnAway.keys)
				a.expect("You both asked for it", "Stranger has left the chat")
				synctest.Wait()
				b.expect(turnAway.shown)
				if name == "a report" {
					b.press("4about you", keyEnter)
					b.expect("Reported")
				}
				b.press("/again", keyEnter)
				b.expect("There is nobody to meet again.")
				for _, term := range []*terminal{a, b} {
					if term.shows("about you") || term == b && term.shows("You both asked for it") {
						t.Errorf("shown:\n%s", term.picture())
					}
				}
			})
		})
	}
}

// Who ends a chat by a report or a block meets again whom both of an earlier one asked
// for.
func TestAgainComesAfterAReport(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string]string{"a report": "/report spam" + keyEnter + keyEnter, "a block": "/block" + keyEnter} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, nil)
				a, b := askedAgain(t, p, "")
				a.press(keyEnter)
				c := joinScreen(t, p, window{})
				c.expect("You are now chatting with a stranger")
				b.press("/again", keyEnter)
				b.expect("If they ask too within 10 min")
				synctest.Wait()
				a.press(keys)
				a.expect("You both asked for it")
				b.expect("You both asked for it")
				c.expect("Stranger has left the chat")
			})
		})
	}
}

// Who is met again with the end of a chat isn't lost by what is typed behind it in the
// same write, which would look for somebody else.
func TestAgainComesBeforeTheNextSearch(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "plain"} {
		for _, keys := range []string{"/block" + keyEnter + keyEnter, "/stop" + keyEnter + keyEnter, "/stop" + keyEnter + "/next" + keyEnter, "/next" + keyEnter, keyEsc + keyEsc + keyEsc} {
			t.Run(fmt.Sprintf("ssh HOST %s %q", command, keys), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					p := startBubble(t, nil)
					a := openTerminal(t, p, window{command: command, source: "127.0.0.22"})
					a.expectSent("chat.example.org")
					a.press(map[string]string{"plain": "yes"}[command], keyEnter)
					b := joinScreen(t, p, window{source: "127.0.0.23"})
					b.expect("You are now chatting with a stranger")
					a.press("/stop", keyEnter)
					b.expect("Stranger has left the chat")
					b.press("/again", keyEnter)
					b.expect("If they ask too within 10 min")
					a.press(keyEnter)
					c := joinScreen(t, p, window{source: "127.0.0.24"})
					c.expect("You are now chatting with a stranger")
					a.press("/again", keyEnter)
					c.press("hello", keyEnter)
					a.until("a hello", func() bool { return strings.Contains(a.text(), ": hello") })
					a.press(keys)
					c.expect("Stranger has left the chat")
					a.until("the one from before", func() bool { return strings.Contains(a.text(), "You both asked for it") })
					b.expect("You both asked for it")
					b.press("there you are", keyEnter)
					a.until("words", func() bool { return strings.Contains(a.text(), ": there you are") })
				})
			})
		}
	}
}
