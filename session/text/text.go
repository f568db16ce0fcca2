// Package text makes other people's text safe to show, and measures and wraps
// it in terminal cells.
//
// A terminal obeys what it prints, so whatever a stranger writes (messages,
// notes, interests, user names, TERM, client versions) passes [Clean] or
// [Line] twice: on its way in, so that nothing unsafe is kept, compared or
// counted, and where it is shown, because what is stored may have been written
// by an older version or on another machine. Both are idempotent: what is
// clean stays as it is.
//
// Stripping escape sequences is not enough. What x/ansi's Strip leaves still
// rings the bell, moves the cursor (BS, CR, U+009B), reorders the line (bidi
// controls), hides bytes (tags, variation selectors, joiners) or buries the
// lines above it in combining marks. All of that goes, and what remains is
// valid UTF-8 in NFC within fixed bounds. No text starts with a mark that
// would sit on the server's own gutter.
//
// Kept on purpose: Arabic and Hebrew with their points, joiners where the
// script or an emoji needs them (❤️, 👨‍👩‍👧, flags, keycaps, skin tones, Persian
// and Indic letters), and anything merely unusual, such as ﷽, which terminals
// count as one cell. Widths are those of displaywidth, which x/ansi uses too;
// terminals that know no grapheme clusters take more cells for some, so who
// paints a line must not rely on the terminal to end it.
package text

import (
	"strings"
	"unicode"
)

// What one message may hold: a screenful of talk. Bytes are bounded apart from
// clusters because one family of emoji takes 25 of them.
const (
	MaxClusters = 1000 // grapheme clusters, line ends included
	MaxBytes    = 4096
	MaxLines    = 10
)

// maxInput bounds, in bytes, the work spent on one text. It is above MaxBytes
// because what is removed, such as escape sequences, doesn't count.
const maxInput = 4 * MaxBytes

// Clean returns a message as it may be shown. Lines end in \n; blank lines
// around the text and space after it are trimmed, and what exceeds the bounds
// is cut between characters. Printable ASCII is returned without copying.
func Clean(s string) string {
	if isPlain(s) {
		return trimBlank(s)
	}
	return trimBlank(cut(scrub(s)))
}

// Line is Clean for what must stay on one line, such as a name: line ends
// become spaces, and space around the text is trimmed.
func Line(s string) string {
	s = strings.TrimSpace(s)
	if isPlain(s) && !strings.Contains(s, "\n") {
		return s
	}
	return strings.TrimSpace(cut(scrub(lineEnds.Replace(s))))
}

var lineEnds = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ")

// scrub returns what is safe of s, whatever its size.
func scrub(s string) string {
	return trimBlank(assemble(strip(s)))
}

// cut returns as much of s, which scrub has returned, as a message may hold.
func cut(s string) string {
	end, lines := 0, 1
	for range MaxClusters {
		if end == len(s) {
			return s
		}
		n := clusterLen(s[end:])
		if s[end] == '\n' {
			lines++
		}
		if end+n > MaxBytes || lines > MaxLines {
			break
		}
		end += n
	}
	if end == len(s) {
		return s
	}
	return strings.TrimSuffix(s[:end], string(zwnj)) // its letter is gone
}

// Size is how much a message holds. Line ends count as clusters.
type Size struct {
	Clusters, Bytes, Lines int
}

// SizeOf returns the size that s would have if Clean cut nothing, so that a
// sender can be told before it does. Of what is far too long it counts
// everything, also what Clean would remove.
func SizeOf(s string) Size {
	if len(s) <= maxInput {
		s = scrub(s)
	}
	if s == "" {
		return Size{}
	}
	n := Size{Bytes: len(s), Lines: 1 + strings.Count(s, "\n")}
	for range Clusters(s) {
		n.Clusters++
	}
	return n
}

// TooLong reports whether Clean would cut a message of this size.
func (n Size) TooLong() bool {
	return n.Clusters > MaxClusters || n.Bytes > MaxBytes || n.Lines > MaxLines
}

// isPlain reports whether s is printable ASCII and line ends within the
// bounds, where every byte is a cluster.
func isPlain(s string) bool {
	if len(s) > MaxClusters {
		return false
	}
	lines := 1
	for i := range len(s) {
		if s[i] == '\n' {
			lines++
		} else if !isPrintable(s[i]) {
			return false
		}
	}
	return lines <= MaxLines
}

func isPrintable(b byte) bool { return ' ' <= b && b <= '~' }

// trimBlank removes blank lines before the text, and all space after it.
func trimBlank(s string) string {
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	text := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) })
	if text < 0 {
		return ""
	}
	return s[1+strings.LastIndexByte(s[:text], '\n'):]
}
