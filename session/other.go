package session

import (
	"strings"

	"strangerd/matcher"
	"strangerd/session/locale"
)

// other is somebody whom a report of this chat, or the last one, can be about.
type other struct {
	*person
	from     speaker // of what they said
	reported bool
}

// name is what a command calls them by; who is meant unless another is named has none.
func (o *other) name() string {
	switch o.from {
	case first:
		return "1"
	case second:
		return "2"
	case asker:
		return "asker"
	}
	return ""
}

// described is how a form names them.
func (o *other) described() locale.ID {
	switch o.from {
	case first:
		return locale.TheFirst
	case second:
		return locale.TheSecond
	case asker:
		return locale.TheAsker
	}
	return locale.TheStranger
}

// gather learns with whom a chat begins, and about what.
func (c *chat) gather(e matcher.Event) {
	who := func(subject any, from speaker) *other {
		p, _ := subject.(*person)
		return &other{person: p, from: from}
	}
	topic := e.Topic
	c.question, c.partner, c.watched = "", nil, e.Partner == nil
	if topic != nil {
		c.question = topic.Question
	}
	if c.watched {
		c.record.own = asker
		c.others = []*other{who(topic.Strangers[0], first), who(topic.Strangers[1], second)}
		return
	}
	c.record.own = you
	c.others = []*other{who(e.Partner, stranger)}
	c.partner = c.others[0].person
	if topic != nil {
		c.others = append(c.others, who(topic.Asker, asker))
	}
}

// whom finds out who a command's argument is about, and returns the rest of it. Who
// watches has to say: /report 1 spam. They may say it second.
func (c *chat) whom(argument string) (who *other, rest string) {
	if len(c.others) == 0 {
		return nil, argument
	}
	words := strings.SplitN(argument, " ", 3)
	for i, word := range words {
		if i > 0 && !c.watched || i > 1 {
			break
		}
		for _, o := range c.others {
			if word == o.name() && word != "" {
				return o, strings.Join(append(words[:i:i], words[i+1:]...), " ")
			}
		}
	}
	if c.watched {
		return nil, argument
	}
	return c.others[0], argument
}

// inChat tells whether there is a chat to leave, be it one that is only watched.
func (c *chat) inChat() bool { return c.state == chatting || c.state == watching }
