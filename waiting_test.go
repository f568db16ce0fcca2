package main

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/data"
	"strangerd/matcher"
	"strangerd/moderation"
	"strangerd/session"
)

// Who waits is given a question to think about. Where both were, one of them breaks the
// ice, the same for both; who was found at once has nothing to say of it.
func TestQuestionBreaksTheIce(t *testing.T) {
	t.Parallel()
	question := regexp.MustCompile(`Something to think about meanwhile: (.*\?)`)
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, func(c *session.Config) { c.InterestWait = 10 * time.Second })
		a := openTerminal(t, p, window{cols: 200, rows: 60})
		a.expect("Press Enter")
		a.press("go", keyEnter)
		a.expect("-- Something to think about meanwhile: ")
		time.Sleep(15 * time.Second) // anyone will do
		b := joinPlain(t, p, "")
		synctest.Wait()
		a.expect("-- You are now chatting with a stranger")
		if said := a.out.String() + b.out.String(); strings.Contains(said, "time to think") || strings.Contains(b.out.String(), "think about") {
			t.Errorf("who waited for nobody is told:\n%s", b.out.String())
		}

		a.press("/next", keyEnter)
		a.expectSent("Looking for a stranger")
		b.expect("-- Stranger has left the chat")
		b.press("/interests jazz", keyEnter, "/next", keyEnter)
		b.expect("-- Something to think about meanwhile: ")
		c := openTerminal(t, p, window{cols: 200, rows: 60})
		c.expect("Press Enter")
		c.press("chess", keyEnter)
		c.expectSent("Looking for a stranger")
		c.expect("You are now chatting with a stranger", "You both had time to think.")
		var heard []string
		for _, who := range []*terminal{a, b, c} {
			synctest.Wait()
			if found := regexp.MustCompile(`A question for you two: (.*\?)`).FindStringSubmatch(who.out.String()); found != nil {
				heard = append(heard, found[1])
			}
		}
		if len(heard) != 2 || heard[0] != heard[1] || !strings.Contains(strings.Join(question.FindStringSubmatch(c.out.String()), "\n"), heard[0]) {
			t.Errorf("the ice is broken by %q", heard)
		}
	})
}

// Who finds nobody for a minute is told, once, when the operator has people meet.
func TestMeetHours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, func(c *session.Config) {
			for _, hours := range []string{"Wed 20:00-22:00 UTC", "Sun 20:00-22:00 UTC", "sunday 23:30-01:00 Europe/Berlin"} {
				m, err := session.ParseMeeting(hours)
				if err != nil {
					t.Fatal(err)
				}
				c.Meet = append(c.Meet, m)
			}
		})
		a := joinScreen(t, p, window{})
		time.Sleep(130 * time.Second) // since 2000-01-01, a Saturday, at 00:00 UTC
		const line = "-- People meet here: Sunday, 20:00 to 22:00 (UTC). Until then: 1 day 20 hours."
		a.expect(line)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if n := strings.Count(a.out.String(), "Until then"); n != 1 {
			t.Errorf("it was said %d times", n)
		}
		a.press("/quit", keyEnter)
		a.expectExit(exitDone)

		plain := joinPlain(t, p, "")
		time.Sleep(130 * time.Second)
		plain.expectSent(line)
		plain.press("/quit", keyEnter)
		plain.expectExit(exitDone)

		time.Sleep(44*time.Hour + 30*time.Minute)
		small := joinScreen(t, p, window{cols: 40, rows: 10})
		time.Sleep(130 * time.Second)
		small.expect("-- People meet here now, until 22:00", "(UTC).")
		small.press("/quit", keyEnter)
		small.expectExit(exitDone)
	})
}

// Who waits on another machine for a question's sake waits for nobody here.
func TestWaitingElsewhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, func(c *session.Config) {
			c.Others = func() session.People {
				return session.People{Stats: matcher.Stats{Online: 3, Waiting: 3}, Apart: 2}
			}
		})
		a := joinPlain(t, p, "")
		time.Sleep(70 * time.Second)
		a.expectSent("1 other person is waiting.")
		a.press("/status", keyEnter)
		a.expectSent("-- 4 people online, 4 waiting, 0 chatting.")
	})
}

