package session

import (
	"strings"
	"time"

	"strangerd/moderation"
	"strangerd/session/locale"
	"strangerd/session/text"
)

// notice is what the server tells a chat.
type notice struct {
	kind noticeKind
	in   time.Duration
	text string
}

const (
	minutePassed  noticeKind = iota
	serverStops              // in so long
	serverStopped            // the visit ends now
	broadcast                // the operator says text
)

// notice takes what the server says.
func (c *chat) notice(n notice) {
	switch n.kind {
	case minutePassed:
		c.screen.rulesWidth = 0 // it says how many are online
		c.statusReport()
		c.tellHours()
	case serverStops:
		c.announce(c.words.Count(locale.Closing, int(n.in.Round(time.Second).Seconds())))
	case broadcast:
		c.ring()
		c.announce(c.words.With(locale.Operator, locale.Data{"Text": text.Line(n.text)}))
	case serverStopped:
		c.ch.Println("-- " + c.words.Say(locale.Closed))
		c.quit(exitNotNow)
	}
}

// revoked shows what ended the right to be here, and ends the visit.
func (c *chat) revoked() {
	words := c.words.Say(locale.Closed)
	switch why := c.pass.Why().(type) {
	case *moderation.Banned:
		words = banWords(c.config, c.words, why.Ban)
	case *moderation.Kicked:
		words = c.words.With(locale.Kicked, locale.Data{"Reason": text.Line(why.Reason)})
	}
	for line := range strings.SplitSeq(words, "\n") {
		c.ch.Println("-- " + line)
	}
	c.quit(exitNotAllowed)
}
