package text

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/unicode/norm"
)

func TestClean(t *testing.T) {
	family := "👨\u200d👩\u200d👧\u200d👦"
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "hello, world", "hello, world"},
		{"tab", "a\tb", "a b"},
		{"line ends", "a\nb\r\nc\rd", "a\nb\nc\nd"},
		{"blank lines around", "\n  \n  a\n\nb \n \n", "  a\n\nb"},
		{"only blank", " \n\t\r\n ", ""},

		{"invalid bytes", "a\xffb\xc3\xe2\x82c", "abc"},
		{"overlong and surrogate", "a\xc0\xafb\xed\xa0\x80c", "abc"},
		{"raw C1 is no control in UTF-8", "a\x9b31mb", "a31mb"},

		{"CSI", "a\x1b[31mb\x1b[0mc", "abc"},
		{"CSI with intermediate", "a\x1b[2 qb", "ab"},
		{"CSI private", "a\x1b[?1049hb", "ab"},
		{"CSI unfinished", "a\x1b[31;", "a"},
		{"CSI broken by a line", "a\x1b[3\nb", "a\nb"},
		{"bracketed paste", "\x1b[200~a\x1b[201~", "a"},
		{"OSC with BEL", "a\x1b]0;title\x07b", "ab"},
		{"OSC with ST", "a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", "alinkb"},
		{"OSC with C1 ST", "a\x1b]52;c;aGk=\u009cb", "ab"},
		{"OSC unfinished", "a\x1b]52;c;aGk=", "a"},
		{"OSC broken by CSI", "a\x1b]0;x\x1b[1mb", "ab"},
		{"DCS", "a\x1bPq#0\x1b\\b", "ab"},
		{"DCS cancelled", "a\x1bPq#0\x18b\x1bPq\x1ac", "abc"},
		{"APC", "a\x1b_Gf=100\x1b\\b", "ab"},
		{"PM", "a\x1b^x\x1b\\b", "ab"},
		{"SOS", "a\x1bXx\x1b\\b", "ab"},
		{"SS3", "a\x1bOPb\x1bO5Qc", "abc"},
		{"SS2", "a\x1bNxb", "ab"},
		{"character set", "a\x1b(0b\x1b#8c", "abc"},
		{"two-byte escapes", "a\x1b7b\x1bcd\x1bMe\x1b=f", "abdef"},
		{"lone ESC", "a\x1b", "a"},
		{"ESC before a letter beyond ASCII", "a\x1bé", "aé"},
		{"nested", "a\x1b\x1b[\x1b[31mb", "ab"},
		{"split by what is removed", "a\x1b\u200e[31mb\x1b\xff[31mc", "a[31mbc"},
		{"C1 CSI", "a\u009b31mb", "ab"},
		{"C1 OSC", "a\u009d0;x\u009cb\u009d0;x", "ab"},
		{"C1 DCS, SOS, PM, APC", "a\u0090x\u009cb\u0098x\u009cc\u009ex\u009cd\u009fx\u009ce", "abcde"},
		{"C1 SS3", "a\u008fPb", "ab"},
		{"C1 others", "a\u0080\u0085\u0084\u009cb", "ab"},

		{"C0", "a\x00\x07\x08\x0b\x0c\x0e\x1cb", "ab"},
		{"DEL", "a\x7fb", "ab"},
		{"bidi", "a\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061cb", "ab"},
		{"separators", "a\u2028b\u2029c", "abc"},
		{"tags", "a\U000e0001\U000e0041\U000e007f\U000e0000b", "ab"},
		{"private use", "a\ue000\uf8ff\U000f0000\U0010fffdb", "ab"},
		{"noncharacters", "a\ufffe\uffff\ufdd0\U0001fffe\U0010ffffb", "ab"},
		{"BOM", "\ufeffa\ufeffb", "ab"},
		{"soft hyphen", "a\u00adb", "ab"},
		{"other invisible", "a\u200b\u2060\u2062\u180e\u3164\u115f\u1160\uffa0\u17b4\u2065\ufff9b", "ab"},
		{"newer than Go's tables", "🫩", "🫩"},
		{"replacement character", "a\ufffdb", "a\ufffdb"},

		{"NFC", "e\u0301 \u1100\u1161\u11a8 \u212b", "é 각 Å"},
		{"NFC after a removal", "e\u200d\u0301", "é"},
		{"40 marks", "a" + strings.Repeat("\u0323", 40) + "b", "ạ\u0323\u0323\u0323\u0323b"},
		{"40 marks of several classes", "x" + strings.Repeat("\u0301\u0323\u20dd\u0489", 10), "x\u0323\u0301\u20dd\u0489"},
		{"40 marks newer than Go", "x" + strings.Repeat("\u0897", 40), "x\u0897\u0897\u0897\u0897"},
		{"mark without base", "\u0301a\n\u20ddb \u0301c", "a\nb c"},
		{"spacing mark without base", "\u0e33\u093ea", "a"},

		{"emoji with selector", "❤️ ☺︎ ©️ 🏳️", "❤️ ☺︎ ©️ 🏳️"},
		{"families", family + " 👩‍❤️‍💋‍👨 🧑🏻‍❤️‍💋‍🧑🏼 👁️‍🗨️", family + " 👩‍❤️‍💋‍👨 🧑🏻‍❤️‍💋‍🧑🏼 👁️‍🗨️"},
		{"jobs", "👩🏽‍🚀 🧑‍💻 🏃🏿‍♀️‍➡️", "👩🏽‍🚀 🧑‍💻 🏃🏿‍♀️‍➡️"},
		{"skin tones", "👍🏽 ☝🏽 ☝️🏿", "👍🏽 ☝🏽 ☝️🏿"},
		{"skin tone on nothing", "🏽a🏽 👍🏽🏽", "a 👍🏽"},
		{"flags", "🇩🇪🇫🇷 🏳️‍🌈 🏴‍☠️ 🏳️‍⚧️", "🇩🇪🇫🇷 🏳️‍🌈 🏴‍☠️ 🏳️‍⚧️"},
		{"subdivision flag loses its tags", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴"},
		{"keycaps", "1️⃣ #️⃣ *⃣", "1️⃣ #️⃣ *⃣"},
		{"selector on a letter or digit", "a\ufe0fb\ufe0e1\ufe0fc #\ufe0f", "ab1c #"},
		{"selectors hiding bytes", "😀\U000e0100\U000e0141\ufe01x", "😀x"},
		{"selector repeated", "❤\ufe0f\ufe0f\ufe0f", "❤️"},
		{"ideographic variant", "葛\U000e0100城", "葛\U000e0100城"},
		{"Mongolian variant", "ᠠ\u180bᠡ", "ᠠ\u180bᠡ"},
		{"ZWJ stray", "\u200da\u200d \u200db\u200d", "a b"},
		{"ZWJ trailing and repeated", "👨\u200d\u200d👩\u200d", "👨\u200d👩"},
		{"ZWJ behind a mark", "👨\u0301\u200d👩 😀\u094d\u200d😀", "👨\u0301👩 😀\u094d😀"},
		{"ZWJ before a letter", "👨\u200da", "👨a"},
		{"ZWJ joins flags no more", "🇩\u200d🇪", "🇩🇪"},
		{"ZWJ chain", strings.Repeat("👨\u200d", 20) + "👨",
			strings.Repeat("👨\u200d👨\u200d👨\u200d👨", 5) + "👨"},

		{"Persian", "می\u200cخواهم کتاب\u200cها PDF\u200cها ۱۲\u200cام", "می\u200cخواهم کتاب\u200cها PDF\u200cها ۱۲\u200cام"},
		{"ZWNJ stray", "\u200cمی\u200c\u200cخو \u200c می\u200c", "می\u200cخو  می"},
		{"ZWNJ in Latin", "b\u200ca\u200cd", "bad"},
		{"Arabic", "السَّلَامُ عَلَيْكُمْ، ﷽ ﷺ", "السَّلَامُ عَلَيْكُمْ، ﷽ ﷺ"},
		{"Hebrew", "שָׁלוֹם, בְּרֵאשִׁ֖ית", norm.NFC.String("שָׁלוֹם, בְּרֵאשִׁ֖ית")},
		{"Hebrew with CGJ", "יְרוּשָׁל\u05b7\u034f\u05b4ם", norm.NFC.String("יְרוּשָׁל\u05b7\u034f\u05b4ם")},
		{"CGJ at the start", "ל\u05b7\u034f\u05b4ם", "ל\u05b7\u034f\u05b4ם"},
		{"CGJ stray", "a\u034fb\u034f\u0301", "ab\u0301"},
		{"Hindi", "स्त्री क्षि क्\u200dष क्\u200cष लक्ष्म्य", "स्त्री क्षि क्\u200dष क्\u200cष लक्ष्म्य"},
		{"Sinhala and Malayalam", "ශ්\u200dරී ന്\u200d", "ශ්\u200dරී ന്\u200d"},
		{"Thai", "น้ำ ที่", "น้ำ ที่"},
		{"CJK", "你好，日本語 한국어 ｶﾞ", "你好，日本語 한국어 ｶﾞ"},

		{"conjunct without end", strings.Repeat("क्", 9) + "क", "क्क्क्क्क" + "क्क्क्क्क"},
		{"Hangul without end", strings.Repeat("\u1100", 9) + "a", "\u1100a"},
		{"Hangul vowels without end", "가" + strings.Repeat("\u1162", 9), "가" + strings.Repeat("\u1162", 4)},
		{"prefix before a wide letter", "\u0d4e漢 字", "\u0d4e 字"},
		{"wide for the eye, one cell by every table", "﷽𒐫⸻", "﷽𒐫⸻"},

		{"1000 clusters", strings.Repeat("é", 1001), strings.Repeat("é", 1000)},
		{"1000 clusters of ASCII", strings.Repeat("a", 1001), strings.Repeat("a", 1000)},
		{"4 KB", strings.Repeat("😀", 2000), strings.Repeat("😀", 1000)},
		{"4 KB of families", strings.Repeat(family, 200), strings.Repeat(family, MaxBytes/len(family))},
		{"byte cap in mid-rune", strings.Repeat("x", maxInput-1) + "é", strings.Repeat("x", 1000)},
		{"cut between a ZWNJ and its letter", strings.Repeat("a", 999) + "م\u200cب", strings.Repeat("a", 999) + "م"},
		{"10 lines", strings.Repeat("a\n", 20), strings.Repeat("a\n", 9) + "a"},
		{"10 lines and blank ones", strings.Repeat("\n", 20) + strings.Repeat("a\n", 10) + "\n\n", strings.Repeat("a\n", 9) + "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Clean(tt.in)
			if got != tt.want {
				t.Errorf("Clean(%+q)\n got %+q\nwant %+q", tt.in, got, tt.want)
			}
			checkClean(t, got)
		})
	}
}

