package staff

import (
	"slices"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"strangerd/moderation"
	"strangerd/session/locale"
)

// key takes a key press. Characters that came at once are one.
func (d *Desk) key(k tea.KeyPressMsg) {
	quits := d.quits
	d.quits, d.hint = false, ""
	switch {
	case k.Mod == tea.ModCtrl && k.Code == 'c':
		d.interrupt(quits)
	case k.Text != "":
		d.typed(k.Text)
	case d.mode == writing:
		d.writeKey(k)
	case d.mode == choosing && k.Code == tea.KeyEscape:
		d.mode = browsing
	default:
		d.named(k.Code)
	}
}

// interrupt is Ctrl+C. The first stops what is going on.
func (d *Desk) interrupt(again bool) {
	if again {
		d.leave()
		return
	}
	d.mode, d.quits = browsing, true
	d.hint = "Press Ctrl+C again to leave the desk."
}

// typed takes characters, each of which may change what the next one means.
func (d *Desk) typed(s string) {
	for s != "" && !d.left {
		if d.mode == writing {
			d.insert(s)
			return
		}
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		d.press(r)
	}
}

// insert puts text into the reason.
func (d *Desk) insert(s string) {
	if !d.draft.insert(s) {
		d.hint = "A reason has up to 1,000 characters."
	}
}

func (d *Desk) writeKey(k tea.KeyPressMsg) {
	switch k.Code {
	case tea.KeyEnter, tea.KeyKpEnter:
		d.confirm()
	case tea.KeyEscape:
		d.mode = browsing
		d.hint = "Nothing was decided."
	default:
		d.draft.Key(k)
	}
}

// named takes a key that is no character.
func (d *Desk) named(code rune) {
	switch code {
	case tea.KeyUp:
		d.move(-1)
	case tea.KeyDown:
		d.move(1)
	case tea.KeyPgUp:
		d.scroll(-d.page())
	case tea.KeyPgDown:
		d.scroll(d.page())
	case tea.KeyHome:
		d.scroll(-maxRows)
	case tea.KeyEnd:
		d.scroll(maxRows)
	case tea.KeyTab:
		d.focus = 1 - d.focus
	case tea.KeyEnter, tea.KeyKpEnter:
		d.focus = casePane
	case tea.KeyEscape:
		if d.mode == helping {
			d.mode = browsing
		} else if d.objecting {
			d.turn()
		}
	}
}

// press takes a character.
func (d *Desk) press(r rune) {
	d.hint = ""
	switch {
	case d.mode == choosing:
		d.mode = browsing
		d.choose(r, longer)
	case r == '?':
		d.help()
	case r == 'q':
		d.leave()
	case r == 'j':
		d.move(1)
	case r == 'i':
		d.move(-1)
	case r == ' ':
		d.scroll(d.page())
	case d.mode == helping:
		d.mode = browsing
	case r == 'u':
		d.undo()
	case r == 'a':
		d.turn()
	case r == 'p':
		d.togglePlot()
	default:
		d.act(r)
	}
}

// act takes a character that is about the chosen case.
func (d *Desk) act(r rune) {
	d.settle()
	switch {
	case d.open == nil:
		d.hint = nothing
	case d.open.refused != "":
		d.hint = d.open.refused
	case d.open.reading: // nobody decides what they haven't seen
		d.hint = reading
	case d.objecting:
		d.choose(r, answers)
	case r == 'm':
		d.mode = choosing
	case r == 'v':
		d.open.shown = true
	case r == 'b':
		d.open.both = d.open.report.Mutual != "" && !d.open.both
	case r == 'o':
		d.other()
	default:
		d.choose(r, choices)
	}
}

// choose begins to write the reason of what a key means, if it means something
// for this case.
func (d *Desk) choose(r rune, keys map[rune]choice) {
	c, ok := keys[r]
	report := d.open.report
	switch {
	case !ok:
		d.hint = "That key does nothing here. ? lists the keys."
	case c.action == moderation.ActionHelp && report.Category != moderation.CategorySelfharm:
		d.hint = "The helplines are for reports of selfharm."
	case c.length == moderation.Forever && report.Subject != shared && !strings.HasPrefix(report.Subject, keyed):
		d.hint = "Only who came with a me@ key can be banned forever: 9 is the longest."
	default:
		d.write(c)
	}
}

// How moderation names subjects, see data.Subject.
const (
	shared = "shared"
	keyed  = "key-"
)

