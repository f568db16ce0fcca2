package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold returns what is left of a text when it doesn't matter how it is written:
// letters, their marks and figures, without case, width, spaces, punctuation and
// symbols. Texts that differ only in those are equal.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.M, unicode.N) && !unicode.Is(unicode.Variation_Selector, r) {
			return r
		}
		return -1
	}, cases.Fold().String(norm.NFKC.String(s)))
}
