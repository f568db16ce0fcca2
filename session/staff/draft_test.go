package staff

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"strangerd/moderation"
	"strangerd/session/text"
)

func TestDraftHoldsAThousandCharacters(t *testing.T) {
	var d draft
	if !d.insert(strings.Repeat("好", moderation.MaxText)) || d.insert("x") {
		t.Errorf("it holds %d bytes", len(d.Text()))
	}
	if got := text.Line(d.Text()); got != d.Text() {
		t.Errorf("of %d bytes %d can be said", len(d.Text()), len(got))
	}
}

func TestDraftRowsShowTheCursor(t *testing.T) {
	reason := strings.Repeat("word ", 40)
	for _, height := range []int{1, 2, 5, 50} {
		d := newDraft(choice{}, reason, "a note")
		for at := len(reason); at >= 0; at-- {
			rows, x, y := d.rows("decides", 20, height)
			if len(rows) > height || y < 0 || y >= len(rows) || x < 2 || x >= 20 {
				t.Fatalf("%d of %d rows, cursor %d at %d, %d", len(rows), height, at, x, y)
			}
			if shown := rows[y].text; at < len(reason) && !strings.HasPrefix(shown[x-2:], reason[at:at+1]) {
				t.Fatalf("the cursor %d is at %d of %q", at, x, shown)
			}
			d.Key(tea.KeyPressMsg{Code: tea.KeyLeft})
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
