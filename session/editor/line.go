// Package editor is the input line of every screen. It takes keys and holds text;
// it draws nothing, and knows neither what the text is for nor who reads it.
package editor

import (
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"strangerd/session/text"
)

// maxBytes is what a Line holds: more than a message may have, so that one that is
// too long can be told so and shortened.
const maxBytes = 2 * text.MaxBytes

// Line is an input line that edits like a shell's. It may hold line ends. The zero
// Line is empty. It belongs to one goroutine.
type Line struct {
	text   string
	cursor int // bytes before it; always between two grapheme clusters
	killed string
}

// Text is what the Line holds.
func (l *Line) Text() string { return l.text }

// Before is the part of the text in front of the cursor.
func (l *Line) Before() string { return l.text[:l.cursor] }

// Typed keeps of keys and pastes what a Line can hold, with every line end as a
// line feed. It is more than a message may have, since a character may be typed in
// parts; text.Clean makes the whole safe.
func Typed(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		const joiner, nonJoiner = '\u200d', '\u200c'
		switch {
		case r == '\r', r == '\n':
			return '\n'
		case r == '\t':
			return ' '
		case r == joiner, r == nonJoiner:
			return r
		case unicode.In(r, unicode.C, unicode.Zl, unicode.Zp), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
}

// Insert puts s, which is as Typed keeps it, at the cursor, and tells whether it
// fitted.
func (l *Line) Insert(s string) bool {
	if len(l.text)+len(s) > maxBytes {
		return false
	}
	l.text = l.text[:l.cursor] + s + l.text[l.cursor:]
	l.cursor += len(s)
	return true
}

// Take empties the Line and returns what it held.
func (l *Line) Take() string {
	held := l.text
	l.text, l.cursor = "", 0
	return held
}

// Set holds s, with the cursor behind it.
func (l *Line) Set(s string) { l.text, l.cursor = s, len(s) }

// Key edits, and tells whether the key meant anything.
func (l *Line) Key(k tea.KeyPressMsg) bool {
	switch {
	case k.Mod == tea.ModCtrl:
		return l.control(k.Code)
	case k.Mod == tea.ModAlt:
		return l.alt(k.Code)
	}
	switch k.Code {
	case tea.KeyLeft:
		l.cursor = text.Prev(l.text, l.cursor)
	case tea.KeyRight:
		l.cursor = text.Next(l.text, l.cursor)
	case tea.KeyHome:
		l.cursor = l.lineStart()
	case tea.KeyEnd:
		l.cursor = l.lineEnd()
	case tea.KeyUp:
		return l.vertical(-1)
	case tea.KeyDown:
		return l.vertical(1)
	case tea.KeyBackspace:
		l.cut(text.Prev(l.text, l.cursor), l.cursor)
	case tea.KeyDelete:
		l.cut(l.cursor, text.Next(l.text, l.cursor))
	default:
		return false
	}
	return true
}

func (l *Line) control(code rune) bool {
	switch code {
	case 'a':
		l.cursor = l.lineStart()
	case 'e':
		l.cursor = l.lineEnd()
	case 'b':
		l.cursor = text.Prev(l.text, l.cursor)
	case 'f':
		l.cursor = text.Next(l.text, l.cursor)
	case 'h':
		l.cut(text.Prev(l.text, l.cursor), l.cursor)
	case 'd':
		l.cut(l.cursor, text.Next(l.text, l.cursor))
	case 'u':
		l.kill(l.lineStart(), l.cursor)
	case 'k':
		l.kill(l.cursor, l.lineEnd())
	case 'w':
		l.kill(text.PrevWord(l.text, l.cursor), l.cursor)
	case 'y':
		return l.Insert(l.killed)
	case tea.KeyLeft:
		l.cursor = text.PrevWord(l.text, l.cursor)
	case tea.KeyRight:
		l.cursor = text.NextWord(l.text, l.cursor)
	default:
		return false
	}
	return true
}

func (l *Line) alt(code rune) bool {
	switch code {
	case 'b', tea.KeyLeft:
		l.cursor = text.PrevWord(l.text, l.cursor)
	case 'f', tea.KeyRight:
		l.cursor = text.NextWord(l.text, l.cursor)
	case 'd':
		l.kill(l.cursor, text.NextWord(l.text, l.cursor))
	case tea.KeyBackspace:
		l.kill(text.PrevWord(l.text, l.cursor), l.cursor)
	default:
		return false
	}
	return true
}

func (l *Line) cut(from, to int) {
	l.text = l.text[:from] + l.text[to:]
	l.cursor = from
}

func (l *Line) kill(from, to int) {
	if from < to {
		l.killed = l.text[from:to]
		l.cut(from, to)
	}
}

func (l *Line) lineStart() int { return strings.LastIndexByte(l.text[:l.cursor], '\n') + 1 }

func (l *Line) lineEnd() int {
	if end := strings.IndexByte(l.text[l.cursor:], '\n'); end >= 0 {
		return l.cursor + end
	}
	return len(l.text)
}

// vertical moves the cursor to the line above or below, as near to its column
// as can be, and tells whether there is one.
func (l *Line) vertical(by int) bool {
	start, end := l.lineStart(), l.lineEnd()
	column := text.Width(l.text[start:l.cursor])
	switch {
	case by < 0 && start > 0:
		l.cursor = start - 1
	case by > 0 && end < len(l.text):
		l.cursor = end + 1
	default:
		return false
	}
	at, last := l.lineStart(), l.lineEnd()
	for at < last {
		next := text.Next(l.text, at)
		width := text.Width(l.text[at:next])
		if width > column {
			break
		}
		column -= width
		at = next
	}
	l.cursor = at
	return true
}

// Rows lays the text out in rows of at most width cells, and says where the
// cursor is. Between them the rows hold the text to the letter.
func (l *Line) Rows(width int) (rows []string, x, y int) {
	start, used := 0, 0
	for at := 0; at < len(l.text); {
		if at == l.cursor {
			x, y = used, len(rows)
		}
		if l.text[at] == '\n' {
			rows = append(rows, l.text[start:at])
			at++
			start, used = at, 0
			continue
		}
		next := text.Next(l.text, at)
		w := text.Width(l.text[at:next])
		if used+w > width {
			rows = append(rows, l.text[start:at])
			start, used = at, 0
			if at == l.cursor {
				x, y = 0, len(rows)
			}
		}
		used += w
		at = next
	}
	if l.cursor == len(l.text) {
		x, y = used, len(rows)
		if used >= width { // the cursor needs a cell of its own
			rows = append(rows, l.text[start:])
			start, x, y = len(l.text), 0, len(rows)
		}
	}
	return append(rows, l.text[start:]), x, y
}
