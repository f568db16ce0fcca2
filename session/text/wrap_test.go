package text

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "hello": 5, "Привет": 6, "你好": 4, "한국어": 6, "e\u0301é": 2, "❤️": 2, "❤": 1,
		"👨‍👩‍👧": 2, "🇩🇪": 2, "👍🏽": 2, "1️⃣": 2, "می\u200cخواهم": 7, "שָׁלוֹם": 4, "स्त्री": 1, "ｶ": 1, "﷽": 1,
	} {
		if got := Width(s); got != want {
			t.Errorf("Width(%+q) = %d, want %d", s, got, want)
		}
		if got := ansi.StringWidth(s); got != want {
			t.Errorf("x/ansi disagrees about %+q: %d, want %d", s, got, want)
		}
	}
}

func TestTruncate(t *testing.T) {
	tests := []struct {
		in    string
		width int
		want  string
	}{
		{"hello", 5, "hello"},
		{"hello!", 5, "he..."},
		{"hello", 4, "h..."},
		{"hello", 3, "hel"},
		{"hello", 0, ""},
		{"你好吗你", 8, "你好吗你"},
		{"你好吗你", 7, "你好..."},
		{"你好吗你", 6, "你..."},
		{"你好", 3, "你"},
		{"👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 5, "👨‍👩‍👧..."},
		{"e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"},
	}
	for _, tt := range tests {
		if got := Truncate(tt.in, tt.width); got != tt.want {
			t.Errorf("Truncate(%q, %d) = %q, want %q", tt.in, tt.width, got, tt.want)
		}
	}
}

func TestWrap(t *testing.T) {
	tests := []struct {
		in    string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"hello", 5, []string{"hello"}},
		{"hello world", 5, []string{"hello", "world"}},
		{"hello world", 8, []string{"hello", "world"}},
		{"a b c d", 3, []string{"a b", "c d"}},
		{"你好吗。好", 6, []string{"你好", "吗。好"}},
		{"。。。。", 4, []string{"。。", "。。"}},
		{"hello     world", 7, []string{"hello", "world"}},
		{"hello     ", 5, []string{"hello"}},
		{"hello  ", 8, []string{"hello  "}},
		{"  hello world", 8, []string{"  hello", "world"}},
		{"a\n\nb c\n", 2, []string{"a", "", "b", "c", ""}},
		{"abcdefgh", 3, []string{"abc", "def", "gh"}},
		{"hi abcdefgh", 5, []string{"hi", "abcde", "fgh"}},
		{"  abcdefgh", 5, []string{"  abc", "defgh"}},
		{"        hello", 5, []string{"", "hello"}},
		{"你好吗", 5, []string{"你好", "吗"}},
		{"你好吗", 2, []string{"你", "好", "吗"}},
		{"hi你好 hello", 5, []string{"hi你", "好", "hello"}},
		{"你hello", 5, []string{"你", "hello"}},
		{"👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 4, []string{"👨‍👩‍👧👨‍👩‍👧", "👨‍👩‍👧"}},
		{"e\u0301e\u0301e\u0301e\u0301", 3, []string{"e\u0301e\u0301e\u0301", "e\u0301"}},
		{"no\u00a0break here", 8, []string{"no\u00a0break", "here"}},
		{"ab", 0, []string{"ab"}},
	}
	for _, tt := range tests {
		if got := Wrap(tt.in, tt.width); !slices.Equal(got, tt.want) {
			t.Errorf("Wrap(%q, %d) = %q, want %q", tt.in, tt.width, got, tt.want)
		}
	}
}

func TestWrapAllocs(t *testing.T) {
	s := strings.Repeat("a message of plain words. ", 8)
	if n := testing.AllocsPerRun(10, func() { Wrap(s, 66) }); n > 1 {
		t.Errorf("%v allocations, want the slice of lines alone", n)
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("hello  world and   more ", 7)
	f.Add("你好吗 hi你好👨‍👩‍👧", 3)
	f.Add("abcdefgh\n\n  \n", 2)
	f.Add(mixed, 10)
	f.Fuzz(func(t *testing.T, s string, width int) {
		s = Clean(s)
		width = 2 + width&127
		rest := s
		for _, line := range Wrap(s, width) {
			if w := ansi.StringWidth(line); w > width {
				t.Errorf("Wrap(%+q, %d): line %+q is %d wide", s, width, line, w)
			}
			// Between two lines is a line end, or spaces, or nothing.
			if !strings.HasPrefix(rest, line) {
				t.Fatalf("Wrap(%+q, %d): line %+q, but left is %+q", s, width, line, rest)
			}
			rest = strings.TrimLeft(rest[len(line):], " ")
			rest = strings.TrimPrefix(rest, "\n")
		}
		if rest != "" {
			t.Errorf("Wrap(%+q, %d) lost %+q", s, width, rest)
		}
		if cut := Truncate(Line(s), width); ansi.StringWidth(cut) > width {
			t.Errorf("Truncate(%+q, %d) = %+q", s, width, cut)
		}
	})
}

func BenchmarkWrap(b *testing.B) {
	for name, s := range map[string]string{
		"short": "hello there",
		"ascii": strings.Repeat("a message of plain words. ", 8),
		"mixed": strings.Repeat(mixed, 2),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Wrap(s, 66)
			}
		})
	}
}
