package session

import (
	"time"

	"strangerd/session/locale"
	"strangerd/session/text"
	"strangerd/session/trap"
)

// How fast somebody may say messages: so many at once, then so many a second. It is
// about what a person types, and below what the inbox of a partner whose machine is
// slow for a moment holds.
const (
	messageBurst = 5
	messageRate  = 1.0
)

// How many bytes of messages somebody may have refused: so many at once, then so many a
// second. To look at a long one takes its time, with each Enter.
const (
	refusedBurst = 4 * text.MaxBytes
	refusedRate  = text.MaxBytes / 2
)

// countAfter is how long after the first message that has to wait those are counted
// which came with it.
const countAfter = 50 * time.Millisecond

// maxQueued bounds how many messages wait for their turn.
const maxQueued = 100

// pace is a token bucket: so many at once, then so many a second.
type pace struct {
	burst, rate float64
	debt        float64 // taken and not yet paid back
	since       time.Time
}

// take counts one more, if it may be now; else it returns how long until then.
func (p *pace) take(now time.Time) (wait time.Duration) {
	if wait = p.wait(now, 1); wait == 0 {
		p.debt++
	}
	return wait
}

// wait is how long it is until n more may be.
func (p *pace) wait(now time.Time, n float64) time.Duration {
	p.debt = max(0, p.debt-now.Sub(p.since).Seconds()*p.rate)
	p.since = now
	return max(0, time.Duration((p.debt+n-p.burst)/p.rate*float64(time.Second)))
}

// utterance is a message that may be said.
type utterance struct {
	message string
	warn    trap.Warnings // of which its readers are to be warned
}

// say says a message, or has it said when its turn comes, unless there is nobody to
// say it to. The error is the matcher's.
func (c *chat) say(u utterance) error {
	if len(c.queue) == 0 {
		wait := c.pace.take(time.Now())
		if wait == 0 {
			return c.sayNow(u)
		}
		c.counted.limits.add(limitPace)
		c.paced = c.ch.After(wait, pacedMsg{})
		c.counts = c.ch.After(countAfter, queuedMsg{}) // the screen says so while it lasts
	}
	c.really = false
	c.queue = append(c.queue, u)
	return nil
}

// countQueued says how many messages wait for their turn.
func (c *chat) countQueued() {
	if waiting := len(c.queue); waiting > 0 {
		c.print("-- ", c.words.Count(locale.Paced, waiting))
	}
}

// sayQueued says what has waited for its turn, as far as it has come.
func (c *chat) sayQueued() {
	for len(c.queue) > 0 {
		if wait := c.pace.take(time.Now()); wait > 0 {
			c.paced = c.ch.After(wait, pacedMsg{})
			return
		}
		if c.sayNow(c.queue[0]) != nil {
			return // what is left is said if they come back, or counted when the chat ends
		}
		c.queue = c.queue[1:]
	}
	if c.over {
		c.hangUpIn(answerWait)
	}
}

func (c *chat) sayNow(u utterance) error {
	if err := c.seat.Say(u.message, uint8(u.warn)); err != nil {
		return err // the partner has just gone, which the next event says
	}
	c.pass.Met(c.partner.pass)
	c.screen.follow()
	c.add(you, u.message)
	c.record.add(you, u.message)
	c.really = false
	c.signed = time.Time{}
	return nil
}
