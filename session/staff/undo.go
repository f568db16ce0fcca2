package staff

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

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
	run       func() carried // carries it out, once; on any goroutine
	back      func()         // puts the entry back on its list
	timer     *time.Timer
}

// carried is how a decision was carried out.
type carried struct {
	made string // the ban, if one was, or why none
	err  error
}

// carriedMsg says that a decision was carried out, or that it can't be.
type carriedMsg struct{ decided *pending }

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
	p.run = d.carry(p.on, d.draft.choice, reason)
	if d.objecting {
		p.back = d.appeals.remove(p.entry)
	} else {
		p.back = d.reports.remove(p.entry)
	}
	d.mode, d.open = browsing, nil
	d.carryOut()
	d.pending = p
	p.timer = d.config.After(undoFor, dueMsg{p})
	d.advance()
}

// carry returns what carries a choice out, once.
func (d *Desk) carry(id string, c choice, reason string) func() carried {
	decide := d.decision(id, c, reason)
	return sync.OnceValue(func() (done carried) {
		if done.err = d.allowed(); done.err == nil {
			done.made, done.err = decide()
		}
		return done
	})
}

// decision returns what a choice does on the disk.
func (d *Desk) decision(id string, c choice, reason string) func() (made string, err error) {
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
		verdict, err := desk.Resolve(by, id, decision)
		switch {
		case err == nil && verdict.Ended != "":
			return verdict.Ended + " was ended, nobody is banned.", nil
		case err == nil && verdict.Action == moderation.ActionKick:
			return "They had left, nobody is banned.", nil
		}
		return verdict.ID, err
	}
}

// undecided are the decisions that are not known to be on the disk.
func (d *Desk) undecided() []*pending {
	if d.pending == nil {
		return d.carrying
	}
	return append(slices.Clone(d.carrying), d.pending)
}

// allowed refuses a member whose key was removed. It may read a file.
func (d *Desk) allowed() error {
	if d.config.Listed != nil && !d.config.Listed() {
		return errRemoved
	}
	return nil
}

var errRemoved = errors.New("your key was removed, so nothing more is done in your name")

// carryOut carries out what could still be undone, if anything.
func (d *Desk) carryOut() {
	p := d.pending
	if p == nil {
		return
	}
	d.pending = nil
	p.timer.Stop()
	d.carrying = append(d.carrying, p)
	d.do(func() tea.Msg {
		p.run()
		return carriedMsg{p}
	})
}

// settled takes note of how a decision was carried out. A case for which that
// failed is back in the queue.
func (d *Desk) settled(p *pending) {
	d.carrying = slices.DeleteFunc(d.carrying, func(other *pending) bool { return other == p })
	done := p.run()
	if done.err != nil {
		d.leaving = false
		d.failed(p, done.err)
		return
	}
	d.carried.Add(1)
	delete(d.confirms, p.on)
	if d.pending == nil { // else the one that can be undone is said
		d.hint = strings.TrimSpace("Done: " + p.on + ", " + p.what + ". " + done.made)
	}
	d.left = d.leaving && len(d.carrying) == 0
}

func (d *Desk) failed(p *pending, err error) {
	d.hint = p.on + " is not decided: " + plain(err)
	if ask := new(moderation.NeedsYes); errors.As(err, &ask) {
		d.confirms[p.on] = ask.Why
		d.hint = p.on + " is not decided: " + foreign(strings.Join(ask.Why, "; ")) + ". Decide it again if that is meant."
	}
	if !errors.As(err, new(*moderation.ErrTaken)) {
		p.back()
	}
	d.config.Desk.PutBack(d.who.Name, p.entry)
	if d.open == nil {
		d.advance()
	}
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
