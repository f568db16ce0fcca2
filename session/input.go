package session

import (
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"strangerd/matcher"
	"strangerd/session/editor"
	"strangerd/session/locale"
	"strangerd/session/terminal"
	"strangerd/session/text"
)

// key takes a key press.
func (c *chat) key(k tea.KeyPressMsg) {
	quits, asked := c.quits, c.asked
	c.quits, c.asked, c.hint = false, false, ""
	switch {
	case c.state == refused:
		c.quit(exitNotAllowed)
	case k.Code == tea.KeyF1:
		c.keys()
	case c.report != nil:
		c.reporting(k)
	case k.Mod == tea.ModCtrl && k.Code == 'r':
		c.reportCommand("")
	case isInterrupt(k):
		c.interrupt(quits, "Ctrl+C")
	case k.Mod == tea.ModCtrl && k.Code == 'd' && c.editor.Text() == "":
		c.endKey(quits)
	case k.Code == tea.KeyEscape && k.Mod == 0:
		c.escape()
	case k.Code == tea.KeyEnter && k.Mod == 0, k.Code == tea.KeyKpEnter:
		c.enterKey()
	case k.Code == tea.KeyEnter:
		c.insert("\n")
	case k.Code == tea.KeyTab && k.Mod == 0:
		c.complete()
	case k.Text == "?" && c.editor.Text() == "" && !c.plain && !asked:
		c.asked = true
		c.keys()
	case k.Text == " " && c.editor.Text() == "" && c.paged() && !c.plain:
		c.scroll(-1) // as pagers do, and phones can
	case k.Code == tea.KeyPgUp:
		c.scroll(+1)
	case k.Code == tea.KeyPgDown:
		c.scroll(-1)
	case c.editor.Key(k):
		// It has edited.
	case k.Text != "":
		c.insert(editor.Typed(k.Text))
	}
}

func isInterrupt(k tea.KeyPressMsg) bool { return k.Mod == tea.ModCtrl && k.Code == 'c' }

// insert puts text into the input line.
func (c *chat) insert(s string) {
	if c.plain {
		s = strings.ReplaceAll(s, "\n", " ") // there it is one line
	}
	if !c.editor.Insert(s) {
		c.tell(c.words.Say(locale.InputFull))
	}
}

// interrupt is Ctrl+C, or another key that quits. The first takes back what is
// typed, or asks for a second one; at an empty input line of the line mode it ends
// the visit, as it would end a program.
func (c *chat) interrupt(again bool, key string) {
	switch {
	case again, c.plain && c.editor.Text() == "":
		c.hangUpNow()
	case c.plain:
		c.ch.Println(c.editor.Take())
	default:
		c.quits = true
		c.hint = c.words.With(locale.AgainToQuit, locale.Data{"Key": key})
	}
}

// endKey is Ctrl+D at an empty input line.
func (c *chat) endKey(again bool) {
	if c.plain {
		c.inputEnded()
	} else {
		c.interrupt(again, "Ctrl+D")
	}
}

func (c *chat) escape() {
	switch {
	case c.inChat() && !c.really:
		c.really = true
		if c.plain {
			c.tell(c.reallyLine())
		}
	case c.state == searching && c.offered:
		c.offered = false
		c.seat.Decline()
		c.tell(c.words.Say(locale.RematchDeclined))
	case c.inChat(), c.state == searching:
		c.leave()
	case c.state == resting:
		c.search()
	}
}

// reallyLine asks whether somebody wants to leave.
func (c *chat) reallyLine() string {
	if c.state == watching {
		return c.words.Say(locale.ReallyWatching)
	}
	return c.words.Say(locale.Really)
}

func (c *chat) enterKey() {
	switch {
	case c.plain:
		line := c.editor.Take()
		c.ch.Println(line)
		c.submit(line)
	case isCommand(c.editor.Text()):
		c.slash(c.editor.Take())
	case c.state == atRules:
		c.acceptWith(c.editor.Text())
	case c.state == warned:
		c.confirm()
	case c.state == searching && c.picky() && c.editor.Text() == "":
		c.anyone()
	case c.submit(c.editor.Text()):
		c.editor.Take()
	}
}

// isCommand tells a slash command from what is said; a line that is to begin with
// a slash begins with two.
func isCommand(line string) bool {
	return strings.HasPrefix(line, "/") && !strings.HasPrefix(line, "//")
}

