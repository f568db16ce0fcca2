package staff

import (
	"strings"
	"time"

	"strangerd/moderation"
)

// choice is what a key decides.
type choice struct {
	what   string // in words, after "R-…: "
	action moderation.Action
	length time.Duration // of a ban
	hold   bool
	accept bool // of an appeal
}

// shown tells whether the person concerned reads the reason.
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

// phrases are the templates of reasons in one language. Templates for what staff
// alone read are in English.
type phrases struct {
	rules                     map[string]string // what was broken, by category
	warning, help, lift, keep string
}

// templates are the languages in which a reason can be given.
var templates = map[string]phrases{
	"en": {
		rules: map[string]string{
			"underage":   "Nothing sexual with or about anyone under 18 is allowed here, and nobody below the age line.",
			"sexual":     "Sexual messages that the other one didn't ask for are not allowed here.",
			"harassment": "Harassing people is not allowed here.",
			"hate":       "Hate is not allowed here.",
			"threat":     "Threatening people is not allowed here.",
			"selfharm":   "Telling people to hurt themselves is not allowed here.",
			"illegal":    "Offering or asking for what is illegal is not allowed here.",
			"spam":       "Spam, ads and scams are not allowed here.",
			"doxxing":    "Names, numbers and addresses of people are not allowed here.",
			"other":      "What you did is against the rules.",
		},
		warning: "Next time you may be banned.",
		help:    "If you are having a hard time, there are people who listen.",
		lift:    "We looked at it again, and you are right. Welcome back.",
		keep:    "We looked at it again. The ban stands.",
	},
}

// phrasesFor are those of the first language that has some, else English, and
// the language's name. Languages come as BCP 47 tags or as POSIX locales.
func phrasesFor(languages []string) (phrases, string) {
	for _, l := range languages {
		l, _, _ = strings.Cut(strings.ReplaceAll(l, "_", "-"), "-")
		l = strings.ToLower(l)
		if p, ok := templates[l]; ok {
			return p, l
		}
	}
	return templates["en"], "en"
}

// template is the reason that a report's choice begins with.
func (p phrases) template(c choice, category string) string {
	rule, ok := p.rules[category]
	if !ok {
		rule = p.rules["other"]
	}
	switch {
	case c.hold:
		return "Evidence that must be kept."
	case c.action == moderation.ActionNone:
		return "No rule was broken."
	case c.action == moderation.ActionWarn:
		return rule + " " + p.warning
	case c.action == moderation.ActionHelp:
		return p.help
	}
	return rule
}

// answer is the reason that an appeal's choice begins with.
func (p phrases) answer(c choice) string {
	if c.accept {
		return p.lift
	}
	return p.keep
}
