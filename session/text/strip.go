package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const esc = 0x1b

// strip returns the valid UTF-8 of s without control sequences and without
// characters that are never needed. Line ends become \n, tabs a space.
//
// Nothing can grow together from what is removed: no ESC and no C1 control
// ever reaches the result, whatever stood around it. Bytes that aren't UTF-8
// are no controls to a terminal that reads UTF-8, so they go alone and don't
// take the text behind them along, which may be someone's Latin-1.
func strip(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), maxInput)], "")
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		if n := sequence(s[i:]); n > 0 {
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r == '\r' && i < len(s) && s[i] == '\n': // the \n that follows ends the line
		case r == '\r' || r == '\n':
			b.WriteByte('\n')
		case r == '\t':
			b.WriteByte(' ')
		case !isForbidden(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// sequence returns the length in bytes of the control sequence that s starts
// with (ECMA-48: ESC and what belongs to it, or a C1 control for ESC and a
// letter), or 0. An unfinished sequence extends to the end of s.
func sequence(s string) int {
	const n = 2 // length of the introducer: ESC and a byte, or a C1 control in UTF-8
	var kind byte
	switch {
	case s[0] == esc && len(s) >= n:
		kind = s[1]
	case s[0] == esc:
		return 1
	case s[0] == 0xc2 && s[1] < 0xa0:
		kind = s[1] - 0x40
	default:
		return 0
	}
	switch {
	case kind == '[', kind == 'O', kind == 'N': // CSI, SS3, SS2: parameters and a final byte
		return n + span(s[n:], ' ', '?', '@')
	case strings.IndexByte("]PX^_", kind) >= 0: // OSC, DCS, SOS, PM, APC
		return n + controlString(s[n:])
	case ' ' <= kind && kind <= '/': // character sets and the like
		return n + span(s[n:], ' ', '/', '0')
	case '0' <= kind && kind <= '~':
		return n
	}
	return 1 // a lone ESC; what follows it stands for itself
}

// span returns the length of any bytes from lo to hi and one from final to ~.
func span(s string, lo, hi, final byte) int {
	i := 0
	for i < len(s) && lo <= s[i] && s[i] <= hi {
		i++
	}
	if i < len(s) && final <= s[i] && s[i] <= '~' {
		i++
	}
	return i
}

// controlString returns the length of a string that BEL, CAN, SUB or ST ends.
// ESC ends it too, without being part of it: it is the start of ST, or of
// another sequence.
func controlString(s string) int {
	i := strings.IndexAny(s, "\x07\x18\x1a\x1b\u009c")
	if i < 0 {
		return len(s)
	}
	if s[i] == esc {
		return i
	}
	_, n := utf8.DecodeRuneInString(s[i:])
	return i + n
}

// isForbidden reports whether r is never shown: controls, format characters
// (bidi controls, tags, BOM, soft hyphen), private use, line and paragraph
// separators, noncharacters, and characters that are meant to be invisible.
// Joiners and variation selectors are left to fits.
//
// Arabic's few visible format characters (U+0600 to 0605, 06DD) go too: they
// span the digits after them, and no two terminals agree on how wide they are.
func isForbidden(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return !isPrintable(byte(r))
	case r == zwj, r == zwnj, r == cgj:
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp,
		unicode.Noncharacter_Code_Point, unicode.Other_Default_Ignorable_Code_Point)
}
