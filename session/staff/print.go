package staff

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"strangerd/moderation"
	"strangerd/session/text"
)

// standardWidth is that of a terminal nobody has enlarged, in cells.
const standardWidth = 80

// A page is where a command prints, so many cells wide.
type page struct {
	io.Writer
	width int
}

// maxCell bounds every cell but the last of a row.
const maxCell = 32

// A table is rows of cells, which others may have written. What is too long for
// the last column has lines of its own below. Where even the other columns don't
// fit, each row is a paragraph.
type table struct{ rows [][]string }

func (t *table) add(cells ...string) {
	for i, cell := range cells {
		margin := cell[:len(cell)-len(strings.TrimLeft(cell, " "))]
		cells[i] = margin + text.Line(cell)
		if i < len(cells)-1 {
			cells[i] = text.Truncate(cells[i], maxCell)
		}
	}
	t.rows = append(t.rows, cells)
}

func (t *table) write(w page) {
	columns := t.columns()
	before := 0 // the last column
	for _, column := range columns[:max(0, len(columns)-1)] {
		before += column + 2
	}
	for _, row := range t.rows {
		if before > w.width {
			paragraph(w, row)
			continue
		}
		var line strings.Builder
		room := w.width
		for i, cell := range row[:len(row)-1] {
			line.WriteString(cell + strings.Repeat(" ", columns[i]-text.Width(cell)+2))
			room -= columns[i] + 2
		}
		last := row[len(row)-1]
		if text.Width(last) <= room {
			line.WriteString(last)
			last = ""
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
		if last != "" {
			indent(w, "    ", last)
		}
	}
}

// paragraph prints a row in as many lines as it takes, all but the first indented.
func paragraph(w page, row []string) {
	line := row[0]
	for _, cell := range row[1:] {
		switch {
		case cell == "":
		case text.Width(line)+2+text.Width(cell) <= w.width:
			line += "  " + cell
		default:
			fmt.Fprintln(w, line)
			parts := text.Wrap(cell, w.width-4)
			for _, part := range parts[:len(parts)-1] {
				fmt.Fprintln(w, "    "+part)
			}
			line = "    " + parts[len(parts)-1]
		}
	}
	fmt.Fprintln(w, line)
}

// columns are the widths of the columns.
func (t *table) columns() (widths []int) {
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], text.Width(cell))
		}
	}
	return widths
}

// list prints things as a table, or as an array of objects.
func list[T any](r *run, asJSON bool, things []T, none string, head []string, row func(T) []string) error {
	if asJSON {
		if things == nil {
			things = []T{}
		}
		return writeJSON(r.out, things)
	}
	if len(things) == 0 {
		fmt.Fprintln(r.out, none)
		return nil
	}
	var t table
	t.add(head...)
	for _, thing := range things {
		t.add(row(thing)...)
	}
	t.write(r.out)
	return nil
}

// done is what a command did, for programs.
type done struct {
	ID     string            `json:"id"`
	Action moderation.Action `json:"action,omitzero"`
	Ban    string            `json:"ban,omitzero"`   // B-… that a decision made
	Ended  string            `json:"ended,omitzero"` // S-… that was live, where nobody could be banned
	Key    string            `json:"key,omitzero"`   // fingerprint
	Until  time.Time         `json:"until,omitzero"`

	AlsoBanned []string `json:"also_banned,omitempty"` // B-… that hold for whom a ban was lifted
}

// answer prints what a command did: an object, or words.
func (r *run) answer(asJSON bool, object any, format string, args ...any) error {
	if asJSON {
		return writeJSON(r.out, object)
	}
	_, err := fmt.Fprintf(r.out, format+"\n", args...)
	return err
}

// writeJSON prints v. What a terminal might obey, or not show, is escaped, so
// that nothing is lost and nothing happens.
func writeJSON(w io.Writer, v any) error {
	var raw bytes.Buffer
	e := json.NewEncoder(&raw)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	var safe strings.Builder
	for _, c := range raw.String() {
		if c == '\n' || unicode.IsPrint(c) {
			safe.WriteRune(c)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, c) {
			fmt.Fprintf(&safe, `\u%04x`, unit)
		}
	}
	_, err := io.WriteString(w, safe.String())
	return err
}

// stamp is a time for people.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// until is the end of a ban, of which zero is never.
func until(t time.Time) string {
	if t.IsZero() {
		return "forever"
	}
	return stamp(t)
}

// speak prints somebody's words, each line behind a gutter that names them.
func speak(w page, who, words string) { indent(w, text.Line(who)+": ", words) }

// indent prints words in lines that begin with a gutter.
func indent(w page, gutter, words string) {
	for _, line := range text.Wrap(text.Clean(words), max(2, w.width-text.Width(gutter))) {
		fmt.Fprintln(w, gutter+line)
	}
}
