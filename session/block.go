package session

import "strangerd/session/locale"

// block ends the chat, or comes after it: the two don't meet again while both are
// here.
func (c *chat) block() {
	if c.partner == nil {
		c.tell(c.words.Say(locale.BlockNobody))
		return
	}
	c.me.avoid(c.partner)
	chatted := c.state == chatting
	if chatted {
		c.walkOut()
		c.announce(c.words.Say(locale.YouLeft))
	}
	c.announce(c.words.Say(locale.Blocked))
	if chatted {
		c.rest()
	}
}
