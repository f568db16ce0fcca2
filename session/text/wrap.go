package text

import (
	"strings"
	"unicode/utf8"
)

// closing are wide characters that no line begins with (JIS X 4051, as far as
// sentences need it), if there is another place to break.
const closing = "、。，．：；？！）〕］｝〉》」』】・ー…"

// Wrap returns the lines of s, none wider than width cells (at least 2). A line
// breaks at spaces, which are left out there, next to wide characters (CJK has
// no spaces) but not before a closing one, or within a word that no line can hold, between clusters. The
// lines are parts of s, not copies.
func Wrap(s string, width int) []string {
	width = max(width, 2) // the widest cluster
	lines := make([]string, 0, 1+strings.Count(s, "\n")+len(s)/width)
	for line := range strings.SplitSeq(s, "\n") {
		for {
			n, rest := breakLine(line, width)
			lines = append(lines, line[:n])
			if rest == len(line) {
				break
			}
			line = line[rest:]
		}
	}
	return lines
}

// breakLine returns where the first line of s ends and where the next one
// begins: at len(s) if there is none.
func breakLine(s string, width int) (end, next int) {
	if len(s) <= width { // no cell takes less than a byte
		return len(s), len(s)
	}
	text := 0 // end of the text so far, without spaces after it
	cells := 0
	wide := false // the cluster before this one
	for i := 0; i < len(s); {
		n, w := 1, 1
		if !isPrintable(s[i]) || i+1 < len(s) && s[i+1] >= utf8.RuneSelf {
			n, w = cluster(s[i:])
		}
		if n > 1 || s[i] != ' ' {
			switch {
			case i > text && text > 0:
				end, next = text, i
			case i == text && (wide || w > 1) && !strings.Contains(closing, s[i:i+n]):
				end, next = i, i
			}
			if cells+w > width {
				if next == 0 { // one long word, or nothing but spaces before it
					return text, i
				}
				return end, next
			}
			text = i + n
			wide = w > 1
		}
		i += n
		cells += w
	}
	if cells > width {
		return text, len(s)
	}
	return len(s), len(s)
}
