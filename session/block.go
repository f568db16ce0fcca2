package session

import "strangerd/session/locale"

// block ends the chat, or comes after it: the two don't meet again while both are
// here, and who is remembered never does for longer, as far as the other can be told
// from others.
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
	c.forgo(who)
	c.announce(c.rememberBlock(who))
	if chatted {
		c.rest()
	}
}
