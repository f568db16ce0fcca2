package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/session"
)

func TestInterestsInTheAddress(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--interest-wait", "1h")
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

	joinLines(t, p, "-l", "+chess") // has waited longer, and shares less
	c := joinLines(t, p, "-l", "+films+books")
	joinLines(t, p, "-l", "+chess+Books+Films")
	c.expect("-- You are now chatting with a stranger\n-- You both like films and books.\n")
}

func TestInterestsAreTypedOnTheFirstScreen(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--interest-wait", "1h")
	a := openTerminal(t, p, window{})
	a.expect("Type what you like to talk about first")
	a.press("go, Jazz", keyEnter)
	b := openTerminal(t, p, window{cols: 40, rows: 10})
	b.expect("Press Enter")
	b.press("tea", keyEnter)
	b.expect("Looking for someone who likes tea too.", "Enter: anyone")
	b.press("is anybody here?", keyEnter) // the same as Enter alone, and it isn't lost
	b.expect("Anyone will do.", "> is anybody here?")
	b.press(ctrl('u'), "/interests jazz, go", keyEnter)
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

// waiter is somebody who waits in line mode for whom they share something with.
type waiter struct {
	lang, likes        string // how they come
	looks, over, found string // what they read
}

// In line mode, too, who looks for an interest or a language reads how to wait no longer,
// and when the wait is over. Two who share nothing meet when both waits are.
func TestWaitsEndInLines(t *testing.T) {
	t.Parallel()
	const found, empty = "-- You are now chatting with a stranger\r\n", " too. For anyone, send an empty line.\r\n"
	const over = "-- Nobody with such an interest has come yet. Now anyone will do.\r\n"
	for name, both := range map[string][2]waiter{
		"interests": {
			{"", "go, jazz", "-- Looking for someone who likes go or jazz" + empty, over, found},
			{"", "tea", "-- Looking for someone who likes tea" + empty, over, found},
		},
		"languages": { // the first is alone, and has nobody to wait for
			{"de_DE.UTF-8", "", "-- Wir suchen jemanden für dich\r\n",
				"-- Bisher kam niemand, der deine Sprache spricht. Jetzt ist es egal wer.\r\n", "-- Du bist jetzt mit jemandem im Chat\r\n"},
			{"id_ID.UTF-8", "", " Mencari dulu orang yang berbicara Bahasa Indonesia. Kalau siapa saja boleh, kirim baris kosong.\r\n",
				"-- Belum ada yang datang dengan bahasamu. Sekarang siapa saja boleh.\r\n", "-- Kamu sekarang mengobrol dengan dia\r\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { waitInLines(t, both[0], both[1], false) })
		})
		t.Run(name+", and one is impatient", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { waitInLines(t, both[0], both[1], true) })
		})
	}
}

// waitInLines has two wait who come 4 s after one another, until the second one's wait is
// over, or is ended by them.
func waitInLines(t *testing.T, first, second waiter, impatient bool) {
	p := startBubble(t, func(c *session.Config) { c.InterestWait = 10 * time.Second })
	begun := time.Now()
	until := func(seconds time.Duration) {
		time.Sleep(time.Until(begun.Add(seconds * time.Second)))
		synctest.Wait()
	}
	join := func(w waiter) *terminal {
		person := openTerminal(t, p, window{env: map[string]string{"LANG": w.lang}}.plain())
		if w.likes != "" {
			person.press("/interests "+w.likes, keyEnter)
		}
		person.press("yes", keyEnter)
		person.expectSent(w.looks)
		return person
	}
	a := join(first)
	until(4)
	b := join(second)
	until(9)
	if strings.Contains(a.out.String(), first.over) {
		t.Error("the first wait is over too early")
	}
	until(13)
	if said := a.out.String(); !strings.Contains(said, first.over) || strings.Contains(said, first.found) {
		t.Errorf("after the first one's wait they read\n%s", said)
	}
	if impatient {
		b.press(keyEnter)
		synctest.Wait()
	} else {
		until(16)
	}
	for person, found := range map[*terminal]string{a: first.found, b: second.found} {
		if said := person.out.String(); !strings.Contains(said, found) {
			t.Errorf("after both waits somebody reads\n%s", said)
		}
	}
	if said := b.out.String(); impatient && strings.Contains(said, second.over) {
		t.Errorf("who ended the wait reads\n%s", said)
	}
}
