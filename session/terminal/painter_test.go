package terminal

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/vt"
	"golang.org/x/crypto/ssh"
)

// sink is an SSH channel that keeps what is written to it.
type sink struct {
	ssh.Channel
	bytes.Buffer
	writes int
}

func (s *sink) Write(p []byte) (int, error) { s.writes++; return s.Buffer.Write(p) }
func (s *sink) Read([]byte) (int, error)    { return 0, io.EOF }

func painted(cols, rows uint32) (*Channel, *sink) {
	out := new(sink)
	c := &Channel{ch: out, Pty: true, cancel: func() {}, stuck: time.NewTimer(time.Hour)}
	c.size.store(cols, rows)
	c.painter.resize(c.size.load())
	return c, out
}

func fullScreen(x, y int, lines ...string) tea.View {
	v := tea.NewView(strings.Join(lines, "\n"))
	v.AltScreen = true
	v.Cursor = tea.NewCursor(x, y)
	return v
}

func TestScreenShowsTheView(t *testing.T) {
	c, out := painted(20, 5)
	screen := vt.NewEmulator(20, 5)
	for _, lines := range [][]string{
		{"header", "one", "two", "> ", "footer"},
		{"header", "two", "three", "> h", "footer"},
		{"header", "", "", "> 日本", "footer"},
		{"header", "a line of twenty....", "x", "> é", "footer"},
	} {
		out.Reset()
		c.paint(fullScreen(2, 3, lines...))
		screen.Write(out.Bytes())
		shown := strings.Split(screen.String(), "\n")
		for y, want := range lines {
			if got := strings.TrimRight(shown[y], " "); got != strings.TrimRight(want, " ") {
				t.Errorf("row %d shows %q, want %q", y, got, want)
			}
		}
		if at := screen.CursorPosition(); at.X != 2 || at.Y != 3 {
			t.Errorf("the cursor is at %v", at)
		}
	}
}

// A changed line is written whole, in one write, and nothing else is.
func TestOnlyChangedLinesAreWritten(t *testing.T) {
	c, out := painted(80, 24)
	c.paint(fullScreen(0, 0, "header", "one", "two"))
	out.Reset()
	out.writes = 0
	c.paint(fullScreen(1, 1, "header", "one", "two words"))
	if got, want := out.String(), "\x1b[3;1H\x1b[Ktwo words\x1b[2;2H"; got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
	if out.writes != 1 {
		t.Errorf("%d writes", out.writes)
	}
	out.Reset()
	c.paint(fullScreen(1, 1, "header", "one", "two words"))
	if out.Len() > 0 {
		t.Errorf("nothing changed, and %q was written", out)
	}
}

func TestResizePaintsAnew(t *testing.T) {
	c, out := painted(80, 24)
	c.paint(fullScreen(0, 0, "header", "one"))
	out.Reset()
	c.painter.resize(40, 10)
	c.paint(fullScreen(0, 0, "header", "one"))
	for _, want := range []string{clearScreen, "header", "one"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in %q", want, out)
		}
	}
}

// Every mode that entering the screen changes is changed back by leaving it.
func TestLeavingRestoresTheTerminal(t *testing.T) {
	c, out := painted(80, 24)
	hidden := fullScreen(0, 0, "x")
	hidden.Cursor = nil
	c.paint(hidden)
	newLoop(c, nil).leave()
	written := out.String()
	for _, pair := range [][2]string{
		{"\x1b[?1049h", "\x1b[?1049l"}, {"\x1b[?7l", "\x1b[?7h"},
		{"\x1b[?2004h", "\x1b[?2004l"}, {"\x1b[?25l", "\x1b[?25h"},
	} {
		on, off := strings.LastIndex(written, pair[0]), strings.LastIndex(written, pair[1])
		if on < 0 || off < on {
			t.Errorf("%q is not taken back by %q", pair[0], pair[1])
		}
	}
	for _, mode := range []string{"?1000", "?1002", "?1003", "?1006"} {
		if strings.Contains(written, mode) {
			t.Errorf("the mouse is captured: %s", mode)
		}
	}
}

func TestInlineRedrawsTheUnfinishedLine(t *testing.T) {
	type step struct {
		print  []string
		input  string
		cursor int // -1 is the end
		want   string
	}
	for _, test := range []struct {
		name  string
		steps []step
	}{
		{"typing echoes", []step{{nil, "h", -1, "h"}, {nil, "hi", -1, "i"}, {nil, "h", -1, "\b \b"}}},
		{"wide characters are rubbed out whole", []step{{nil, "日", -1, "日"}, {nil, "", -1, "\b \b\b \b"}}},
		{"an entered line stays", []step{{nil, "hi", -1, "hi"}, {[]string{"hi"}, "", -1, "\r\n"}}},
		{"what arrives goes above", []step{{nil, "hi", -1, "hi"},
			{[]string{"stranger: yo"}, "hi", -1, "\r  \rstranger: yo\r\nhi"}}},
		{"an entered line and its answer", []step{{nil, "/x", -1, "/x"},
			{[]string{"/x", "-- no"}, "", -1, "\r\n-- no\r\n"}}},
		{"the cursor moves", []step{{nil, "abc", -1, "abc"}, {nil, "abc", 1, "\b\b"}, {nil, "abc", 3, "bc"},
			{nil, "abc", 2, "\b"}, {nil, "abXc", 3, "\r   \rabXc\b"}}},
		{"a line that wraps is left", []step{{nil, strings.Repeat("x", 20), -1, strings.Repeat("x", 20)},
			{[]string{"yo"}, "z", -1, "\r\nyo\r\nz"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, out := painted(20, 5)
			for _, s := range test.steps {
				out.Reset()
				for _, line := range s.print {
					c.Println(line)
				}
				view := tea.NewView(s.input)
				if s.cursor >= 0 {
					view.Cursor = tea.NewCursor(s.cursor, 0)
				}
				c.paint(view)
				if got := out.String(); got != s.want {
					t.Errorf("wrote %q, want %q", got, s.want)
				}
				if strings.Contains(out.String(), "\x1b") {
					t.Errorf("an escape sequence in line mode: %q", out)
				}
			}
		})
	}
}
