package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestSave(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	a.press("/save", keyEnter)
	a.expect("once both of you have said something")
	b.send("/save\n")
	b.expect("-- A chat can be saved once both of you have said something.\n")
	a.press("hello", keyEnter)
	b.expect("stranger: hello\n")
	b.send("/save\n") // it is there whoever spoke
	b.expect("-- The chat is in your terminal already")
	b.send("hi, you\n")
	a.expect("Stranger: hi, you")
	a.press("/save", keyEnter)
	a.expect("Saved: the chat is printed when you leave the full screen.")
	b.send("/save\n")
	b.expect("-- The chat is in your terminal already")
	b.send("after the saving\n")
	a.expect("Stranger: after the saving")
	a.press("/quit", keyEnter)
	a.expectExit(exitDone)
	left := a.text()
	for _, line := range []string{"-- You are now chatting with a stranger\n", "You: hello", "Stranger: hi, you"} {
		if !strings.Contains(left, strings.TrimSpace(line)) {
			t.Errorf("what stays in the terminal lacks %q:\n%s", line, left)
		}
	}
	if strings.Contains(left, "after the saving") {
		t.Errorf("what was said after /save is printed as well:\n%s", left)
	}
}

// However the full screen is left, what was saved stays in the terminal.
func TestSavedHoweverOneLeaves(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(p *program, a *terminal){
		"Ctrl+C":       func(_ *program, a *terminal) { a.press(ctrl('c'), ctrl('c')) },
		"end of input": func(_ *program, a *terminal) { a.hangUp() },
		"line mode":    func(_ *program, a *terminal) { a.press("/plain", keyEnter) },
		"a later chat": func(_ *program, a *terminal) { a.press("/next", keyEnter, "/quit", keyEnter) },
		"a kick": func(p *program, a *terminal) {
			sessions, err := p.bubble.gate.Sessions("root")
			if err != nil {
				a.t.Fatal(err)
			}
			for _, s := range sessions {
				if err := p.bubble.gate.Kick("root", s.ID, "Enough"); err != nil {
					a.t.Error(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, nil)
				a, b := pairScreens(t, p, window{})
				a.press("hello", keyEnter)
				b.expect("Stranger: hello")
				b.press("hi, you", keyEnter)
				a.expect("Stranger: hi, you")
				a.press("/save", keyEnter)
				a.expect("Saved: ")
				leave(p, a)
				a.until("the end of the full screen", func() bool { return !a.screen.IsAltScreen() })
				a.expect("You: hello", "Stranger: hi, you")
			})
		})
	}
}

func TestBlock(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	nobody := joinLines(t, p)
	nobody.send("/block\n")
	nobody.expect("-- There is nobody to block")
	nobody.send("/quit\n")
	nobody.expectExit(exitDone)
	a, b := pairLines(t, p)
	a.send("/block\n")
	a.expect("-- You left the chat\n-- Blocked: you two don't meet again")
	b.expect("-- Stranger has left the chat\n")
	a.send("/next\n")
	a.expect("-- Looking for a stranger\n")
	b.send("/next\n")
	b.expect("-- Looking for a stranger\n")
	c := joinLines(t, p)
	c.expect("-- You are now chatting with a stranger\n")
	c.send("who is it\n")
	c.send("/stop\n")
	c.expect("-- You left the chat\n")
	d := joinLines(t, p) // two are paired with others before those two are with each other
	d.expect("-- You are now chatting with a stranger\n")
	for _, person := range []*chatter{a, b} {
		person.send("/status\n")
		person.expect("people online")
		if strings.Contains(person.out.bytes.String(), "Only the person") {
			t.Error("who was blocked is offered again")
		}
	}
}

// Two who have just talked don't meet again when somebody else comes, though they were
// offered it, in both modes.
func TestNotTheSameWhileOthersWait(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "plain"} {
		t.Run("ssh HOST "+command, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				join := joiner(startBubble(t, nil), command)
				a, b := join(t, "127.0.0.21"), join(t, "127.0.0.22")
				a.expect("You are now chatting with a stranger")
				a.press("/next", keyEnter)
				b.expect("Stranger has left the chat")
				b.press("/next", keyEnter)
				for _, someone := range []*terminal{a, b} {
					someone.expect("Only the person you last talked to is here. You meet again in 5 seconds.")
				}
				time.Sleep(4 * time.Second)
				c := join(t, "127.0.0.23")
				c.expect("You are now chatting with a stranger")
				time.Sleep(time.Minute)
				synctest.Wait()
				c.press("hello", keyEnter)
				synctest.Wait()
				if hello := "tranger: hello"; a.shows(hello) == b.shows(hello) {
					t.Errorf("not one of them meets who came, at\n%s%s", a.picture(), b.picture())
				}
			})
		})
	}
}

// Who blocked or reported somebody isn't brought together with them any more, in both
// modes: not while nobody else is there, and not by being offered them.
func TestNeverMetAgain(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "plain"} {
		for _, turnAway := range []string{"/report spam", "/block"} {
			t.Run("ssh HOST "+command+" "+turnAway, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					join := joiner(startBubble(t, nil), command)
					a, b := join(t, "127.0.0.1"), join(t, "127.0.0.1") // which many share, so that no source tells them apart
					b.press("you are awful", keyEnter)
					a.expect("tranger: you are awful")
					a.press(turnAway, keyEnter)
					if command == "" && turnAway != "/block" {
						a.expect("Sent to the moderators")
						a.press(keyEnter)
					}
					b.expect("Stranger has left the chat")
					for _, c := range []*terminal{a, b} {
						c.press("/next", keyEnter)
						c.expect("Looking for a stranger\n")
					}
					time.Sleep(time.Minute) // until who could be met again would be
					synctest.Wait()
					for _, c := range []*terminal{a, b} {
						if met := strings.Count(c.out.String(), "-- You are now chatting"); c.shows("Only the person") || c.shows("chatting 1 min") || met > 1 && command == "plain" {
							t.Errorf("they are brought together again at\n%s", c.picture())
						}
					}
					join(t, "127.0.0.23").expect("You are now chatting with a stranger")
				})
			})
		}
	}
}
