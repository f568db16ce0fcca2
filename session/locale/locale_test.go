package locale

import (
	"slices"
	"strings"
	"testing"

	"strangerd/session/text"
)

func TestForUnderstandsPOSIXLocales(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	english := c.For()
	for _, l := range []string{"", "C", "POSIX", "C.UTF-8", "en_GB.UTF-8", "tlh_XX", "\x00%$", strings.Repeat("x", 500)} {
		if c.For(l) != english {
			t.Errorf("For(%.20q) is not English", l)
		}
	}
	if c.For("C", "", "de_DE.UTF-8") != english {
		t.Error("LC_ALL=C does not turn translation off")
	}
	if c.For("", "ca_ES.UTF-8", "es_ES.UTF-8") != c.For("es") {
		t.Error("a language that is not known hides the next")
	}
}

// A catalogue is known by the name of its file before it is read, and is then its own.
func TestEveryLanguageIsReadWhenItIsSpoken(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	english := c.For("en")
	for _, s := range c.spoken {
		w := s.words()
		if w.code() != s.code || w != c.For(s.code) || (w == english) != (s.code == "en") {
			t.Errorf("%s is spoken as %s", s.code, w.code())
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
		{w.With(Banner, Data{"Host": "chat.example.org"}), "Screen reader? ssh chat.example.org plain"},
		{w.With(TooLong, Data{"Count": 1200, "Max": 1000}), "Not sent: a message has up to 1000 characters, and this has 1200. Shorten it."},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

// reasons are the texts that moderators begin with.
var reasons = ids[slices.Index(ids, LanguageName):]

// A decision's reason is in the language of the person concerned.
func TestEveryLanguageHasTheReasons(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	english := c.For("en")
	for l, name := range map[string]string{
		"id_ID.UTF-8": "Indonesian", "es_MX": "Spanish", "pt_BR.UTF-8": "Portuguese", "fr": "French", "de_AT": "German", "tr": "Turkish",
		"ru_RU.KOI8-R": "Russian", "ar_EG": "Arabic", "hi_IN": "Hindi", "ja_JP.UTF-8": "Japanese", "zh_CN.UTF-8": "Chinese",
	} {
		words := c.For(l)
		if got := words.Say(LanguageName); got != name {
			t.Errorf("the language of %s is %s", l, got)
		}
		for _, id := range reasons {
			said := words.With(id, Data{"Rule": "rule."})
			if said == "" || said == english.With(id, Data{"Rule": "rule."}) || len(said) > 500 || text.Line(said) != said {
				t.Errorf("%s: %s is %q", l, id, said)
			}
		}
		if said := words.With(ReasonWarn, Data{"Rule": "rule."}); !strings.HasPrefix(said, "rule.") {
			t.Errorf("%s: a warning is %q", l, said)
		}
	}
	// Nobody is spoken to in a language that only resembles theirs.
	for _, l := range []string{"uk_UA.UTF-8", "be_BY", "kk_KZ", "ca_ES", "eu_ES", "sr_RS", "ms_MY"} {
		if got := c.For(l).Say(LanguageName); got != "English" {
			t.Errorf("%s is answered in %s", l, got)
		}
	}
}
