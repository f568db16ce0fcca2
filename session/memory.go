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

// How often somebody may have something remembered: each time waits for the disk.
const (
	memoryBurst = 10
	memoryRate  = 0.1
)

// memory is what me@ has had remembered, and how fast it changes. Of anyone else
// nothing is remembered.
type memory struct {
	agreed bool // these rules were accepted before
	waived bool // and nothing was entered since: a yes to them is nobody's message
	pace   pace
}

// remembered tells whether somebody came as me@.
func (v *visit) remembered() bool { return !v.subject.Key.IsZero() }

// recall takes up what me@ has had remembered.
func (c *chat) recall() {
	if !c.remembered() {
		return
	}
	kept, _, _, err := c.config.Gate.Memory(c.subject)
	blocks, unread := c.config.Gate.Blocks(c.subject)
	if unread == nil { // they hold even if the rest can't be read
		c.me.blocks.Store(&blocks)
	}
	if err := errors.Join(err, unread); err != nil {
		c.config.Log.Error("what is remembered could not be read", "error", err)
		return
	}
	c.memory.agreed = kept.Rules == agreement(c.config, c.catalogues)
	c.attention.muted = kept.BellOff
	if len(kept.Languages) > 0 {
		c.speak(spoken{kept.Languages, kept.OnlyLanguages})
	}
	c.named = append(c.named, interests(strings.Join(kept.Interests, ","))...)
}

// remember has something of me@ remembered, and returns what is to be said about it,
// with a space after it: of anyone else nothing.
func (c *chat) remember(change func(*moderation.Memory)) string {
	if !c.remembered() {
		return ""
	}
	return c.words.Say(c.writeDown(func() error { return c.config.Gate.Remember(c.subject, change) })) + " "
}

// writeDown has something of me@ remembered, and returns the words for what came of it.
func (c *chat) writeDown(write func() error) locale.ID {
	if c.memory.pace.take(time.Now()) > 0 {
		return locale.RememberFast
	}
	err := write()
	switch {
	case err == nil:
		return locale.Remembered
	case errors.Is(err, moderation.ErrTooLong):
		return locale.RememberLong
	}
	c.config.Log.Error("something was not remembered", "error", err)
	return locale.NotRemembered
}

// rememberRules notes that me@ has accepted the rules. Only a failure is said.
func (c *chat) rememberRules() {
	if !c.remembered() {
		return
	}
	accepted := func(m *moderation.Memory) { m.Rules, m.Accepted = agreement(c.config, c.catalogues), time.Now() }
	said := c.writeDown(func() error { return c.config.Gate.Remember(c.subject, accepted) })
	if said != locale.Remembered {
		c.announce(c.words.Say(said))
	}
}

// rememberBlock has the block of somebody hold beyond this visit, and returns
// what is to be said about it.
func (c *chat) rememberBlock(who *other) string {
	here := c.words.Say(locale.Blocked)
	if !c.remembered() {
		return here
	}
	nobody := false
	said := c.writeDown(func() error {
		err := c.config.Gate.Block(c.subject, *who.subject.Load())
		if nobody = errors.Is(err, moderation.ErrNobody); nobody {
			return nil
		}
		return err
	})
	switch {
	case nobody:
		return here
	case said != locale.Remembered:
		return here + " " + c.words.Say(said)
	}
	if blocks, err := c.config.Gate.Blocks(c.subject); err == nil { // they may come back as somebody new
		c.me.blocks.Store(&blocks)
	}
	return c.words.With(locale.BlockedFor, locale.Data{"Span": span(c.words, moderation.KeptBlock)})
}

// goOn begins the visit of somebody who need not accept the rules again.
func (c *chat) goOn() {
	if c.absence == nil {
		for _, line := range append(c.arrival(), c.words.Say(locale.RulesHold)) {
			c.announce(line)
		}
	}
	c.memory.waived = c.plain
	c.search()
}

// forget has all forgotten that is remembered of me@.
func (v *visit) forget() int {
	if err := v.config.Gate.Forget(v.subject); err != nil {
		v.config.Log.Error("a key was not forgotten", "error", err)
		fmt.Fprintln(v.ch.Stderr(), v.words.Say(locale.NotForgotten))
		return exitFailed
	}
	fmt.Fprintln(v.ch, v.prose(v.words.With(locale.Forgotten, locale.Data{"SSH": v.config.Host.SSH("")})))
	return exitDone
}

// exported is what export --json prints.
type exported struct {
	First         time.Time `json:"first,omitzero"`
	Last          time.Time `json:"last,omitzero"`
	Interests     []string  `json:"interests"`
	Languages     []string  `json:"languages"`
	OnlyLanguages bool      `json:"only_languages"`
	Rules         string    `json:"rules,omitzero"`
	Accepted      time.Time `json:"accepted,omitzero"`
	Bell          bool      `json:"bell"`
	Blocks        []ending  `json:"blocks"` // whom, only their hashes say
}

type ending struct {
	Until time.Time `json:"until"`
}

// export prints what is remembered of me@.
func (v *visit) export(asJSON bool) int {
	kept, first, last, err := v.config.Gate.Memory(v.subject)
	blocks, unread := v.config.Gate.BlocksUntil(v.subject)
	if err := errors.Join(err, unread); err != nil {
		return v.fail("what is remembered could not be read", err)
	}
	e := exported{
		First: first, Last: last, Interests: append([]string{}, kept.Interests...),
		Languages: append([]string{}, kept.Languages...), OnlyLanguages: kept.OnlyLanguages,
		Rules: kept.Rules, Accepted: kept.Accepted, Bell: !kept.BellOff, Blocks: []ending{},
	}
	for _, b := range blocks {
		e.Blocks = append(e.Blocks, ending{b.Until})
	}
	if asJSON {
		object, _ := json.Marshal(e)
		fmt.Fprintln(v.ch, string(object))
	} else {
		fmt.Fprintln(v.ch, v.prose(v.exportText(e)))
	}
	return exitDone
}

func (v *visit) exportText(e exported) string {
	if e.First.IsZero() {
		return v.words.Say(locale.ExportNothing)
	}
	data := locale.Data{
		"Name": v.config.Name, "First": day(e.First), "Last": day(e.Last),
		"Interests": text.Line(strings.Join(e.Interests, ", ")), "Languages": text.Line(strings.Join(e.Languages, ", ")),
		"Only": e.OnlyLanguages, "Rules": e.Rules, "Accepted": day(e.Accepted), "BellOff": !e.Bell, "Blocks": len(e.Blocks),
	}
	if n := len(e.Blocks); n > 0 {
		data["Until"] = day(e.Blocks[n-1].Until)
	}
	return strings.TrimSpace(v.words.With(locale.Export, data))
}

// forMe runs a command that only me@ can use.
func (v *visit) forMe(name string, run func() int) int {
	if !v.remembered() {
		return v.misunderstood(v.words.With(locale.OnlyMe, locale.Data{"Command": name, "SSH": v.config.Host.SSH(userMe)}))
	}
	return run()
}