func TestLine(t *testing.T) {
	tests := []struct{ in, want string }{
		{" bob ", "bob"},
		{"a\nb\r\nc\rd\n", "a b c d"},
		{"xterm-256color\x1b[31m", "xterm-256color"},
		{"\n\u0301 \u0301 a", "a"},
		{"\u3000名\u00a0", "名"},
		{strings.Repeat("a\n", 20), strings.TrimSpace(strings.Repeat("a ", 20))},
		{"می\u200c\nخ", "می خ"},
	}
	for _, tt := range tests {
		if got := Line(tt.in); got != tt.want {
			t.Errorf("Line(%+q) = %+q, want %+q", tt.in, got, tt.want)
		}
	}
}

func TestSizeOf(t *testing.T) {
	tests := []struct {
		in   string
		want Size
		long bool
	}{
		{"", Size{}, false},
		{"\n \n", Size{}, false},
		{"a\nb\n\n", Size{3, 3, 2}, false},
		{"\x1b[31m👨‍👩‍👧\u200e", Size{1, 18, 1}, false},
		{strings.Repeat("é", 1000), Size{1000, 2000, 1}, false},
		{strings.Repeat("é", 1001), Size{1001, 2002, 1}, true},
		{strings.Repeat("🇩🇪", 513), Size{513, 4104, 1}, true},
		{strings.Repeat("a\n", 10) + "\n", Size{19, 19, 10}, false},
		{strings.Repeat("a\n", 11), Size{21, 21, 11}, true},
		{strings.Repeat("é", 10000), Size{10000, 20000, 1}, true},
	}
	for _, tt := range tests {
		if got := SizeOf(tt.in); got != tt.want || got.TooLong() != tt.long {
			t.Errorf("SizeOf(%.20q…) = %+v, too long %v; want %+v, %v", tt.in, got, got.TooLong(), tt.want, tt.long)
		}
		if got := Clean(tt.in); !tt.long && SizeOf(got) != tt.want {
			t.Errorf("SizeOf(Clean(%.20q…)) = %+v, want %+v", tt.in, SizeOf(got), tt.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"hello", "a\x1b\x1b[\x1b[31mb", "a\u009d0;x\u009cb", "\u0301a\n\u0301b", "👨\u200d👩\u200d\u200d👧🏽",
		"می\u200cخواهم", "क्\u200dष", "1\ufe0f\u20e3", "ל\u05b7\u034f\u05b4ם", "\u1100\u200d\u1161\u11a8",
		"🇩\u200d🇪🇫", "a\u0344\u0323\u0301\u0958", "\u0d4e漢", "葛\U000e0100", "x\u0301\u0323\u0897\u034f\u0301\u034f\u0323",
		"क\u0300\u094d\u200d😀", "\n\n \r\r\n\u2028x", strings.Repeat("e\u0301\n", 12), strings.Repeat("😀\u200d", 600),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clean := Clean(s)
		checkClean(t, clean)
		line := Line(s)
		checkClean(t, line)
		if strings.ContainsRune(line, '\n') {
			t.Errorf("Line(%+q) = %+q has a line end", s, line)
		}
		if again := Line(line); again != line {
			t.Errorf("Line(%+q) = %+q, again %+q", s, line, again)
		}
		size := SizeOf(s)
		if cut := SizeOf(clean); cut.TooLong() || !size.TooLong() && cut != size {
			t.Errorf("SizeOf(%+q) = %v, cleaned %v", s, size, cut)
		}
	})
}

// Random text made of nothing but what interacts: fuzzing bytes rarely finds
// two such characters in a row.
func TestCleanRandom(t *testing.T) {
	alphabet := []rune("a1# \n\t\x1b[]\\\u009b\u009c\u009d\u00ad\u200b\u200c\u200c\u200d\u200d\u200e\u034f\ufe0e\ufe0f\U000e0100\u180b" +
		"\u20e3\u0301\u0323\u0338\u0344\u0897\u05b7\u05b4ל\u0653امهᠠ葛क\u093c\u094d\u0958\u0903ന\u0d4e\u0e33ｶﾞ" +
		"가\u1100\u1161\u11a8\U00016d63\U00016d67↔❤👨👩☝🏽🏿🇩🇪©")
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		s := make([]rune, 1+rng.IntN(14))
		for i := range s {
			s[i] = alphabet[rng.IntN(len(alphabet))]
		}
		checkClean(t, Clean(string(s)))
		if line := Line(string(s)); Line(line) != line {
			t.Errorf("Line(%+q) is not idempotent", string(s))
		}
		if t.Failed() {
			t.Fatalf("from %+q", string(s))
		}
	}
}

