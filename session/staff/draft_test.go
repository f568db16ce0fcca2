package staff

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"strangerd/moderation"
	"strangerd/session/text"
)

func TestDraftEdits(t *testing.T) {
	ctrl := func(code rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: code, Mod: tea.ModCtrl} }
	key := func(code rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: code} }
	for _, c := range []struct {
		keys   []tea.KeyPressMsg
		wanted string // with | at the cursor
	}{
		{nil, "no 你好 please|"},
		{[]tea.KeyPressMsg{ctrl('a')}, "|no 你好 please"},
		{[]tea.KeyPressMsg{ctrl('w')}, "no 你好 |"},
		{[]tea.KeyPressMsg{ctrl('u')}, "|"},
		{[]tea.KeyPressMsg{key(tea.KeyHome), key(tea.KeyRight), ctrl('k')}, "n|"},
		{[]tea.KeyPressMsg{ctrl('w'), key(tea.KeyLeft), key(tea.KeyBackspace)}, "no 你| "},
		{[]tea.KeyPressMsg{key(tea.KeyHome), key(tea.KeyDelete), ctrl('d'), key(tea.KeyEnd), ctrl('h')}, " 你好 pleas|"},
		{[]tea.KeyPressMsg{ctrl('x'), key(tea.KeyF1)}, "no 你好 please|"},
	} {
		d := newDraft(choice{}, "no 你好 please")
		for _, k := range c.keys {
			d.key(k)
		}
		if got := d.text[:d.cursor] + "|" + d.text[d.cursor:]; got != c.wanted {
			t.Errorf("%v: %q, want %q", c.keys, got, c.wanted)
		}
	}
}

func TestDraftHoldsAThousandCharacters(t *testing.T) {
	var d draft
	if !d.insert(strings.Repeat("好", moderation.MaxText)) || d.insert("x") {
		t.Errorf("it holds %d bytes", len(d.text))
	}
	if got := text.Line(d.text); got != d.text {
		t.Errorf("of %d bytes %d can be said", len(d.text), len(got))
	}
}

func TestDraftRowsShowTheCursor(t *testing.T) {
	d := newDraft(choice{}, strings.Repeat("word ", 40), "a note")
	for _, height := range []int{1, 2, 5, 50} {
		for at := 0; ; at = text.Next(d.text, at) {
			d.cursor = at
			rows, x, y := d.rows("decides", 20, height)
			if len(rows) > height || y < 0 || y >= len(rows) || x < 2 || x >= 20 {
				t.Fatalf("%d of %d rows, cursor %d at %d, %d", len(rows), height, at, x, y)
			}
			if at == len(d.text) {
				break
			}
			if shown := rows[y].text; at < len(d.text) && !strings.HasPrefix(shown[x-2:], d.text[at:at+1]) {
				t.Fatalf("the cursor %d is at %d of %q", at, x, shown)
			}
		}
	}
}

func TestTemplates(t *testing.T) {
	for language, p := range templates {
		for _, category := range append(slices.Clone(moderation.Categories), "unheard of") {
			for _, choices := range []map[rune]choice{choices, longer} {
				for _, c := range choices {
					if reason := p.template(c, category); reason == "" || reason != text.Line(reason) {
						t.Errorf("%s, %s, %s: %q", language, category, c.what, reason)
					}
				}
			}
			if _, ok := p.rules[category]; !ok && category != "unheard of" {
				t.Errorf("%s has no reason for %s", language, category)
			}
		}
		for _, c := range answers {
			if p.answer(c) == "" {
				t.Errorf("%s has no answer to %s", language, c.what)
			}
		}
	}
	if _, language := phrasesFor([]string{"xx", "en_US.UTF-8", "pt"}); language != "en" {
		t.Errorf("English is %s", language)
	}
}
