package editor_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"strangerd/session/editor"
	"strangerd/session/text"
)

func ctrl(code rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: code, Mod: tea.ModCtrl} }
func key(code rune) tea.KeyPressMsg  { return tea.KeyPressMsg{Code: code} }

func TestLineEdits(t *testing.T) {
	alt := func(code rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: code, Mod: tea.ModAlt} }
	for _, c := range []struct {
		keys   []tea.KeyPressMsg
		wanted string // with | at the cursor
	}{
		{nil, "no 你好\nplease|"},
		{[]tea.KeyPressMsg{ctrl('a')}, "no 你好\n|please"},
		{[]tea.KeyPressMsg{ctrl('w')}, "no 你好\n|"},
		{[]tea.KeyPressMsg{ctrl('u'), ctrl('y'), ctrl('y')}, "no 你好\npleaseplease|"},
		{[]tea.KeyPressMsg{key(tea.KeyUp), key(tea.KeyBackspace)}, "no |好\nplease"},
		{[]tea.KeyPressMsg{key(tea.KeyHome), key(tea.KeyRight), ctrl('k')}, "no 你好\np|"},
		{[]tea.KeyPressMsg{key(tea.KeyUp), ctrl('a'), key(tea.KeyDelete), ctrl('d'), key(tea.KeyDown)}, " 你好\n|please"},
		{[]tea.KeyPressMsg{alt('b'), alt('b'), alt('d')}, "no |\nplease"},
		{[]tea.KeyPressMsg{ctrl('h'), ctrl('b'), ctrl('f'), key(tea.KeyEnd)}, "no 你好\npleas|"},
		{[]tea.KeyPressMsg{ctrl('x'), key(tea.KeyF1), key(tea.KeyDown)}, "no 你好\nplease|"},
	} {
		var l editor.Line
		l.Set("no 你好\nplease")
		for _, k := range c.keys {
			l.Key(k)
		}
		if got := l.Before() + "|" + strings.TrimPrefix(l.Text(), l.Before()); got != c.wanted {
			t.Errorf("%v: %q, want %q", c.keys, got, c.wanted)
		}
	}
}

func TestKeyTellsWhatItKnows(t *testing.T) {
	var l editor.Line
	for k, known := range map[tea.KeyPressMsg]bool{
		key(tea.KeyLeft): true, ctrl('a'): true, key(tea.KeyUp): false, key(tea.KeyF1): false, ctrl('x'): false,
	} {
		if l.Key(k) != known {
			t.Errorf("%v is known: %v", k, !known)
		}
	}
}

func TestTypedKeepsWhatCharactersAreMadeOf(t *testing.T) {
	for typed, kept := range map[string]string{
		"a\r\nb\rc\nd":            "a\nb\nc\nd",
		"a\tb":                    "a b",
		"\x1b[2J\x00\u202e\u2028": "[2J",
		"👨\u200d👩, می\u200cخواهم": "👨\u200d👩, می\u200cخواهم",
		"\xff":                    "",
	} {
		if got := editor.Typed(typed); got != kept {
			t.Errorf("%q: %q, want %q", typed, got, kept)
		}
	}
}

func TestLineIsBounded(t *testing.T) {
	var l editor.Line
	if !l.Insert(strings.Repeat("x", 2*text.MaxBytes)) || l.Insert("y") {
		t.Errorf("it holds %d bytes", len(l.Text()))
	}
	if held := l.Take(); len(held) != 2*text.MaxBytes || l.Text() != "" || l.Before() != "" {
		t.Errorf("%d bytes were taken, %q is left", len(held), l.Text())
	}
}

func TestRowsHoldTheTextAndShowTheCursor(t *testing.T) {
	written := strings.Repeat("word 你好 ", 9) + "\n\nend"
	var l editor.Line
	l.Set(written)
	for at := len(written); ; at = text.Prev(written, at) {
		if l.Before() != written[:at] {
			t.Fatalf("the cursor is behind %q, want %d bytes", l.Before(), at)
		}
		rows, x, y := l.Rows(10)
		if got := strings.Join(rows, ""); got != strings.ReplaceAll(written, "\n", "") {
			t.Fatalf("the rows hold %q", got)
		}
		if x > 10 || y >= len(rows) || text.Width(rows[y]) < x {
			t.Fatalf("the cursor %d is at %d, %d of %q", at, x, y, rows)
		}
		if at == 0 {
			return
		}
		l.Key(key(tea.KeyLeft))
	}
}
