package session

import (
	"strings"

	"strangerd/moderation"
	"strangerd/session/locale"
	"strangerd/session/text"
)

// warningWords says what staff have to tell somebody.
func warningWords(config *Config, words *locale.Words, w moderation.Warning) string {
	var lines []string
	switch w.Kind {
	case moderation.WarningHelp:
		return words.Say(locale.HelpOffered) + "\n" + helplines(config, words)
	case moderation.WarningAppeal:
		return words.With(locale.AppealAccepted, locale.Data{"Reason": text.Line(w.Reason)})
	}
	lines = append(lines, words.Say(locale.WarningTitle))
	if w.Category != "" {
		lines = append(lines, words.With(locale.BanRule, locale.Data{"Rule": words.Say(locale.Category(w.Category))}))
	}
	return strings.Join(append(lines, words.With(locale.BanReason, locale.Data{"Reason": text.Line(w.Reason)})), "\n")
}

// helplines are the operator's, or where to find one.
func helplines(config *Config, words *locale.Words) string {
	if lines := strings.TrimSpace(config.HelpText); lines != "" {
		return lines
	}
	return words.Say(locale.HelpAnywhere)
}

// warn shows what staff have to say before the next search, if anything.
func (c *chat) warn() bool {
	warning, ok := c.config.Desk.Warning(c.pass)
	if !ok {
		return false
	}
	c.told = warning
	c.enter(warned)
	c.seat.Aside(true) // until the next search
	c.answer(warningWords(c.config, c.words, warning))
	if c.plain {
		c.tell(c.words.Say(locale.WarningYes))
	}
	return true
}

// confirm notes that a warning was read, and goes on to what follows it.
func (c *chat) confirm() {
	if err := c.config.Desk.Confirm(c.told.ID); err != nil {
		c.config.Log.Error("a confirmed warning was not saved", "error", err)
		c.tell(c.words.Say(locale.NotSaved))
		return
	}
	c.search()
}
