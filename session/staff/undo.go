package staff

import (
	"errors"
	"strings"
	"time"

	"strangerd/moderation"
	"strangerd/session/text"
)

// undoFor is how long a decision can be undone.
const undoFor = 10 * time.Second

// pending is a decision that can still be undone. Its case stays taken.
type pending struct {
	entry     string // of the list: R-… or A-…
	on, what  string // the report or appeal that is decided, and how
	objecting bool
	carry     func() (made string, err error) // made is the ban, if one was
	back      func()                          // puts the entry back on its list
	timer     *time.Timer
}

// confirm takes the decision that is written, carries out the one before, and
// opens the next case.
func (d *Desk) confirm() {
	reason := text.Line(d.draft.Text())
	if reason == "" {
		d.hint = "A reason is missing: the person reads it."
		return
	}
	if err := d.take(d.open.entry); err != nil { // it was left alone for too long
		d.mode, d.hint, d.open.refused = browsing, plain(err), plain(err)
		return
	}
	p := &pending{entry: d.open.entry, on: d.open.on(), what: d.draft.choice.what, objecting: d.objecting}
	p.carry = d.carrying(p.on, d.draft.choice, reason)
	if d.objecting {
		p.back = d.appeals.remove(p.entry)
	} else {
		p.back = d.reports.remove(p.entry)
	}
	d.mode, d.open = browsing, nil
	if d.carryOut() == nil {
		d.hint = "" // the one that can be undone is said instead
	}
	d.pending = p
	p.timer = d.config.After(undoFor, dueMsg{p})
	d.advance()
}

// carrying returns what carries a choice out.
func (d *Desk) carrying(id string, c choice, reason string) func() (string, error) {
	desk, by := d.config.Desk, d.who.Name
	switch {
	case d.objecting && c.accept:
		return func() (string, error) { return "", desk.AcceptAppeal(by, id, reason) }
	case d.objecting:
		return func() (string, error) { return "", desk.RejectAppeal(by, id, reason) }
	case c.hold:
		return func() (string, error) { return "", desk.Hold(by, id, time.Time{}, reason) }
	}
	_, yes := d.confirms[id]
	decision := moderation.Decision{
		Action: c.action,
		For:    c.length,
		Reason: reason,
		Both:   d.open.both,
		Yes:    yes,
		From:   d.who.From,
	}
	return func() (string, error) {
		ban, err := desk.Resolve(by, id, decision)
		return ban.ID, err
	}
}

// carryOut carries out what could still be undone, if anything. A case for which
// that fails is back in the queue.
func (d *Desk) carryOut() error {
	p := d.pending
	if p == nil {
		return nil
	}
	d.pending = nil
	p.timer.Stop()
	made, err := p.carry()
	if err == nil {
		delete(d.confirms, p.on)
		d.hint = strings.TrimSpace("Done: " + p.on + ", " + p.what + ". " + made)
		return nil
	}
	d.hint = p.on + " is not decided: " + plain(err)
	if ask := new(moderation.NeedsYes); errors.As(err, &ask) {
		d.confirms[p.on] = ask.Why
		d.hint = p.on + " is not decided: " + foreign(strings.Join(ask.Why, "; ")) + ". Decide it again if that is meant."
	}
	if !errors.As(err, new(*moderation.ErrTaken)) {
		p.back()
	}
	d.config.Desk.PutBack(d.who.Name, p.entry)
	return err
}

// undo takes the last decision back, and opens its case.
func (d *Desk) undo() {
	p := d.pending
	if p == nil {
		d.hint = "There is nothing to undo."
		return
	}
	d.pending = nil
	p.timer.Stop()
	p.back()
	d.objecting = p.objecting
	if i := d.appeals.index(p.entry); p.objecting && i >= 0 {
		d.appeals.cursor = i
	} else if i := d.reports.index(p.entry); i >= 0 {
		d.reports.cursor = i
	}
	d.settle()
	d.hint = p.on + ": undone, nothing was decided."
}
