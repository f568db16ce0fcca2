package trap

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// found is all that a list says of a text.
type found struct {
	Stop  bool
	Warn  []string
	Flags []Flag
}

func find(l *List, in Place, said string) found {
	f := l.Find(in, said)
	return found{f.Stop, f.Warn.Of(), f.Flags}
}

var categories = []string{"spam", "underage", "threat"}

func parse(t *testing.T, list string) *List {
	t.Helper()
	l, err := Parse([]byte(list), categories)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A pattern finds what looks like what it says, in the places that it names.
func TestFind(t *testing.T) {
	l := parse(t, `
[[pattern]]
name = "pyramids"
does = ["stop", "flag"]
category = "threat"
match = '''\bJoin (?:my|our) Pyramid'''
in = ["messages"]

[[pattern]]
name = "pyramid words"
does = ["warn"]
about = "money"
match = '''пирамид[аыу]|i'm rich|mp3s|[É]lite|t\.me/|\$\d{3}'''
`)
	for said, want := range map[string]found{
		"hello":                     {},
		"join my pyramid":           {Stop: true, Flags: []Flag{{"pyramids", "threat"}}},
		"JОIN  МY РYRАMІD!!":        {Stop: true, Flags: []Flag{{"pyramids", "threat"}}},
		"so j.o.i.n our pyr4mid":    {Stop: true, Flags: []Flag{{"pyramids", "threat"}}},
		"conjoin my pyramid":        {},
		"финансовая ПИРАМИДА":       {Warn: []string{"money"}},
		"п и р а м и д ы":           {Warn: []string{"money"}},
		"im rich":                   {Warn: []string{"money"}},
		"I’m   RICH":                {Warn: []string{"money"}},
		"free mp3s":                 {Warn: []string{"money"}},
		"the élite":                 {Warn: []string{"money"}},
		"an elite":                  {Warn: []string{"money"}},
		"see t.me/x":                {Warn: []string{"money"}},
		"it costs $500":             {Warn: []string{"money"}},
		"it costs €500":             {Warn: []string{"money"}},
		"im rich, join our pyramid": {Stop: true, Warn: []string{"money"}, Flags: []Flag{{"pyramids", "threat"}}},
	} {
		if got := find(l, Messages, said); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q: %+v, want %+v", said, got, want)
		}
	}
	if f := find(l, Questions, "Who wants to join my pyramid?"); f.Stop {
		t.Error("a pattern for messages alone finds a question")
	}
	if f := find(l, Interests, "mp3s"); !slices.Equal(f.Warn, []string{"money"}) {
		t.Errorf("an interest is not found: %+v", f)
	}
	if !l.Flags() {
		t.Error("a list that flags says that it doesn't")
	}
	if none := (*List)(nil); none.Flags() || find(none, Messages, "join my pyramid").Stop {
		t.Error("no list finds something")
	}
}

// A list may have the built-in one with it.
func TestStarterWithAnother(t *testing.T) {
	l := parse(t, "starter = true\n[[pattern]]\nname = \"x\"\ndoes = [\"flag\"]\nmatch = \"pyramid\"\n")
	f := find(l, Messages, "add me on telegram for the pyramid")
	if !slices.Equal(f.Warn, []string{"apps"}) || !slices.Equal(f.Flags, []Flag{{"x", "spam"}}) {
		t.Errorf("found %+v", f)
	}
	if built, err := Starter(); err != nil || built.Flags() {
		t.Errorf("the built-in list flags, or: %v", err)
	}
}

// What can't be run in bounded time, or can't be understood, is refused in a line that
// names the pattern.
func TestParseRefuses(t *testing.T) {
	one := func(match string) string {
		return fmt.Sprintf("[[pattern]]\nname = \"mine\"\ndoes = [\"warn\"]\nmatch = '''%s'''\n", match)
	}
	for list, want := range map[string]string{
		"pattern = 3":                                                     "line 1: ",
		"[[pattern]\nname = \"x\"":                                        "line 1: ",
		"[[pattern]]\nregex = \"x\"":                                      `line 2: there is no key "pattern.regex"; the keys are `,
		"[[pattern]]\nmatch = \"xy\"":                                     "pattern 1: give it a name",
		one("x y z") + one("abc"):                                         `pattern 2: the name "mine" is taken`,
		"[[pattern]]\nname = \"mine\"\nmatch = \"abc\"":                   `pattern "mine": say what it does`,
		"[[pattern]]\nname = \"mine\"\nmatch = \"abc\"\ndoes = [\"ban\"]": `pattern "mine": does has "ban"; it may have warn, stop, flag`,
		"[[pattern]]\nname = \"mine\"\nmatch = \"abc\"\ndoes = [\"warn\"]\nabout = \"luck\"":    `pattern "mine": about has "luck"; it may have apps, money`,
		"[[pattern]]\nname = \"mine\"\nmatch = \"abc\"\ndoes = [\"flag\"]\ncategory = \"luck\"": `pattern "mine": category has "luck"; it may have spam`,
		"[[pattern]]\nname = \"mine\"\nmatch = \"abc\"\ndoes = [\"stop\"]\nin = [\"tags\"]":     `pattern "mine": in has "tags"; it may have messages, interests, questions`,
		one(""):                        `pattern "mine": give match a regular expression`,
		one(strings.Repeat("x", 1001)): `pattern "mine": give match a regular expression of at most 1000 characters`,
		one("(unclosed"):               `pattern "mine": match can't be read: missing closing )`,
		one(`(a+)+\1`):                 `pattern "mine": match can't be read: invalid escape sequence`,
		one("(?=abc)"):                 `pattern "mine": match can't be read: invalid or unsupported Perl syntax`,
		one("(?:abc{1,1000}){1,9}"):    `pattern "mine": match can't be read: invalid repeat count`,
		one(".{0,400}abc.{0,400}"):     `pattern "mine": match is too large`,
		one(".*"):                      `pattern "mine": match finds even ""`,
		one("[a-z]"):                   `pattern "mine": match finds even "hi"`,
		one("are you"):                 `pattern "mine": match finds even "how are you"`,
		strings.Replace(manyPatterns(201), "starter", "", 1): "there are 201 patterns, and at most 200 can be kept",
	} {
		_, err := Parse([]byte(list), categories)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.90q: %v, want %q", list, err, want)
		}
	}
	var wordless strings.Builder
	for i := range 20 {
		fmt.Fprintf(&wordless, "[[pattern]]\nname = \"w%d\"\ndoes = [\"warn\"]\nmatch = '''%s'''\n", i, `(?:\d ?){150}x`)
	}
	if _, err := Parse([]byte(wordless.String()), nil); err == nil || !strings.Contains(err.Error(), "too many patterns have no word of three letters") {
		t.Errorf("patterns that run on everything: %v", err)
	}
}

