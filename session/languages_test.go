package session

import (
	"slices"
	"testing"
)

func TestSpeaking(t *testing.T) {
	for _, test := range []struct {
		locales, codes []string
	}{
		{nil, []string{"en"}},
		{[]string{"C.UTF-8"}, []string{"en"}},
		{[]string{"id_ID.UTF-8", "id_ID", "en_US.UTF-8"}, []string{"id", "en"}},
		{[]string{"de_AT@euro", "\x00%$", "xx_XX"}, []string{"de"}},
		{[]string{"pt_BR", "sv_SE", "hi_IN", "zh_CN", "ja_JP"}, []string{"pt", "sv", "hi", "zh"}},
	} {
		if got := speaking(test.locales); !slices.Equal(got.codes, test.codes) || got.only {
			t.Errorf("who has %q speaks %v", test.locales, got)
		}
	}
}

func TestReadSpoken(t *testing.T) {
	for _, test := range []struct {
		typed   string
		codes   []string
		only    bool
		unknown string
	}{
		{"id", []string{"id"}, false, ""},
		{"ID, en-GB  id", []string{"id", "en"}, false, ""},
		{"only pt_BR es", []string{"pt", "es"}, true, ""},
		{"only", nil, true, ""},
		{"klingonian", nil, false, "klingonian"},
		{"de xx", nil, false, "xx"},
		{"und", nil, false, "und"},
		{",", nil, false, ""},
	} {
		got, unknown := readSpoken(test.typed)
		if !slices.Equal(got.codes, test.codes) || got.only != test.only || unknown != test.unknown {
			t.Errorf("%q is %v, unknown %q", test.typed, got, unknown)
		}
	}
}