// Who finds nobody for a minute is told, once, when it is usually busier.
func TestBusierHours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		folder, err := data.OpenFolder(filepath.Join(t.TempDir(), "data"), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer folder.Close()
		hours, err := moderation.NewHours(folder.DB())
		if err != nil {
			t.Fatal(err)
		}
		counting, stop := context.WithCancel(context.Background())
		counted := make(chan struct{})
		go func() {
			defer close(counted)
			evening := func() int {
				if time.Now().UTC().Hour() == 20 {
					return 12
				}
				return 1
			}
			hours.Run(counting, evening, func(err error) { t.Error(err) })
		}()
		p := startBubble(t, func(c *session.Config) { c.Hours = hours })
		a := joinScreen(t, p, window{})
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if strings.Contains(a.out.String(), "Usually") {
			t.Errorf("nobody was ever here, and it says\n%s", a.picture())
		}
		a.press("/stop", keyEnter)
		a.expect("The search has stopped.")
		time.Sleep(7*24*time.Hour - 2*time.Hour) // until Saturday, 00:00
		a.press("/next", keyEnter)
		time.Sleep(130 * time.Second)
		a.expect("-- Usually 12 people are here at 20:00 UTC. Until then: 20 hours.")
		a.press("/quit", keyEnter)
		a.expectExit(exitDone)
		plain := joinPlain(t, p, "")
		time.Sleep(130 * time.Second)
		plain.expectSent("-- Usually 12 people are here at 20:00 UTC. Until then: 20 hours.\r\n")
		crowd := startBubble(t, func(c *session.Config) {
			c.Hours = hours
			c.Others = func() session.People { return session.People{Stats: matcher.Stats{Online: 20}} }
		})
		if online := crowd.bubble.server.Online(); online != 20 {
			t.Errorf("%d are counted of 20 on another machine", online)
		}
		other := joinPlain(t, crowd, "")
		time.Sleep(130 * time.Second)
		synctest.Wait()
		if strings.Contains(other.out.String(), "Usually") {
			t.Errorf("20 are on another machine, and it says\n%s", other.out.String())
		}
		stop()
		<-counted
		again, err := moderation.NewHours(folder.DB())
		if err != nil {
			t.Fatal(err)
		}
		if at, people, ok := again.Busier(time.Now(), 1); !ok || people != 12 || at.UTC().Hour() != 20 {
			t.Errorf("after a restart it is %v, %d, %t", at, people, ok)
		}
	})
}

// Nothing moves by itself but the minutes, unless somebody asks for it.
func TestMotion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a := joinScreen(t, p, window{})
		painted := func(d time.Duration) int {
			synctest.Wait()
			before := len(a.out.String())
			time.Sleep(d)
			synctest.Wait()
			return len(a.out.String()) - before
		}
		time.Sleep(61 * time.Second)
		a.expect("looking 1 min")
		if n := painted(50 * time.Second); n != 0 {
			t.Errorf("a screen that waits was sent %d bytes", n)
		}
		a.press("/motion on", keyEnter)
		a.expect("Dots move while the full screen waits.")
		a.press("x", backspace)
		for _, dots := range []string{"comes. .\n", "comes. ..\n", "comes. ...\n"} {
			time.Sleep(time.Second)
			a.expect(dots)
		}
		if n := painted(10 * time.Second); n == 0 {
			t.Error("nothing moves")
		}
		a.press("/motion off", keyEnter)
		a.expect("Nothing moves by itself.")
		time.Sleep(2 * time.Minute)
		if n := painted(10 * time.Second); n != 0 {
			t.Errorf("a screen on which nothing is to move was sent %d bytes", n)
		}
		a.press("/motion", keyEnter)
		a.expect("Type /motion on or /motion off.")
	})
}

// What a phone's keyboard has is enough: letters, space, Enter and Backspace.
func TestWithoutSpecialKeys(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := openTerminal(t, p, window{cols: 40, rows: 10})
	a.expect("There is more: PgDn, or the space bar.")
	a.page(" ", "Enter: accept")
	a.press(keyEnter)
	a.expectSent("Looking for a stranger")
	b := joinLines(t, p)
	a.expect("You are now chatting with a stranger")
	for _, line := range []string{"one", "two", "three", "four"} {
		b.send(line + "\n")
		a.expect("Stranger: " + line)
		a.press("hi", keyEnter)
		b.expect("stranger: hi\n")
	}
	a.press("/up", keyEnter)
	a.expectGone("Stranger: four")
	b.send("last\n")
	a.expect("More below. Press PgDn or type /down.")
	a.press("/down", keyEnter, "/down", keyEnter)
	a.expect("Stranger: last")
	a.expectGone("More below.")
	a.press("/report", keyEnter)
	a.expect("Report this stranger.", "Space: more")
	a.page(" ", "Backspace: back. Nothing is sent.")
	a.press("8")
	a.expect("You report: spam, ads or a scam.")
	a.press("x", backspace, backspace)
	a.expect("Report this stranger.")
	a.press(backspace)
	a.expect("Nothing was reported.", "Stranger: last")
	a.press("/help", keyEnter)
	a.expect("/next  ")
	a.press("?")
	a.expect("-- Esc  ")
	a.press("/stop", keyEnter)
	b.expect("-- Stranger has left the chat\n")
	a.press("/quit", keyEnter)
	a.expectExit(exitDone)
}

// A long wait is told in hours.
func TestLongWaitIsToldInHours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a := joinScreen(t, p, window{})
		time.Sleep(119 * time.Minute)
		a.expect("looking 119 min", "You have waited 119 minutes.")
		time.Sleep(time.Minute)
		a.expect("looking 2 hours", "You have waited 2 hours.")
		a.press("/quit", keyEnter)
		a.expectExit(exitDone)
		b := joinPlain(t, p, "127.0.0.22")
		time.Sleep(128*time.Minute + time.Second)
		b.expectSent("-- You have waited 64 minutes. ")
		b.expectSent("-- You have waited 2 hours. ")
	})
}
