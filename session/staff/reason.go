package staff

import (
	"slices"
	"time"

	"strangerd/moderation"
	"strangerd/session/locale"
)

// choice is what a key decides.
type choice struct {
	what   string // in words, after "R-…: "
	action moderation.Action
	length time.Duration // of a ban
	hold   bool
	accept bool // of an appeal
}

// shown tells whether the person concerned reads the reason. An appeal's answer has
// no action.
func (c choice) shown() bool { return !c.hold && c.action != moderation.ActionNone }

// choices are the keys of a report. Those that only some cases have are in
// Desk.choose.
var choices = map[rune]choice{
	'n': {what: "no action", action: moderation.ActionNone},
	'w': {what: "warn", action: moderation.ActionWarn},
	'd': {what: "ban for a day", action: moderation.ActionBan, length: day},
	'k': {what: "ban for a week", action: moderation.ActionBan, length: 7 * day},
	'h': {what: "hold for a year", hold: true},
	'l': {what: "show the helplines", action: moderation.ActionHelp},
}

// longer are the keys after m.
var longer = map[rune]choice{
	'1': {what: "ban for 30 days", action: moderation.ActionBan, length: 30 * day},
	'9': {what: "ban for 90 days", action: moderation.ActionBan, length: 90 * day},
	'f': {what: "ban forever", action: moderation.ActionBan, length: moderation.Forever},
}

// answers are the keys of an appeal.
var answers = map[rune]choice{
	'y': {what: "lift the ban", accept: true},
	'n': {what: "let the ban stand"},
}

// template is the reason that a choice begins with, about a report of a category.
// What staff alone read is in English.
func template(c choice, category string, words *locale.Words) string {
	if !slices.Contains(moderation.Categories, category) {
		category = "other"
	}
	rule := words.Say(locale.Reason(category))
	switch {
	case c.hold:
		return "Evidence that must be kept."
	case c.action == moderation.ActionNone:
		return "No rule was broken."
	case c.action == moderation.ActionWarn:
		return words.With(locale.ReasonWarn, locale.Data{"Rule": rule})
	case c.action == moderation.ActionHelp:
		return words.Say(locale.ReasonHelp)
	}
	return rule
}

// reply is the reason that an appeal's choice begins with.
func reply(c choice, words *locale.Words) string {
	if c.accept {
		return words.Say(locale.AppealLift)
	}
	return words.Say(locale.AppealKeep)
}
