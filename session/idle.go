package session

import (
	"math"
	"time"

	tea "charm.land/bubbletea/v2"

	"strangerd/matcher"
	"strangerd/session/locale"
)

// pressed notes that somebody is at the keys.
func (c *chat) pressed() {
	c.lastKey, c.nudged, c.called = time.Now(), false, false
	c.seat.Touch()
}

// wakeUp has the others see that somebody who was idle is not, once what the key or the
// line led to is done: who has heard a message needs no such notice.
func (c *chat) wakeUp() {
	if c.dozing && time.Since(c.lastKey) < matcher.AsleepAfter {
		c.dozing = false
		c.seat.Dozing(false)
		c.watchIdle()
	}
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

// watchIdle arms the one timer that a chat has for somebody who is gone.
func (c *chat) watchIdle() {
	limit := c.config.IdleTimeout
	if !c.nudged {
		limit -= c.warning()
	}
	if !c.dozing {
		limit = min(limit, matcher.AsleepAfter)
	}
	stop(c.idle)
	c.idle = c.ch.After(time.Until(c.lastKey.Add(limit)), idleMsg{})
}

// warning is how long before its end an idle chat is warned.
func (c *chat) warning() time.Duration { return min(idleWarning, c.config.IdleTimeout/2) }

// checkIdle has the others see that somebody is idle, warns who has pressed no key for
// longer, and ends the chat of who was warned. It fires rarely: a key press doesn't
// rearm the timer, unless the others saw it.
func (c *chat) checkIdle() {
	if !c.inChat() {
		return
	}
	idle := time.Since(c.lastKey)
	if !c.dozing && idle >= matcher.AsleepAfter {
		c.dozing = true
		c.seat.Dozing(true)
	}
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

// partnerIdle notes whether somebody else in the chat is idle. The full screen shows it
// in the header; line mode says it, and not of who has just said something. Nobody is
// idle twice within matcher.AsleepAfter, so a minute has two such lines at most.
func (c *chat) partnerIdle(by uint8, idle bool) {
	if c.idlers[by] == idle {
		return
	}
	c.idlers[by] = idle
	line := [2]locale.ID{locale.PartnerActive, locale.WatchedActive}
	if idle {
		line = [2]locale.ID{locale.PartnerIdle, locale.WatchedIdle}
	}
	c.print("-- ", c.words.With(line[min(by, 1)], locale.Data{"Number": by}))
}

// idleHeader says in the header who is idle; empty is nobody.
func (c *chat) idleHeader() string {
	switch {
	case c.idlers[0]:
		return c.words.Say(locale.HeaderIdle)
	case c.idlers[1] && c.idlers[2]:
		return c.words.Say(locale.HeaderBothIdle)
	case c.idlers[1], c.idlers[2]:
		number := 1
		if c.idlers[2] {
			number = 2
		}
		return c.words.With(locale.HeaderOneIdle, locale.Data{"Number": number})
	}
	return ""
}
