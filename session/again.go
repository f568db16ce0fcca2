package session

import (
	"time"

	"strangerd/session/locale"
)

// again is /again: to meet the last partner again if they ask for it, too. What it
// says is the same whether they do, are gone, or don't want to, so that nobody learns
// that.
func (c *chat) again() {
	switch c.state {
	case refused:
		return
	case atRules, atYear, warned:
		c.askToAccept()
		return
	}
	left := c.seat.Again()
	asked := locale.AgainAsked
	if c.inChat() {
		asked = locale.AgainAskedBefore
	}
	if left == 0 {
		c.tell(c.words.Say(locale.AgainNobody))
		return
	}
	c.announce(c.words.With(asked, locale.Data{"Span": span(c.words, left.Round(time.Second))}))
}

// forgo has whoever was reported or blocked not met again, if they were the partner.
func (c *chat) forgo(who *other) {
	if who.from == stranger {
		c.seat.Forgo()
	}
}
