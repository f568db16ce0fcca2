package trap

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"strangerd/session/text"
)

// harmless are texts that no pattern may find.
var harmless = []string{"", "hi", "ok", "how are you"}

// piece is an expression that is run on a text if of each of its clauses a word is in
// it.
type piece struct {
	match   *regexp.Regexp
	inside  *regexp.Regexp // matches the same, but for the beginning of the text
	reach   reach
	clauses [][]string
	size    int // instructions of its program
}

// finds tells whether a piece matches a text with these hits, of which its are under a
// number. It is run on what of the text lies around the hits of a clause alone, and only
// where all its clauses have one.
func (p *piece) finds(look string, spaces []int, hits *hits, number int) bool {
	if len(p.clauses) == 0 {
		return p.match.MatchString(look)
	}
	for _, w := range hits.windows(number, func(at hit) window { return p.reach.around(at, look, spaces) }) {
		match := p.inside
		if w.from == 0 {
			match = p.match
		}
		if match.MatchString(look[w.from:w.to]) {
			return true
		}
	}
	return false
}

// compile reads a regular expression as the text is read: by what it looks like. What
// it offers to choose from at its top level becomes a piece each.
func compile(expression string) (pieces []piece, err error) {
	if n := utf8.RuneCountInString(expression); n == 0 || n > maxLength {
		return nil, fmt.Errorf("give match a regular expression of at most %d characters; make two patterns of it", maxLength)
	}
	tree, err := syntax.Parse(expression, syntax.Perl|syntax.FoldCase)
	if err != nil {
		if bad, ok := errors.AsType[*syntax.Error](err); ok {
			return nil, fmt.Errorf("match can't be read: %s in %q (the syntax is Go's: https://pkg.go.dev/regexp/syntax)", bad.Code, bad.Expr)
		}
		return nil, err
	}
	look(tree)
	for _, part := range split(tree) {
		p, err := compilePiece(part)
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, p)
	}
	return pieces, nil
}

func compilePiece(tree *syntax.Regexp) (p piece, err error) {
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return p, fmt.Errorf("match can't be compiled: %w", err)
	}
	if p.size = len(program.Inst); p.size > maxProgram {
		return p, fmt.Errorf("match is too large: %d instructions, and at most %d can be run in time; repeat less in it, or make two patterns of it", p.size, maxProgram)
	}
	anywhere, inside := source(tree, `^`), source(tree, never)
	if p.match, err = regexp.Compile(anywhere); err != nil {
		return p, err
	}
	p.inside = p.match
	if inside != anywhere {
		if p.inside, err = regexp.Compile(inside); err != nil {
			return p, err
		}
	}
	for _, said := range harmless {
		if p.match.MatchString(" " + said + " ") {
			return p, fmt.Errorf("match finds even %q; make it narrower", said)
		}
	}
	p.clauses, p.reach = clauses(tree), reachOf(tree)
	return p, nil
}

// split takes an expression apart that offers a choice, at most behind a literal or the
// beginning of a word, which the parser takes out of what it chooses from.
func split(re *syntax.Regexp) (parts []*syntax.Regexp) {
	switch {
	case re.Op == syntax.OpAlternate:
		for _, sub := range re.Sub {
			parts = append(parts, split(sub)...)
		}
		return parts
	case re.Op == syntax.OpConcat && len(re.Sub) == 2 && (re.Sub[0].Op == syntax.OpWordBoundary || re.Sub[0].Op == syntax.OpLiteral):
		for _, sub := range split(re.Sub[1]) {
			parts = append(parts, &syntax.Regexp{Op: syntax.OpConcat, Sub: []*syntax.Regexp{re.Sub[0], sub}})
		}
		return parts
	}
	return []*syntax.Regexp{re}
}

// look has an expression mean what its characters look like.
func look(re *syntax.Regexp) {
	for _, sub := range re.Sub {
		look(sub)
	}
	re.Flags &^= syntax.FoldCase
	switch re.Op {
	case syntax.OpLiteral:
		re.Rune = []rune(text.Look(string(re.Rune)))
		if len(re.Rune) == 0 {
			re.Op = syntax.OpEmptyMatch
		}
	case syntax.OpCharClass:
		lookClass(re)
	}
}

// maxLooked is up to how many characters of a class each is looked at. Greater ones,
// such as \pL, have their likes in them.
const maxLooked = 1000

// lookClass adds what its characters look like to a class.
func lookClass(re *syntax.Regexp) {
	size := 0
	for i := 0; i < len(re.Rune); i += 2 {
		size += int(re.Rune[i+1]-re.Rune[i]) + 1
	}
	var looks []rune
	if size <= maxLooked {
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if as := []rune(text.Look(string(r))); len(as) == 1 {
					looks = append(looks, as[0], as[0])
				}
			}
		}
		if looks == nil { // of what is not in a skeleton
			re.Op, re.Rune = syntax.OpEmptyMatch, nil
			return
		}
		re.Rune = looks
	} else {
		text.LookAlikes(func(r, latin rune) {
			if inClass(re.Rune, r) {
				looks = append(looks, latin, latin)
			}
		})
		re.Rune = append(re.Rune, looks...)
	}
}

func inClass(ranges []rune, r rune) bool {
	for i := 0; i < len(ranges); i += 2 {
		if ranges[i] <= r && r <= ranges[i+1] {
			return true
		}
	}
	return false
}

// never matches nothing.
const never = `[^\x00-\x{10FFFF}]`

