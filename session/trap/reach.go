package trap

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// far is more than any text has.
const far = 1 << 20

// reach is how much of a text an expression can match at most: spaces and bytes.
type reach struct{ spaces, bytes int }

// reachOf returns the reach of an expression. One that looks at the end of the text is
// far from wherever else it begins.
func reachOf(re *syntax.Regexp) (r reach) {
	switch re.Op {
	case syntax.OpLiteral:
		said := string(re.Rune)
		return reach{strings.Count(said, " "), len(said)}
	case syntax.OpCharClass:
		if inClass(re.Rune, ' ') {
			r.spaces = 1
		}
		return reach{r.spaces, utf8.UTFMax}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return reach{1, utf8.UTFMax}
	case syntax.OpEndLine, syntax.OpEndText:
		return reach{far, far}
	case syntax.OpStar, syntax.OpPlus:
		return reachOf(re.Sub[0]).times(far)
	case syntax.OpRepeat:
		if re.Max < 0 {
			return reachOf(re.Sub[0]).times(far)
		}
		return reachOf(re.Sub[0]).times(re.Max)
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			s := reachOf(sub)
			r = reach{max(r.spaces, s.spaces), max(r.bytes, s.bytes)}
		}
		return r
	}
	for _, sub := range re.Sub {
		s := reachOf(sub)
		r = reach{min(far, r.spaces+s.spaces), min(far, r.bytes+s.bytes)}
	}
	return r
}

func (r reach) times(n int) reach { return reach{min(far, r.spaces*n), min(far, r.bytes*n)} }

// window is a part of a text.
type window struct{ from, to int }

// around is the part of a text where a match with a hit in it must lie, with a
// character on each side that it can't reach. Spaces are where the text has them.
func (r reach) around(at hit, look string, spaces []int) window {
	w := window{0, len(look)}
	if before, _ := slices.BinarySearch(spaces, at.from); before > r.spaces {
		w.from = spaces[before-1-r.spaces]
	}
	if after, _ := slices.BinarySearch(spaces, at.to); after+r.spaces < len(spaces) {
		w.to = spaces[after+r.spaces] + 1
	}
	w.from = max(w.from, at.to-r.bytes-utf8.UTFMax)
	w.to = min(w.to, at.from+r.bytes+utf8.UTFMax)
	for w.from > 0 && !utf8.RuneStart(look[w.from]) {
		w.from--
	}
	for w.to < len(look) && !utf8.RuneStart(look[w.to]) {
		w.to++
	}
	return w
}

// spacesOf returns where a text has spaces.
func spacesOf(look string) (at []int) {
	for i := range len(look) {
		if look[i] == ' ' {
			at = append(at, i)
		}
	}
	return at
}
