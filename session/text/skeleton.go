package text

import (
	"sort"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Skeleton returns what a text looks like: two that a hurried reader takes for the
// same have the same one. It has small letters without accents, figures, and one space
// between words; letters of other scripts, styles and widths that resemble a Latin one
// are that one, i is l, and a figure between two letters is the letter it resembles.
// Of signs only those stay that money, addresses and phone numbers are written with.
// Letters that stand alone, four or more of them, are one word. It is for comparing,
// and not for showing (the term is that of Unicode's report 39).
func Skeleton(s string) string {
	table := looks()
	b := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		i += n
		switch {
		case 0x3400 <= r && r < 0xa000, 0xac00 <= r && r < 0xd7a4: // Han, Hangul
			b = append(b, s[i-n:i]...)
		case r >= rune(len(table)), table[r] == several:
			b = appendLook(b, r)
		case table[r] == ' ':
			b = appendSpace(b)
		case table[r] != none:
			b = utf8.AppendRune(b, rune(table[r]))
		}
	}
	return string(readFigures(joinSpelled(trimSigns(b))))
}

// Look returns what a part of a text looks like, whatever stands around it.
func Look(s string) string {
	var b []byte
	for _, r := range s {
		b = appendLook(b, r)
	}
	return string(readFigures(b))
}

// looks has what the characters look like that most people write: as one character, or
// as none or several.
var looks = sync.OnceValue(func() *[0x3100]uint16 {
	var table [0x3100]uint16
	for r := range table {
		switch look := []rune(Look(string(rune(r)))); len(look) {
		case 0:
			table[r] = none
		case 1:
			table[r] = uint16(look[0])
		default:
			table[r] = several
		}
	}
	return &table
})

const (
	none    = 0
	several = 0xffff
)

// signs are kept: those that money, addresses and phone numbers are written with. Any
// currency is a dollar. What is not ASCII in a skeleton is a letter, a mark or a number.
const signs = "$@+%#./:&="

// appendLook appends what r looks like. Two spaces never follow each other.
func appendLook(b []byte, r rune) []byte {
	var char [utf8.UTFMax]byte
	n := utf8.EncodeRune(char[:], r)
	parts := norm.NFKD.Properties(char[:n]).Decomposition()
	if parts == nil {
		return appendPart(b, r)
	}
	for _, part := range string(parts) {
		b = appendPart(b, part)
	}
	return b
}

// appendPart appends what a character looks like that is made of no others.
func appendPart(b []byte, r rune) []byte {
	r = unicode.ToLower(r)
	if latin, ok := alike[r]; ok {
		return append(b, latin)
	}
	switch {
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9', strings.ContainsRune(signs, r):
		return append(b, byte(r))
	case unicode.In(r, unicode.Han, unicode.Hangul):
		return utf8.AppendRune(b, r)
	case strings.ContainsRune("'`’ʼ", r), dropped(r): // im is how many write I'm
		return b
	case unicode.Is(unicode.Sc, r):
		return append(b, '$')
	case unicode.IsDigit(r):
		return append(b, '0'+decimal(r))
	case unicode.In(r, unicode.L, unicode.M, unicode.N):
		return utf8.AppendRune(b, r)
	}
	if latin, ok := enclosed(r); ok {
		return appendPart(b, latin)
	}
	return appendSpace(b)
}

func appendSpace(b []byte) []byte {
	if len(b) > 0 && b[len(b)-1] == ' ' {
		return b
	}
	return append(b, ' ')
}

// dropped tells what is written above, below or within a word and changes nothing:
// accents, the points and the tatweel of Arabic, what voices kana, variation selectors,
// and what has no width.
func dropped(r rune) bool {
	return r >= 0x300 && r <= 0x36f || r >= 0x64b && r <= 0x65f || r == 0x640 || r == 0x3099 || r == 0x309a ||
		unicode.In(r, unicode.Variation_Selector, unicode.Cf)
}

