package session

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"strangerd/session/locale"
	"strangerd/session/text"
)

// rulesText is the operator's rules, or the built-in ones.
func rulesText(config *Config, words *locale.Words) string {
	rules := strings.TrimSpace(config.Rules)
	if rules == "" {
		rules = words.Say(locale.Rules)
	}
	stored := locale.NotStored
	if config.Traps.Flags() {
		stored = locale.NotStoredTraps
	}
	lines := []string{words.Say(locale.RulesTitle), strings.TrimSpace(rules), words.Say(stored)}
	if config.Contact != "" {
		lines = append(lines, words.With(locale.Contact, locale.Data{"Contact": config.Contact}))
	}
	return strings.Join(lines, "\n")
}

// rulesVersion tells two texts of the rules apart, whatever language they are read in.
func rulesVersion(config *Config, catalogues *locale.Catalogues) string {
	return fingerprint(rulesText(config, catalogues.For()))
}

// agreement tells two texts of what is accepted apart, likewise: the rules and the age
// line.
func agreement(config *Config, catalogues *locale.Catalogues) string {
	return fingerprint(fmt.Sprint(rulesText(config, catalogues.For()), "\n", config.AgeGate, config.MinAge))
}

// fingerprint tells a text from others.
func fingerprint(text string) string {
	hash := sha256.Sum256([]byte(text))
	return hex.EncodeToString(hash[:6])
}

// arrival is where somebody is, and who is there.
func (c *chat) arrival() []string {
	lines := []string{
		c.words.With(locale.Welcome, locale.Data{"Name": c.config.Name}),
		c.present(),
	}
	if motd := c.config.Desk.Motd(); motd != "" {
		lines = append(lines, c.words.With(locale.Operator, locale.Data{"Text": text.Line(motd)}))
	}
	return lines
}

// opening is what somebody reads first: where they are, who is there, and what
// holds here.
func (c *chat) opening() []string {
	return slices.Concat(c.arrival(), strings.Split(rulesText(c.config, c.words), "\n"), c.hints())
}

// hints say what one may do here, before the rules are accepted.
func (c *chat) hints() (lines []string) {
	if c.remembered() {
		lines = append(lines, c.words.With(locale.MeHint, locale.Data{"SSH": c.config.Host.SSH(userMe)}),
			c.words.With(locale.BackHint, locale.Data{"Seconds": int(backWithin.Seconds())}))
	}
	if c.plain {
		return append(lines, c.words.Say(locale.InterestsHintPlain))
	}
	return append(lines, c.words.Say(locale.InterestsHint))
}

// layouts are the rules as rows, which are the same for everybody who reads them in one
// language and as wide.
type layouts struct {
	rows sync.Map // of layout to []row, which nobody changes
}

type layout struct {
	words *locale.Words
	width int
}

// of returns the rules as rows of such a width.
func (l *layouts) of(config *Config, words *locale.Words, width int) []row {
	rows, ok := l.rows.Load(layout{words, width})
	if !ok {
		rows, _ = l.rows.LoadOrStore(layout{words, width}, wrap(nil, rulesText(config, words), width))
	}
	return rows.([]row)
}

// askToAccept says how to go on from the first screen, unless it stands there.
func (c *chat) askToAccept() {
	switch {
	case c.state == warned && c.plain:
		c.tell(c.words.Say(locale.WarningYes))
	case c.state == warned:
		c.tell(c.words.Say(locale.WarningEnter))
	case c.state == atYear:
		c.tell(c.words.Say(locale.AskYear))
	case c.plain:
		c.tell(c.words.Say(locale.TypeYes))
	}
}

// acceptLine says what Enter accepts. Who is about to be asked for the year of
// birth gets no hint at the right answer.
func (c *chat) acceptLine() string {
	if c.config.AgeGate == AgeYear {
		return c.words.Say(locale.AcceptLine)
	}
	return c.words.With(locale.AgeLine, locale.Data{"Age": c.config.MinAge})
}

// present says how many others are online.
func (c *chat) present() string {
	if others := c.config.people().Online - 1; others > 0 {
		return c.words.Count(locale.Others, others)
	}
	return c.aloneLine()
}

// aloneLine says that nobody else is online, and what will tell of who comes.
func (c *chat) aloneLine() string {
	line := c.words.Say(locale.Alone)
	if c.rings() {
		line += " " + c.words.Say(locale.BellComes)
	}
	return line
}

// alone tells whether nobody else is online.
func (c *chat) alone() bool { return c.config.people().Online <= 1 }

// year takes the year of birth. Only the year is known, so somebody counts as
// old enough once they surely are: the year after the birthday. A refusal holds
// for the day.
func (c *chat) year(answer string) {
	now := time.Now().UTC()
	born, err := strconv.Atoi(strings.TrimSpace(answer))
	if err != nil || born < now.Year()-120 || born > now.Year() {
		c.tell(c.words.Say(locale.NotAYear))
		return
	}
	if now.Year()-born > c.config.MinAge {
		c.rememberRules()
		c.search()
		return
	}
	if err := c.config.Gate.RefuseAge(c.subject); err != nil {
		c.config.Log.Error("a refusal could not be saved", "error", err)
	}
	c.enter(refused)
	c.announce(c.words.Say(locale.TooYoung))
	if c.plain {
		c.quit(exitNotAllowed)
	}
}
