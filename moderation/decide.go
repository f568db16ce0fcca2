package moderation

import (
	"net/netip"
	"time"

	"strangerd/data"
)

// Action is what a decision does.
type Action string

const (
	ActionNone Action = "none"
	ActionWarn Action = "warn"
	ActionHelp Action = "help" // shows the helplines to the person, as a warning is shown
	ActionBan  Action = "ban"
)

// Decision is what staff decide of a case.
type Decision struct {
	Action Action
	For    time.Duration // of a ban; zero means DefaultBan
	Reason string        // shown to the person warned or banned
	Both   bool          // of mutual reports: both people, not only this report's subject

	// Of a ban, as in BanRequest.
	Category string
	Wider    int
	Yes      bool
	From     netip.Addr
}

// An outcome collects what a decision changes, until it is on the disk.
type outcome struct {
	by       string
	now      time.Time
	reports  []data.Report
	bans     []Ban // new
	lifted   []Ban
	warnings []Warning
	tally    data.Tally
	actions  []AuditEntry
}

// Resolve decides a case, with its mutual report, lifts the machine's pause that
// came of it, and returns the ban that it made of this report's subject, if any.
// Errors: ErrUnknown, *ErrTaken, ErrAction, ErrReason, ErrTooLong,
// data.ErrNotSaved, and of a ban those of Gate.Ban.
func (d *Desk) Resolve(by, id string, decision Decision) (Ban, error) {
	if err := checkReason(decision.Reason); err != nil {
		return Ban{}, err
	}
	switch decision.Action {
	case ActionNone, ActionWarn, ActionHelp, ActionBan:
	default:
		return Ban{}, ErrAction
	}
	return d.resolve(by, id, decision, d.undecided)
}

// resolve decides the case of the report called id, if it may. The decision is
// complete but for what only a look at the records tells.
func (d *Desk) resolve(by, id string, decision Decision, may func(by string, r *data.Report, now time.Time) error) (Ban, error) {
	d.change.Lock()
	defer d.change.Unlock()
	d.gate.change.Lock()
	defer d.gate.change.Unlock()
	r, ok := d.reports[id]
	if !ok {
		return Ban{}, unknown(id)
	}
	now := d.gate.now()
	d.mu.RLock()
	err := may(by, r, now)
	d.mu.RUnlock()
	if err != nil {
		return Ban{}, err
	}
	o := &outcome{by: by, now: now, tally: d.tally(now)}
	if err := d.decide(o, r, decision); err != nil {
		return Ban{}, err
	}
	if other, ok := d.reports[r.Mutual]; ok && other.Decision == nil {
		if err := d.decideMutual(o, other, r.ID, decision); err != nil {
			return Ban{}, err
		}
	}
	if err := d.db.Save(o.records()...); err != nil {
		return Ban{}, err
	}
	d.effect(o)
	if decision.Action != ActionBan {
		return Ban{}, nil
	}
	return o.bans[0], nil
}

// decide adds the decision of one report to o.
func (d *Desk) decide(o *outcome, kept *data.Report, decision Decision) error {
	r := *kept
	r.Decision = &data.Decision{At: o.now, By: o.by, Action: string(decision.Action), Reason: decision.Reason}
	switch decision.Action {
	case ActionBan:
		req := BanRequest{
			Report: r.ID, Reason: decision.Reason, For: decision.For, Category: decision.Category,
			Wider: decision.Wider, Yes: decision.Yes, From: decision.From,
		}
		b, err := d.gate.prepare(o.by, req)
		if err != nil {
			return err
		}
		r.Decision.Ban = b.ID
		o.bans = append(o.bans, b)
		o.actions = append(o.actions, banned(b, req))
	case ActionWarn, ActionHelp:
		kind := WarningRule
		if decision.Action == ActionHelp {
			kind = WarningHelp
		}
		o.warnings = append(o.warnings, Warning{
			ID: newID("W"), Kind: kind, To: r.Subject, Session: r.SubjectSession,
			Category: r.Category, Reason: decision.Reason, Created: o.now,
		})
	}
	o.actions = append(o.actions, d.action(o.by, "resolve "+r.Decision.Action, r.ID, decision.Reason))
	add(&o.tally.People, r.Decision.Action)
	if kept.Decision == nil {
		o.tally.Waits = append(o.tally.Waits, int(o.now.Sub(r.Created)/time.Second))
	}
	o.reports = append(o.reports, r)
	return d.endPause(o, kept)
}

// decideMutual ends the other report of a case: by the same decision, or by none
// of its own.
func (d *Desk) decideMutual(o *outcome, kept *data.Report, with string, decision Decision) error {
	if decision.Both {
		return d.decide(o, kept, decision)
	}
	other := *kept
	other.Decision = &data.Decision{At: o.now, By: o.by, Action: string(ActionNone), Reason: decision.Reason, With: with}
	o.actions = append(o.actions, d.action(o.by, "resolve with "+with, other.ID, decision.Reason))
	o.reports = append(o.reports, other)
	return d.endPause(o, kept)
}

// endPause lifts the machine's pause that r counted for.
func (d *Desk) endPause(o *outcome, r *data.Report) error {
	if r.Pause == "" {
		return nil
	}
	b, err := d.gate.findBan(r.Pause)
	if err != nil || over(b, o.now) {
		return nil // swept, or ended by itself
	}
	why := r.ID + " was decided"
	b.Lifted = &Lifted{At: o.now, By: o.by, Reason: why}
	o.lifted = append(o.lifted, b)
	o.actions = append(o.actions, d.action(o.by, "unban", b.ID, why))
	return nil
}

// records are what o saves.
func (o *outcome) records() (all []data.Record) {
	for _, r := range o.reports {
		all = append(all, r)
	}
	for _, b := range append(o.bans, o.lifted...) {
		all = append(all, b)
	}
	for _, w := range o.warnings {
		all = append(all, w)
	}
	for _, a := range o.actions {
		all = append(all, a)
	}
	return append(all, o.tally)
}

// effect brings what is on the disk into memory: the ban before the pause ends,
// so that nobody comes in between.
func (d *Desk) effect(o *outcome) {
	d.gate.enforce(o.bans...)
	for _, b := range o.lifted {
		d.gate.lift(b)
	}
	d.update(func() {
		for _, r := range o.reports {
			d.keepReport(r)
			delete(d.taken, r.ID)
		}
		for _, w := range o.warnings {
			d.keepWarning(w)
		}
		d.tallies[o.tally.Day] = o.tally
	})
}

// Ban is Gate.Ban, and decides the case that the request names, anew if it was
// decided: a report must not be swept while the ban that came of it is in force.
// Errors: those of Gate.Ban, *ErrTaken.
func (d *Desk) Ban(by string, req BanRequest) (Ban, error) {
	if req.Report == "" {
		return d.gate.Ban(by, req)
	}
	if err := req.check(); err != nil {
		return Ban{}, err
	}
	return d.resolve(by, req.Report, Decision{
		Action: ActionBan, For: req.For, Reason: req.Reason, Category: req.Category,
		Wider: req.Wider, Yes: req.Yes, From: req.From,
	}, d.untaken)
}
