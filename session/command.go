package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"strangerd/moderation"
	"strangerd/session/locale"
	"strangerd/session/text"
)

// maxStdin bounds what a command reads of its standard input, in bytes.
const maxStdin = 16 << 10

// command runs a command for people, and returns its exit code.
func (v *visit) command(args []string) int {
	name, rest := args[0], args[1:]
	switch {
	case name == "case" && len(rest) == 1:
		return v.caseOutcome(rest[0])
	case (name == "status" || name == "export") && len(rest) > 0 && rest[0] == "--json":
		name, rest = name+" --json", rest[1:]
	case name == "case":
		return v.misunderstood(v.words.With(locale.CaseUsage, locale.Data{"SSH": v.config.Host.SSH("")}))
	}
	run, ok := v.commands()[name]
	if !ok {
		return v.misunderstood(v.words.With(locale.NotUnderstood, locale.Data{
			"Command": quote(name), "SSH": v.config.Host.SSH("")}))
	}
	if len(rest) > 0 {
		return v.misunderstood(v.words.With(locale.NoArguments, locale.Data{
			"Command": name, "Argument": quote(rest[0]), "SSH": v.config.Host.SSH("")}))
	}
	return run.run()
}

// keptOut answers a banned person with their ban, whatever they ask for but what
// they may, also if it can't be understood. No command is answered by a screen.
func (v *visit) keptOut(args []string, unread error) bool {
	whole := len(args) == 0 || len(args) == 1 && args[0] == "plain"
	if unread == nil && (whole || args[0] == "case" || v.commands()[args[0]].always) {
		return false
	}
	ban, banned := v.ban()
	if banned {
		fmt.Fprintln(v.ch.Stderr(), v.prose(banWords(v.config, v.words, ban)))
	}
	return banned
}

// command is one that takes no argument.
type command struct {
	run    func() int
	always bool // also for who is banned
}

func (v *visit) commands() map[string]command {
	say := func(text func() string) func() int {
		return func() int {
			fmt.Fprintln(v.ch, text())
			return exitDone
		}
	}
	return map[string]command{
		"appeal":        {v.appeal, true},
		"export":        {func() int { return v.forMe("export", func() int { return v.export(false) }) }, true},
		"export --json": {func() int { return v.forMe("export", func() int { return v.export(true) }) }, true},
		"forget":        {func() int { return v.forMe("forget", v.forget) }, true},
		"help":          {say(v.help), true},
		"rules":         {say(func() string { return v.prose(rulesText(v.config, v.words)) }), true},
		"privacy":       {say(v.privacy), true},
		"status":        {say(func() string { return statusLine(v.words, v.config.people().Stats) }), false},
		"status --json": {say(v.statusJSON), false},
		"version":       {say(func() string { return "strangerd " + v.config.Version }), false},
	}
}

func (v *visit) help() string {
	width := v.ch.Columns()
	return strings.Join([]string{
		text.Table(v.words.With(locale.HelpCommands, locale.Data{"SSH": v.config.Host.SSH(""), "Me": v.config.Host.SSH(userMe)}), width),
		text.Table(slashHelp(v.words), width),
		text.Table(v.words.Say(locale.HelpKeys)+"\n"+v.words.Say(locale.HelpEditing), width),
	}, "\n\n")
}

// prose is a text as the client's terminal, if it has one, shows it best.
func (v *visit) prose(lines string) string {
	if !v.ch.Pty {
		return lines
	}
	return strings.Join(text.Wrap(lines, v.ch.Columns()), "\n")
}

func (v *visit) statusJSON() string {
	stats := v.config.people()
	object, _ := json.Marshal(map[string]int{
		"online": stats.Online, "waiting": stats.Waiting, "chatting": stats.Chatting})
	return string(object)
}

// privacy says what is kept, from the running configuration.
func (v *visit) privacy() string {
	span := func(d time.Duration) string { return span(v.words, d) }
	return v.prose(v.words.With(locale.Privacy, locale.Data{
		"Name": v.config.Name, "Sealed": v.config.Sealed, "Flags": v.config.Traps.Flags(), "Several": !v.config.Gate.Alone(),
		"Retain":   span(v.config.Retain),
		"Actioned": span(max(v.config.Retain, moderation.KeptActioned)),
		"Warning":  span(moderation.KeptWarning),
		"Known":    span(moderation.KnownFor),
		"Block":    span(moderation.KeptBlock),
		"Me":       v.config.Host.SSH(userMe),
		"Apart":    span(moderation.KeptApart),
		"Audit":    span(moderation.KeptAudit),
	}))
}

// span says a length of time, in the largest unit that divides it, and never less
// than it is.
func span(words *locale.Words, d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d%day == 0:
		return words.Count(locale.Days, int(d/day))
	case d%time.Hour == 0:
		return words.Count(locale.Hours, int(d/time.Hour))
	}
	return words.Count(locale.Minutes, int((d+time.Minute-1)/time.Minute))
}

// caseOutcome says what came of a report, to who holds its receipt.
func (v *visit) caseOutcome(receipt string) int {
	outcome, err := v.config.Desk.Case(receipt)
	if errors.Is(err, moderation.ErrReceipt) {
		fmt.Fprintln(v.ch.Stderr(), v.words.Say(locale.CaseUnknown))
		return exitFailed
	}
	if err != nil {
		return v.fail("a case could not be read", err)
	}
	id := locale.CaseOpen
	switch moderation.Action(outcome.Action) {
	case moderation.ActionNone:
		id = locale.CaseNone
	case moderation.ActionWarn, moderation.ActionHelp:
		id = locale.CaseWarn
	case moderation.ActionBan:
		id = locale.CaseBan
	case moderation.ActionKick:
		id = locale.CaseKick
	}
	fmt.Fprintln(v.ch, v.words.With(id, locale.Data{
		"Report": outcome.Report, "Category": outcome.Category, "Date": day(outcome.Created)}))
	return exitDone
}

// fail logs what went wrong here, and says no more than that to the client.
func (v *visit) fail(what string, err error) int {
	v.config.Log.Error(what, "error", err)
	fmt.Fprintln(v.ch.Stderr(), v.words.Say(locale.Failed))
	return exitFailed
}

// quote shows what somebody typed, safely and shortly.
func quote(s string) string { return "\"" + text.Truncate(text.Line(s), 40) + "\"" }
