package session

import (
	"testing"

	"strangerd/session/locale"
)

// Row 27: interests and questions pass the filters of messages; ages below --min-age
// and links are refused.
func TestRow27Topics(t *testing.T) {
	for _, test := range []struct {
		written string
		minAge  int
		safe    string
		why     locale.ID
	}{
		{"jazz", 18, "jazz", ""},
		{" Go  and\njazz ", 18, "Go  and jazz", ""},
		{"\x1b]0;title\x07ja\u202ezz\u200b", 18, "jazz", ""},
		{"\u202e\u2066", 18, "", locale.Unreadable},
		{"", 18, "", locale.Unreadable},
		{"15f", 18, "", locale.TopicAge},
		{"1\u202e5f", 18, "", locale.TopicAge},
		{"１５ｆ", 18, "", locale.TopicAge},
		{"any 14 yo here?", 18, "", locale.TopicAge},
		{"i'm 13", 18, "", locale.TopicAge},
		{"i'm 17", 16, "i'm 17", ""},
		{"i'm 18", 18, "i'm 18", ""},
		{"25m", 18, "25m", ""},
		{"25m for 15f", 18, "", locale.TopicAge},
		{"t.me/pics", 18, "", locale.TopicLink},
		{"Who has seen example.com?", 18, "", locale.TopicLink},
		{"top 10 albums of 1969", 18, "top 10 albums of 1969", ""},
	} {
		safe, why := topic(test.written, test.minAge)
		if safe != test.safe || why != test.why {
			t.Errorf("topic(%q, %d) = %q, %q; want %q, %q", test.written, test.minAge, safe, why, test.safe, test.why)
		}
	}
}
