package staff

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"strangerd/data"
	"strangerd/moderation"
	"strangerd/session/terminal"
)

// sizes are terminals, down to the smallest that there are.
var sizes = []tea.WindowSizeMsg{
	{Width: 80, Height: 24}, {Width: 120, Height: 40}, {Width: 40, Height: 10}, {Width: 10, Height: 5}, {Width: 500, Height: 200},
}

// styles are the escape sequences that may stand around words.
var styles = regexp.MustCompile(`\x1b\[[17]m[^\x1b]*\x1b\[m`)

// wantFits expects that a screen has exactly the terminal's size, and no escape
// sequence but for whole labels.
func wantFits(t *testing.T, view tea.View, size tea.WindowSizeMsg) {
	t.Helper()
	lines := strings.Split(view.Content, "\n")
	if len(lines) != size.Height || !view.AltScreen {
		t.Fatalf("%d rows at %v:\n%s", len(lines), size, ansi.Strip(view.Content))
	}
	for _, line := range lines {
		rest := styles.ReplaceAllStringFunc(line, func(s string) string { return s[4 : len(s)-3] })
		if strings.ContainsFunc(rest, func(r rune) bool { return r < ' ' || r == '\x7f' || r == '\u009b' || r == '\u202e' }) {
			t.Fatalf("control characters in %q", line)
		}
		if got := ansi.StringWidth(line); got > size.Width {
			t.Fatalf("%d cells at %v: %q", got, size, line)
		}
	}
	if c := view.Cursor; c != nil && (c.X < 0 || c.X >= size.Width || c.Y < 1 || c.Y >= size.Height-1) {
		t.Fatalf("the cursor is at %v, %v", c.Position, size)
	}
}

// anything is text that people might send.
func anything(r *rand.Rand) string {
	parts := []string{"hello ", "\x1b[31m", "\x1b]0;title\a", "你好", "👨‍👩‍👧", "\u202e", "مرحبا ", "e\u0301\u0301\u0301", "\n", "\t", "\r",
		"You: ", "x", "\u009b2J", strings.Repeat("long", 40), "\x00", "\xff"}
	var b strings.Builder
	for range r.IntN(12) {
		b.WriteString(parts[r.IntN(len(parts))])
	}
	return b.String()
}

func TestEveryScreenFits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		o := newOffice(t)
		for i := range 30 {
			f := o.filing(moderation.Categories[i%len(moderation.Categories)], "192.0.2.1", fmt.Sprint("198.51.100.", i%4))
			f.Note, f.Languages = anything(r), []string{anything(r)}
			f.Lines = nil
			for range r.IntN(70) {
				speaker := []string{moderation.SpeakerReported, moderation.SpeakerReporter, moderation.SpeakerOther}[r.IntN(3)]
				f.Lines = append(f.Lines, moderation.Line{Speaker: speaker, Text: anything(r), Marked: r.IntN(9) == 0, Cut: r.IntN(2)})
			}
			o.file(f)
			time.Sleep(time.Second)
		}
		s := o.sit("ann")
		defer s.leaves()
		keys := []string{"j", "i", "PgDn", " ", "Tab", "v", "d", "w", "h", "m", "1", "9", "?", "a", "p", "u", "Esc", "Enter", "o", "b",
			"Up", "Down", "Left", "Home", "Backspace", "Ctrl+U", "l", "y", "n", anything(r)}
		for range 600 {
			size := sizes[r.IntN(len(sizes))]
			s.take(size)
			wantFits(t, s.View(), size)
			if key := keys[r.IntN(len(keys))]; !strings.Contains(key, "q") {
				s.press(key)
			}
			s.take(tea.PasteMsg{Content: anything(r)})
			wantFits(t, s.View(), size)
		}
	})
}

func TestRowsFit(t *testing.T) {
	for width := 1; width < 30; width++ {
		rows := append(quoted("Reported", "你好 anybody", bold, width), wrapped("some words 你好", width)...)
		for _, r := range rows {
			if got := ansi.StringWidth(r.render(width, true)); got != width {
				t.Errorf("%d cells of %d: %q", got, width, r)
			}
		}
	}
}

