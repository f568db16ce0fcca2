package session

import (
	"math"
	"strings"

	tea "charm.land/bubbletea/v2"

	"strangerd/moderation"
	"strangerd/session/editor"
	"strangerd/session/locale"
)

// report is a report that somebody writes, in the full screen: first, where it could
// be about several, about whom, by one key; then its category, by another; then, if they like, a note and a marked line. It says what
// is sent before it is sent.
type report struct {
	about    *other
	category string
	draft    editor.Line // what stood in the input line, for afterwards
}

// beginReport begins a report of somebody in this chat or the last one. Nobody may be
// named yet, and the category may be empty.
func (c *chat) beginReport(who *other, category, note string) {
	if c.state == searching { // a match must not take the keys that are meant for the report
		c.leave()
	}
	c.seat.Aside(true) // likewise
	c.report = &report{about: who, category: category, draft: c.editor}
	c.editor = editor.Line{}
	c.insert(note)
	c.screen.down = 0
}

// endReport goes back to the transcript, and to what stood in the input line.
func (c *chat) endReport() {
	c.editor, c.report = c.report.draft, nil
	c.seat.Aside(false)
}

// reporting takes a key while a report is written.
func (c *chat) reporting(k tea.KeyPressMsg) {
	switch r := c.report; {
	case k.Code == tea.KeyEscape, isInterrupt(k):
		c.endReport()
		c.tell(c.words.Say(locale.ReportCancelled))
		c.quits = isInterrupt(k)
	case k.Code == tea.KeyPgUp:
		c.screen.turn(+1)
	case k.Code == tea.KeyPgDown:
		c.screen.turn(-1)
	case k.Code == tea.KeyBackspace && r.category == "":
		c.endReport()
		c.tell(c.words.Say(locale.ReportCancelled))
	case k.Code == tea.KeyBackspace && c.editor.Text() == "":
		r.category = ""
	case k.Text == " " && r.category == "":
		c.screen.turn(-1)
	case k.Text == "" && r.category == "":
		// No key of a choice.
	case r.about == nil:
		if i := strings.IndexByte(categoryKeys[:len(c.others)], k.Text[0]); i >= 0 && c.mayReport(c.others[i]) {
			r.about = c.others[i]
		}
		if k.Text = k.Text[1:]; k.Text != "" { // the next keys, if they came at once
			c.reporting(k)
		}
	case r.category == "":
		// What was typed at once is one message: the rest of it begins the note.
		if i := strings.IndexByte(categoryKeys, k.Text[0]); i >= 0 {
			r.category = moderation.Categories[i]
			c.insert(editor.Typed(k.Text[1:]))
			c.screen.down = 0
		}
	case k.Code == tea.KeyEnter && k.Mod == 0 && isCommand(c.editor.Text()):
		command := c.editor.Take()
		c.endReport()
		c.slash(command)
	case k.Code == tea.KeyEnter && k.Mod == 0:
		if c.file(r.about, r.category, c.editor.Text()) {
			c.endReport()
		}
	case k.Code == tea.KeyUp:
		c.moveMark(-1)
	case k.Code == tea.KeyDown:
		c.moveMark(+1)
	case c.editor.Key(k):
	case k.Text != "":
		c.insert(editor.Typed(k.Text))
	}
}

// moveMark marks another of the partner's lines, and shows it.
func (c *chat) moveMark(by int) {
	c.record.moveMark(by)
	c.screen.down = math.MaxInt16
}

// categoryKeys are the keys of the categories, in their order.
const categoryKeys = "1234567890"

// formRows is what the full screen shows while a report is written.
func (c *chat) formRows() (rows []row) {
	width := c.screen.width()
	say := func(line string) { rows = wrap(rows, line, width) }
	if c.report.about == nil {
		say(c.words.Say(locale.ReportWhom))
		for i, o := range c.others {
			say(categoryKeys[i:i+1] + "  " + c.words.Say(o.described()))
		}
		return rows
	}
	if c.report.category == "" {
		say(c.words.Say(locale.ReportTitle))
		for i, category := range moderation.Categories {
			say(categoryKeys[i:i+1] + "  " + c.words.Say(locale.Category(category)))
		}
		say(c.words.Say(locale.ReportBack))
		return rows
	}
	say(c.words.With(locale.ReportAbout, locale.Data{"Category": c.words.Say(locale.Category(c.report.category))}))
	say(c.reportSends())
	if c.record.marked != 0 {
		rows = hang(rows, row{c.words.Say(locale.Marked), c.record.markedText()}, gutter, width)
	}
	return rows
}

// formStatus says what can be done with a form whose category is known.
func (c *chat) formStatus() string {
	for _, o := range c.others {
		if c.record.spoke[o.from] {
			return c.words.Say(locale.ReportNoteMark)
		}
	}
	return c.words.Say(locale.ReportNote)
}
