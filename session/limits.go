package session

import (
	"time"

	"strangerd/session/locale"
	"strangerd/session/text"
	"strangerd/session/trap"
)

// Measure is what is done about who is over a limit.
type Measure string

const (
	Off   Measure = "off"
	Warn  Measure = "warn"  // they are told, and it goes through
	Block Measure = "block" // they are told, and it doesn't
)

const (
	// openingLines are the first lines of somebody to a partner: in these no link is
	// said, and not what everybody else was told.
	openingLines = 3
	// longOpener is how many cells an opening line has, folded, that people don't
	// type for each stranger anew. Everybody says hi, and where are you from; of shorter
	// ones, only those that say where to go from here are looked at.
	longOpener = 20
)

// A skip is a chat that is left by who skips within quickly. So many at once are
// nobody's business, and then so many a second.
const (
	quickly   = 15 * time.Second
	skipBurst = 20
	skipRate  = 1.0 / 3
)

// quiet is how long after the last escape sequence that was left out the next one is
// worth a word again.
const quiet = 10 * time.Second

// sequenceCut says that an escape sequence was left out, once for many.
func (c *chat) sequenceCut(now time.Time) {
	c.counted.limits.add(limitSequence)
	if now.Sub(c.cut) > quiet {
		c.announce(c.words.Say(locale.SequenceCut))
	}
	c.cut = now
}

// passes tells whether a message to the present partner is within the limits on what
// is said, and returns it with what its readers are to be warned of. If it isn't, it has
// said so.
func (c *chat) passes(message string) (u utterance, ok bool) {
	barred, warn := c.barred(trap.Messages, message)
	if barred {
		c.tell(c.words.Say(locale.TrapStopped))
		return u, false
	}
	if !c.withinLimits(message) {
		return u, false
	}
	c.lines++
	return utterance{message, warn}, true
}

// withinLimits is passes but for traps.
func (c *chat) withinLimits(message string) bool {
	link := text.HasLink(message)
	opening := c.lines < openingLines
	switch {
	case link && c.pass.New():
		c.counted.limits.add(limitNew)
		c.tell(c.words.Say(locale.NewLink))
		return false
	case link && (opening || !c.record.spoke[stranger]) && c.config.EarlyLinks != Off:
		c.counted.limits.add(limitLinks)
		if c.config.EarlyLinks == Block {
			c.tell(c.words.Count(locale.LinkBlocked, openingLines))
			return false
		}
		c.tell(c.words.Say(locale.LinkWarning))
	case opening && c.config.Openers != Off:
		return c.original(message)
	}
	return true
}

// original tells whether an opening line may be said, though others may have been
// told the same.
func (c *chat) original(message string) bool {
	folded := text.Fold(message)
	if text.Width(folded) < longOpener && !text.HasContact(message) {
		return true
	}
	others := c.pass.Repeats(folded, c.partner.pass)
	if others == 0 {
		return true
	}
	c.counted.limits.add(limitOpeners)
	if c.config.Openers == Block {
		c.tell(c.words.Count(locale.OpenerBlocked, others))
		return false
	}
	c.tell(c.words.Count(locale.OpenerWarning, others))
	return true
}