func manyPatterns(n int) string {
	var list strings.Builder
	for i := range n {
		fmt.Fprintf(&list, "[[pattern]]\nname = \"p%d\"\ndoes = [\"warn\"]\nmatch = '''word%d(?: \\S+){0,20} end'''\n", i, i)
	}
	return list.String()
}

// The largest list and a text that has all its words in it are done with in bounded
// time. The bound is a hundred times what it takes on a calm machine.
func TestWorstCase(t *testing.T) {
	l := parse(t, manyPatterns(200))
	var said strings.Builder
	for i := 0; said.Len() < 4000; i++ {
		fmt.Fprintf(&said, "word%d ", i%200)
	}
	begun := time.Now()
	find(l, Messages, said.String())
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

func FuzzParse(f *testing.F) {
	for _, match := range []string{`^foo(?: \S+){0,2} bar`, `\bbar(?: \S+)? baz\b`, `(?:foo|bar)\S{0,3}(?:baz|пирамида)`, `(?:^ ?|so )foo bar`, `foo \S*bar$`, `a|b`, `(?i)[^x]+й{2,3}`, `\bfoo\B.*?$`, `[à-ü]'?x`, `\pL{3}`, `(?s).+z`, "[’']", `x*?y+?`} {
		f.Add(match, "some text to look at, пирамида 123")
		f.Add(match, "foo a bar b baz. x foo bar, so foo bar: barпирамида foo a b c d bar")
	}
	f.Fuzz(func(t *testing.T, match, said string) {
		pieces, err := compile(match)
		if err != nil || len(said) > 4096 {
			return
		}
		of := pattern{in: []Place{Messages}, does: []string{stop}}
		with, without := List{patterns: []pattern{of}}, List{patterns: []pattern{of}}
		for _, p := range pieces {
			if p.size > maxProgram {
				t.Errorf("%q has %d instructions", match, p.size)
			}
			with.add(p, 0)
			without.add(piece{match: p.match}, 0)
		}
		if a, b := find(&with, Messages, said), find(&without, Messages, said); a.Stop != b.Stop {
			t.Errorf("%q in %q: %v by its words, %v without", match, said, a.Stop, b.Stop)
		}
	})
}

// What a message of 200 characters costs with the built-in list: no more than 20 µs.
func BenchmarkFind(b *testing.B) {
	l, err := Starter()
	if err != nil {
		b.Fatal(err)
	}
	for name, said := range map[string]string{
		"talk":     "on a night train, somewhere past Ljubljana. ours is the only compartment with the light still on, and someone is snoring in three languages. tell me, what do you do when you can't sleep at night? :)",
		"near":     "my mom texts me on whatsapp every day, she wants to send me money, and my brother talks of bitcoin and telegram all day. what do you think, should I invest? please teach me how to say no to my family",
		"russian":  strings.Repeat("ну и что ты делаешь целый день? ", 7)[:360],
		"japanese": strings.Repeat("今日はどうでしたか。テレビを見た", 13)[:600],
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				find(l, Messages, said)
			}
		})
	}
}

// BenchmarkWorst is the longest message, of nothing but the words of the built-in list,
// and with one endless word among them: no more than 1 ms.
func BenchmarkWorst(b *testing.B) {
	l, err := Starter()
	if err != nil {
		b.Fatal(err)
	}
	all := allWords(l, 4000)
	some := allWords(l, 1000)
	for name, said := range map[string]string{
		"words": all,
		"word":  some + strings.Repeat("x", 2000) + " " + some,
		"again": strings.Repeat("telegram add me on t.me/x give me your money bitcoin ", 80)[:4000],
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				l.Find(Messages, said)
			}
		})
	}
}

// allWords is a text of different words of a list.
func allWords(l *List, size int) string {
	seen := make(map[string]bool)
	var said strings.Builder
	for _, p := range l.pieces {
		for _, clause := range p.clauses {
			for _, w := range clause[:1] {
				if !seen[w] && said.Len() < size {
					said.WriteString(w + " ")
					seen[w] = true
				}
			}
		}
	}
	return said.String()
}
