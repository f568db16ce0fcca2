package main

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// A ledger knows who said what in which chat and who heard it, and finds out whether
// anybody was ever in two chats: each chat has exactly two, each hears nobody but the
// other, and every line in order with none left out. Anybody may call its methods.
type ledger struct {
	mu      sync.Mutex // guards what follows
	partner map[seat]seat
	sent    map[line]time.Time
	took    []time.Duration // from the key press to the partner's screen
	wrong   error           // the first thing that was
}

// A seat is somebody's part in a chat: the number of the visit, and of the chat in it.
type seat struct{ visit, chat int }

// A line is the n-th that was said from a seat, counted from 1.
type line struct {
	seat
	n int
}

// chatLines is how many lines of a chat can be told apart.
const chatLines = 1000

func (l line) token() string { return token(l.visit, l.chat*chatLines+l.n) }

func parseLine(text []byte) (l line, ok bool) {
	from, message, ok := parseToken(text)
	return line{seat{from, message / chatLines}, message % chatLines}, ok
}

func newLedger() *ledger {
	return &ledger{partner: make(map[seat]seat), sent: make(map[line]time.Time)}
}

// say notes that a line is about to be said.
func (l *ledger) say(what line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent[what] = time.Now()
}

// hear notes that a line arrived at a seat, where so many lines had arrived before.
// It counts how long that took, unless the hearer was not listening.
func (l *ledger) hear(by seat, what line, before int, listening bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent, said := l.sent[what]
	delete(l.sent, what)
	one, other := l.partner[by], l.partner[what.seat]
	switch {
	case !said:
		l.fail("%v hears line %d of %v, which nobody said, or somebody heard before", by, what.n, what.seat)
	case what.n != before+1:
		l.fail("%v hears line %d of %v after line %d", by, what.n, what.seat, before)
	case one != seat{} && one != what.seat, other != seat{} && other != by:
		l.fail("%v hears %v; the first is in a chat with %v, the second with %v", by, what.seat, one, other)
	}
	l.partner[by], l.partner[what.seat] = what.seat, by
	if listening {
		l.took = append(l.took, time.Since(sent))
	}
}

// fail notes the first thing that is wrong. The caller holds l.mu.
func (l *ledger) fail(format string, args ...any) {
	if l.wrong == nil {
		l.wrong = fmt.Errorf(format, args...)
	}
}

func (s seat) String() string { return fmt.Sprintf("visit %d in its chat %d", s.visit, s.chat) }

// closed returns how long lines took, sorted, how many chats there were in which
// somebody was heard, and what was wrong.
func (l *ledger) closed() (took []time.Duration, chats int, wrong error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.Sort(l.took)
	return l.took, len(l.partner) / 2, l.wrong
}
