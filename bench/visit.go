package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// A visit is one session of the messy profile. Its reader is a goroutine of its own;
// what it sees is under mu, for the person who waits for it.
type visit struct {
	session
	id     int
	line   *gatedConn
	plain  bool // line mode
	view   view
	ledger *ledger
	read   sync.WaitGroup

	chats int // those that are over; the person's own, as what follows
	marks int // that were typed to see what comes before them

	mu      sync.Mutex // guards what follows
	changed chan struct{}
	seen    [reported + 1]int // how often each event was
	place   event             // searches, matched, parted or, before, opened
	chat    int               // the number of the last chat
	partner seat              // who was heard last
	hears   int               // lines, in this chat
	speaks  int               // lines that were shown to have been said, in this chat
	settled int               // the last mark that was shown
	deaf    bool              // was so, or is: what it hears is late
	over    bool
	last    []byte // of what was printed
}

// A refusal is what the server says to who does not get in.
type refusal struct{ error }

// enter opens a session, accepts the rules and searches. Errors: a refusal, if the
// server said why not.
func enter(ctx context.Context, id int, addr string, plain bool, l *ledger) (*visit, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := dial(ctx, source(id), addr)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	v := &visit{id: id, line: gated(conn), plain: plain, ledger: l, changed: make(chan struct{})}
	if v.session, err = login(v.line, guest, addr); err == nil {
		if plain {
			v.view, err = &linesView{}, v.ask("shell", nil)
		} else {
			v.view, err = &screenView{}, v.shell(80, 24)
		}
	}
	if err != nil {
		conn.Close()
		if strings.Contains(err.Error(), "ssh: disconnect, reason") {
			err = refusal{err}
		}
		return nil, err
	}
	v.read.Go(v.reads)
	if !v.await(ctx, func() bool { return v.seen[opened] > 0 }) {
		v.cut()
		err := fmt.Errorf("no rules are shown: %w", errors.Join(context.Cause(ctx), v.words()))
		if v.shown() {
			return nil, refusal{err}
		}
		return nil, err
	}
	if plain {
		v.press("yes")
	} else {
		v.press("")
	}
	return v, nil
}

func (v *visit) reads() {
	buffer := make([]byte, 4<<10)
	for {
		n, err := v.channel.Read(buffer)
		v.took(buffer[:n], err != nil)
		if err != nil {
			return
		}
	}
}

func (v *visit) took(text []byte, over bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.view.look(text, v.see)
	v.last = append(v.last, text...)
	v.last = v.last[max(0, len(v.last)-500):]
	v.over = v.over || over
	v.wake()
}

func (v *visit) wake() {
	close(v.changed)
	v.changed = make(chan struct{})
}

// see takes an event. The caller holds v.mu.
func (v *visit) see(e event, l line) {
	v.seen[e]++
	switch e {
	case searches, parted:
		v.place = e
	case matched:
		v.place = e
		v.chat++
		v.hears, v.speaks = 0, 0
	case heard:
		if l.seat == v.partner && l.n <= v.hears && !v.plain {
			return // it is shown again
		}
		v.ledger.hear(seat{v.id, v.chat}, l, v.hears, !v.deaf)
		v.partner, v.hears = l.seat, l.n
	case typed:
		if l.chat == 0 {
			v.settled = max(v.settled, l.n)
		}
	case spoken:
		if l.chat == v.chat {
			v.speaks = max(v.speaks, l.n)
		}
	}
}

// await waits until look, which it calls with v.mu held, is satisfied, and tells
// whether it was; it isn't when the session or ctx ends.
func (v *visit) await(ctx context.Context, look func() bool) bool {
	for {
		v.mu.Lock()
		changed, over, done := v.changed, v.over, look()
		v.mu.Unlock()
		if done || over {
			return done
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// within is await, for so long.
func (v *visit) within(ctx context.Context, limit time.Duration, look func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return v.await(ctx, look)
}

// at tells where somebody is, and in which chat.
func (v *visit) at() (place event, chat int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.place, v.chat
}

// press types a line and Enter, and nothing that stood there before.
func (v *visit) press(text string) {
	if v.plain {
		text += "\n"
	} else {
		text = "\x15" + text + "\r" // Ctrl+U
	}
	v.write(text)
}

// write types. Whether it arrives is seen by what is shown.
func (v *visit) write(text string) { _, _ = io.WriteString(v.channel, text) }

// settle waits until all that was typed has had its effect, and tells whether the
// visit can go on: without it, a line could be said in another chat than it was typed
// for. In line mode it can't go on if a line was kept for the next partner: it came
// after this one had left.
func (v *visit) settle(ctx context.Context) bool {
	var done func() bool
	if v.plain {
		v.mu.Lock()
		before := v.seen[answered]
		v.mu.Unlock()
		done = func() bool { return v.seen[answered] > before }
		v.press("/status")
	} else {
		v.marks++
		mark := v.marks
		done = func() bool { return v.settled >= mark }
		v.write("\x15" + line{seat{v.id, 0}, mark}.token()) // and no Enter
	}
	if !v.within(ctx, patience, done) {
		return false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.chats = v.chat
	return v.seen[kept] == 0
}

func (v *visit) ended() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.over
}

// words is the error of who was thrown out, or hears nothing more.
// shown tells whether anything was shown.
func (v *visit) shown() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.last) > 0
}

func (v *visit) words() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return fmt.Errorf("the last that %v was shown: %q", seat{v.id, v.chat}, v.last)
}

// quit leaves as one does.
func (v *visit) quit() {
	v.press("/quit")
	v.within(context.Background(), patience, func() bool { return v.over })
	v.cut()
}

// cut closes the connection without a goodbye.
func (v *visit) cut() {
	v.line.open()
	v.line.Close()
	v.read.Wait()
}

// stall reads nothing more, as a stopped client, until the line is opened again.
func (v *visit) stall() {
	v.mu.Lock()
	v.deaf = true
	v.mu.Unlock()
	v.line.shut()
}
