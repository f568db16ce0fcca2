package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// How the people of the messy profile behave.
const (
	loneliness  = 30 * time.Second // nobody comes: one leaves
	mostRest    = 4 * time.Second  // between two visits
	newcomers   = 50               // a second, at first
	leastThink  = 300 * time.Millisecond
	mostThink   = 2 * time.Second // between two lines
	mostLines   = 8               // in a chat
	mostChats   = 4               // in a visit
	mostStalled = 60 * time.Second
	mostGone    = 100 * time.Second // half open: the server takes 90 s to notice
)

// act is how somebody ends a chat.
type act uint8

const (
	skips     act = iota // to the next stranger
	reports              // and goes on to the next
	quits                // as one does
	cuts                 // the connection, without a goodbye
	resets               // it
	stalls               // reads nothing for a while, and goes on
	stallsOut            // reads nothing for a while, and cuts the connection
	vanishes             // the connection stays half open, and nothing answers
)

// acts is how often people do what.
var acts = []act{
	skips, skips, skips, skips, skips, skips, skips, skips, skips, reports, reports,
	quits, quits, quits, cuts, resets, stalls, stallsOut, vanishes,
}

// live comes for the first time within so long, and then again and again until ctx
// ends.
func (t *town) live(ctx context.Context, first time.Duration) {
	for more := pause(ctx, first); more; more = pause(ctx, mostRest) {
		v, err := t.come(ctx)
		switch {
		case err == nil:
			t.here.Add(1)
			t.visit(ctx, v)
			t.here.Add(-1)
		case ctx.Err() == nil:
			t.refused(err)
		}
	}
}

// come lets somebody in. Who is told nothing tries once more, as people do.
func (t *town) come(ctx context.Context) (*visit, error) {
	id := int(t.visits.Add(1))
	v, err := enter(ctx, id, t.addr, rand.N(2) == 0, t.ledger)
	if err == nil || errors.As(err, new(refusal)) || !pause(ctx, mostRest) {
		return v, err
	}
	t.delayed(err)
	return enter(ctx, id, t.addr, rand.N(2) == 0, t.ledger)
}

// visit chats until somebody has enough.
func (t *town) visit(ctx context.Context, v *visit) {
	for range 1 + rand.N(mostChats) {
		last := t.chat(ctx, v)
		t.did[last].Add(1)
		switch last {
		case skips, reports:
			continue
		case quits:
			t.quit(v)
		case cuts:
			v.cut()
		case resets:
			_ = v.line.SetLinger(0)
			v.cut()
		case stalls, stallsOut, vanishes:
			t.stall(ctx, v, last)
		}
		return
	}
	t.quit(v)
}

// quit leaves as one does. Who can't was thrown out.
func (t *town) quit(v *visit) {
	if v.ended() {
		t.fail(fmt.Errorf("somebody was thrown out: %w", v.words()))
	}
	v.quit()
}

// chat finds somebody, says some lines, and returns how it ends.
func (t *town) chat(ctx context.Context, v *visit) act {
	if !v.within(ctx, loneliness, func() bool { return v.chat > v.chats }) {
		return quits
	}
	_, chat := v.at()
	lines := 1 + rand.N(mostLines)
	for n := 1; n <= lines && pause(ctx, mostThink); n++ {
		if place, now := v.at(); place != matched || now != chat {
			break
		}
		t.say(ctx, v, line{seat{v.id, chat}, n})
	}
	how := acts[rand.N(len(acts))]
	if how >= cuts {
		return how
	}
	if !v.settle(ctx) || ctx.Err() != nil {
		return quits
	}
	if how == reports && !t.report(ctx, v) {
		return quits
	}
	// Enter searches when the partner is gone already: then /next could come after the
	// match, and end it unseen.
	if place, _ := v.at(); how != quits && place != searches {
		v.press("/next")
	}
	return how
}

// say says a line. In the full screen it waits until that is shown; what is typed
// after the partner has left stays in the input line.
func (t *town) say(ctx context.Context, v *visit, l line) {
	t.ledger.say(l)
	began := time.Now()
	v.press(l.token())
	if v.plain {
		return
	}
	if v.within(ctx, patience, func() bool { return v.speaks >= l.n || v.place != matched || v.chat != l.chat }) {
		t.answered(time.Since(began))
	}
}

// report reports the partner, and tells whether the visit can go on. In the full
// screen a second Enter sends the form.
func (t *town) report(ctx context.Context, v *visit) bool {
	v.press("/report spam")
	if !v.plain {
		v.press("")
	}
	v.within(ctx, patience/4, func() bool { return v.seen[reported] > 0 || v.place != matched })
	return v.settle(ctx)
}

// stall reads nothing more, as if stopped or cut off.
func (t *town) stall(ctx context.Context, v *visit, how act) {
	v.stall()
	most := mostStalled
	if how == vanishes {
		most = mostGone
	}
	if pause(ctx, most) && how == stalls {
		v.line.open()
		v.quit()
		return
	}
	v.cut()
}

// pause lets some time pass, and tells whether to go on.
func pause(ctx context.Context, most time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(leastThink + rand.N(most)):
		return true
	}
}