// write opens the reason of a choice.
func (d *Desk) write(c choice) {
	begin := func(words *locale.Words) string {
		if d.objecting {
			return reply(c, words)
		}
		return template(c, d.open.report.Category, words)
	}
	theirs := d.config.Catalogues.For(d.open.report.Languages...)
	var notes []string
	if c.shown() {
		notes = append(notes, "The person reads this, in "+theirs.Say(locale.LanguageName)+".")
	}
	if c.action == moderation.ActionBan && d.open.report.Subject == shared {
		notes = append(notes, "They came from a shared source, so no ban can tell them apart: the session is ended, if it goes on.")
	} else if c.action == moderation.ActionBan {
		notes[0] += " So may others at the source."
		for _, why := range d.confirms[d.open.on()] {
			notes = append(notes, "Enter bans although: "+foreign(why))
		}
	}
	if english := begin(d.config.Catalogues.For()); c.shown() && theirs != d.config.Words && english != begin(theirs) {
		notes = append(notes, "In English: "+english)
	}
	d.mode, d.draft = writing, newDraft(c, begin(theirs), notes...)
}

// move moves in the pane that has the keys.
func (d *Desk) move(by int) {
	switch {
	case d.mode == choosing: // an arrow is no length of time
	case d.mode == helping || d.focus == casePane:
		d.scroll(by)
	case d.objecting:
		d.appeals.move(by)
	default:
		d.reports.move(by)
	}
}

// scroll moves the case, or the help, by rows. The screen keeps it in bounds.
func (d *Desk) scroll(by int) {
	if d.mode == helping {
		d.helpTop = max(0, d.helpTop+by)
	} else if d.open != nil {
		d.open.top = max(0, d.open.top+by)
	}
}

// page is how far a page of the panes scrolls.
func (d *Desk) page() int { return max(1, d.height-2) }

// turn turns from the reports to the appeals, and back.
func (d *Desk) turn() {
	d.shut()
	d.objecting = !d.objecting
	d.advance()
}

// help shows or hides the keys.
func (d *Desk) help() {
	if d.mode == helping {
		d.mode = browsing
		return
	}
	d.mode, d.helpTop = helping, 0
}

// togglePlot shows or hides the plot.
func (d *Desk) togglePlot() {
	if d.rows < plotFrom {
		d.plotAsked = !d.plotAsked
	} else {
		d.plotHidden = !d.plotHidden
	}
}

// chosen is the chosen entry of the list, or "".
func (d *Desk) chosen() string {
	if d.objecting {
		return d.appeals.chosen()
	}
	return d.reports.chosen()
}

// listed tells whether an entry is on the list.
func (d *Desk) listed(entry string) bool {
	if d.objecting {
		return d.appeals.index(entry) >= 0
	}
	return d.reports.index(entry) >= 0
}

// settle opens the chosen case, after the keys that were read at once: looking
// at a case is audited, moving past it isn't.
func (d *Desk) settle() {
	if d.mode != browsing {
		return
	}
	switch entry := d.chosen(); {
	case entry == "":
		d.shut()
	case d.open == nil || d.open.entry != entry:
		d.show(entry)
	}
}

// advance opens the first case, from the chosen one on and around, that nobody
// else has. If others have them all, it shows who.
func (d *Desk) advance() {
	if d.objecting {
		d.settle()
		return
	}
	l := &d.reports
	start := l.cursor
	for i := range l.items {
		l.cursor = (start + i) % len(l.items)
		if d.mine(l.items[l.cursor]) && !d.show(l.chosen()) {
			return
		}
	}
	l.cursor = start
	d.settle()
}

// mine tells whether no other one has a report.
func (d *Desk) mine(r moderation.Report) bool { return r.TakenBy == "" || r.TakenBy == d.who.Name }

// free is mine, of what stands on the list as entry.
func (d *Desk) free(entry string) bool {
	i := d.reports.index(entry)
	return i >= 0 && d.mine(d.reports.items[i])
}

// help is the keys, and what the plot means.
var helpText = slices.Collect(strings.SplitSeq(strings.TrimSpace(`
n  no action
w  warn: they confirm it before the next search
d  ban for a day
k  ban for a week
m  ban for longer: 1 = 30 days, 9 = 90 days, f = forever (me@ keys)
h  hold: keep it for a year, out of the queue
l  show the helplines to the person (selfharm)
Each of these opens the reason: Enter decides, Esc doesn't.
u  undo, within 10 seconds

v  show the lines of sexual and illegal reports
o  turn to the other one's report of the same chat
b  decide for both, where each reported the other
a  appeals, and back: y lifts the ban, n lets it stand

j, i, Up, Down  move in the pane whose name is in [ ]
Tab             the other pane
Space, PgDn, PgUp, Home, End  scroll the case
p  the plot, on and off: the last 24 hours, one sign an hour,
   _ none, then . - = # as parts of the most
?  this help
q, or Ctrl+C twice  leave; what you decided is carried out

What you open is taken: others see it, and can't decide it.
All of this can be done with commands too: ssh admin@HOST help
`), "\n"))
