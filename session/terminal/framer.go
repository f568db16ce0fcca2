package terminal

import (
	"bytes"
	"regexp"
	"unicode/utf8"
)

// Bounds on what may be unfinished.
const (
	MaxSequence = 4 << 10 // bytes of an escape sequence without its end
	MaxPaste    = 8 << 10 // bytes of a paste that are kept
)

const esc = 0x1b

var (
	pasteStart = []byte("\x1b[200~")
	pasteEnd   = []byte("\x1b[201~")
)

// keyTail is what follows ESC in the sequence of a key (ECMA-48, section 5.4; xterm's
// control sequences; the Linux console's F1 to F5) or of a paste. Words hardly look so:
// behind a key comes the next one, or nothing.
var keyTail = regexp.MustCompile(`^(?:\[200~|(?:\[[0-9;]*[A-HP-SZ~]|\[\[[A-E]|O[A-DFHMP-S])(?:\x1b|$))`)

// unit is a piece of input that can be decoded by itself.
type unit struct {
	kind    unitKind
	bytes   []byte // valid until the framer is fed again
	dropped int    // bytes of a paste beyond MaxPaste
}

type unitKind uint8

const (
	textUnit     unitKind = iota // whole UTF-8 characters and control characters
	sequenceUnit                 // one whole escape sequence, or ESC and a character
	escapeUnit                   // a lone Esc
	pasteUnit                    // what a bracketed paste held
	invalidUnit                  // bytes that are not UTF-8
	cutUnit                      // a sequence that was too long, or a string that never ended
)

type framerState uint8

const (
	ground    framerState = iota
	escape                // after ESC, or ESC ESC
	csi                   // after ESC [
	ss3                   // after ESC O
	str                   // in an OSC, DCS, APC, PM or SOS
	strEscape             // after ESC in one of those
	linuxKey              // after ESC [ [, which the Linux console sends
	paste                 // in a bracketed paste
)

// framer cuts a terminal's input into units. It looks at each byte once, and
// holds at most MaxSequence bytes of a sequence or MaxPaste of a paste.
type framer struct {
	state   framerState
	pending []byte // the unfinished sequence, character or paste
	over    bool   // the sequence is too long: swallow the rest of it
	match   int    // bytes of pasteEnd seen
	dropped int
}

// feed takes input and calls emit for each unit that it completes.
func (f *framer) feed(input []byte, emit func(unit)) {
	for len(input) > 0 {
		switch f.state {
		case ground:
			input = f.text(input, emit)
		case paste:
			input = f.pasted(input, emit)
		default:
			input = f.sequence(input, emit)
		}
	}
}

// waiting tells whether something is unfinished, and whether that is a lone
// Esc (or two), which only time can tell from the start of a sequence.
func (f *framer) waiting() (unfinished, lone bool) {
	return f.state != ground || len(f.pending) > 0, f.state == escape
}

// flush ends what is unfinished: nothing more has come for a while. Esc is
// Esc, a paste is delivered, and half a sequence is nobody's key.
func (f *framer) flush(emit func(unit)) {
	switch f.state {
	case escape:
		for range f.pending {
			emit(unit{kind: escapeUnit})
		}
	case paste:
		f.endPaste(emit)
	case str, strEscape:
		if len(f.pending) > len("\x1b]") { // keys that were typed behind Alt and ] may be lost with it
			emit(unit{kind: cutUnit})
		}
	case ground:
		if len(f.pending) > 0 {
			emit(unit{kind: invalidUnit, bytes: f.pending})
		}
	}
	f.reset()
}

// resume takes back the Esc that flush ended with, if input is the rest of a key that
// the network has split: the key is then what feed makes of both.
func (f *framer) resume(input []byte) bool {
	if !keyTail.Match(input) {
		return false
	}
	f.state, f.pending = escape, append(f.pending, esc)
	return true
}

func (f *framer) reset() {
	*f = framer{pending: f.pending[:0]}
	if cap(f.pending) > 256 {
		f.pending = nil // an idle session keeps no large buffer
	}
}

// text emits characters up to the next ESC. A character that is split between
// two reads waits for its rest.
func (f *framer) text(input []byte, emit func(unit)) []byte {
	if len(f.pending) > 0 {
		return f.completeRune(input, emit)
	}
	end := bytes.IndexByte(input, esc)
	if end == 0 {
		f.state, f.pending = escape, append(f.pending, esc)
		return input[1:]
	}
	if end < 0 {
		end = len(input)
	}
	run, rest := input[:end], input[end:]
	for len(run) > 0 {
		valid := validPrefix(run)
		if valid > 0 {
			emit(unit{kind: textUnit, bytes: run[:valid]})
			run = run[valid:]
			continue
		}
		if len(rest) == 0 && !utf8.FullRune(run) {
			f.pending = append(f.pending, run...)
			break
		}
		emit(unit{kind: invalidUnit, bytes: run[:1]})
		run = run[1:]
	}
	return rest
}

