package session

import (
	"strangerd/moderation"
	"strangerd/session/locale"
)

// attention calls somebody who looks elsewhere: by a bell, and by a title until they
// look. Both say that there is something, and never what.
type attention struct {
	muted bool      // no bell
	away  bool      // the terminal said that nobody looks at it
	title locale.ID // shown while they are away; empty is none
	again bool      // the partner had them called since they looked last
}

// looks notes that somebody looks at the terminal, or no more.
func (a *attention) looks(yes bool) { *a = attention{muted: a.muted, away: !yes} }

// call rings, and says in the title why, to who is away.
func (c *chat) call(why locale.ID) {
	c.ring()
	if c.attention.away {
		c.attention.title = why
	}
}

// callAgain calls who is away, for the first of what the partner does until they look.
func (c *chat) callAgain(why locale.ID) {
	if c.attention.away && !c.attention.again {
		c.attention.again = true
		c.call(why)
	}
}

func (c *chat) ring() {
	if c.rings() {
		c.ch.Bell()
	}
}

// rings tells whether a bell can be heard here, and is wanted.
func (c *chat) rings() bool { return c.ch.Pty && !c.attention.muted }

// title is the window's, or empty for the terminal's own.
func (c *chat) title() string {
	if c.attention.title == "" {
		return ""
	}
	return c.words.With(c.attention.title, locale.Data{"Name": c.config.Name})
}

// setBell is /bell on|off.
func (c *chat) setBell(argument string) {
	switch argument {
	case "on", "off":
		c.attention.muted = argument == "off"
	default:
		c.tell(c.words.Say(locale.BellUsage))
		return
	}
	c.screen.rulesWidth = 0 // they begin with whether it rings
	said := c.remember(func(m *moderation.Memory) { m.BellOff = c.attention.muted })
	c.tell(said + c.words.Say(c.bellWords()))
}

// bellWords say when a bell rings from now on. In line mode no terminal says that nobody
// looks at it.
func (c *chat) bellWords() locale.ID {
	switch {
	case c.attention.muted:
		return locale.BellOff
	case !c.ch.Pty:
		return locale.BellNoTerminal
	case c.plain:
		return locale.BellComes
	}
	return locale.BellOn
}
