package staff

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"strangerd/moderation"
	"strangerd/session/locale"
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
	catalogues, err := locale.Load()
	check(t, err)
	words := catalogues.For("ar")
	said := make(map[string]string)
	for _, category := range append(slices.Clone(moderation.Categories), "unheard of") {
		for _, choices := range []map[rune]choice{choices, longer} {
			for _, c := range choices {
				reason := template(c, category, words)
				if reason == "" || reason != text.Line(reason) {
					t.Errorf("%s, %s: %q", category, c.what, reason)
				}
				if c.action == moderation.ActionBan {
					said[reason] = category
				}
			}
		}
	}
	if len(said) != len(moderation.Categories) {
		t.Errorf("there are %d reasons for %d categories", len(said), len(moderation.Categories))
	}
	if reply(answers['y'], words) == reply(answers['n'], words) {
		t.Error("both answers to an appeal read the same")
	}
}
