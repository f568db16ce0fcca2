package terminal

import (
	"bytes"
	"hash/maphash"
	"strconv"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// Lines longer than the screen are cut by the terminal (no autowrap), not by
// the painter: terminals disagree on how wide some characters are.
const (
	enterScreen = ansi.SetModeAltScreenSaveCursor + ansi.ResetModeAutoWrap + ansi.SetModeBracketedPaste + clearScreen
	leaveScreen = ansi.ResetStyle + ansi.SetModeTextCursorEnable + ansi.ResetModeBracketedPaste + ansi.SetModeAutoWrap + clearScreen + ansi.ResetModeAltScreenSaveCursor
	clearScreen = "\x1b[H\x1b[2J"
)

// buffers holds one buffer for each paint that is under way.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

var seed = maphash.MakeSeed()

// painter knows what a terminal shows, and writes what is different.
type painter struct {
	cols, rows int
	bell       bool
	printed    []string // lines to append

	xterm bool   // the terminal understands more
	title string // of the window; empty is the terminal's own
	focus bool   // it reports when it is looked at

	full   bool     // the alternate screen is on
	lines  []uint64 // a hash of each row, in the full screen
	cursor tea.Position
	hidden bool

	input string // the unfinished line, outside it
	right int    // cells between the cursor and the line's end
}

func (p *painter) resize(cols, rows int) {
	p.cols, p.rows = cols, rows
	p.lines = nil
}

// paint writes what is different between v and what the terminal shows. An
// error has ended the Channel's context by the time it returns.
func (c *Channel) paint(v tea.View) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	c.draw(buffer, v, []byte(v.Content))
	c.show(buffer)
}

// draw adds what is different between what the terminal shows and v, with the content of
// a full screen.
func (c *Channel) draw(buffer *bytes.Buffer, v tea.View, content []byte) {
	p := &c.painter
	switch {
	case !c.Pty:
		p.append(buffer, "\n")
	case v.AltScreen:
		p.screen(buffer, v, content)
		p.window(buffer, v.WindowTitle, v.ReportFocus)
	default:
		if p.full {
			p.window(buffer, "", false)
			buffer.WriteString(leaveScreen)
			p.full, p.lines = false, nil
		}
		p.inline(buffer, v)
	}
	if p.bell {
		buffer.WriteByte('\a')
		p.bell = false
	}
}

// show writes what was drawn.
func (c *Channel) show(buffer *bytes.Buffer) {
	if buffer.Len() > 0 {
		c.raw(c.ch, buffer.Bytes())
	}
}

// append writes the printed lines.
func (p *painter) append(buffer *bytes.Buffer, newline string) {
	for _, line := range p.printed {
		buffer.WriteString(line)
		buffer.WriteString(newline)
	}
	p.printed = nil
}

// screen paints a full screen: each line of content that is not what its
// row shows, whole and left to right, and then the cursor.
func (p *painter) screen(buffer *bytes.Buffer, v tea.View, content []byte) {
	if !p.full {
		buffer.WriteString(enterScreen)
		p.full, p.lines, p.hidden = true, make([]uint64, p.rows), false
	}
	if p.lines == nil {
		buffer.WriteString(clearScreen)
		p.lines = make([]uint64, p.rows)
	}
	before := buffer.Len()
	for y := range p.rows {
		var line []byte
		line, content, _ = bytes.Cut(content, []byte("\n"))
		var hash uint64 // 0 is the empty line, which a cleared screen has
		if len(line) > 0 {
			hash = maphash.Bytes(seed, line) | 1
		}
		if hash == p.lines[y] {
			continue
		}
		p.lines[y] = hash
		move(buffer, 1, y+1)
		buffer.WriteString(ansi.EraseLineRight)
		buffer.Write(line)
	}
	p.placeCursor(buffer, v.Cursor, buffer.Len() > before)
}

// move moves the cursor (CUP), whose first column and row are 1.
func move(buffer *bytes.Buffer, column, row int) {
	b := append(buffer.AvailableBuffer(), "\x1b["...)
	b = strconv.AppendInt(b, int64(row), 10)
	b = append(b, ';')
	b = strconv.AppendInt(b, int64(column), 10)
	buffer.Write(append(b, 'H'))
}

func (p *painter) placeCursor(buffer *bytes.Buffer, cursor *tea.Cursor, moved bool) {
	if cursor == nil {
		if !p.hidden {
			buffer.WriteString(ansi.ResetModeTextCursorEnable)
			p.hidden = true
		}
		return
	}
	if moved || p.cursor != cursor.Position {
		move(buffer, cursor.X+1, cursor.Y+1)
		p.cursor = cursor.Position
	}
	if p.hidden {
		buffer.WriteString(ansi.SetModeTextCursorEnable)
		p.hidden = false
	}
}

// inline appends the printed lines above the input line, and brings the input
// line up to date: by typing on where that does, else by writing it anew.
func (p *painter) inline(buffer *bytes.Buffer, v tea.View) {
	input, right := v.Content, 0
	if v.Cursor != nil {
		right = max(0, ansi.StringWidth(input)-v.Cursor.X)
	}
	if len(p.printed) > 0 {
		p.finishLine(buffer)
		p.append(buffer, "\r\n")
	}
	switch {
	case p.right == 0 && strings.HasPrefix(input, p.input):
		buffer.WriteString(input[len(p.input):])
	case p.right == 0 && right == 0 && strings.HasPrefix(p.input, input):
		rub := ansi.StringWidth(p.input) - ansi.StringWidth(input)
		buffer.WriteString(strings.Repeat("\b \b", rub))
	case input == p.input:
		p.move(buffer, right)
		return
	default:
		p.rubOut(buffer)
		buffer.WriteString(input)
	}
	p.input, p.right = input, 0
	p.move(buffer, right)
}

// move moves the cursor within the unchanged input line.
func (p *painter) move(buffer *bytes.Buffer, right int) {
	if right < p.right { // to the right is written, there is no key for it
		buffer.WriteString(ansi.TruncateLeft(p.input, ansi.StringWidth(p.input)-p.right, ""))
		p.right = 0
	}
	buffer.WriteString(strings.Repeat("\b", right-p.right))
	p.right = right
}

// finishLine makes room for a printed line where the input line is. An input
// line that was just entered is printed itself, and stays.
func (p *painter) finishLine(buffer *bytes.Buffer) {
	if p.input != "" && p.printed[0] == p.input {
		p.move(buffer, 0)
		buffer.WriteString("\r\n")
		p.printed = p.printed[1:]
		p.input = ""
		return
	}
	p.rubOut(buffer)
}

// rubOut blanks the input line. One that wraps can't be reached without escape
// sequences: it is left where it is.
func (p *painter) rubOut(buffer *bytes.Buffer) {
	width := ansi.StringWidth(p.input)
	switch {
	case width >= p.cols:
		buffer.WriteString("\r\n")
	case width > 0:
		buffer.WriteString("\r" + strings.Repeat(" ", width) + "\r")
	}
	p.input, p.right = "", 0
}
