package staff

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"strangerd/moderation"
)

// openCase is the case that is shown: a report, or an appeal with the report that
// its ban came from, if that is still there.
type openCase struct {
	entry   string // its id on the list
	report  moderation.Report
	history moderation.History
	appeal  moderation.Appeal
	ban     moderation.Ban // that is appealed against

	refused string // why it can't be decided here
	taken   bool   // because another one has it
	reading bool   // it isn't here yet
	shown   bool   // also the lines that are hidden at first
	both    bool   // decide it for both people
	top     int    // rows above the screen
}

// on is the id of what is decided.
func (c *openCase) on() string { return cmp.Or(c.appeal.ID, c.report.ID, c.entry) }

// take reserves what can be reserved.
func (d *Desk) take(id string) error {
	if d.objecting {
		return nil
	}
	return d.config.Desk.Take(d.who.Name, id)
}

// openedMsg brings what a case has on the disk.
type openedMsg struct {
	of      *openCase
	report  moderation.Report
	history moderation.History
	appeal  moderation.Appeal
	ban     moderation.Ban
	err     error
}

// show opens the chosen one of the list, and tells whether another one has it.
// What is on the disk of it comes later.
func (d *Desk) show(entry string) (taken bool) {
	d.shut()
	c := &openCase{entry: entry, reading: true}
	d.open = c
	if d.objecting {
		c.appeal = d.appeals.items[d.appeals.cursor]
		d.do(func() tea.Msg { return d.readAppeal(c, entry) })
		return false
	}
	c.report = d.reports.items[d.reports.cursor]
	if err := d.take(entry); err != nil {
		c.refused, c.reading = plain(err), false
		c.taken = errors.As(err, new(*moderation.ErrTaken))
		return c.taken
	}
	d.do(func() tea.Msg { return d.readReport(c, entry) })
	return false
}

func (d *Desk) readReport(c *openCase, id string) openedMsg {
	msg := openedMsg{of: c, err: d.allowed()}
	if msg.err == nil {
		msg.report, msg.err = d.config.Desk.Report(d.who.Name, id)
	}
	if msg.err == nil {
		msg.history, msg.err = d.config.Desk.History(id)
	}
	return msg
}

func (d *Desk) readAppeal(c *openCase, id string) openedMsg {
	if err := d.allowed(); err != nil {
		return openedMsg{of: c, err: err}
	}
	appeal, ban, err := d.config.Desk.ReadAppeal(d.who.Name, id)
	if err != nil || ban.Report == "" {
		return openedMsg{of: c, appeal: appeal, ban: ban, err: err}
	}
	msg := d.readReport(c, ban.Report)
	if msg.err != nil { // what is appealed against may be older than what is kept
		msg = openedMsg{of: c}
	}
	msg.appeal, msg.ban = appeal, ban
	return msg
}

// opened shows what was read, if it is still what is looked at.
func (d *Desk) opened(msg openedMsg) {
	c := msg.of
	if c != d.open {
		return
	}
	c.reading = false
	if d.hint == reading {
		d.hint = ""
	}
	if msg.err != nil {
		c.refused = plain(msg.err)
		return
	}
	c.report, c.history, c.appeal, c.ban = msg.report, msg.history, msg.appeal, msg.ban
}

// shut closes the open case, and lets others take it.
func (d *Desk) shut() {
	if d.open != nil && d.open.appeal.ID == "" {
		d.config.Desk.PutBack(d.who.Name, d.open.entry)
	}
	d.open = nil
}

// other turns to the other one's report of the same chat.
func (d *Desk) other() {
	c := d.open
	if c.report.Mutual == "" {
		d.hint = "Only one of them reported the other."
		return
	}
	other := &openCase{entry: c.entry, reading: true}
	d.open = other
	d.do(func() tea.Msg { return d.readReport(other, c.report.Mutual) })
}

// hidden tells whether the lines wait for a key.
func (c *openCase) hidden() bool {
	return !c.shown && shy(c.report.Category)
}

// caseRows lays the open case out.
func (d *Desk) caseRows(width int) (rows []row) {
	c := d.open
	fact := func(format string, args ...any) {
		rows = append(rows, wrapped(fmt.Sprintf(format, args...), width)...)
	}
	if c.refused != "" {
		fact("%s", c.refused)
		fact("")
	}
	if c.appeal.ID != "" {
		rows = append(rows, d.appealRows(width)...)
	}
	if r := c.report; r.ID != "" {
		fact("%s, %s: %s", foreign(r.Category), r.ID, d.when(r.Created))
		if len(r.Languages) > 0 {
			fact("Languages: %s", foreign(strings.Join(r.Languages, ", ")))
		}
		if c.refused == "" && !c.reading {
			rows = append(rows, d.historyRows(width)...)
			rows = append(rows, c.lineRows(width)...)
		}
	}
	if c.reading {
		fact("%s", reading)
	}
	return rows
}

