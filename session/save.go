package session

import (
	"strings"

	"strangerd/session/locale"
)

// maxSaved bounds what somebody saves in one visit, in bytes: it waits in memory
// until they leave the full screen.
const maxSaved = 256 << 10

// save has the chat printed as plain text once the full screen is left, so that it
// stays in the person's own terminal. The server keeps nothing.
func (c *chat) save() {
	switch {
	case c.watched:
		c.tell(c.words.Say(locale.SaveWatched))
	case c.plain && !c.hidden && (c.record.spoke[you] || c.record.spoke[stranger]):
		c.tell(c.words.Say(locale.SavePlain))
	case !c.record.spoke[you] || !c.record.spoke[stranger]:
		c.tell(c.words.Say(locale.SaveBoth))
	case c.plain: // what was on the full screen, or came to another session
		c.printChat()
		c.tell(c.words.Say(locale.SavePlain))
	case c.saved+c.transcript.bytes > maxSaved:
		c.tell(c.words.Say(locale.SaveFull))
	default:
		c.saved += c.transcript.bytes
		c.printChat()
		c.tell(c.words.Say(locale.Saved))
	}
}

// printChat prints the chat where it stays.
func (c *chat) printChat() {
	c.hidden = false
	for _, e := range c.transcript.entries {
		label := c.label(e.from)
		for line := range strings.SplitSeq(e.text, "\n") {
			c.ch.Println(label + line)
		}
	}
}