func (f *framer) completeRune(input []byte, emit func(unit)) []byte {
	f.pending = append(f.pending, input[0])
	if !utf8.FullRune(f.pending) {
		return input[1:]
	}
	if _, n := utf8.DecodeRune(f.pending); n < len(f.pending) {
		f.pending = f.pending[:len(f.pending)-1]
		emit(unit{kind: invalidUnit, bytes: f.pending})
		f.reset()
		return input // the byte that didn't fit starts anew
	}
	emit(unit{kind: textUnit, bytes: f.pending})
	f.reset()
	return input[1:]
}

func validPrefix(b []byte) int {
	n := 0
	for n < len(b) {
		r, size := utf8.DecodeRune(b[n:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		n += size
	}
	return n
}

// sequence takes input up to the end of the escape sequence it is in.
func (f *framer) sequence(input []byte, emit func(unit)) []byte {
	for i, b := range input {
		again := f.step(b, emit)
		if again {
			return input[i:]
		}
		if f.state == ground || f.state == paste {
			return input[i+1:]
		}
	}
	return nil
}

// step takes one byte of a sequence. It returns true when the byte doesn't
// belong to it and is to be read again.
func (f *framer) step(b byte, emit func(unit)) (again bool) {
	switch f.state {
	case escape:
		return f.afterEscape(b, emit)
	case csi, ss3:
		switch {
		case b == esc || b >= 0x7f || b < 0x20: // a broken sequence
			f.reset()
			return true
		case f.state == csi && b == '[' && len(f.pending) == 2:
			f.keep(b, emit)
			f.state = linuxKey
		case b >= 0x40:
			f.keep(b, emit)
			f.end(emit)
		default:
			f.keep(b, emit)
		}
	case linuxKey:
		f.keep(b, emit)
		f.end(emit)
	case str:
		switch b {
		case esc:
			f.keep(b, emit)
			f.state = strEscape
		case 0x07, 0x18, 0x1a: // BEL ends it, CAN and SUB cancel it
			f.keep(b, emit)
			f.end(emit)
		default:
			f.keep(b, emit)
		}
	case strEscape:
		if b != '\\' { // a new sequence cuts the string short
			f.reset()
			f.state, f.pending = escape, append(f.pending, esc)
			return true
		}
		f.keep(b, emit)
		f.end(emit)
	}
	return false
}

func (f *framer) afterEscape(b byte, emit func(unit)) (again bool) {
	if b == esc {
		if len(f.pending) == 2 {
			emit(unit{kind: escapeUnit})
			return false
		}
		f.keep(b, emit)
		return false
	}
	switch b {
	case '[':
		f.state = csi
	case 'O':
		f.state = ss3
	case ']', 'P', '_', '^', 'X':
		f.state = str
	default: // Alt and a key; of two Escs the first was pressed by itself
		if len(f.pending) == 2 {
			emit(unit{kind: escapeUnit})
		}
		f.pending = f.pending[:1]
		if b >= utf8.RuneSelf { // Alt and a letter beyond ASCII types the letter
			f.reset()
			return true
		}
		f.keep(b, emit)
		f.end(emit)
		return false
	}
	// ESC ESC [ is Alt and a cursor key on some terminals: never an Esc.
	f.pending = append(f.pending[:0], esc, b)
	return false
}

func (f *framer) keep(b byte, emit func(unit)) {
	if len(f.pending) >= MaxSequence {
		f.over = true
		emit(unit{kind: cutUnit})
	}
	if f.over {
		f.pending = f.pending[:0]
		return
	}
	f.pending = append(f.pending, b)
}

// end emits the finished sequence, unless it was too long.
func (f *framer) end(emit func(unit)) {
	if f.over {
		f.reset()
		return
	}
	if bytes.Equal(f.pending, pasteStart) {
		f.reset()
		f.state = paste
		return
	}
	emit(unit{kind: sequenceUnit, bytes: f.pending})
	f.reset()
}

// pasted takes input up to the end of the paste it is in.
func (f *framer) pasted(input []byte, emit func(unit)) []byte {
	for i, b := range input {
		if b == pasteEnd[f.match] {
			if f.match++; f.match == len(pasteEnd) {
				f.match = 0
				f.endPaste(emit)
				f.reset()
				return input[i+1:]
			}
			continue
		}
		f.keepPasted(pasteEnd[:f.match]...)
		f.match = 0
		if b == esc {
			f.match = 1
			continue
		}
		f.keepPasted(b)
	}
	return nil
}

func (f *framer) keepPasted(b ...byte) {
	room := min(MaxPaste-len(f.pending), len(b))
	f.pending = append(f.pending, b[:room]...)
	f.dropped += len(b) - room
}

func (f *framer) endPaste(emit func(unit)) {
	emit(unit{kind: pasteUnit, bytes: f.pending, dropped: f.dropped})
}
