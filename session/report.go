package session

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"strangerd/moderation"
	"strangerd/session/editor"
	"strangerd/session/locale"
	"strangerd/session/text"
)

// report is a report that somebody writes, in the full screen: first its
// category, by one key; then, if they like, a note and a marked line.
type report struct {
	category string
	marked   int         // among the record's messages; negative for none
	draft    editor.Line // what stood in the input line, for afterwards
}

// reportKey begins a report of the partner of this chat or the last one.
func (c *chat) reportKey() {
	if c.partner == nil || c.reported {
		c.tell(c.words.Say(c.whyNoReport()))
		return
	}
	if c.state == searching { // a match must not take the keys that are meant for the report
		c.leave()
	}
	c.report = &report{marked: -1, draft: c.editor}
	c.editor = editor.Line{}
}

func (c *chat) whyNoReport() locale.ID {
	if c.partner == nil {
		return locale.ReportNobody
	}
	return locale.ReportedAlready
}

// reporting takes a key while a report is written.
func (c *chat) reporting(k tea.KeyPressMsg) {
	switch r := c.report; {
	case k.Code == tea.KeyEscape, k.Mod == tea.ModCtrl && k.Code == 'c':
		c.editor, c.report = r.draft, nil
		c.tell(c.words.Say(locale.ReportCancelled))
	case r.category == "":
		if k.Text == "" {
			return
		}
		// What was typed at once is one message: the rest of it begins the note.
		if i := strings.IndexByte(categoryKeys, k.Text[0]); i >= 0 {
			r.category = moderation.Categories[i]
			c.insert(editor.Typed(k.Text[1:]))
		}
	case k.Code == tea.KeyEnter && k.Mod == 0:
		note := c.editor.Text()
		c.editor, c.report = r.draft, nil
		c.file(r.category, note, r.marked)
	case k.Code == tea.KeyUp:
		r.marked = c.nextMark(r.marked, -1)
	case k.Code == tea.KeyDown:
		r.marked = c.nextMark(r.marked, +1)
	case c.editor.Key(k):
	case k.Text != "":
		c.insert(editor.Typed(k.Text))
	}
}

// categoryKeys are the keys of the categories, in their order.
const categoryKeys = "1234567890"

// nextMark is the partner's next message in a direction, or none.
func (c *chat) nextMark(from, by int) int {
	messages := c.record.all()
	at := from
	if at < 0 && by < 0 {
		at = len(messages)
	}
	for at += by; at >= 0 && at < len(messages); at += by {
		if messages[at].from == stranger {
			return at
		}
	}
	return -1
}

// file files a report of the partner, ends the chat, and gives the receipt.
func (c *chat) file(category, note string, marked int) {
	if utf8.RuneCountInString(note) > moderation.MaxText || len(note) > text.MaxBytes {
		c.tell(c.words.Say(locale.ReportTooLong))
		return
	}
	filed, err := c.config.Desk.File(moderation.Filing{
		Category:        category,
		Note:            text.Line(note),
		Lines:           c.record.lines(marked),
		Omitted:         c.record.omitted,
		Reporter:        c.me.subject,
		Reported:        c.partner.subject,
		ReporterSession: c.me.pass,
		ReportedSession: c.partner.pass,
		Chat:            chatOf(c.me, c.partner),
		BothSpoke:       c.record.spoke[you] && c.record.spoke[stranger],
		Languages:       c.partner.languages,
		Rules:           rulesVersion(c.config, c.words),
	})
	if err != nil {
		c.tell(c.words.Say(c.whyNotFiled(err)))
		return
	}
	c.reported = true
	c.me.avoid(c.partner)
	if c.state == chatting {
		c.seat.Leave()
		c.announce(c.words.Say(locale.YouLeft))
	}
	c.announce(c.words.With(locale.Reported, locale.Data{
		"Report": filed.ID, "Receipt": filed.Receipt, "SSH": c.config.Host.SSH("")}))
	if category == "selfharm" {
		c.announce(strings.TrimSpace(c.words.Say(locale.HelpForOthers) + "\n" + c.config.HelpText))
	}
	if c.state == chatting {
		c.rest()
	}
}

// chatOf names a chat, the same for both.
func chatOf(a, b *person) string {
	return min(a.pass, b.pass) + " " + max(a.pass, b.pass)
}

// whyNotFiled is how a report's error is said.
func (c *chat) whyNotFiled(err error) locale.ID {
	switch {
	case errors.Is(err, moderation.ErrQuota):
		return locale.ReportQuota
	case errors.Is(err, moderation.ErrNoRoom):
		return locale.ReportNoRoom
	case errors.Is(err, moderation.ErrReported):
		return locale.ReportedAlready
	case errors.Is(err, moderation.ErrTooLong):
		return locale.ReportTooLong
	}
	c.config.Log.Error("a report was not saved", "error", err)
	return locale.NotSaved
}

// reportCommand is /report CATEGORY [note]. The command is the consent.
func (c *chat) reportCommand(argument string) {
	category, note, _ := strings.Cut(argument, " ")
	switch {
	case c.partner == nil || c.reported:
		c.tell(c.words.Say(c.whyNoReport()))
	case category == "" && !c.plain:
		c.reportKey()
	case !slices.Contains(moderation.Categories, category):
		c.tell(c.words.With(locale.ReportUsage, locale.Data{"Categories": strings.Join(moderation.Categories, " ")}))
	default:
		c.tell(c.words.Say(locale.ReportSends))
		c.file(category, strings.TrimSpace(note), -1)
	}
}

// reportRows is what the full screen shows while a report is written.
func (c *chat) reportRows() []row {
	var lines []string
	if c.report.category == "" {
		lines = append(lines, c.words.Say(locale.ReportTitle))
		for i, category := range moderation.Categories {
			lines = append(lines, categoryKeys[i:i+1]+"  "+c.words.Say(locale.Category(category)))
		}
	} else {
		lines = append(lines, c.words.Say(locale.Category(c.report.category)), c.words.Say(locale.ReportSends),
			c.words.Say(locale.ReportNote))
		if marked := c.report.marked; marked >= 0 {
			lines = append(lines, c.words.With(locale.ReportMarked, locale.Data{"Line": c.record.all()[marked].text}))
		} else {
			lines = append(lines, c.words.Say(locale.ReportMark))
		}
	}
	var rows []row
	for _, line := range lines {
		for _, part := range text.Wrap(line, c.screen.width()) {
			rows = append(rows, row{text: part})
		}
	}
	return rows
}
