package text

import (
	"slices"
	"testing"
)

func TestClusters(t *testing.T) {
	got := slices.Collect(Clusters("ae\u0301\n👨‍👩‍👧🇩🇪🇫🇷!"))
	want := []string{"a", "e\u0301", "\n", "👨‍👩‍👧", "🇩🇪", "🇫🇷", "!"}
	if !slices.Equal(got, want) {
		t.Errorf("Clusters = %q, want %q", got, want)
	}
}

// Walking back must stop where walking on did.
func TestNextPrev(t *testing.T) {
	for _, s := range []string{
		"", "a", "hello", "ae\u0301b", "🇩🇪🇫🇷🇮🇹", "a\nb\n\n你\n", "x👨‍👩‍👧\n👍🏽y", "\u0d4ea", "स्त्री ab", mixed,
	} {
		borders := []int{0}
		for i := 0; i < len(s); {
			i = Next(s, i)
			borders = append(borders, i)
		}
		if Next(s, len(s)) != len(s) || Prev(s, 0) != 0 {
			t.Errorf("%q: moved beyond an end", s)
		}
		for k := len(borders) - 1; k > 0; k-- {
			if got := Prev(s, borders[k]); got != borders[k-1] {
				t.Errorf("Prev(%q, %d) = %d, want %d", s, borders[k], got, borders[k-1])
			}
		}
	}
}

func TestWords(t *testing.T) {
	s := "  one, двe\u0301-3  👍 end "
	var next, prev []string
	for i := 0; i < len(s); {
		j := NextWord(s, i)
		next = append(next, s[i:j])
		i = j
	}
	for i := len(s); i > 0; {
		j := PrevWord(s, i)
		prev = append(prev, s[j:i])
		i = j
	}
	if want := []string{"  one", ", двe\u0301", "-3", "  👍 end", " "}; !slices.Equal(next, want) {
		t.Errorf("NextWord: %q, want %q", next, want)
	}
	if want := []string{"end ", "3  👍 ", "двe\u0301-", "one, ", "  "}; !slices.Equal(prev, want) {
		t.Errorf("PrevWord: %q, want %q", prev, want)
	}
}
