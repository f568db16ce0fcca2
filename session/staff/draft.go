package staff

import (
	"strings"
	"unicode/utf8"

	"strangerd/moderation"
	"strangerd/session/editor"
)

// draft is a decision whose reason is being written.
type draft struct {
	editor.Line
	choice choice
	notes  []string // what to know before Enter
}

func newDraft(c choice, reason string, notes ...string) draft {
	d := draft{choice: c, notes: notes}
	d.Set(reason)
	return d
}

// insert puts what was typed or pasted at the cursor, and tells whether it
// fitted. A reason is one line.
func (d *draft) insert(s string) bool {
	s = strings.ReplaceAll(editor.Typed(s), "\n", " ")
	if utf8.RuneCountInString(d.Text())+utf8.RuneCountInString(s) > moderation.MaxText {
		return false
	}
	return d.Insert(s)
}

// rows lays out at most height rows of the draft, with the cursor's place in
// them: what it decides, what to know, and the reason.
func (d *draft) rows(what string, width, height int) (rows []row, x, y int) {
	const prompt = "> "
	lines, x, y := d.Rows(max(2, width-len(prompt)-1))
	head := []row{{label: what, look: bold}}
	for _, note := range d.notes {
		head = append(head, wrapped(note, width)...)
	}
	head = head[:max(0, min(len(head), height-1))]
	room := max(1, height-len(head))
	top := max(0, min(y-room+1, len(lines)-room))
	for i, line := range lines[top:min(top+room, len(lines))] {
		label := "  "
		if top+i == 0 {
			label = prompt
		}
		rows = append(rows, row{label: label, text: line})
	}
	return append(head, rows...), x + len(prompt), y - top + len(head)
}
