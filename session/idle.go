package session

import (
	"math"
	"time"

	tea "charm.land/bubbletea/v2"

	"strangerd/session/locale"
)

// pressed notes that somebody is at the keys.
func (c *chat) pressed() {
	c.lastKey, c.nudged, c.called = time.Now(), false, false
	c.seat.Touch()
}

// keyPressed is pressed, but that a key which ends a search is no answer to who
// was found for it.
func (c *chat) keyPressed(k tea.KeyPressMsg) {
	c.attention.looks(true)
	if c.state == searching && (k.Code == tea.KeyEscape || isInterrupt(k)) {
		return
	}
	c.pressed()
}

// watchIdle arms the one timer that a chat has for a partner who is gone.
func (c *chat) watchIdle() {
	limit := c.config.IdleTimeout
	if !c.nudged {
		limit -= c.warning()
	}
	stop(c.idle)
	c.idle = c.ch.After(time.Until(c.lastKey.Add(limit)), idleMsg{})
}

// warning is how long before its end an idle chat is warned.
func (c *chat) warning() time.Duration { return min(idleWarning, c.config.IdleTimeout/2) }

// checkIdle warns who has pressed no key for long, and ends the chat of who
// was warned. It fires rarely: a key press doesn't rearm the timer.
func (c *chat) checkIdle() {
	if !c.inChat() {
		return
	}
	idle := time.Since(c.lastKey)
	switch {
	case idle >= c.config.IdleTimeout:
		c.counted.limits.add(limitIdle)
		c.walkOut()
		c.announce(c.words.Say(locale.IdleEnded))
		c.rest()
		return
	case !c.nudged && idle >= c.config.IdleTimeout-c.warning():
		c.nudged = true
		c.ring()
		c.announce(c.words.Count(locale.IdleWarning, int(math.Ceil(c.warning().Seconds()))))
	}
	c.watchIdle()
}
