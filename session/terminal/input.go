package terminal

import (
	"bytes"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// input decodes what was read.
func (l *loop) input(b []byte) {
	l.decoded++
	l.entered = false
	if !l.channel.Pty {
		l.lines(b)
		return
	}
	if time.Since(l.escaped) < lateDelay && l.framer.resume(b) {
		l.pass(NotEscapeMsg{})
	}
	l.escaped = time.Time{}
	l.framer.feed(b, l.unit)
	l.pass(ReadMsg{})
	if unfinished, lone := l.framer.waiting(); unfinished {
		delay := unfinishedDelay
		switch {
		case lone:
			delay = escapeDelay
		case l.framer.state == paste:
			delay = pasteDelay
		}
		l.channel.After(delay, flushMsg{l.decoded})
	}
}

// flush ends what is unfinished, if nothing has come since it was decoded.
func (l *loop) flush(decoded uint64) {
	if decoded != l.decoded || l.channel.reads.Load() != decoded {
		return
	}
	if _, lone := l.framer.waiting(); lone {
		l.escaped = time.Now()
	}
	l.framer.flush(l.unit)
}

// end is the end of input.
func (l *loop) end() {
	if len(l.line) > 0 {
		l.endLine()
	}
	l.pass(EOFMsg{})
}

func (l *loop) unit(u unit) {
	if u.kind != textUnit {
		l.channel.events.Add(1)
	}
	switch u.kind {
	case escapeUnit:
		l.pass(tea.KeyPressMsg{Code: tea.KeyEscape})
	case invalidUnit:
		l.pass(InvalidMsg{})
	case cutUnit:
		l.pass(SequenceCutMsg{})
	case pasteUnit:
		l.pass(tea.PasteMsg{Content: string(u.bytes)})
		if u.dropped > 0 {
			l.pass(PasteCutMsg{u.dropped})
		}
	case sequenceUnit:
		l.key(u.bytes) // what the decoder leaves of it was never typed
	default:
		l.keys(u.bytes)
	}
}

// keys decodes whole characters. A line feed is Enter, as programs and pipes press it,
// unless it follows one: then both end one line.
func (l *loop) keys(b []byte) {
	for len(b) > 0 {
		l.channel.events.Add(1)
		entered := l.entered
		l.entered = b[0] == '\r'
		if b[0] == '\n' {
			if !entered {
				l.pass(tea.KeyPressMsg{Code: tea.KeyEnter})
			}
			b = b[1:]
			continue
		}
		if n := printable(b); n > 0 {
			l.pass(tea.KeyPressMsg{Code: tea.KeyExtended, Text: string(b[:n])})
			b = b[n:]
			continue
		}
		n := l.key(b)
		if n <= 0 {
			return
		}
		b = b[n:]
	}
}

// key decodes what b begins with, and returns how many bytes that is.
func (l *loop) key(b []byte) int {
	n, event := l.decoder.Decode(b)
	switch event := event.(type) {
	case uv.KeyPressEvent:
		l.pass(tea.KeyPressMsg(event))
	case uv.FocusEvent:
		l.pass(tea.FocusMsg{})
	case uv.BlurEvent:
		l.pass(tea.BlurMsg{})
	}
	return n
}

// printable is how many bytes of printable ASCII b begins with. Characters that
// came together are one message.
func printable(b []byte) int {
	for i, c := range b {
		if c < ' ' || c > '~' {
			return i
		}
	}
	return len(b)
}

// lines cuts the input of a client without a terminal into lines. Where none ended, the
// model learns that something was read.
func (l *loop) lines(b []byte) {
	part := true
	for len(b) > 0 {
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			l.keepLine(b)
			if part {
				l.pass(ReadMsg{})
			}
			return
		}
		l.keepLine(b[:end])
		l.endLine()
		part, b = false, b[end+1:]
	}
}

func (l *loop) keepLine(b []byte) {
	room := min(maxLine-len(l.line), len(b))
	l.line = append(l.line, b[:room]...)
	l.dropped += len(b) - room
}

func (l *loop) endLine() {
	l.channel.events.Add(1)
	line := LineMsg{string(bytes.TrimSuffix(l.line, []byte("\r"))), l.dropped}
	l.line, l.dropped = nil, 0
	l.pass(line)
}