// decimal is the value of a figure of any script: each has its ten in a row.
func decimal(r rune) byte {
	if in := unicode.Nd.R16; r <= rune(in[len(in)-1].Hi) {
		i := sort.Search(len(in), func(i int) bool { return r <= rune(in[i].Hi) })
		return byte((r - rune(in[i].Lo)) % 10)
	}
	in := unicode.Nd.R32
	i := sort.Search(len(in), func(i int) bool { return r <= rune(in[i].Hi) })
	return byte((r - rune(in[i].Lo)) % 10)
}

// enclosed is the letter that a sign is a picture of: white in a black circle or
// square, or of those two of which make a flag.
func enclosed(r rune) (latin rune, ok bool) {
	for _, first := range [...]rune{0x1f150, 0x1f170, 0x1f1e6} {
		if first <= r && r < first+26 {
			return 'a' + r - first, true
		}
	}
	return 0, false
}

// alike are the small letters of other scripts, and those of Latin with a history,
// that are taken for a letter of English, also where it is the capitals that resemble
// each other. A capital i resembles an l.
var alike = pairs(
	"авсеԁһніјкморԛѕтуѵԝхьґ", "abcedhhljkmopqstyvwxbr",
	"αβγδεικμνορτυχω", "abydelkmvoptuxw",
	"օսոհցք", "ounhgp",
	"ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghljklmnoprstuvwyz",
	"iıøđłħɑɡƒŧðɩɾʋ", "llodlhagftdlrv",
)

func pairs(lists ...string) map[rune]byte {
	all := make(map[rune]byte)
	for i := 0; i < len(lists); i += 2 {
		at := 0
		for _, r := range lists[i] {
			all[r] = lists[i+1][at]
			at++
		}
	}
	return all
}

// LookAlikes calls visit for each small letter that looks like another one.
func LookAlikes(visit func(r, latin rune)) {
	for r, latin := range alike {
		visit(r, rune(latin))
	}
}

// inWord tells whether a byte of a skeleton belongs to a word.
func inWord(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c >= utf8.RuneSelf
}

// trimSigns takes out the signs before anything but a letter or a figure, such as the
// full stop of a sentence.
func trimSigns(b []byte) []byte {
	out := b[:0]
	for i, c := range b {
		if inWord(c) || c != ' ' && i+1 < len(b) && inWord(b[i+1]) {
			out = append(out, c)
		} else {
			out = appendSpace(out)
		}
	}
	return out
}

// spelled is from how many letters on a word is taken for spelled out.
const spelled = 4

// joinSpelled joins letters that stand alone to a word.
func joinSpelled(b []byte) []byte {
	out := b[:0]
	for i := 0; i < len(b); {
		letters, end := lone(b[i:])
		if letters < spelled {
			end = nextWord(b[i:])
			out = append(out, b[i:i+end]...)
			i += end
			continue
		}
		for _, c := range b[i : i+end] {
			if inWord(c) {
				out = append(out, c)
			}
		}
		i += end
	}
	return out
}

// lone counts the letters that stand alone at the beginning of b, and tells where the
// last of them ends.
func lone(b []byte) (letters, end int) {
	for i := 0; i < len(b) && inWord(b[i]); i += nextWord(b[i:]) {
		n := 1
		if b[i] >= utf8.RuneSelf {
			_, n = utf8.DecodeRune(b[i:])
		}
		if i+n < len(b) && inWord(b[i+n]) {
			break
		}
		letters, end = letters+1, i+n
	}
	return letters, end
}

// nextWord is where the word after the first one begins.
func nextWord(b []byte) int {
	i := 0
	for i < len(b) && inWord(b[i]) {
		i++
	}
	for i < len(b) && !inWord(b[i]) {
		i++
	}
	return i
}

// readFigures has a figure between two letters be the letter that it resembles.
func readFigures(b []byte) []byte {
	letter := func(i int) bool {
		return 0 <= i && i < len(b) && inWord(b[i]) && (b[i] < '0' || b[i] > '9')
	}
	for i, c := range b {
		if (c <= '9' && c >= '0' || c == '$') && letter(i-1) && letter(i+1) {
			if at := strings.IndexByte("01345$7", c); at >= 0 {
				b[i] = "oleasst"[at]
			}
		}
	}
	return b
}
