package session

import (
	"time"

	"strangerd/session/locale"
)

// inputEnded says what is kept, waits for an answer, and leaves.
func (c *chat) inputEnded() {
	c.over = true
	switch {
	case c.plain && c.state == chatting:
		if len(c.queue) == 0 {
			c.hangUpIn(answerWait)
		}
	case c.plain && c.state == searching && len(c.kept) > 0 && c.errand.question == "":
		c.tell(c.words.Count(locale.WaitingForEnd, int(partnerWait.Seconds())))
		c.hangUpIn(partnerWait)
	case c.state == refused:
		c.quit(exitNotAllowed)
	default:
		c.hangUpNow()
	}
}

// hangUpNow ends the visit, and says what nobody heard: in the full screen, once it
// is left.
func (c *chat) hangUpNow() {
	if len(c.queue) > 0 {
		c.ch.Println("-- " + c.words.Count(locale.QueueUnsent, len(c.queue)))
	}
	if len(c.kept) > 0 {
		c.ch.Println("-- " + c.words.Count(locale.KeptUnsent, len(c.kept)))
	}
	c.quit(exitDone)
}

func (c *chat) hangUpIn(d time.Duration) {
	stop(c.hangUp)
	c.hangUp = c.ch.After(d, hangUpMsg{})
}