// source is an expression without the flags that it was read with, of which none
// matters any more. (Its own String takes a second for a list: it looks for what a
// class has in both cases.) Begin stands for the beginning of the text.
func source(re *syntax.Regexp, begin string) string {
	w := writer{begin: begin}
	w.write(re)
	return w.String()
}

type writer struct {
	strings.Builder
	begin string
}

func (b *writer) write(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpNoMatch:
		b.WriteString(never)
	case syntax.OpEmptyMatch:
		b.WriteString(`(?:)`)
	case syntax.OpLiteral:
		b.WriteString(regexp.QuoteMeta(string(re.Rune)))
	case syntax.OpCharClass:
		b.WriteByte('[')
		for i := 0; i < len(re.Rune); i += 2 {
			fmt.Fprintf(b, `\x{%x}-\x{%x}`, re.Rune[i], re.Rune[i+1])
		}
		b.WriteByte(']')
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('.')
	case syntax.OpBeginLine, syntax.OpBeginText:
		b.WriteString(b.begin)
	case syntax.OpEndLine, syntax.OpEndText:
		b.WriteByte('$')
	case syntax.OpWordBoundary:
		b.WriteString(`\b`)
	case syntax.OpNoWordBoundary:
		b.WriteString(`\B`)
	default:
		b.writeGroup(re)
	}
}

// writeGroup writes an expression that is made of others.
func (b *writer) writeGroup(re *syntax.Regexp) {
	b.WriteString("(?:")
	for i, sub := range re.Sub {
		if i > 0 && re.Op == syntax.OpAlternate {
			b.WriteByte('|')
		}
		b.write(sub)
	}
	b.WriteByte(')')
	switch re.Op {
	case syntax.OpStar:
		b.WriteByte('*')
	case syntax.OpPlus:
		b.WriteByte('+')
	case syntax.OpQuest:
		b.WriteByte('?')
	case syntax.OpRepeat:
		if fmt.Fprintf(b, "{%d,", re.Min); re.Max >= 0 {
			fmt.Fprint(b, re.Max)
		}
		b.WriteByte('}')
	}
}

// What a piece's clauses may hold.
const (
	maxWords   = 256 // in one
	maxClauses = 8
)

// clauses returns sets of words: of each, one is in every text that re finds. Each word
// has at least minWord bytes.
func clauses(re *syntax.Regexp) (all [][]string) {
	if words, ok := exact(re); ok {
		return clause(nil, words)
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return clauses(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return clauses(re.Sub[0])
		}
	case syntax.OpConcat:
		return clausesOfRow(re.Sub)
	case syntax.OpAlternate:
		var either []string
		for _, sub := range re.Sub {
			words := rarest(clauses(sub))
			if words == nil || len(either)+len(words) > maxWords {
				return nil
			}
			either = append(either, words...)
		}
		return clause(nil, either)
	}
	return nil
}

// clausesOfRow returns the clauses of expressions that follow each other: those of
// which it is known all that they match are taken together.
func clausesOfRow(row []*syntax.Regexp) (all [][]string) {
	together := []string{""}
	for _, re := range row {
		words, ok := exact(re)
		if ok && len(together)*len(words) <= maxWords {
			together = join(together, words)
			continue
		}
		all, together = clause(all, together), []string{""}
		if ok {
			together = words
		} else {
			all = append(all, clauses(re)...)
		}
	}
	all = clause(all, together)
	return all[:min(len(all), maxClauses)]
}

// clause adds words to clauses, if all are long enough.
func clause(all [][]string, words []string) [][]string {
	for _, w := range words {
		if len(w) < minWord {
			return all
		}
	}
	return append(all, words)
}

// exact returns all that re matches, if that is little enough to list it.
func exact(re *syntax.Regexp) (words []string, ok bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary, syntax.OpNoWordBoundary, syntax.OpBeginLine,
		syntax.OpBeginText, syntax.OpEndLine, syntax.OpEndText:
		return []string{""}, true
	case syntax.OpLiteral:
		return []string{string(re.Rune)}, true
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1] && len(words) <= maxWords; r++ {
				words = append(words, string(r))
			}
		}
	case syntax.OpCapture:
		return exact(re.Sub[0])
	case syntax.OpQuest:
		words, ok = exact(re.Sub[0])
		words = append(words[:len(words):len(words)], "")
		return words, ok && len(words) <= maxWords
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			these, ok := exact(sub)
			if !ok {
				return nil, false
			}
			words = append(words, these...)
		}
	case syntax.OpConcat:
		words = []string{""}
		for _, sub := range re.Sub {
			these, ok := exact(sub)
			if !ok || len(words)*len(these) > maxWords {
				return nil, false
			}
			words = join(words, these)
		}
	}
	return words, 0 < len(words) && len(words) <= maxWords
}

// join returns each of the first with each of the second behind it.
func join(first, second []string) []string {
	all := make([]string, 0, len(first)*len(second))
	for _, a := range first {
		for _, b := range second {
			all = append(all, a+b)
		}
	}
	return all
}

// rarest is the clause that the fewest texts fulfil, by a guess: that of the longest
// words.
func rarest(all [][]string) (best []string) {
	longest := 0
	for _, words := range all {
		least := len(words[0])
		for _, word := range words {
			least = min(least, len(word)-strings.Count(word, " "))
		}
		if least > longest {
			best, longest = words, least
		}
	}
	return best
}
