package session

import (
	"strings"
	"time"

	"strangerd/session/locale"
)

func (c *chat) partnerTypes() {
	if !c.typing && c.plain && c.showTyping {
		c.tell(c.words.Say(locale.Typing))
	}
	c.typing = true
	stop(c.typingOff)
	c.typingOff = c.ch.After(typingShown, typingMsg{})
}

// sign lets the partner know that something is being typed, or no more.
func (c *chat) sign() {
	if c.state != chatting {
		return
	}
	private := c.report != nil || strings.HasPrefix(c.editor.Text(), "/") && !strings.HasPrefix(c.editor.Text(), "//")
	if c.editor.Text() == "" || private {
		if !c.signed.IsZero() {
			c.seat.Typing(false)
			c.signed = time.Time{}
		}
		return
	}
	if now := time.Now(); now.Sub(c.signed) >= typingSent {
		c.seat.Typing(true)
		c.signed = now
	}
}
