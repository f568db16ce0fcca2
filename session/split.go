package session

import (
	"errors"
	"strings"
)

var errUnbalanced = errors.New("unbalanced quotes")

// split splits a command into words as a POSIX shell would, which expands
// nothing: blanks part them, unless quoted or behind a backslash.
func split(command string) (words []string, err error) {
	var word strings.Builder
	var quote byte // the open one
	var escaped, begun bool
	for i := range len(command) {
		b := command[i]
		switch {
		case b == 0:
			return nil, errors.New("NUL in a command")
		case escaped:
			if quote == '"' && !strings.ContainsRune("\"\\$`\n", rune(b)) {
				word.WriteByte('\\')
			}
			if b != '\n' { // an escaped line end is none
				word.WriteByte(b)
			}
			escaped = false
		case b == '\\' && quote != '\'':
			escaped, begun = true, true
		case quote != 0 && b == quote:
			quote = 0
		case quote == 0 && (b == '\'' || b == '"'):
			quote, begun = b, true // even an empty word is one
		case quote == 0 && (b == ' ' || b == '\t' || b == '\n'):
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteByte(b)
			begun = true
		}
	}
	if quote != 0 || escaped {
		return nil, errUnbalanced
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}
