package session

import (
	"slices"
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
