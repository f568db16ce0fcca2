package locale

import (
	"strings"
	"testing"
)

func TestForUnderstandsPOSIXLocales(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	english := c.words[0]
	for _, l := range []string{"", "C", "POSIX", "C.UTF-8", "en_GB.UTF-8", "tlh_XX", "\x00%$", strings.Repeat("x", 500)} {
		if c.For(l) != english {
			t.Errorf("For(%.20q) is not English", l)
		}
	}
}

func TestPluralsAndVariables(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	w := c.For("en")
	for _, test := range []struct{ got, want string }{
		{w.Say(Looking), "Looking for a stranger"},
		{w.Count(Others, 1), "1 other person is online."},
		{w.Count(Others, 2), "2 other people are online."},
		{w.Count(Others, 0), "0 other people are online."},
		{w.Count(Others, 1001), "1001 other people are online."},
		{w.Count(Others, 2001), "2001 other people are online."},
		{w.With(Banner, Data{"SSH": "ssh chat.example.org"}), "Screen reader? ssh chat.example.org plain"},
		{w.With(TooLong, Data{"Count": 1200, "Max": 1000}), "Not sent: a message has up to 1000 characters, and this has 1200. Shorten it."},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

// The catalogue and the list of IDs are two ends of one thing: what the one
// has and the other lacks is a mistake in either.
func TestCatalogueHasWhatIsListed(t *testing.T) {
	file, err := files.ReadFile("en.toml")
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	for _, id := range ids {
		listed[string(id)] = true
	}
	for line := range strings.Lines(string(file)) {
		key, _, text := strings.Cut(line, " = ")
		if strings.HasPrefix(line, "[") {
			key, text = strings.Trim(strings.TrimSpace(line), "[]"), true
		}
		if !text || key == "one" || key == "other" || strings.HasPrefix(key, "#") || strings.Contains(key, " ") {
			continue
		}
		if !listed[key] {
			t.Errorf("en.toml has %q, which is not among the IDs", key)
		}
	}
}
