package session

import (
	"strings"
	"time"

	"strangerd/session/locale"
)

// questionTime is how long a question is the one that is given to who waits: two who
// wait at the same time mostly think about the same.
const questionTime = 10 * time.Minute

// waiting is what somebody was told for company, while nobody came.
type waiting struct {
	broken bool // the last question broke the ice, and is not asked again
	hours  bool // in this search: when more people are here

	accompanied bool // by somebody on the other side of question mode
}

// wait begins the wait of a search that found nobody at once.
func (c *chat) wait() {
	c.waiting.hours = false
	c.waiting.accompanied = c.accompanied()
	if c.waiting.broken {
		c.me.question.Store(0)
		c.waiting.broken = false
	}
	if c.state == searching && c.seat.Waits() && !c.called && !c.offered && !c.over && c.errand == (errand{}) {
		c.think()
	}
}

// think gives who waits a question to think about.
func (c *chat) think() {
	questions := lines(c.words, locale.Questions)
	number := int32(time.Now().Unix()/int64(questionTime/time.Second)%int64(len(questions))) + 1
	line := c.words.With(locale.ThinkAbout, locale.Data{"Question": questions[number-1]})
	if c.me.question.Swap(number) != number || !c.plain { // the screen shows it no more
		c.announce(line)
	}
}

// breakIce names a question for both to begin with, if each was given one. Both
// sessions choose the same.
func (c *chat) breakIce() {
	mine, theirs := c.me.question.Load(), c.partner.question.Load()
	if mine == 0 || theirs == 0 {
		return
	}
	c.waiting.broken = true
	c.announce(c.words.With(locale.IceBreaker, locale.Data{"Question": lines(c.words, locale.Questions)[min(mine, theirs)-1]}))
}

// lines are those of a list, which has as many in every language.
func lines(words *locale.Words, list locale.ID) []string { return strings.Split(words.Say(list), "\n") }

// tellHours says once, to who has waited a minute and is alone, when more people are
// here: as the operator says, and as it was in the last weeks.
func (c *chat) tellHours() {
	if c.state != searching || c.minutes() < 1 || c.waiting.hours || c.config.people().Waiting > 1 {
		return
	}
	c.waiting.hours = true
	now := time.Now()
	if len(c.config.Meet) > 0 {
		c.announce(meetLine(c.words, c.config.Meet, now))
	}
	if c.config.Hours == nil {
		return
	}
	if at, people, ok := c.config.Hours.Busier(now, c.config.people().Online); ok {
		c.announce(c.words.With(locale.Busier, locale.Data{
			"Count": people, "Time": at.UTC().Format("15:04"), "Until": until(c.words, at.Sub(now))}))
	}
}

// until says how long it is until then, in days and hours or else in minutes.
func until(words *locale.Words, d time.Duration) string {
	if d < time.Hour {
		return words.Count(locale.Minutes, int((d+time.Minute-1)/time.Minute))
	}
	hours := int((d + time.Hour/2) / time.Hour)
	days, hours := hours/24, hours%24
	switch {
	case days == 0:
		return words.Count(locale.Hours, hours)
	case hours == 0:
		return words.Count(locale.Days, days)
	}
	return words.Count(locale.Days, days) + " " + words.Count(locale.Hours, hours)
}
