package staff

import (
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"strangerd/moderation"
	"strangerd/session/text"
)

// draft is a decision whose reason is being written. Its cursor is always
// between two grapheme clusters.
type draft struct {
	choice choice
	notes  []string // what to know before Enter
	text   string
	cursor int // bytes before it
}

func newDraft(c choice, reason string, notes ...string) draft {
	return draft{choice: c, notes: notes, text: reason, cursor: len(reason)}
}

// insert puts what was typed or pasted at the cursor, and tells whether it
// fitted. A reason is one line.
func (d *draft) insert(s string) bool {
	s = strings.Map(typed, s)
	if utf8.RuneCountInString(d.text)+utf8.RuneCountInString(s) > moderation.MaxText {
		return false
	}
	d.text = d.text[:d.cursor] + s + d.text[d.cursor:]
	d.cursor += len(s)
	return true
}

// typed is what an input line keeps of a character. A character may be typed in
// parts, so the whole is made safe later.
func typed(r rune) rune {
	const joiner, nonJoiner = '\u200d', '\u200c'
	switch {
	case r == '\n', r == '\r', r == '\t':
		return ' '
	case r == joiner, r == nonJoiner:
		return r
	case unicode.In(r, unicode.C, unicode.Zl, unicode.Zp), r == utf8.RuneError:
		return -1
	}
	return r
}

// key edits.
func (d *draft) key(k tea.KeyPressMsg) {
	code := k.Code
	if k.Mod == tea.ModCtrl {
		code = controls[code]
	}
	switch code {
	case tea.KeyLeft:
		d.cursor = text.Prev(d.text, d.cursor)
	case tea.KeyRight:
		d.cursor = text.Next(d.text, d.cursor)
	case tea.KeyHome:
		d.cursor = 0
	case tea.KeyEnd:
		d.cursor = len(d.text)
	case tea.KeyBackspace:
		d.cut(text.Prev(d.text, d.cursor), d.cursor)
	case tea.KeyDelete:
		d.cut(d.cursor, text.Next(d.text, d.cursor))
	case cutLine:
		d.cut(0, d.cursor)
	case cutRest:
		d.cut(d.cursor, len(d.text))
	case cutWord:
		d.cut(text.PrevWord(d.text, d.cursor), d.cursor)
	}
}

// What some keys do that have no name of their own.
const (
	cutLine rune = -1 - iota
	cutRest
	cutWord
)

// controls are the keys of a shell's line that are pressed with Ctrl.
var controls = map[rune]rune{
	'a': tea.KeyHome, 'e': tea.KeyEnd, 'b': tea.KeyLeft, 'f': tea.KeyRight,
	'h': tea.KeyBackspace, 'd': tea.KeyDelete, 'u': cutLine, 'k': cutRest, 'w': cutWord,
}

func (d *draft) cut(from, to int) {
	d.text = d.text[:from] + d.text[to:]
	d.cursor = from
}

// rows lays out at most height rows of the draft, with the cursor's place in
// them: what it decides, what to know, and the reason.
func (d *draft) rows(what string, width, height int) (rows []row, x, y int) {
	const prompt = "> "
	lines, x, y := d.wrap(max(2, width-len(prompt)-1))
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

// wrap breaks the text between clusters, and says where the cursor is.
func (d *draft) wrap(width int) (lines []string, x, y int) {
	start, used := 0, 0
	for at := 0; ; {
		next := text.Next(d.text, at)
		cells := 1 // the cursor's, at the end
		if at < len(d.text) {
			cells = text.Width(d.text[at:next])
		}
		if used+cells > width {
			lines = append(lines, d.text[start:at])
			start, used = at, 0
		}
		if at == d.cursor {
			x, y = used, len(lines)
		}
		if at == len(d.text) {
			return append(lines, d.text[start:]), x, y
		}
		used += cells
		at = next
	}
}