// reading says that a case isn't here yet.
const reading = "This case is being read from the disk."

// when says how long ago something was.
func (d *Desk) when(t time.Time) string {
	if ago := d.ago(t); ago != "now" {
		return ago + " ago"
	}
	return "just now"
}

// historyRows say what is known of the two.
func (d *Desk) historyRows(width int) (rows []row) {
	r, h := d.open.report, d.open.history
	fact := func(format string, args ...any) {
		rows = append(rows, wrapped(fmt.Sprintf(format, args...), width)...)
	}
	inside := "gone"
	if h.Live {
		inside = "inside now, " + r.Session
	}
	fact("Reported: %s, %s", r.Subject, inside)
	if r.Mutual != "" {
		fact("They reported each other: o turns to %s, b decides for both.", r.Mutual)
	}
	if d.open.both {
		fact("What you decide holds for both of them.")
	}
	if r.Pause != "" {
		fact("The machine paused them (%s) until you decide.", r.Pause)
	}
	fact("Earlier cases: %s", d.few(h.Earlier))
	if r.Machine {
		fact("Nobody reported it: a pattern found it.")
		return rows
	}
	fact("Reporter: %s, other reports: %s. Weight %.2f", r.Reporter, outcomes(h.Filed), h.Weight)
	return rows
}

// shownCases is how many earlier cases are shown.
const shownCases = 5

// few lists the newest of several reports.
func (d *Desk) few(reports []moderation.Report) string {
	if len(reports) == 0 {
		return "none"
	}
	var list []string
	for _, r := range reports[:min(len(reports), shownCases)] {
		list = append(list, fmt.Sprintf("%s %s %s: %s", r.ID, foreign(r.Category), d.when(r.Created), outcome(r)))
	}
	if more := len(reports) - len(list); more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, "; ")
}

// outcome is how a report ended, or where it stands.
func outcome(r moderation.Report) string {
	switch d := r.Decision; {
	case d == nil:
		return string(r.Status)
	case d.With != "":
		return "decided with another"
	case d.Action == string(moderation.ActionNone):
		return "no action"
	default:
		return foreign(d.Action)
	}
}

// outcomes counts how reports ended.
func outcomes(reports []moderation.Report) string {
	if len(reports) == 0 {
		return "none"
	}
	counts := make(map[string]int)
	for _, r := range reports {
		counts[outcome(r)]++
	}
	var list []string
	for _, o := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, fmt.Sprintf("%d %s", counts[o], o))
	}
	return strings.Join(list, ", ")
}

// lineRows are the note and the lines of a chat, each row behind a gutter.
func (c *openCase) lineRows(width int) (rows []row) {
	r := c.report
	say := func(format string, args ...any) {
		rows = append(rows, wrapped("-- "+fmt.Sprintf(format, args...), width)...)
	}
	if r.Note != "" {
		label := "Note"
		if r.Machine {
			label = "Pattern"
		}
		rows = append(rows, quoted(label, r.Note, plainLook, width)...)
	}
	switch {
	case len(r.Sealed) > 0:
		say("The lines are sealed. Decrypt them on your machine: report show %s --sealed", r.ID)
		return rows
	case c.hidden():
		say("The %d lines of the chat are hidden: v shows them.", len(r.Lines))
		return rows
	}
	say("Lines of the chat: %d", len(r.Lines))
	if r.Omitted > 0 {
		say("Left out between the first and the last lines: %d", r.Omitted)
	}
	for _, l := range r.Lines {
		switch {
		case l.Marked && r.Machine:
			say("The pattern found this line:")
		case l.Marked:
			say("The reporter marked this line:")
		}
		switch l.Speaker {
		case moderation.SpeakerReported:
			rows = append(rows, quoted("Reported", l.Text, bold, width)...)
		case moderation.SpeakerReporter:
			rows = append(rows, quoted("Reporter", l.Text, plainLook, width)...)
		default:
			rows = append(rows, quoted("Other", l.Text, plainLook, width)...)
		}
		if l.Cut > 0 {
			say("%d more bytes of that line are left out.", l.Cut)
		}
	}
	say("This is the end of the case.")
	return rows
}

// appealRows are an appeal and what it is against.
func (d *Desk) appealRows(width int) (rows []row) {
	a, b := d.open.appeal, d.open.ban
	fact := func(format string, args ...any) {
		rows = append(rows, wrapped(fmt.Sprintf(format, args...), width)...)
	}
	fact("Appeal %s: %s", a.ID, d.when(a.Created))
	if b.ID != "" {
		by := b.By
		switch {
		case b.Machine:
			by = "the machine"
		case by == d.who.Name:
			by = "you"
		}
		fact("Against %s by %s, %s, until (UTC): %s", b.ID, by, d.when(b.Created), until(b.Until))
		fact("Its reason: %s", foreign(b.Reason))
	}
	rows = append(rows, quoted("Appeal", a.Text, bold, width)...)
	fact("")
	return rows
}