// line takes a line from a client without a terminal.
func (c *chat) line(msg terminal.LineMsg) {
	if msg.Dropped > 0 {
		c.tooLong(text.SizeOf(msg.Text).Clusters + msg.Dropped)
		return
	}
	c.submit(msg.Text)
}

// submit takes a line that was entered, and tells whether it is done with. In
// line mode it always is: what nobody hears yet is kept.
func (c *chat) submit(line string) bool {
	waived := c.memory.waived
	c.memory.waived = false
	if isCommand(line) {
		c.slash(line)
		return true
	}
	if waived && isYes(line) {
		return true
	}
	if strings.TrimSpace(line) == "?" && (c.state == atRules || c.state == atYear || c.state == warned) {
		c.help() // where nobody can be meant
		return true
	}
	switch c.state {
	case warned:
		if isYes(line) {
			c.confirm()
		} else {
			c.tell(c.words.Say(locale.WarningYes))
		}
		return true
	case atRules:
		if isYes(line) {
			c.accept()
		} else {
			c.askToAccept()
		}
		return true
	case atYear:
		c.year(line)
		return true
	case searching:
		if empty := strings.TrimSpace(line) == ""; c.picky() && (empty || !c.plain && c.errand == (errand{})) {
			c.anyone()
			return empty // and what else is typed waits for who is found
		}
		if c.errand.question != "" && strings.TrimSpace(line) != "" {
			c.onlyWatches()
			return false
		}
	case watching:
		c.onlyWatches()
		return false
	case resting:
		if !c.plain || strings.TrimSpace(line) == "" {
			c.search()
			return false
		}
	}
	switch { // before a long line is cleaned, which takes its time with each Enter
	case strings.TrimSpace(line) == "":
		return true
	case c.state == chatting && len(c.queue) == maxQueued:
		c.tell(c.words.Say(locale.TooFast))
		return false
	case c.rejects.wait(time.Now(), float64(len(line))) > 0:
		c.counted.limits.add(limitPace)
		c.tell(c.words.Say(locale.TooFast))
		return false
	case c.state != chatting && !c.plain: // it stays in the input line
		c.hint = c.words.Say(locale.KeptDraft)
		return false
	}
	message, ok := c.check(strings.TrimPrefix(line, "/"))
	if !ok {
		c.rejects.debt += float64(len(line))
		return false
	}
	if c.state != chatting {
		c.keep(message)
		return false
	}
	if c.away {
		c.tell(c.words.Say(locale.AwayUnsent))
		return false
	}
	u, ok := c.passes(message)
	if !ok {
		c.rejects.debt += float64(len(line))
		return false
	}
	switch c.say(u) {
	case matcher.ErrAway:
		c.tell(c.words.Say(locale.AwayUnsent))
		return false
	case matcher.ErrNoPartner: // it was for who has just left, and for nobody else
		c.tell(c.words.Count(locale.QueueUnsent, 1))
		return false
	}
	return true
}

func isYes(line string) bool { return strings.EqualFold(strings.TrimSpace(line), "yes") }

// check makes a message safe, or says why it can't be sent.
func (c *chat) check(line string) (message string, ok bool) {
	if !utf8.ValidString(line) {
		c.tell(c.words.Say(locale.NotUTF8))
		return "", false
	}
	line = strings.TrimSpace(line)
	switch size := text.SizeOf(line); {
	case size.Lines > text.MaxLines:
		c.tell(c.words.With(locale.TooManyLines, locale.Data{"Count": size.Lines, "Max": text.MaxLines}))
		return "", false
	case size.Clusters > text.MaxClusters:
		c.tooLong(size.Clusters)
		return "", false
	case size.Bytes > text.MaxBytes:
		c.tell(c.words.With(locale.TooBig, locale.Data{"Count": size.Bytes, "Max": text.MaxBytes}))
		return "", false
	}
	message = text.Clean(line)
	if message == "" && line != "" {
		c.tell(c.words.Say(locale.Unreadable))
		return "", false
	}
	return message, true
}

func (c *chat) tooLong(clusters int) {
	c.tell(c.words.With(locale.TooLong, locale.Data{"Count": clusters, "Max": text.MaxClusters}))
}

// keep keeps a message of the line mode until there is somebody to say it to.
func (c *chat) keep(message string) {
	if len(c.kept) == maxKept {
		c.tell(c.words.Say(locale.KeptFull))
		return
	}
	c.kept = append(c.kept, message)
	c.tell(c.words.Count(locale.Kept, len(c.kept)))
}
