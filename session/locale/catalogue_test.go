package locale

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"

	"strangerd/session/text"
)

// catalogue is what a file says, by its IDs.
type catalogue struct {
	tag      language.Tag
	messages map[ID]*i18n.Message
}

// catalogues reads every file.
func catalogues(t *testing.T) (all []catalogue) {
	t.Helper()
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		bytes, err := files.ReadFile(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		file, err := i18n.ParseMessageFileBytes(bytes, entry.Name(), map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
		if err != nil {
			t.Fatal(err)
		}
		c := catalogue{file.Tag, make(map[ID]*i18n.Message)}
		for _, m := range file.Messages {
			c.messages[ID(m.ID)] = m
		}
		all = append(all, c)
	}
	return all
}

// english is the catalogue of the contract.
func english(all []catalogue) catalogue {
	return all[slices.IndexFunc(all, func(c catalogue) bool { return c.tag == language.English })]
}

// forms are a message's texts, by the plural form.
func forms(m *i18n.Message) map[string]string {
	all := map[string]string{"zero": m.Zero, "one": m.One, "two": m.Two, "few": m.Few, "many": m.Many, "other": m.Other}
	maps.DeleteFunc(all, func(_, text string) bool { return text == "" })
	return all
}

// formsOf are the plural forms that whole numbers take in a language, and "other".
func formsOf(t *testing.T, tag language.Tag) []string {
	t.Helper()
	bundle := i18n.NewBundle(tag)
	bundle.MustAddMessages(tag, &i18n.Message{ID: "x", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"})
	used := map[string]bool{"other": true}
	for _, n := range append([]int{1_000_000}, numbers()...) {
		used[i18n.NewLocalizer(bundle, tag.String()).MustLocalize(&i18n.LocalizeConfig{MessageID: "x", PluralCount: n})] = true
	}
	return slices.Sorted(maps.Keys(used))
}

// numbers take every form that any of them takes.
func numbers() (all []int) {
	for n := range 130 {
		all = append(all, n)
	}
	return all
}

var (
	variable = regexp.MustCompile(`{{[^}]*}}`)
	// What stays as it is in every language, since it is typed or stands on a key.
	typed = regexp.MustCompile(`//?[a-z]+\b|\b(Enter|Esc|Tab|PgUp|PgDn|F1|(Alt|Ctrl)\+\w+)\b`)
)

func found(pattern *regexp.Regexp, text string) []string {
	all := pattern.FindAllString(text, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

// Every catalogue says all there is, and nothing else; with the same variables, in
// the plural forms of its language.
func TestCataloguesAreComplete(t *testing.T) {
	all := catalogues(t)
	if len(all) != 12 {
		t.Errorf("there are %d catalogues", len(all))
	}
	for _, c := range all {
		plural := formsOf(t, c.tag)
		for _, id := range ids {
			m, model := c.messages[id], english(all).messages[id]
			if m == nil {
				t.Errorf("%s lacks %s", c.tag, id)
				continue
			}
			said := forms(m)
			counts := len(forms(model)) > 1 || len(said) > 1
			if got := slices.Sorted(maps.Keys(said)); counts && !slices.Equal(got, plural) || !counts && m.Other == "" {
				t.Errorf("%s: %s has the forms %q, and the language %q", c.tag, id, got, plural)
			}
			want := found(variable, model.Other)
			for form, said := range said {
				got := found(variable, said)
				if form != "other" && !slices.Contains(got, "{{.Count}}") { // a word says it
					got = slices.Sorted(slices.Values(append(got, "{{.Count}}")))
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s: %s (%s) has the variables %q, and in English %q", c.tag, id, form, got, want)
				}
			}
		}
		for id := range c.messages {
			if !slices.Contains(ids, id) {
				t.Errorf("%s has %s, which is not among the IDs", c.tag, id)
			}
		}
	}
}

// alike may be the same in English and elsewhere.
var alike = []ID{Minutes, Online, StatusLine, LanguageName, Category("spam"), HeaderChatting, Draining}

// What is typed and what stands on a key is the same in every language, nothing else
// is; and nothing is in it that a terminal might take for more than text.
func TestCataloguesAreTranslated(t *testing.T) {
	all := catalogues(t)
	for _, c := range all {
		for _, id := range ids {
			m, model := c.messages[id], english(all).messages[id]
			if m == nil || model == nil {
				continue
			}
			for _, said := range forms(m) {
				if got, want := found(typed, said), found(typed, model.Other); !slices.Equal(got, want) && id != SlashSlash {
					t.Errorf("%s: %s names %q, and in English %q", c.tag, id, got, want)
				}
				if c.tag != language.English && said == model.Other && !slices.Contains(alike, id) {
					t.Errorf("%s: %s is in English: %s", c.tag, id, said)
				}
				for line := range strings.Lines(said) {
					if line = strings.TrimSpace(line); text.Line(line) != line {
						t.Errorf("%s: %s is not safe to show: %q", c.tag, id, line)
					}
				}
			}
		}
	}
}

// What the header and the footer say fits the narrowest screens: of the footer all
// but where to read of the keys; in a chat, at least how to leave, to report and to
// get help.
func TestFramesFit(t *testing.T) {
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, spoken := range all.spoken {
		w := spoken.words()
		for _, id := range ids {
			keys := strings.Split(w.Say(id), "   ")
			if !strings.HasPrefix(string(id), "keys_") && id != MoreRules && id != MoreBelow {
				continue
			}
			if width := text.Width(w.Say(id)); width > 78 {
				t.Errorf("%s: %s is %d cells wide", w.tag, id, width)
			}
			if last := keys[len(keys)-1]; strings.HasPrefix(last, "?") {
				keys = keys[:len(keys)-1]
			}
			if id == KeysChatting {
				keys = keys[:3]
			}
			if width := text.Width(strings.Join(keys, "   ")); width > 38 {
				t.Errorf("%s: %s is %d cells wide, and more than 38 are cut: %s", w.tag, id, width, strings.Join(keys, "   "))
			}
		}
		for _, id := range []ID{HeaderRules, HeaderWarned, HeaderSearching, HeaderChatting, HeaderWatching, HeaderResting} {
			state := w.Say(id)
			if id == HeaderSearching || id == HeaderChatting || id == HeaderWatching {
				state += " " + w.Count(Minutes, 120)
			}
			if width := text.Width(state) + text.Width(w.Count(Online, 10_000)) + len("  ") + len("   chat"); width > 40 {
				t.Errorf("%s: %s leaves no room for the name: %d cells", w.tag, id, width)
			}
		}
		for _, id := range []ID{You, Stranger, StrangerPlain, First, SecondPlain, Question, Marked} { // a gutter of two cells hangs under it
			if width := text.Width(w.Say(id)); width < 3 || width > 14 {
				t.Errorf("%s: %s is %d cells wide", w.tag, id, width)
			}
		}
	}
}

// A text is remembered by its plural form. That is the one which go-i18n takes.
func TestPluralFormsAreThoseOfTheLibrary(t *testing.T) {
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, spoken := range all.spoken {
		w := spoken.words()
		for _, id := range []ID{Others, Days, Kept, OpenerWarning} {
			for _, n := range append(numbers(), 1_000, 1_000_000, 1_000_001, 2_000_000, 0) {
				want := w.localize(id, Data{"Count": n}, n)
				if got := w.Count(id, n); got != want {
					t.Errorf("%s: %q, and the library says %q", w.tag, got, want)
				}
				if got := w.With(id, Data{"Count": n}); got != want {
					t.Errorf("%s: %q, and the library says %q", w.tag, got, want)
				}
			}
		}
	}
}

// Each language's own plurals, in the numbers where they differ.
func TestPluralsOfEachLanguage(t *testing.T) {
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		locale string
		n      int
		want   string
	}{
		{"ru", 1, "1 день"}, {"ru", 3, "3 дня"}, {"ru", 11, "11 дней"}, {"ru", 21, "21 день"},
		{"ar", 1, "يوم واحد"}, {"ar", 2, "يومان"}, {"ar", 3, "3 أيام"}, {"ar", 11, "11 يومًا"}, {"ar", 100, "100 يوم"},
		{"fr", 0, "0 jour"}, {"fr", 2, "2 jours"}, {"fr", 1_000_000, "1000000 de jours"},
		{"pt_BR", 0, "0 dia"}, {"es", 0, "0 días"}, {"hi", 0, "0 दिन"}, {"tr", 5, "5 gün"}, {"ja", 1, "1日間"}, {"zh", 7, "7 天"}, {"id", 2, "2 hari"}, {"de", 1, "1 Tag"},
	} {
		if got := all.For(test.locale).Count(Days, test.n); got != test.want {
			t.Errorf("%s: %d is %q", test.locale, test.n, cmp.Or(got, "nothing"))
		}
	}
}

// What is said in one line where there is no room for more: the contract's words, in
// every language.
func TestContractFitsOneLine(t *testing.T) {
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, spoken := range all.spoken {
		w := spoken.words()
		for _, id := range []ID{Looking, Matched, PartnerLeft, YouLeft, Typing} {
			if width := text.Width("-- " + w.Say(id)); width > 40 {
				t.Errorf("%s: %s is %d cells wide", w.tag, id, width)
			}
		}
	}
}

// pages are texts that are scrolled, or that no screen shows as a whole.
var pages = regexp.MustCompile(`^(rules|privacy|export$|help_|report_sends|ban_|appeal_|case_|source_|help_offered|warning_|reason_|reported$|welcome|not_stored|rematch|opener_warning|new_here|questions$|meet_days)`)

// What stands above the input fits a screen of 40 by 10 beside it: one row for the
// transcript, one for the input.
func TestStatusFits(t *testing.T) {
	for _, c := range catalogues(t) {
		for id, m := range c.messages {
			for _, said := range forms(m) {
				rows := text.Wrap(variable.ReplaceAllString(said, "0123456789"), 40)
				if !pages.MatchString(string(id)) && len(rows) > 6 {
					t.Errorf("%s: %s takes %d rows", c.tag, id, len(rows))
				}
			}
		}
	}
}
