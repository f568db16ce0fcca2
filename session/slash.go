package session

import (
	"math"
	"strings"

	"strangerd/matcher"
	"strangerd/session/locale"
	"strangerd/session/text"
)

// slashCommand is what somebody may type after a slash.
type slashCommand struct {
	name     string
	argument string // as the help shows it
	run      func(c *chat, argument string)
}

// slashCommands are all of them, as the help orders them. The help says of each what
// locale.Slash has of it.
func slashCommands() []slashCommand {
	alone := func(run func(*chat)) func(*chat, string) {
		return func(c *chat, _ string) { run(c) }
	}
	return []slashCommand{
		{"next", "", alone((*chat).next)},
		{"stop", "", alone((*chat).stop)},
		{"report", "CATEGORY [note]", (*chat).reportCommand},
		{"interests", "a, b", (*chat).interestsCommand},
		{"lang", "id en", (*chat).langCommand},
		{"ask", "QUESTION", (*chat).askCommand},
		{"discuss", "", alone((*chat).discuss)},
		{"block", "", (*chat).block},
		{"again", "", alone((*chat).again)},
		{"save", "", alone((*chat).save)},
		{"mark", "WORDS", (*chat).markCommand},
		{"typing", "on|off", (*chat).setTyping},
		{"bell", "on|off", (*chat).setBell},
		{"up", "", func(c *chat, _ string) { c.scroll(+1) }},
		{"down", "", func(c *chat, _ string) { c.scroll(-1) }},
		{"motion", "on|off", (*chat).setMotion},
		{"plain", "", alone((*chat).goPlain)},
		{"status", "", alone((*chat).tellStatus)},
		{"rules", "", alone((*chat).tellRules)},
		{"help", "", alone((*chat).help)},
		{"quit", "", alone((*chat).hangUpNow)},
	}
}

// slash runs a slash command.
func (c *chat) slash(line string) {
	name, argument, _ := strings.Cut(strings.TrimSpace(line), " ")
	for _, command := range slashCommands() {
		if strings.EqualFold(name, "/"+command.name) { // phones capitalize
			command.run(c, strings.TrimSpace(argument))
			return
		}
	}
	c.unknown(name)
	if argument != "" {
		c.putBack(line)
	}
}

// putBack has a command that was not taken stand in the input line again, to be mended.
// Line mode shows it above.
func (c *chat) putBack(command string) {
	if !c.plain {
		c.insert(strings.TrimSpace(command))
	}
}

// help lays out the commands. Lines of the line mode are never wrapped.
func (c *chat) help() {
	width := c.screen.width() - len("-- ")
	if c.plain {
		width = math.MaxInt
	}
	c.answer(text.Table(slashHelp(c.words), width))
}

// keys says which keys this screen knows: those of its footer, and those that all
// screens know.
func (c *chat) keys() {
	switch {
	case c.plain:
		c.tell(c.words.Say(locale.Plain))
		return
	case c.report != nil:
		c.hint = c.words.Say(c.footerKeys())
		return
	}
	everywhere := c.words.Say(locale.HelpEditing)
	var rows []string
	for entry := range strings.SplitSeq(c.words.Say(c.footerKeys()), keyGap) {
		key, does, ok := strings.Cut(strings.ReplaceAll(entry, "：", ":"), ":")
		key = strings.TrimSpace(key)
		if ok && key != "?" && !strings.Contains("\n"+everywhere, "\n"+key) {
			rows = append(rows, key+"  "+strings.TrimSpace(does))
		}
	}
	rows = append(rows, everywhere)
	c.answer(text.Table(strings.Join(rows, "\n"), c.screen.width()-len("-- ")))
}

// slashHelp is a table of the slash commands.
func slashHelp(words *locale.Words) string {
	var lines []string
	for _, command := range slashCommands() {
		usage := strings.TrimSpace("/" + command.name + " " + command.argument)
		lines = append(lines, usage+"  "+words.Say(locale.Slash(command.name)))
	}
	return strings.Join(append(lines, words.Say(locale.SlashSlash)), "\n")
}

func (c *chat) tellStatus() { c.announce(statusLine(c.words, c.config.people().Stats)) }

func (c *chat) tellRules() { c.answer(rulesText(c.config, c.words)) }

// answer says something long, of which the screen shows the beginning first.
func (c *chat) answer(lines string) {
	if c.state == atRules && !c.plain {
		c.screen.down = len(c.pageRows())
		c.announce(lines)
		return
	}
	c.announce(lines)
	c.screen.showTop(c.height(entry{server, lines}, c.screen.width()))
}

// next leaves at once and searches. Who is offered the last partner again declines.
func (c *chat) next() {
	if c.offered {
		c.escape()
		return
	}
	c.lookFor(errand{})
}

// stop ends the chat or the search.
func (c *chat) stop() {
	if c.state != refused {
		c.leave()
	}
}

func (c *chat) setTyping(argument string) {
	switch argument {
	case "on":
		c.showTyping = true
		c.tell(c.words.Say(locale.TypingOn))
	case "off":
		c.showTyping = false
		c.tell(c.words.Say(locale.TypingOff))
	default:
		c.tell(c.words.Say(locale.TypingUsage))
	}
}

// goPlain leaves the full screen for the line mode.
func (c *chat) goPlain() {
	if c.plain {
		c.tell(c.words.Say(locale.AlreadyPlain))
		return
	}
	c.plain = true
	if c.state == atRules {
		c.open()
		return
	}
	c.tell(c.words.Say(locale.Plain))
	for line := range strings.SplitSeq(c.standing(), "\n") {
		c.tell(line)
	}
}

// standing is what line mode has said last where the full screen says it all the time.
func (c *chat) standing() string {
	switch {
	case c.state == atYear:
		return c.words.Say(locale.AskYear)
	case c.state == warned:
		return warningWords(c.config, c.words, c.told) + "\n" + c.words.Say(locale.WarningYes)
	case c.offered:
		return c.words.Say(locale.RematchOffered)
	case c.state == searching:
		return c.lookingLine() + "\n" + c.waitingLine()
	case c.state == chatting && c.away:
		return c.words.Say(locale.Matched) + "\n" + c.awayLine(0)
	case c.state == chatting && c.idlers[0]:
		return c.words.Say(locale.Matched) + "\n" + c.words.Say(locale.PartnerIdle)
	case c.state == chatting:
		return c.words.Say(locale.Matched)
	case c.state == watching:
		return c.words.Say(locale.Watching)
	}
	return c.words.Say(locale.NextPlain)
}

func statusLine(words *locale.Words, stats matcher.Stats) string {
	return words.With(locale.StatusLine, locale.Data{
		"Count": stats.Online, "Waiting": stats.Waiting, "Chatting": stats.Chatting})
}
