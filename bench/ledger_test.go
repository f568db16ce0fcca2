package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What nobody may hear is found out: words of a third, of another chat, out of order,
// twice, or by two.
func TestLedger(t *testing.T) {
	a, b, c := seat{1, 1}, seat{2, 1}, seat{3, 1}
	type hearing struct {
		by     seat
		what   line
		before int
	}
	for name, test := range map[string]struct {
		hears []hearing
		wrong string
	}{
		"a chat":             {[]hearing{{a, line{b, 1}, 0}, {b, line{a, 1}, 0}, {a, line{b, 2}, 1}}, ""},
		"two chats":          {[]hearing{{a, line{b, 1}, 0}, {seat{1, 2}, line{c, 1}, 0}}, ""},
		"a third is heard":   {[]hearing{{a, line{b, 1}, 0}, {a, line{c, 2}, 1}}, "is in a chat with"},
		"a third hears":      {[]hearing{{a, line{b, 1}, 0}, {c, line{b, 2}, 1}}, "is in a chat with"},
		"another's partner":  {[]hearing{{a, line{b, 1}, 0}, {b, line{c, 1}, 0}}, "is in a chat with"},
		"the chat before":    {[]hearing{{a, line{b, 1}, 0}, {seat{1, 2}, line{b, 2}, 1}}, "is in a chat with"},
		"a line is left out": {[]hearing{{a, line{b, 2}, 0}}, "after line 0"},
		"a line comes twice": {[]hearing{{a, line{b, 1}, 0}, {a, line{b, 1}, 1}}, "somebody heard before"},
		"nobody said it":     {[]hearing{{a, line{b, 3}, 2}}, "nobody said"},
	} {
		l := newLedger()
		for _, who := range []seat{a, b, c} {
			l.say(line{who, 1})
			l.say(line{who, 2})
		}
		for _, h := range test.hears {
			l.hear(h.by, h.what, h.before, true)
		}
		_, _, wrong := l.closed()
		if test.wrong == "" && wrong != nil || test.wrong != "" && !strings.Contains(fmt.Sprint(wrong), test.wrong) {
			t.Errorf("%s: %v", name, wrong)
		}
	}
}

// Events are seen once, wherever the network cuts what is printed.
func TestViews(t *testing.T) {
	said, own := line{seat{6, 2}, 1}, line{seat{7, 3}, 2}
	screen := "\x1b[?1049h\x1b[H\x1b[2J\x1b[H\x1b[K\x1b[7m vm  rules  2 online\x1b[m\x1b[23;1H\x1b[KPress Enter if you agree\x1b[24;1H" +
		"\x1b[H\x1b[K\x1b[7m vm  looking 0 min  2 online\x1b[m\x1b[21;1H\x1b[K-- Looking for a stranger\x1b[23;3H" +
		"\x1b[H\x1b[K\x1b[7m vm  chatting 0 min  2 online\x1b[m\x1b[21;1H\x1b[K-- " + pairedWords + "\x1b[23;3H" +
		"\x1b[20;1H\x1b[K-- " + pairedWords + "\x1b[21;1H\x1b[K\x1b[1mStranger: \x1b[m" + said.token() + "\x1b[23;3H" +
		"\x1b[23;1H\x1b[K> " + own.token() + "\x1b[23;9H" +
		"\x1b[21;1H\x1b[KYou: " + own.token() + "\x1b[23;3H" +
		"\x1b[H\x1b[K\x1b[7m vm  not chatting  2 online\x1b[m\x1b[21;1H\x1b[K-- Stranger has left the chat\x1b[23;3H"
	lines := "-- 1. Be kind.\n-- Type yes to accept.\n-- Looking for a stranger\n-- " + pairedWords + "\n" +
		"stranger: " + said.token() + "\nstranger: -- Looking for a stranger\n-- Kept: 1 line is said when someone is found.\n" +
		"-- 2 people online, 0 waiting, 2 chatting.\n-- Stranger has left the chat\n"
	for _, test := range []struct {
		name, printed string
		view          func() view
		want          string
	}{
		{"screen", screen, func() view { return new(screenView) },
			fmt.Sprint(opened, searches, matched, heard, said, typed, own, spoken, own, parted)},
		{"lines", lines, func() view { return new(linesView) },
			fmt.Sprint(opened, searches, matched, heard, said, kept, answered, parted)},
	} {
		for size := 1; size <= len(test.printed); size++ {
			v := test.view()
			var seen []any
			for rest := test.printed; rest != ""; {
				n := min(size, len(rest))
				v.look([]byte(rest[:n]), func(e event, l line) {
					seen = append(seen, e)
					if e == heard || e == spoken || e == typed {
						seen = append(seen, l)
					}
				})
				rest = rest[n:]
			}
			if got := fmt.Sprint(seen...); got != test.want {
				t.Fatalf("%s in pieces of %d: %s, want %s", test.name, size, got, test.want)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	r := report{
		Options: options{profile: profile{rows: []row{{"memory", "memory", "KB"}, {"peak", "peak", "MB"}}}},
		Figures: map[string]comparison{"memory": {Server: &spread{Min: 13}, Yardstick: &spread{Min: 10}, Ratio: &spread{Median: 1.3}}},
	}
	for kept, want := range map[string]string{
		`{}`:                "",
		`{"memory": 1.3}`:   "",
		`{"memory": 1.09}`:  "",
		`{"memory": 1.08}`:  "memory: 1.30 times the yardstick's",
		`{"peak": 1}`:       "there is no ratio",
		`{"latency": 1}`:    "is no figure",
		`{"memory": "1.3"}`: "unmarshal",
	} {
		file := filepath.Join(t.TempDir(), "figures.json")
		if err := os.WriteFile(file, []byte(kept), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := r.check(file); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", kept, err)
		}
	}
}

// What is worse once may be the machine's fault; what is worse in all runs is not, and
// a yardstick that was faster once makes nothing worse.
func TestCheckMeasuresAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "figures.json")
	if err := os.WriteFile(file, []byte(`{"memory": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	o := options{profile: profile{rows: []row{{"memory", "memory", "KB"}}, heading: func(plan) string { return "" }}, kept: file}
	for _, test := range []struct {
		runs   [][2]float64
		passes bool
	}{
		{[][2]float64{{11, 10}}, true},
		{[][2]float64{{20, 10}, {11, 10}}, true},
		{[][2]float64{{20, 10}, {13, 10}, {15, 10}}, false},
		{[][2]float64{{20, 10}, {20, 15}, {13, 10}}, false},
		{[][2]float64{{11, 5}, {11, 10}, {11, 10}}, true},
	} {
		var out strings.Builder
		measured := 0
		err := o.report(&out, "strangerd", func() ([]round, error) {
			run := test.runs[measured]
			measured++
			return []round{{figures{"memory": run[0]}, figures{"memory": run[1]}}}, nil
		})
		if (err == nil) != test.passes || measured != len(test.runs) || strings.Count(out.String(), "strangerd") != measured {
			t.Errorf("%v: measured %d times, %v, and printed\n%s", test.runs, measured, err, out.String())
		}
	}
}
