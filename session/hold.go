package session

import (
	"math"
	"time"

	"strangerd/session/locale"
)

// hold is a search that begins later.
type hold struct {
	until time.Time // zero if there is none
	why   locale.ID // with Count, of units
	unit  time.Duration
	timer *time.Timer
}

// release ends a hold, if there is one.
func (h *hold) release() {
	stop(h.timer)
	*h = hold{}
}

// held tells whether the search has yet to begin.
func (c *chat) held() bool { return !c.hold.until.IsZero() }

// find has the matcher look for a stranger, now or when the limits let it.
func (c *chat) find() {
	c.hold.release()
	if c.skipped && c.config.Skips != Off {
		if wait := c.skips.take(time.Now()); wait > 0 {
			c.counted.limits.add(limitSkips)
			if c.config.Skips == Block {
				c.holdFor(wait, locale.SkipsBlocked, time.Second)
				return
			}
			c.tell(c.words.Say(locale.SkipsWarning))
		}
	}
	c.skipped = false
	if wait := c.pass.Seek(); wait > 0 {
		c.counted.limits.add(limitNew)
		c.holdFor(wait, locale.NewHere, time.Minute)
		return
	}
	if c.paceQuestion() {
		return
	}
	c.seek()
}

// holdFor has find called again in a while, and says why.
func (c *chat) holdFor(wait time.Duration, why locale.ID, unit time.Duration) {
	c.hold = hold{until: time.Now().Add(wait), why: why, unit: unit, timer: c.ch.After(wait, heldMsg{})}
	c.announce(c.holdLine())
}

// holdLine says why the search hasn't begun, and when it does.
func (c *chat) holdLine() string {
	left := time.Until(c.hold.until)
	return c.words.Count(c.hold.why, max(1, int(math.Ceil(float64(left)/float64(c.hold.unit)))))
}

// walkOut leaves a chat that the others are still in.
func (c *chat) walkOut() {
	if c.state == watching {
		c.seat.Leave()
		return
	}
	c.skipped = c.skipped || time.Since(c.since) < quickly
	c.pass.Met(c.partner.pass)
	c.seat.Leave()
}
