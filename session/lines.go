package session

import (
	"math/bits"
	"slices"
	"strings"
	"time"

	"strangerd/session/locale"
)

// Line mode: lines that are appended and never change. The server's own begin
// with "-- ", and nobody else's can: a partner's have their own beginning.

// add appends to the transcript.
func (c *chat) add(from speaker, lines string) {
	c.transcript.add(from, lines)
	c.hidden = c.hidden || !c.plain
	if from >= stranger {
		c.screen.makeRoom()
	}
	if c.screen.scrolled > 0 {
		c.screen.grow(c.height(entry{from, lines}, c.screen.width()))
	}
}

// announce says something that belongs to the course of the chat.
func (c *chat) announce(lines string) {
	c.add(server, lines)
	c.print("-- ", lines)
}

// tell says something that only matters now.
func (c *chat) tell(line string) {
	if !c.plain {
		c.hint = line
	}
	c.print("-- ", line)
}

// hear shows what somebody else said.
func (c *chat) hear(from speaker, message string) {
	c.add(from, message)
	c.record.add(from, message)
	c.print(c.plainLabel(from), message)
	c.callAgain(locale.TitleWrote)
}

// plainLabel is what each line of somebody else begins with.
func (c *chat) plainLabel(from speaker) string {
	switch from {
	case first:
		return c.words.Say(locale.FirstPlain)
	case second:
		return c.words.Say(locale.SecondPlain)
	}
	return c.words.Say(locale.StrangerPlain)
}

// print appends lines, each with its beginning, in line mode.
func (c *chat) print(beginning, lines string) {
	if !c.plain {
		return
	}
	for line := range strings.SplitSeq(lines, "\n") {
		c.ch.Println(beginning + line)
	}
}

// open begins the line mode.
func (c *chat) open() {
	for _, line := range c.opening() {
		c.print("-- ", line)
	}
	if c.config.AgeGate != AgeYear {
		c.print("-- ", c.words.With(locale.AgeLinePlain, locale.Data{"Age": c.config.MinAge}))
	}
	c.print("-- ", c.words.Say(locale.TypeYes))
}

// nextHint says how to go on after a chat; the full screen does so all the
// time.
func (c *chat) nextHint() {
	c.print("-- ", c.words.Say(locale.NextPlain))
	if question := c.nextQuestion(); question != "" {
		c.print("-- ", question)
	}
}

// statusReport says how the search goes, after 1, 2, 4, 8 … minutes, and when the other
// side of question mode has somebody, or nobody any more.
func (c *chat) statusReport() {
	if c.state != searching {
		return
	}
	accompanied := c.accompanied()
	if bits.OnesCount(uint(c.minutes())) == 1 || accompanied != c.waiting.accompanied {
		c.print("-- ", c.waitingLine())
	}
	c.waiting.accompanied = accompanied
}

// waitingLine is how long somebody has waited, from the first minute on, and with how
// many others.
func (c *chat) waitingLine() string {
	if c.held() {
		return c.holdLine()
	}
	stats := c.config.people()
	lines := []string{c.waited(), c.company(stats), c.steer(stats.Stats)}
	if stats.Online <= 1 {
		lines = []string{c.waited(), c.aloneLine()}
	}
	if c.limited() {
		lines = append(lines, c.languageLine())
	}
	lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
	return strings.Join(lines, " ")
}

// waited says how long somebody has waited, if a minute is over.
func (c *chat) waited() string {
	switch minutes := c.minutes(); {
	case minutes >= inHours:
		return c.words.Count(locale.WaitingHours, minutes/60)
	case minutes > 0:
		return c.words.Count(locale.Waiting, minutes)
	}
	return ""
}

// lasted says how long the present state lasts.
func (c *chat) lasted() string {
	if minutes := c.minutes(); minutes < inHours {
		return c.words.Count(locale.Minutes, minutes)
	}
	return c.words.Count(locale.Hours, c.minutes()/60)
}

// inHours is from how many minutes on a time is told in hours.
const inHours = 120

// minutes is how long the present state lasts.
func (c *chat) minutes() int { return int(time.Since(c.since) / time.Minute) }
