package session

import (
	"slices"
	"strings"
	"time"
	"unique"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"strangerd/matcher"
	"strangerd/moderation"
	"strangerd/session/locale"
	"strangerd/session/text"
	"strangerd/session/trap"
)

// maxInterest is how long an interest may be, in characters, and maxBytes in bytes as it is
// compared, which is what another machine takes.
const (
	maxInterest = 40
	maxBytes    = 256
)

// interest is what somebody likes to talk about.
type interest struct {
	shown string // as they wrote it
	name  matcher.Name
}

// interests reads a list with commas, such as "go, jazz". Of one that is too long it reads
// no more than shows that: a user name can be a hundred thousand of them.
func interests(list string) (all []interest) {
	for part := range strings.SplitSeq(list, ",") {
		shown := strings.Join(strings.Fields(text.Line(part)), " ")
		folded := foldInterest(shown)
		in := interest{shown, unique.Make(folded)}
		same := func(other interest) bool { return other.name == in.name }
		if folded != "" && !slices.ContainsFunc(all, same) {
			all = append(all, in)
		}
		if len(all) > matcher.MaxInterests {
			break
		}
	}
	return all
}

// interestsOf reads a user name such as "+go+jazz".
func interestsOf(user string) []interest {
	list, ok := strings.CutPrefix(user, "+")
	if !ok {
		return nil
	}
	return interests(strings.ReplaceAll(list, "+", ","))
}

// foldInterest makes interests alike that differ in case, width, accents or spaces
// alone. Signs stay, since C, C# and C++ are three; so do the marks of scripts that
// write vowels with them.
func foldInterest(s string) string {
	accents := func(r rune) rune {
		if r >= 0x300 && r <= 0x36f || r == ' ' {
			return -1
		}
		return r
	}
	return norm.NFC.String(strings.Map(accents, norm.NFKD.String(cases.Fold().String(s))))
}

// setInterests takes what somebody likes to talk about, or says why not. It tells
// whether it did.
func (c *chat) setInterests(all []interest) bool {
	tooLong := func(in interest) bool {
		return text.SizeOf(in.shown).Clusters > maxInterest || len(in.name.Value()) > maxBytes
	}
	switch long := slices.IndexFunc(all, tooLong); {
	case len(all) > matcher.MaxInterests:
		c.tell(c.words.Count(locale.InterestsMany, matcher.MaxInterests))
		return false
	case long >= 0:
		c.tell(c.words.Count(locale.InterestLong, maxInterest))
		return false
	}
	for _, in := range all {
		if !c.mayName(trap.Interests, in.shown) {
			return false
		}
	}
	c.likes = all
	return true
}

// acceptWith accepts the rules, with the interests that were typed on their screen.
func (c *chat) acceptWith(typed string) {
	switch strings.ToLower(strings.TrimSpace(typed)) {
	case "no", "n":
		c.editor.Take()
		c.askToAccept()
		return
	case "", "yes", "y":
	default:
		if !c.setInterests(interests(typed)) {
			return
		}
		c.rememberInterests()
	}
	c.editor.Take()
	c.accept()
}

// rememberInterests has me@'s interests remembered.
func (c *chat) rememberInterests() (said string) {
	return c.remember(func(m *moderation.Memory) { m.Interests = c.shown() })
}

// interestsCommand is /interests: with a list it sets them, without it tells them. What
// can't be taken stays in the input line.
func (c *chat) interestsCommand(argument string) {
	said := ""
	switch {
	case argument == "off":
		c.likes = nil
		c.tell(c.rememberInterests() + c.words.Say(locale.InterestsOff))
	case argument != "":
		if !c.setInterests(interests(argument)) {
			c.putBack("/interests " + argument)
			return
		}
		said = c.rememberInterests()
		fallthrough
	case len(c.likes) > 0:
		c.tell(said + c.words.With(locale.Interests, locale.Data{"Interests": c.list(c.shown(), locale.ListAnd)}))
	default:
		c.tell(c.words.Say(locale.InterestsUsage))
	}
	if argument != "" && c.state == searching && !c.held() && c.errand == (errand{}) {
		c.seek()
	}
}

// shown are the interests as their owner wrote them.
func (c *chat) shown() (all []string) {
	for _, in := range c.likes {
		all = append(all, in.shown)
	}
	return all
}

// list joins several with commas, and the last with what last says.
func (c *chat) list(all []string, last locale.ID) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	end := len(all) - 1
	return c.words.With(last, locale.Data{"First": strings.Join(all[:end], ", "), "Last": all[end]})
}

// seek has the matcher look for somebody by what this one likes and speaks.
func (c *chat) seek() {
	criteria := matcher.Criteria{OnlyLanguages: c.speaks.only}
	for _, code := range c.speaks.codes {
		criteria.Languages = append(criteria.Languages, unique.Make(code))
	}
	for _, in := range c.likes {
		criteria.Interests = append(criteria.Interests, in.name)
	}
	criteria.Ask, criteria.Discuss = c.errand.question, c.errand.discuss
	c.choosyTill = time.Time{}
	stop(c.opens)
	if wait := c.config.InterestWait; wait > 0 && c.errand == (errand{}) {
		c.choosyTill = time.Now().Add(wait)
		c.opens = c.ch.After(wait, opensMsg{c.choosyTill})
	}
	if c.choosy() && len(c.likes) > 0 {
		c.print("-- ", c.choosyLine())
	}
	c.seat.Find(criteria)
}

// choosyLine says that the search waits for an interest, and how to take anyone.
func (c *chat) choosyLine() string {
	words := locale.Choosy
	if c.plain {
		words = locale.ChoosyPlain
	}
	return c.words.With(words, locale.Data{"Interests": c.list(c.shown(), locale.ListOr)})
}

// choosy tells whether the search waits for whom something is shared with.
func (c *chat) choosy() bool { return !c.choosyTill.IsZero() }

// picky tells whether the search waits for whom something is shared with, as far as
// somebody who waits would notice.
func (c *chat) picky() bool { return c.choosy() && (len(c.likes) > 0 || c.limited()) }

// anyone ends the wait for whom something is shared with.
func (c *chat) anyone() {
	c.choosyTill = time.Time{}
	stop(c.opens)
	c.tell(c.anyoneLine(locale.Anyone))
	c.seat.Anyone()
}

// opened says that the wait is over, which the matcher has counted as well; unless it
// is an earlier wait, whose timer had rung when it was stopped.
func (c *chat) opened(m opensMsg) {
	if !c.choosy() || !m.choosyTill.Equal(c.choosyTill) {
		return
	}
	limited := c.limited()
	c.choosyTill = time.Time{}
	switch {
	case len(c.likes) > 0:
		c.print("-- ", c.anyoneLine(locale.AnyoneNow))
	case limited:
		c.print("-- ", c.anyoneLine(locale.AnyoneSpeaks))
	}
}

// anyoneLine says that anyone will do, unless a language is insisted on.
func (c *chat) anyoneLine(words locale.ID) string {
	if c.speaks.only {
		return c.languageLine()
	}
	return c.words.Say(words)
}

// sharedLine names what both like, of what both named, or is empty.
func (c *chat) sharedLine(names []matcher.Name) string {
	var both []string
	for _, in := range c.likes {
		if slices.Contains(names, in.name) {
			both = append(both, in.shown)
		}
	}
	if len(both) == 0 {
		return ""
	}
	return c.words.With(locale.BothLike, locale.Data{"Interests": c.list(both, locale.ListAnd)})
}
