package session

import "strangerd/session/locale"

// block ends the chat, or comes after it: the two don't meet again while both are
// here.
func (c *chat) block(argument string) {
	who, _ := c.whom(argument)
	switch {
	case len(c.others) == 0:
		c.tell(c.words.Say(locale.BlockNobody))
		return
	case who == nil:
		c.tell(c.words.Say(locale.BlockWhom))
		return
	}
	c.me.avoid(who.person)
	chatted := c.inChat()
	if chatted {
		c.walkOut()
		c.announce(c.words.Say(locale.YouLeft))
	}
	c.announce(c.words.Say(locale.Blocked))
	if chatted {
		c.rest()
	}
}
