package session

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"strangerd/moderation"
	"strangerd/session/locale"
	"strangerd/session/text"
)

func (c *chat) whyNoReport() locale.ID {
	if c.partner == nil {
		return locale.ReportNobody
	}
	return locale.ReportedAlready
}

// file files a report of the partner, ends the chat, and gives the receipt. It tells
// whether the report is filed; if not, it has said why.
func (c *chat) file(category, note string) bool {
	if utf8.RuneCountInString(note) > moderation.MaxText || len(note) > text.MaxBytes {
		c.tell(c.words.Say(locale.ReportTooLong))
		return false
	}
	filed, err := c.config.Desk.File(moderation.Filing{
		Category:        category,
		Note:            text.Line(note),
		Lines:           c.record.lines(),
		Omitted:         c.record.omitted(),
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
		return false
	}
	c.reported = true
	c.me.avoid(c.partner)
	c.announce(c.words.With(locale.Reported, locale.Data{
		"Report": filed.ID, "Receipt": filed.Receipt, "SSH": c.config.Host.SSH("")}))
	if category == moderation.CategorySelfharm {
		c.announce(c.words.Say(locale.HelpForOthers) + "\n" + helplines(c.config, c.words))
	}
	if c.state == chatting {
		c.seat.Leave() // no skip
		c.announce(c.words.Say(locale.YouLeft))
		c.rest()
	}
	return true
}

// reportSends says what a report would send.
func (c *chat) reportSends() string {
	if c.record.marked != 0 {
		return c.words.Say(locale.ReportSendsMark)
	}
	return c.words.Say(locale.ReportSends)
}

// markCommand is /mark [WORDS].
func (c *chat) markCommand(words string) {
	switch {
	case c.partner == nil || c.reported:
		c.tell(c.words.Say(c.whyNoReport()))
	case c.record.mark(words):
		c.tell(c.words.With(locale.MarkedLine, locale.Data{"Line": quote(c.record.markedText())}))
	case words == "":
		c.tell(c.words.Say(locale.MarkNothing))
	default:
		c.tell(c.words.With(locale.MarkUnknown, locale.Data{"Words": quote(words)}))
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

// reportCommand is /report CATEGORY [note]. In line mode the command is the
// consent; the full screen shows first what it sends.
func (c *chat) reportCommand(argument string) {
	category, note, _ := strings.Cut(argument, " ")
	note = strings.TrimSpace(note)
	switch {
	case c.partner == nil || c.reported:
		c.tell(c.words.Say(c.whyNoReport()))
	case category == "" && !c.plain:
		c.beginReport("", "")
	case !slices.Contains(moderation.Categories, category):
		c.tell(c.words.With(locale.ReportUsage, locale.Data{"Categories": strings.Join(moderation.Categories, " ")}))
	case !c.plain:
		c.beginReport(category, note)
	default:
		c.tell(c.reportSends())
		c.file(category, note)
	}
}
