package session

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"strangerd/session/text"
)

// maxInput is what the input line holds, in bytes: more than a message may
// have, so that one that is too long can be told so and shortened.
const maxInput = 2 * text.MaxBytes

// editor is an input line that edits like a shell's. It may hold several
// lines. Its cursor is always between two grapheme clusters.
type editor struct {
	text   string
	cursor int // bytes before it
	killed string
}

// insert puts s, which is clean, at the cursor, and tells whether it fitted.
func (e *editor) insert(s string) bool {
	if len(e.text)+len(s) > maxInput {
		return false
	}
	e.text = e.text[:e.cursor] + s + e.text[e.cursor:]
	e.cursor += len(s)
	return true
}

// take empties the editor and returns what it held.
func (e *editor) take() string {
	held := e.text
	e.text, e.cursor = "", 0
	return held
}

func (e *editor) set(s string) { e.text, e.cursor = s, len(s) }

// key edits, and tells whether the key meant anything.
func (e *editor) key(k tea.KeyPressMsg) bool {
	switch {
	case k.Mod == tea.ModCtrl:
		return e.control(k.Code)
	case k.Mod == tea.ModAlt:
		return e.alt(k.Code)
	}
	switch k.Code {
	case tea.KeyLeft:
		e.cursor = text.Prev(e.text, e.cursor)
	case tea.KeyRight:
		e.cursor = text.Next(e.text, e.cursor)
	case tea.KeyHome:
		e.cursor = e.lineStart()
	case tea.KeyEnd:
		e.cursor = e.lineEnd()
	case tea.KeyUp:
		return e.vertical(-1)
	case tea.KeyDown:
		return e.vertical(1)
	case tea.KeyBackspace:
		e.cut(text.Prev(e.text, e.cursor), e.cursor)
	case tea.KeyDelete:
		e.cut(e.cursor, text.Next(e.text, e.cursor))
	default:
		return false
	}
	return true
}

func (e *editor) control(code rune) bool {
	switch code {
	case 'a':
		e.cursor = e.lineStart()
	case 'e':
		e.cursor = e.lineEnd()
	case 'b':
		e.cursor = text.Prev(e.text, e.cursor)
	case 'f':
		e.cursor = text.Next(e.text, e.cursor)
	case 'h':
		e.cut(text.Prev(e.text, e.cursor), e.cursor)
	case 'd':
		e.cut(e.cursor, text.Next(e.text, e.cursor))
	case 'u':
		e.kill(e.lineStart(), e.cursor)
	case 'k':
		e.kill(e.cursor, e.lineEnd())
	case 'w':
		e.kill(text.PrevWord(e.text, e.cursor), e.cursor)
	case 'y':
		return e.insert(e.killed)
	case tea.KeyLeft:
		e.cursor = text.PrevWord(e.text, e.cursor)
	case tea.KeyRight:
		e.cursor = text.NextWord(e.text, e.cursor)
	default:
		return false
	}
	return true
}

func (e *editor) alt(code rune) bool {
	switch code {
	case 'b', tea.KeyLeft:
		e.cursor = text.PrevWord(e.text, e.cursor)
	case 'f', tea.KeyRight:
		e.cursor = text.NextWord(e.text, e.cursor)
	case 'd':
		e.kill(e.cursor, text.NextWord(e.text, e.cursor))
	case tea.KeyBackspace:
		e.kill(text.PrevWord(e.text, e.cursor), e.cursor)
	default:
		return false
	}
	return true
}

func (e *editor) cut(from, to int) {
	e.text = e.text[:from] + e.text[to:]
	e.cursor = from
}

func (e *editor) kill(from, to int) {
	if from < to {
		e.killed = e.text[from:to]
		e.cut(from, to)
	}
}

func (e *editor) lineStart() int { return strings.LastIndexByte(e.text[:e.cursor], '\n') + 1 }

func (e *editor) lineEnd() int {
	if end := strings.IndexByte(e.text[e.cursor:], '\n'); end >= 0 {
		return e.cursor + end
	}
	return len(e.text)
}

// vertical moves the cursor to the line above or below, as near to its column
// as can be, and tells whether there is one.
func (e *editor) vertical(by int) bool {
	start, end := e.lineStart(), e.lineEnd()
	column := text.Width(e.text[start:e.cursor])
	switch {
	case by < 0 && start > 0:
		e.cursor = start - 1
	case by > 0 && end < len(e.text):
		e.cursor = end + 1
	default:
		return false
	}
	at, last := e.lineStart(), e.lineEnd()
	for at < last {
		next := text.Next(e.text, at)
		width := text.Width(e.text[at:next])
		if width > column {
			break
		}
		column -= width
		at = next
	}
	e.cursor = at
	return true
}

// rows lays the text out in rows of at most width cells, and says where the
// cursor is. Between them the rows hold the text to the letter.
func (e *editor) rows(width int) (rows []string, x, y int) {
	start, used := 0, 0
	for at := 0; at < len(e.text); {
		if at == e.cursor {
			x, y = used, len(rows)
		}
		if e.text[at] == '\n' {
			rows = append(rows, e.text[start:at])
			at++
			start, used = at, 0
			continue
		}
		next := text.Next(e.text, at)
		w := text.Width(e.text[at:next])
		if used+w > width {
			rows = append(rows, e.text[start:at])
			start, used = at, 0
			if at == e.cursor {
				x, y = 0, len(rows)
			}
		}
		used += w
		at = next
	}
	if e.cursor == len(e.text) {
		x, y = used, len(rows)
		if used >= width { // the cursor needs a cell of its own
			rows = append(rows, e.text[start:])
			start, x, y = len(e.text), 0, len(rows)
		}
	}
	return append(rows, e.text[start:]), x, y
}
