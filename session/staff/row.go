package staff

import (
	"strings"

	"strangerd/session/text"
)

// look sets a label apart, in light and in dark terminals. It never says what the
// words don't.
type look string

const (
	plainLook look = ""
	bold      look = "\x1b[1m"
	reverse   look = "\x1b[7m"
)

// row is a row of a pane: a label that the server draws, and a text that may be
// somebody's words, made safe.
type row struct {
	label, text string
	look        look // of the label
}

// render draws a row in at most width cells, or in exactly so many.
func (r row) render(width int, exactly bool) string {
	label := text.Truncate(r.label, width)
	rest := text.Truncate(r.text, width-text.Width(label))
	gap := 0
	if exactly {
		gap = max(0, width-text.Width(label)-text.Width(rest))
	}
	if r.look != plainLook && label != "" {
		label = string(r.look) + label + "\x1b[m"
	}
	return label + rest + strings.Repeat(" ", gap)
}

// wrapped are rows of the server's own words. All but the first are indented.
func wrapped(s string, width int) []row {
	parts := text.Wrap(s, max(2, width-2))
	rows := make([]row, len(parts))
	for i, part := range parts {
		if i > 0 {
			part = "  " + part
		}
		rows[i] = row{label: part}
	}
	return rows
}

// quoted are rows of somebody's words: each begins with what the server draws.
func quoted(who, words string, look look, width int) []row {
	label := who + " | "
	indent := text.Width(label)
	var rows []row
	for i, part := range text.Wrap(text.Clean(words), max(2, width-indent)) {
		if i == 1 {
			label = strings.Repeat(" ", indent-2) + "| "
		}
		rows = append(rows, row{label, part, look})
	}
	return rows
}

// foreign is what others wrote, in a line of the server's.
func foreign(s string) string { return text.Line(s) }

// plain is an error in words.
func plain(err error) string { return foreign(err.Error()) }
