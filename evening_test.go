package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/session"
)

// TestLineModeEvening holds a whole visit in line mode to what can be read aloud: each
// line begins with who speaks, none is drawn, and none is said twice in a row. Look at
// testdata/evening.txt after -update.
func TestLineModeEvening(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--name", "chat.example.org:22")
	a := joinLines(t, p)
	b := joinLines(t, p)
	a.meet(b)
	b.send("add me on telegram\n")
	a.expect("-- Careful: ")
	a.send("/status\n")
	a.expect("2 chatting.\n")
	b.send("/stop\n") // and stays, so that what a is told of others is certain
	a.expect("-- Type /next")
	a.report("spam wants me elsewhere")
	a.send("/next\n")
	a.expect("-- Looking for a stranger\n")
	a.send("/help\n/stop\n")
	a.expect("-- The search has stopped.\n")
	a.send("/quit\n")
	a.expectExit(exitDone)

	expectEvening(t, "testdata/evening.txt", a.out.String())
}

// TestLongLineModeEvening is a longer one, with interests, somebody whose line drops and
// who is met again, and question mode from both of its sides.
func TestLongLineModeEvening(t *testing.T) {
	t.Parallel()
	key := newStaffKey(t, "me")
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, func(c *session.Config) { c.InterestWait = 10 * time.Second })
		b := openTerminal(t, p, window{me: key}.plain())
		b.expectSent("Type yes")
		b.press("yes", keyEnter)
		b.expectSent("-- Looking for a stranger")

		client, err := reach(p, "127.0.0.1", nil)
		if err != nil {
			t.Fatal(err)
		}
		var heard strings.Builder
		a := &voice{client: client, also: &heard}
		t.Cleanup(func() { client.Close() })
		if err := a.arrive(); err != nil {
			t.Fatal(err)
		}
		a.say("/interests go, jazz")
		a.must(t, "-- You like go and jazz.")
		a.say("yes")
		a.must(t, "-- Looking for someone who likes go or jazz too.")
		a.say("")
		a.must(t, "-- You are now chatting with a stranger\n")

		// Somebody who is silent for long, falls off the line, and is met again.
		b.press("hi, who is there?", keyEnter)
		a.must(t, "stranger: hi, who is there?\n")
		a.say("me")
		b.expectSent("stranger: me\r\n")
		for range 2 {
			time.Sleep(time.Minute)
			a.say("")
		}
		a.must(t, "-- Stranger is idle\n")
		b.press("I was")
		a.must(t, "-- Stranger is active again\n")
		b.press(" at the door", keyEnter)
		a.must(t, "stranger: I was at the door\n")
		b.line.Close()
		a.must(t, "-- "+lineDropped)
		a.say("who was it?")
		a.must(t, "-- Not sent: ")
		b = openTerminal(t, p, window{me: key}.plain())
		b.expectSent(nowBack)
		a.must(t, "-- Stranger is back\n")
		a.say("who was it?")
		b.expectSent("stranger: who was it?\r\n")
		b.press("the cat", keyEnter)
		a.must(t, "stranger: the cat\n")
		b.press("/stop", keyEnter)
		a.must(t, "-- Type /next")
		a.say("/again")
		a.must(t, "-- Asked. ")
		b.press("/again", keyEnter)
		a.must(t, "-- You both asked for it: this is the stranger from before.\n")
		b.press("bye, then", keyEnter)
		a.must(t, "stranger: bye, then\n")
		a.say("bye")
		b.expectSent("stranger: bye\r\n")
		a.say("/save")
		a.must(t, "-- The chat is in your terminal already")
		a.say("/blok")
		a.must(t, "-- There is no command \"/blok\". Did you mean /block?")
		b.press("/quit", keyEnter)
		b.expectExit(exitDone)
		a.must(t, "-- Type /next")
		synctest.Wait()

		// Question mode: who asks, and then who discusses.
		a.say("/ask Is cereal soup?")
		a.must(t, "-- You're the only one here.\n")
		var two [2]*terminal
		for i := range two {
			two[i] = openTerminal(t, p, window{source: fmt.Sprintf("127.0.0.%d", 21+i)}.plain())
			two[i].expectSent("Type yes")
			two[i].press("/discuss", keyEnter, "yes", keyEnter)
		}
		a.must(t, "-- The question: Is cereal soup?\n")
		two[0].press("it is", keyEnter)
		a.must(t, ": it is\n")
		two[1].press("it is not", keyEnter)
		a.must(t, ": it is not\n")
		a.say("I think it is")
		a.must(t, "-- Not sent: who asks only watches.")
		time.Sleep(time.Minute)
		two[1].press("but why?", keyEnter)
		a.must(t, ": but why?\n")
		time.Sleep(time.Minute)
		a.must(t, " is idle\n")
		two[0].press("/st")
		a.must(t, " is active again\n")
		two[0].press("op", keyEnter)
		a.must(t, " has left the chat\n")
		a.say("/discuss")
		a.must(t, "-- No question waits yet.")
		two[1].press("/discuss", keyEnter)
		two[1].expectSent("-- No question waits yet.")
		two[0].press("/ask And a bath?", keyEnter)
		a.must(t, "-- The question: And a bath?\n")
		two[1].press("a bath is soup", keyEnter)
		a.must(t, "stranger: a bath is soup\n")
		two[0].press("/quit", keyEnter)
		a.must(t, "-- Who asked the question has left. You two can go on.\n")
		a.say("/block")
		a.must(t, "-- Blocked")
		a.say("/next")
		a.must(t, "-- Looking for a stranger\n")
		time.Sleep(8 * time.Minute)
		a.must(t, "-- You have waited 8 minutes.")
		a.say("/quit")
		a.exit(t, exitDone)

		got := heard.String()
		if strings.Contains(got, "stranger 2: it is\n") { // the two have their numbers by chance
			got = strings.NewReplacer("ranger 1", "ranger 2", "ranger 2", "ranger 1").Replace(got)
		}
		expectEvening(t, "testdata/long-evening.txt", got)
	})
}

// expectEvening holds what was heard to what a voice can read, and to a file of testdata.
func expectEvening(t *testing.T, file, got string) {
	t.Helper()
	secret := regexp.MustCompile(`R-\w+|Your receipt: \w+|case \w+`)
	got = secret.ReplaceAllStringFunc(got, func(s string) string {
		return s[:strings.LastIndexAny(s, "- ")+1] + "X"
	})
	thought := regexp.MustCompile(`(Something to think about meanwhile: ).*`) // one of many
	got = thought.ReplaceAllString(got, "${1}…")
	speaker := regexp.MustCompile(`^(-- |stranger( [12])?: )`)
	last := ""
	for line := range strings.Lines(got) {
		if !speaker.MatchString(line) {
			t.Errorf("nobody says %q", line)
		}
		if line == last || strings.TrimSpace(strings.TrimPrefix(line, "--")) == "" {
			t.Errorf("noise: %q after %q", line, last)
		}
		if at := strings.IndexFunc(line, func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') && r != '…' }); at >= 0 {
			t.Errorf("what a voice can't read stands in %q", line)
		}
		last = line
	}
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is\n%s\nand the evening goes\n%s\nIf that is right, run go test -run Evening -update", file, want, got)
	}
}
