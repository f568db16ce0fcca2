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
		lines = append(lines, words.Say(locale.HelpOffered))
		if config.HelpText != "" {
			lines = append(lines, strings.TrimSpace(config.HelpText))
		}
		return strings.Join(lines, "\n")
	case moderation.WarningAppeal:
		return words.With(locale.AppealAccepted, locale.Data{"Reason": text.Line(w.Reason)})
	}
	lines = append(lines, words.Say(locale.WarningTitle))
	if w.Category != "" {
		lines = append(lines, words.With(locale.BanRule, locale.Data{"Rule": words.Say(locale.Category(w.Category))}))
	}
	return strings.Join(append(lines, words.With(locale.BanReason, locale.Data{"Reason": text.Line(w.Reason)})), "\n")
}
