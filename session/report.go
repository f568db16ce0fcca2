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

// mayReport tells whether there is anybody to report, or the one who is named. If
// there isn't, it has said why.
func (c *chat) mayReport(who *other) bool {
	left := func(o *other) bool { return !o.reported }
	switch {
	case len(c.others) == 0:
		c.tell(c.words.Say(locale.ReportNobody))
	case who != nil && who.reported, !slices.ContainsFunc(c.others, left):
		c.tell(c.words.Say(locale.ReportedAlready))
	default:
		return true
	}
	return false
}

// file files a report of somebody, ends the chat, and gives the receipt. It tells
// whether the report is filed; if not, it has said why.
func (c *chat) file(who *other, category, note string) bool {
	if utf8.RuneCountInString(note) > moderation.MaxText || len(note) > text.MaxBytes {
		c.tell(c.words.Say(locale.ReportTooLong))
		return false
	}
	filed, err := c.config.Desk.File(moderation.Filing{
		Category:        category,
		Note:            text.Line(note),
		Lines:           c.record.lines(who.from),
		Omitted:         c.record.omitted(),
		Reporter:        c.subject,
		Reported:        *who.subject.Load(),
		ReporterSession: c.me.pass,
		ReportedSession: who.pass,
		Chat:            c.name(),
		BothSpoke:       c.bothSpoke(who),
		Languages:       *who.languages.Load(),
		Rules:           rulesVersion(c.config, c.catalogues),
	})
	if err != nil {
		c.tell(c.words.Say(c.whyNotFiled(err)))
		return false
	}
	who.reported = true
	c.me.avoid(who.person)
	c.announce(c.words.With(locale.Reported, locale.Data{
		"Report": filed.ID, "Receipt": filed.Receipt, "SSH": c.config.Host.SSH("")}))
	if category == moderation.CategorySelfharm {
		c.announce(c.words.Say(locale.HelpForOthers) + "\n" + helplines(c.config, c.words))
	}
	if c.inChat() {
		c.seat.Leave() // no skip
		c.announce(c.words.Say(locale.YouLeft))
		c.rest()
	}
	c.forgo(who)
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
	case !c.mayReport(nil):
	case c.record.mark(words):
		c.tell(c.words.With(locale.MarkedLine, locale.Data{"Line": quote(c.record.markedText())}))
	case words == "":
		c.tell(c.words.Say(locale.MarkNothing))
	default:
		c.tell(c.words.With(locale.MarkUnknown, locale.Data{"Words": quote(words)}))
	}
}

// name names the chat, the same for all who were in it or watched it.
func (c *chat) name() string {
	a, b := c.me.pass, c.others[0].pass
	if c.watched {
		a = c.others[1].pass
	}
	return min(a, b) + " " + max(a, b)
}

// bothSpoke tells whether a report of somebody comes of a chat that was one: the
// reporter spoke with them or, who only watches, has heard both of the others.
func (c *chat) bothSpoke(who *other) bool {
	if c.watched {
		return c.record.spoke[first] && c.record.spoke[second]
	}
	return c.record.spoke[you] && c.record.spoke[who.from]
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

// reportCommand is /report CATEGORY [note], where it could be about several with one of
// them before it. In line mode the command is the consent; the full screen shows first
// what it sends.
func (c *chat) reportCommand(argument string) {
	who, rest := c.whom(argument)
	category, note, _ := strings.Cut(rest, " ")
	note = strings.TrimSpace(note)
	if argument == "" && len(c.others) > 1 { // the form asks
		who = nil
	}
	switch {
	case !c.mayReport(who):
	case category == "" && !c.plain:
		c.beginReport(who, "", "")
	case who == nil || !slices.Contains(moderation.Categories, category):
		c.tell(c.words.With(c.reportUsage(), locale.Data{"Categories": strings.Join(moderation.Categories, " ")}))
	case !c.plain:
		c.beginReport(who, category, note)
	default:
		c.tell(c.reportSends())
		c.file(who, category, note)
	}
}

// reportUsage says how to report.
func (c *chat) reportUsage() locale.ID {
	if c.watched {
		return locale.ReportUsageWhom
	}
	return locale.ReportUsage
}
