package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
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

	secret := regexp.MustCompile(`R-\w+|Your receipt: \w+|case \w+`)
	got := secret.ReplaceAllStringFunc(a.out.String(), func(s string) string {
		return s[:strings.LastIndexAny(s, "- ")+1] + "X"
	})
	thought := regexp.MustCompile(`(Something to think about meanwhile: ).*`) // one of many
	got = thought.ReplaceAllString(got, "${1}…")
	last := ""
	for line := range strings.Lines(got) {
		if !strings.HasPrefix(line, "-- ") && !strings.HasPrefix(line, "stranger: ") {
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
	const file = "testdata/evening.txt"
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
