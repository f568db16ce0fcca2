package session

import (
	"slices"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for command, want := range map[string][]string{
		"":                         nil,
		" \t\n ":                   nil,
		"status  --json ":          {"status", "--json"},
		`say 'one  "two"' "it's"`:  {"say", `one  "two"`, "it's"},
		`a'b'"c"d`:                 {"abcd"},
		`'' "" x`:                  {"", "", "x"},
		`one\ word \'\" \\`:        {"one word", `'"`, `\`},
		`"a \"b\" \\ \n" '\n' \n`:  {`a "b" \ \n`, `\n`, "n"},
		"caf\xe9 'é'":              {"caf\xe9", "é"},
		"a;b|c $HOME *.go #no `x`": {"a;b|c", "$HOME", "*.go", "#no", "`x`"},
		"two\nlines":               {"two", "lines"},
	} {
		got, err := split(command)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q is split into %q, %v; want %q", command, got, err, want)
		}
	}
	for _, command := range []string{`'`, `"`, `it's`, `"a\"`, `a\`, "a\x00b"} {
		if got, err := split(command); err == nil {
			t.Errorf("%q is split into %q", command, got)
		}
	}
}

// FuzzSplit checks that what is split means the same when each word is quoted, and that
// words are made of what was there.
func FuzzSplit(f *testing.F) {
	for _, command := range []string{"status --json", `say 'one  "two"' "it's" a\ b`, `"a \"b\" \\ \n" '' \`, "a\x00b", "it's"} {
		f.Add(command)
	}
	f.Fuzz(func(t *testing.T, command string) {
		words, err := split(command)
		if err != nil {
			if words != nil {
				t.Errorf("%q is %q and %v", command, words, err)
			}
			return
		}
		var quoted strings.Builder
		size := 0
		for _, word := range words {
			quoted.WriteString(" '" + strings.ReplaceAll(word, "'", `'\''`) + "'")
			size += len(word)
		}
		if size > len(command) {
			t.Errorf("%q is split into %q", command, words)
		}
		if again, err := split(quoted.String()); err != nil || !slices.Equal(again, words) {
			t.Errorf("%q is split into %q, and %s into %q, %v", command, words, quoted.String(), again, err)
		}
	})
}
