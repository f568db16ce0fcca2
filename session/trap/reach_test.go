package trap

import (
	"strings"
	"testing"
)

// A pattern is run around its words alone, and finds there what it finds in the whole
// text: no more at the edges, and no less.
func TestFindsAroundItsWords(t *testing.T) {
	const list = "[[pattern]]\nname = \"x\"\ndoes = [\"stop\"]\nmatch = '''MATCH'''\n"
	for _, c := range []struct {
		match, said string
		found       bool
	}{
		{`\bfoo(?: \S+){0,2} bar\b`, "* foo one two bar *", true},
		{`\bfoo(?: \S+){0,2} bar\b`, "* foo one two three bar *", false},
		{`\bfoo(?: \S+){0,2} bar\b`, "* xfoo one bar *", false},
		{`\bfoo(?: \S+){0,2} bar\b`, "* foo one barx *", false},
		{`\bfoo(?: \S+){0,2} bar\b`, "bar * foo one two * bar * foo", false},
		{`\bfoo(?: \S+){0,2} bar\b`, "foo * bar * foo bar", true},
		{`(?:^ ?|so )foo bar`, "* foo bar *", false},
		{`(?:^ ?|so )foo bar`, "* so foo bar *", true},
		{`(?:^ ?|so )foo bar`, "foo bar *", true},
		{`foo \S*bar $`, "* foo xbar *", false},
		{`foo \S*bar $`, "foo bar * foo xbar", true},
		{`foo.*bar`, "foo * bar", true},
		{`пира\S{0,3}мида`, "* пираxyzмида *", true},
		{`пира\S{0,3}мида`, "* пираxyzzмида *", false},
		{`\bfoo\S{0,3}bar`, "*foobar", false},
	} {
		l := parse(t, strings.Replace(list, "MATCH", c.match, 1))
		for _, filler := range []string{"word", strings.Repeat("word ", 100) + "word", strings.Repeat("слово", 50)} {
			said := strings.ReplaceAll(c.said, "*", filler)
			if got := find(l, Messages, said).Stop; got != c.found {
				t.Errorf("%s in %.60q: %v", c.match, said, got)
			}
		}
	}
}
