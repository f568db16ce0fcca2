package text

import (
	"iter"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/unicode/norm"
)

// What one grapheme cluster may hold beyond its first character. Unicode has
// no bounds here, while a terminal that knows no clusters spends a cell or two
// on each letter and emoji.
const (
	maxMarks   = 4 // combining marks: Arabic and Hebrew points, accents
	maxLetters = 4 // joined to the first: Indic conjuncts have up to five consonants
	maxEmoji   = 4 // joined by ZWJ, the first included: a family of four
)

const (
	zwnj   = '\u200c' // zero width non-joiner
	zwj    = '\u200d' // zero width joiner
	cgj    = '\u034f' // combining grapheme joiner: keeps the order of Hebrew points
	vs15   = '\ufe0e' // variation selector: as text
	vs16   = '\ufe0f' // variation selector: as emoji
	keycap = '\u20e3' // combining enclosing keycap
)

// Clusters yields the grapheme clusters of s, the characters that people see.
func Clusters(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for s != "" {
			n := clusterLen(s)
			if !yield(s[:n]) {
				return
			}
			s = s[n:]
		}
	}
}

// clusterLen returns the length in bytes of the first cluster of s.
func clusterLen(s string) int {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return 1
	}
	return len(graphemes.FromString(s).First())
}

// extends reports whether s would join the cluster before it, as a combining
// mark does.
func extends(s string) bool { return clusterLen("a"+s) > 1 }

// fits reports whether a cluster may be shown as it is when next is what
// follows it (0 for nothing). A cluster that fits also fits without its last
// runes, up to a joiner that needs them; assembler relies on it.
func fits(cluster string, next rune) bool {
	if _, n := utf8.DecodeRuneInString(cluster); n == len(cluster) {
		return true
	}
	runes := []rune(cluster)
	if unicode.IsSpace(runes[0]) {
		return false // when the space is trimmed, the mark would lose its base
	}
	marks, letters, emoji := 0, 0, 1
	for i, r := range runes[1:] {
		before, after := runes[:i+1], runes[i+2:]
		prev := runes[i]
		switch {
		case r == zwj || r == zwnj:
			if !needsJoiner(r, before, after, next) {
				return false
			}
		case unicode.Is(unicode.Variation_Selector, r):
			if !needsSelector(r, prev, after) {
				return false
			}
			marks++
		case r == cgj:
			if ccc(prev) == 0 || len(after) == 0 || ccc(after[0]) == 0 {
				return false
			}
			marks++
		case isSkinTone(r):
			if !isEmoji(prev) && prev != vs16 {
				return false
			}
		case prev == zwj && isEmoji(r):
			emoji++
		case unicode.Is(unicode.Regional_Indicator, r): // the second half of a flag
		case displaywidth.Rune(r) > 1:
			return false
		case unicode.IsLetter(r):
			letters++
		default: // marks, and whatever Unicode adds that Go doesn't know yet
			marks++
		}
	}
	return marks <= maxMarks && letters <= maxLetters && emoji <= maxEmoji
}

// needsJoiner reports whether the joiner r, between the runes of its cluster
// and before next, does something: it shapes what follows a virama, joins two
// emoji, or (ZWNJ) parts two letters that would be written as one. See RFC
// 5892, appendix A, which is stricter about letters than Persian writers are.
func needsJoiner(r rune, before, after []rune, next rune) bool {
	first, prev := before[0], before[len(before)-1]
	switch {
	case isLetter(first) && ccc(prev) == 9: // virama
		return true
	case r == zwj:
		return len(after) > 0 && isEmoji(after[0]) && (isEmoji(prev) || isSkinTone(prev) || prev == vs16)
	default:
		return len(after) == 0 && isLetter(first) && isLetter(next) && (isCursive(first) || isCursive(next))
	}
}

// needsSelector reports whether the variation selector r belongs between prev
// and what is after it in its cluster.
func needsSelector(r, prev rune, after []rune) bool {
	switch {
	case r == vs16 && (prev == '#' || prev == '*' || '0' <= prev && prev <= '9'):
		return len(after) > 0 && after[0] == keycap
	case r == vs15 || r == vs16:
		return isEmoji(prev)
	default: // forms of ideographs in names, and of Mongolian letters
		return unicode.In(prev, unicode.Han, unicode.Mongolian)
	}
}

// isJoiner reports whether the need for r shows only in the rune after it.
func isJoiner(r string) bool {
	switch r {
	case string(zwj), string(zwnj), string(cgj), string(vs16):
		return true
	}
	return false
}

// isEmoji reports whether r is Extended_Pictographic: rule GB11 of UAX #29
// joins these, and nothing else, to an emoji after a ZWJ.
func isEmoji(r rune) bool {
	const joined = "\u200d❤"
	s := string(r) + joined
	return r >= utf8.RuneSelf && clusterLen(s) == len(s)
}

func isSkinTone(r rune) bool { return '\U0001f3fb' <= r && r <= '\U0001f3ff' }

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func isCursive(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian)
}

// ccc returns the canonical combining class of r, 0 for what isn't a mark that
// normalisation may reorder.
func ccc(r rune) uint8 { return norm.NFC.PropertiesString(string(r)).CCC() }
