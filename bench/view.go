package main

import "bytes"

// An event is what a session shows of the course of a visit.
type event uint8

const (
	opened   event = iota // the rules are shown
	searches              // for a stranger
	matched               // with one
	parted                // from them
	heard                 // a line of the partner's
	spoken                // a line of one's own
	kept                  // a line of one's own, for the next partner
	typed                 // a line of one's own that is not entered
	answered              // /status
	reported
)

// A view finds events in what a session prints. It is the reader's own.
type view interface {
	// look takes what was printed, and calls see with each event; a line that was
	// heard, spoken or typed comes with it.
	look(text []byte, see func(event, line))
}

// signs are the words by which events are known.
type signs []struct {
	words string
	event event
}

func (s signs) in(text []byte) (event, bool) {
	for _, sign := range s {
		if bytes.Contains(text, []byte(sign.words)) {
			return sign.event, true
		}
	}
	return 0, false
}

// linesView reads line mode.
type linesView struct{ rest []byte }

var lineSigns = signs{
	{"-- Type yes", opened},
	{"-- Looking for a stranger", searches},
	{"-- " + pairedWords, matched},
	{"-- Stranger has left the chat", parted},
	{"-- You left the chat", parted},
	{"-- Kept: ", kept},
	{" chatting.", answered},
	{"-- Reported: ", reported},
}

func (v *linesView) look(text []byte, see func(event, line)) {
	v.rest = append(v.rest, text...)
	for {
		one, rest, whole := bytes.Cut(v.rest, []byte("\n"))
		if !whole {
			return
		}
		v.rest = rest
		if words, ok := bytes.CutPrefix(one, []byte("stranger: ")); ok {
			seeLine(words, heard, see)
		} else if event, ok := lineSigns.in(one); ok && bytes.HasPrefix(one, []byte("-- ")) {
			see(event, line{})
		}
	}
}

// seeLine sees the line whose token the text has.
func seeLine(text []byte, e event, see func(event, line)) {
	at := bytes.Index(text, []byte(tag))
	if at < 0 || len(text) < at+tokenLength {
		return
	}
	if l, ok := parseLine(text[at:]); ok {
		see(e, l)
	}
}

// screenView reads the full screen, of which changed rows are written whole: where
// the cursor goes to the next row, the one before is complete. What was said is
// written again whenever it moves.
type screenView struct {
	rest  []byte
	place event // what the header says
}

// The header is the first row, and says where somebody is.
var (
	headerSigns = signs{{"not chatting", parted}, {"chatting", matched}, {"looking", searches}}
	rowSigns    = signs{{"Press Enter", opened}, {"Reported: ", reported}}
)

func (v *screenView) look(text []byte, see func(event, line)) {
	v.rest = append(v.rest, text...)
	for {
		end, next := cursorMove(v.rest)
		if end < 0 {
			return
		}
		v.row(v.rest[:end], see)
		v.rest = v.rest[next:]
	}
}

// cursorMove finds the sequence that moves the cursor, ESC [ row ; column H, and where the row begins that it moves to.
func cursorMove(text []byte) (at, next int) {
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte("\x1b["))
		if i < 0 {
			return -1, 0
		}
		at = from + i
		for next = at + len("\x1b["); next < len(text) && (text[next] == ';' || text[next] >= '0' && text[next] <= '9'); next++ {
		}
		if next == len(text) {
			return -1, 0
		}
		if text[next] == 'H' {
			return at, at + 1 // which is kept, to know the row
		}
		from = next
	}
}

// row sees what a row shows. It begins with what is left of the sequence that went
// there.
func (v *screenView) row(text []byte, see func(event, line)) {
	where, shown, _ := bytes.Cut(text, []byte("H"))
	number, _, _ := bytes.Cut(bytes.TrimPrefix(where, []byte("[")), []byte(";"))
	if len(number) == 0 || string(number) == "1" {
		if place, ok := headerSigns.in(shown); ok && place != v.place {
			v.place = place
			see(place, line{})
		}
		return
	}
	switch {
	case bytes.Contains(shown, []byte("Stranger: ")):
		seeLine(shown, heard, see)
	case bytes.Contains(shown, []byte("You: ")):
		seeLine(shown, spoken, see)
	case bytes.Contains(shown, []byte("> ")):
		seeLine(shown, typed, see)
	default:
		if event, ok := rowSigns.in(shown); ok {
			see(event, line{})
		}
	}
}