func TestNarrowScreensShowOnePane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		id := o.report("spam", "192.0.2.1", "198.51.100.1")
		s := o.sit("ann")
		defer s.leaves()
		for _, size := range []tea.WindowSizeMsg{{Width: 79, Height: 24}, {Width: 40, Height: 10}} {
			s.take(size)
			s.shows("[Queue] 1", "> spam", id)
			s.hides("words of")
			s.press("Tab")
			s.shows("[Case] " + id)
			s.hides("[Queue]")
			s.press("Tab")
		}
		s.press("p")
		s.shows("online", "reports      1 _")
		s.press("p", "Tab", "PgDn", "PgDn", "PgDn")
		s.shows("This is the end of the case.", "? help")
	})
}

// TestTheDeskLooksAsItShould holds one screen of each size to its file in
// testdata. UPDATE=1 writes the files anew.
func TestTheDeskLooksAsItShould(t *testing.T) {
	id := regexp.MustCompile(`([RS]-|source-)[0-9a-z]+`)
	for _, size := range sizes[:3] {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			o.report("harassment", "192.0.2.1", "198.51.100.1")
			time.Sleep(time.Minute)
			o.report("spam", "192.0.2.2", "198.51.100.1")
			time.Sleep(2 * time.Hour)
			s := o.sit("ann")
			defer s.leaves()
			s.take(size)
			s.press("Tab", "d")
			s.shows("harassment")
			wantFits(t, s.View(), size)
			// What is random is as long in every run.
			got := id.ReplaceAllStringFunc(s.screen(), func(s string) string {
				kind, rest, _ := strings.Cut(s, "-")
				return kind + "-" + strings.Repeat("x", len(rest))
			})
			file := fmt.Sprintf("testdata/desk%dx%d.txt", size.Width, size.Height)
			if os.Getenv("UPDATE") != "" {
				check(t, os.WriteFile(file, []byte(got), 0o666))
			}
			wanted, err := os.ReadFile(file)
			check(t, err)
			if got != string(wanted) {
				t.Errorf("%s should be\n%s\nand is\n%s", file, wanted, got)
			}
		})
	}
}

// BenchmarkKey is the time from a key to its screen, with 10,000 open reports:
// what a moderator waits for. It has to stay below 200 ms.
func BenchmarkKey(b *testing.B) {
	var records []data.Record
	for i := range 10_000 {
		id := fmt.Sprintf("R-%010d", i)
		records = append(records, data.Report{
			ID: id, Category: moderation.Categories[i%10], Created: time.Now().Add(-time.Duration(i) * time.Second), Chat: id, BothSpoke: true,
			Reporter: data.Subject{Source: data.Hash{1, byte(i), byte(i >> 8)}},
			Subject:  data.Subject{Source: data.Hash{2, byte(i), byte(i >> 10)}},
		}, data.Evidence{Report: id, Lines: []moderation.Line{{Speaker: moderation.SpeakerReported, Text: "words"}}})
	}
	o := newOffice(b, records...)
	d := NewDesk(DeskConfig{Name: "bench", Desk: o.desk, Gate: o.gate, Catalogues: o.words, Words: o.words.For(),
		After: func(time.Duration, tea.Msg) *time.Timer { return time.NewTimer(time.Hour) }}, Member{Name: "ann"})
	defer d.Close()
	d.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	d.Update(d.read())
	// take is a message and all that it leads to, one after the other.
	var take func(msg tea.Msg)
	take = func(msg tea.Msg) {
		_, cmd := d.Update(msg)
		d.View()
		if cmd == nil {
			return
		}
		switch msg := cmd().(type) {
		case tea.BatchMsg:
			for _, cmd := range msg {
				take(cmd())
			}
		default:
			take(msg)
		}
	}
	press := func(keys ...string) {
		for _, key := range keys {
			msg, ok := named[key]
			if !ok {
				msg = tea.KeyPressMsg{Code: tea.KeyExtended, Text: key}
			}
			take(msg)
			take(terminal.ReadMsg{})
		}
	}
	b.Run("scroll", func(b *testing.B) {
		for b.Loop() {
			press("PgDn")
		}
	})
	b.Run("next", func(b *testing.B) {
		for b.Loop() {
			press("j")
		}
	})
	b.Run("decide", func(b *testing.B) {
		for b.Loop() {
			press("n")
			press("Enter")
		}
	})
	b.Run("read", func(b *testing.B) { // off the event loop, but for taking it
		for b.Loop() {
			d.Update(d.read())
			d.View()
		}
	})
}
