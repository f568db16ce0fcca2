package session

import (
	"errors"
	"slices"
	"time"

	"strangerd/moderation"
	"strangerd/session/locale"
	"strangerd/session/trap"
)

// What is done about well-known traps, as Stats name it.
const (
	trapWarned  = "warn"
	trapStopped = "stop"
	trapFlagged = "flag"
)

// barred tells whether a pattern stops what is about to be written somewhere, or of what
// its readers are to be warned. It brings before the moderators what they are to see, of
// which nobody is told.
func (c *chat) barred(in trap.Place, written string) (bars bool, warn trap.Warnings) {
	found := c.config.Traps.Find(in, written)
	for _, f := range found.Flags {
		c.flag(f, in, written)
	}
	if found.Stop {
		c.counted.traps.add(trapStopped)
	}
	return found.Stop, found.Warn
}

// caution warns of what a message may be, of each of that once a chat. It was looked for
// when the message was said.
func (c *chat) caution(warn trap.Warnings) {
	for _, of := range warn.Of() {
		if !slices.Contains(c.cautioned, of) {
			c.cautioned = append(c.cautioned, of)
			c.counted.traps.add(trapWarned)
			c.announce(c.words.Say(locale.Careful(of)))
		}
	}
}

// flag files what a pattern found, with the lines of the chat, if it is in one. What
// the desk takes no more of, it has enough of.
func (c *chat) flag(f trap.Flag, in trap.Place, written string) {
	filing := moderation.Filing{
		Category:        f.Category,
		Note:            f.Name,
		Lines:           []moderation.Line{{Speaker: moderation.SpeakerReported, Text: written, At: time.Now(), Marked: true}},
		Reported:        c.subject,
		ReportedSession: c.me.pass,
		Languages:       *c.me.languages.Load(),
		Rules:           rulesVersion(c.config, c.catalogues),
	}
	if in == trap.Messages {
		lines := c.record.lines(you)
		for i := range lines {
			lines[i].Marked = false // what this one marked is none of the pattern's
		}
		filing.Lines = append(lines, filing.Lines...)
		filing.Omitted = c.record.omitted()
		filing.Chat = c.name()
		filing.BothSpoke = c.record.spoke[you] && c.record.spoke[stranger]
	}
	switch err := c.config.Desk.Flag(filing); {
	case err == nil:
		c.counted.traps.add(trapFlagged)
	case errors.Is(err, moderation.ErrReported), errors.Is(err, moderation.ErrQuota), errors.Is(err, moderation.ErrNoRoom):
	default:
		c.config.Log.Error("what a pattern found was not saved", "error", err)
	}
}
