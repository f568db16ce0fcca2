package text

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// assembler puts text together from clusters that fit, in NFC.
//
// Whether a rune is taken depends on what was taken before it and on the rune
// that is taken next, never on what is refused. That is what makes Clean
// idempotent: a second time, every rune meets the same text around it.
type assembler struct {
	done strings.Builder // all but the last cluster
	last string          // the last cluster, which may still grow
	held string          // a joiner that is taken only if the next rune needs it
}

// assemble returns what fits of s, which strip has returned.
func assemble(s string) string {
	s = norm.NFC.String(s)
	var a assembler
	a.done.Grow(len(s))
	aligned := false // the last cluster taken is the last one of s, and not a line end
	for s != "" {
		c := s[:clusterLen(s)]
		s = s[len(c):]
		switch {
		case c == "\n":
			a.take(a.last, c)
			aligned = false
		case aligned && fits(c, 0):
			a.take(a.last, c)
		default:
			for _, r := range c {
				a.add(string(r))
			}
			aligned = a.last == c
		}
	}
	a.done.WriteString(a.last)
	return a.done.String()
}

// add takes, holds or drops the rune r.
func (a *assembler) add(r string) {
	held := a.held
	a.held = ""
	if held != "" && a.try(held+r) {
		return
	}
	if !a.try(r) && isJoiner(r) {
		a.held = r
	}
}

// try takes s if everything fits that comes of the last cluster and s, which
// may grow together, compose or change their order.
func (a *assembler) try(s string) bool {
	if (a.last == "" || a.last == "\n") && extends(s) {
		return false
	}
	var clusters []string
	for s = norm.NFC.String(a.last + s); s != ""; {
		c := s[:clusterLen(s)]
		s = s[len(c):]
		next, _ := utf8.DecodeRuneInString(s)
		if !fits(c, next) {
			return false
		}
		clusters = append(clusters, c)
	}
	a.take(clusters...)
	return true
}

// take puts clusters in the place of the last one.
func (a *assembler) take(clusters ...string) {
	for _, c := range clusters[:len(clusters)-1] {
		a.done.WriteString(c)
	}
	a.last = clusters[len(clusters)-1]
}
