package session

import (
	"strangerd/session/locale"
	"strangerd/session/text"
	"strangerd/session/trap"
)

// topic returns an interest or a question as it may be shown, or why it can't be
// taken: besides what messages pass, it names no age below minAge and holds no link.
// An index of who is where, such as interests are, is what predators and advertisers
// look for first.
func topic(written string, minAge int) (safe string, why locale.ID) {
	safe = text.Line(written)
	years, named := text.Youngest(safe)
	switch {
	case safe == "":
		return "", locale.Unreadable
	case named && years < minAge:
		return "", locale.TopicAge
	case text.HasLink(safe):
		return "", locale.TopicLink
	}
	return safe, ""
}

// mayName tells whether an interest or a question can be taken. If it can't, it has
// said why. What its readers would be warned of can't: it would be read without.
func (c *chat) mayName(in trap.Place, written string) bool {
	safe, why := topic(written, c.config.MinAge)
	if barred, warn := c.barred(in, safe); why == "" && (barred || warn != 0) {
		why = locale.TopicTrap
	}
	if why != "" {
		c.tell(c.words.With(why, locale.Data{"Age": c.config.MinAge}))
	}
	return why == ""
}
