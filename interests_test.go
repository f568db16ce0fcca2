package main

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/session"
)

func TestInterestsInTheAddress(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := joinLines(t, p, "-l", "+go+Café")
	a.expect("-- Looking for someone who likes go or Café too. For anyone, send an empty line.\n")
	other := joinLines(t, p, "-l", "+tea")
	b := joinLines(t, p, "-l", "+CAFE+jazz+GO")
	a.expect("-- You are now chatting with a stranger\n-- You both like go and Café.\n")
	b.expect("-- You are now chatting with a stranger\n-- You both like CAFE and GO.\n")
	other.send("\n") // an empty line: anyone will do
	other.expect("-- Anyone will do.\n")
	nobody := joinLines(t, p)
	nobody.expect("-- You are now chatting with a stranger\n")
	other.expect("-- You are now chatting with a stranger\n")
	nobody.send("hello\n")
	other.expect("stranger: hello\n")
}

func TestInterestsAreTypedOnTheFirstScreen(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := openTerminal(t, p, window{})
	a.expect("Type what you like to talk about first")
	a.press("go, Jazz", keyEnter)
	b := openTerminal(t, p, window{cols: 40, rows: 10})
	b.expect("Press Enter")
	b.press("tea", keyEnter)
	b.expect("Looking for someone who likes tea too.", "Enter: anyone")
	b.press("/interests jazz, go", keyEnter)
	for _, person := range []*terminal{a, b} {
		person.expect("You are now chatting with a stranger", "You both like")
	}
	b.press("/interests", keyEnter)
	b.expect("You like jazz and go.")
	b.press("/interests off", keyEnter)
	b.expect("You talk about anything now.")
	b.press("/interests 1,2,3,4,5,6,7,8,9,10,11", keyEnter)
	b.expect("Give up to 10 interests.")
}

// Interests in the address that can't be taken are refused in words, in both modes,
// beside what Enter accepts, and the visit goes on without.
func TestRefusedInterestsInTheAddress(t *testing.T) {
	t.Parallel()
	for user, why := range map[string]string{
		"+1+2+3+4+5+6+7+8+9+10+11": "Give up to 10 interests.",
		"+go+15f":                  "Not taken: nobody below 18 is looked for here. Write it without the age.",
	} {
		for _, command := range []string{"", "plain"} {
			t.Run(fmt.Sprintf("ssh %s@HOST %s", user, command), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					a := openTerminal(t, startBubble(t, nil), window{user: user, command: command})
					a.expect("18 or older", why)
					a.press(map[string]string{"plain": "yes"}[command], keyEnter)
					a.expect("Looking for a stranger\n")
					a.press("/interests", keyEnter)
					a.expect("Say what you like to talk about")
				})
			})
		}
	}
}

// Row 27: tags are no index for who looks for minors; they name no age below the age
// line, however they are given, and nothing that a message could not hold.
func TestRow27NoTagNamesAnAgeBelowTheLine(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := joinLines(t, p, "-l", "+go+15f")
	for _, tags := range []string{"go, 15f", "14 yo", "i'm 13", "age: 16"} {
		a.send("/interests " + tags + "\n")
		a.expect("-- Not taken: nobody below 18 is looked for here. Write it without the age.\n")
	}
	a.send("/interests art, t.me/pics\n")
	a.expect("-- Not taken: there is a link in it. Write it without.\n")
	a.send("/interests\n")
	a.expect("-- Say what you like to talk about")
	a.send("/interests \x1b[31mred\x07, 99 problems\n")
	a.expect("-- You like red and 99 problems.")
}

func TestNoIsNoInterest(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := openTerminal(t, p, window{})
	a.expect("Press Enter")
	a.press("no", keyEnter)
	a.press("yes", keyEnter)
	a.expect("Looking for a stranger")
	a.press("/interests", keyEnter)
	a.expect("Say what you like to talk about")
}

// Who asks for an interest waits for it, says so, and then takes anyone.
func TestInterestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, func(c *session.Config) { c.InterestWait = 10 * time.Second })
		a, b := openTerminal(t, p, window{}), joinPlain(t, p, "127.0.0.2")
		a.expect("Press Enter")
		a.press("go", keyEnter)
		begun := time.Now()
		a.expect("Looking for someone who likes go too.")
		time.Sleep(time.Until(begun.Add(9 * time.Second)))
		synctest.Wait()
		a.expect("Looking for someone who likes go too.")
		b.expect("-- Looking for a stranger")
		time.Sleep(time.Until(begun.Add(10 * time.Second)))
		a.expect("You are now chatting with a stranger")
		b.expect("-- You are now chatting with a stranger")
		if waited := time.Since(begun); waited > 11*time.Second {
			t.Errorf("they met after %v", waited)
		}
	})
}