// checkClean holds s to what Clean promises, in other words than Clean's.
func checkClean(t *testing.T, s string) {
	t.Helper()
	if again := Clean(s); again != s {
		t.Errorf("Clean(%+q) = %+q: not idempotent", s, again)
	}
	if !utf8.ValidString(s) || !norm.NFC.IsNormalString(s) {
		t.Errorf("%+q is not UTF-8 in NFC", s)
	}
	if len(s) > 4096 || strings.Count(s, "\n") > 9 {
		t.Errorf("%d bytes, %d line ends", len(s), strings.Count(s, "\n"))
	}
	for _, r := range s {
		if r != '\n' && r != '\u200c' && r != '\u200d' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point) {
			t.Errorf("%+q holds %U", s, r)
		}
	}
	clusters, start := 0, true
	for c := range Clusters(s) {
		clusters++
		if w := ansi.StringWidth(c); w > 2 {
			t.Errorf("cluster %+q of %+q is %d wide", c, s, w)
		}
		marks, runes, joiners := 0, 0, 0
		for i, r := range c {
			if r == zwj || r == zwnj { // none by itself: after a virama, or between emoji
				joiners++
				continue
			}
			runes++
			if i > 0 && unicode.IsMark(r) { // some marks take a cell of their own, and begin a cluster
				marks++
			}
		}
		if marks > 4 || runes > 11 || joiners > 4 {
			t.Errorf("cluster %+q has %d marks, %d runes, %d joiners", c, marks, runes, joiners)
		}
		if start && len("x"+c) == clusterLen("x"+c) {
			t.Errorf("%+q: %+q joins what is before the line", s, c)
		}
		start = c == "\n"
	}
	if clusters > 1000 {
		t.Errorf("%d clusters", clusters)
	}
}

// Printable ASCII, most of what is written, must not be copied.
func TestCleanAllocs(t *testing.T) {
	if n := testing.AllocsPerRun(10, func() { Clean("hello there\nyou"); Line(" bob "); Width("hello") }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

const mixed = "Hello, Привет, 你好, 👨‍👩‍👧 ❤️, می\u200cخواهم, स्त्री, e\u0301 and plain words again. "

func BenchmarkClean(b *testing.B) {
	for name, s := range map[string]string{
		"ascii": strings.Repeat("a message of plain words. ", 8),
		"mixed": strings.Repeat(mixed, 2),
		"worst": strings.Repeat("\u1100", maxInput/3),
		"marks": strings.Repeat("\u0301", maxInput/2),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				Clean(s)
			}
		})
	}
}
