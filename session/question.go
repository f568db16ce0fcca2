package session

import (
	"time"

	"strangerd/matcher"
	"strangerd/session/locale"
	"strangerd/session/text"
	"strangerd/session/trap"
)

// Question mode: somebody asks, and watches two others discuss it.

// A question has so many characters at most. So many are asked at once, and then so
// many a second.
const (
	maxQuestion   = 200
	questionBurst = 1
	questionRate  = 1.0 / 60
)

// errand is what a search is for: a stranger to talk to, or one of these.
type errand struct {
	question string // to be discussed by two others
	discuss  bool   // somebody's question
}

// askCommand is /ask QUESTION. What can't be asked stays in the input line.
func (c *chat) askCommand(question string) {
	if !c.ask(question) {
		c.putBack("/ask " + question)
	}
}

// ask looks for two to discuss a question, or says why it can't be asked. It tells
// whether it did.
func (c *chat) ask(question string) bool {
	question, ok := c.check(question)
	if !ok {
		return false
	}
	question = text.Line(question)
	switch {
	case question == "":
		c.tell(c.words.Say(locale.AskUsage))
		return false
	case text.SizeOf(question).Clusters > maxQuestion:
		c.tell(c.words.Count(locale.QuestionLong, maxQuestion))
		return false
	case !c.mayName(trap.Questions, question):
		return false
	}
	c.lookFor(errand{question: question})
	return true
}

// unask ends an errand that a chat comes in the way of. A question is given back, as it
// is asked again.
func (c *chat) unask() {
	question := c.errand.question
	if c.errand = (errand{}); question != "" {
		c.announce(c.words.With(locale.QuestionUnasked, locale.Data{"Question": question}))
	}
}

// discuss looks for somebody's question.
func (c *chat) discuss() { c.lookFor(errand{discuss: true}) }

// lookFor leaves at once, and searches for something. Who has yet to accept the rules
// searches for it afterwards.
func (c *chat) lookFor(what errand) {
	switch c.state {
	case refused:
		return
	case chatting, watching:
		c.walkOut()
		c.announce(c.words.Say(locale.YouLeft))
		c.enter(resting)
	case searching:
		c.seat.Leave() // the next may have to wait
	}
	c.errand = what
	if c.state == atRules || c.state == atYear || c.state == warned {
		c.askToAccept()
		return
	}
	c.search()
}

// lookingLine says what is looked for.
func (c *chat) lookingLine() string {
	switch {
	case c.errand.question != "":
		return c.words.Say(locale.LookingForTwo)
	case c.errand.discuss:
		return c.words.Say(locale.LookingToDiscuss)
	}
	return c.words.Say(locale.Looking)
}

// paceQuestion holds a question whose turn has not come, and tells whether it does.
func (c *chat) paceQuestion() bool {
	if c.errand.question == "" {
		return false
	}
	wait := c.asks.take(time.Now())
	if wait > 0 {
		c.counted.limits.add(limitPace)
		c.holdFor(wait, locale.QuestionPaced, time.Second)
	}
	return wait > 0
}

// company says who waits for the same as this search does, and for whom it waits.
func (c *chat) company(s People) string {
	switch {
	case c.errand.question != "" && s.Discussing == 0:
		return c.words.Say(locale.NobodyDiscusses)
	case c.errand.question != "":
		return c.words.Count(locale.SomeDiscuss, s.Discussing)
	case c.errand.discuss && s.Asking > 0:
		return c.words.Count(locale.QuestionsForTwo, s.Asking)
	case c.errand.discuss:
		return c.words.Say(locale.NoQuestion)
	case s.strangers() > 1:
		return c.words.Count(locale.WaitingOthers, s.strangers()-1)
	}
	return c.words.Say(locale.NobodyWaits)
}

// accompanied tells whether somebody waits on the other side of question mode. To tell
// those who wait of each change at once would cost a wake of all of them; they see it
// once a minute.
func (c *chat) accompanied() bool {
	s := c.config.people()
	return c.errand.question != "" && s.Discussing > 0 || c.errand.discuss && s.Asking > 0
}

// steer names the side of question mode that waits for somebody like this one, if any
// does: a question needs two. Where fewer than three are online it stays silent: question
// mode would take from one another the two who could talk.
func (c *chat) steer(s matcher.Stats) string {
	asking, discussing := s.Asking, s.Discussing
	switch {
	case s.Online < 3:
		return ""
	case c.state != searching:
	case c.errand.question != "":
		asking--
		discussing = 0
	case c.errand.discuss:
		asking = 0
		if discussing--; discussing < 2 {
			return ""
		}
	}
	switch {
	case asking > 0 && 2*asking >= discussing:
		return c.words.Count(locale.QuestionsWait, asking)
	case discussing > 0:
		return c.words.Count(locale.DiscussersWait, discussing)
	}
	return ""
}

// nextQuestion says how to go on with questions: as after one, or where somebody waits.
func (c *chat) nextQuestion() string {
	if c.question != "" {
		return c.words.Say(locale.NextQuestion)
	}
	return c.steer(c.config.people().Stats)
}

// watch begins with what two others say about this one's question.
func (c *chat) watch() {
	c.pass.Met(c.others[0].pass)
	c.enter(watching)
	c.call(locale.TitleFound)
	c.announce(c.words.Say(locale.Watching))
	c.showQuestion()
	c.watchIdle()
	if c.over {
		c.hangUpNow()
	}
}

// showQuestion shows what is discussed. It is somebody's words, so it begins as
// nothing that the server says does.
func (c *chat) showQuestion() {
	c.add(asker, c.question)
	c.record.add(asker, c.question)
	c.print("-- "+c.label(asker), c.question)
}

// onlyWatches refuses what somebody says who has asked.
func (c *chat) onlyWatches() {
	c.really = false
	c.tell(c.words.Say(locale.WatchOnly))
}
