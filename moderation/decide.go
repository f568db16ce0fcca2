package moderation

import (
	"errors"
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
	// ActionKick is what ActionBan becomes where nobody can be told apart: the
	// session is ended, if it still goes on. Nobody decides it else.
	ActionKick Action = "kick"
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

// Verdict is what a decision came to.
type Verdict struct {
	Ban           // of this report's subject; zero unless Action is ActionBan
	Action Action // as it was carried out
	Ended  string // S-…: the live session that ActionKick ended, empty if it was over
}

// An outcome collects what a decision changes, until it is on the disk.
type outcome struct {
	by       string
	now      time.Time
	reports  []data.Report
	bans     []Ban // new
	lifted   []Ban
	appeals  []Appeal // that are about another ban now
	verdicts []Verdict
	warnings []Warning
	tally    data.Tally
	actions  []AuditEntry
}

// Resolve decides a case, with its mutual report, lifts the machine's pause that
// came of it, and returns what it came to for this report's subject. Errors:
// ErrUnknown, *ErrTaken, ErrAction, ErrReason, ErrTooLong, data.ErrNotSaved, and of a
// ban *NeedsYes, ErrForever and ErrDuration. A ban of somebody who can't be told apart
// is a kick.
func (d *Desk) Resolve(by, id string, decision Decision) (Verdict, error) {
	if err := checkReason(decision.Reason); err != nil {
		return Verdict{}, err
	}
	switch decision.Action {
	case ActionNone, ActionWarn, ActionHelp, ActionBan:
	default:
		return Verdict{}, ErrAction
	}
	return d.resolve(by, id, decision, d.undecided)
}

// resolve decides the case of the report called id, if it may. The decision is
// complete but for what only a look at the records tells.
func (d *Desk) resolve(by, id string, decision Decision, may func(by string, r *data.Report, now time.Time) error) (Verdict, error) {
	d.lock()
	defer d.unlock()
	r, ok := d.reports[id]
	if !ok {
		return Verdict{}, unknown(id)
	}
	now := d.gate.now()
	d.mu.RLock()
	err := may(by, r, now)
	d.mu.RUnlock()
	if err != nil {
		return Verdict{}, err
	}
	o := &outcome{by: by, now: now, tally: d.tally(now)}
	if err := d.decide(o, r, decision); err != nil {
		return Verdict{}, err
	}
	if other, ok := d.reports[r.Mutual]; ok && other.Decision == nil {
		if err := d.decideMutual(o, other, r.ID, decision); err != nil {
			return Verdict{}, err
		}
	}
	if err := d.commit(o.records()...); err != nil {
		return Verdict{}, err
	}
	return o.verdicts[0], nil
}

// decide adds the decision of one report to o.
func (d *Desk) decide(o *outcome, kept *data.Report, decision Decision) error {
	r := *kept
	verdict := Verdict{Action: decision.Action}
	switch decision.Action {
	case ActionBan:
		err := d.ban(o, &verdict, BanRequest{
			Report: r.ID, Reason: decision.Reason, For: decision.For, Category: decision.Category,
			Wider: decision.Wider, Yes: decision.Yes, From: decision.From,
		})
		if errors.Is(err, ErrNobody) {
			err = nil
			d.kick(o, &verdict, r.SubjectSession, decision.Reason)
		}
		if err != nil {
			return err
		}
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
	action := string(verdict.Action)
	at := o.now
	if kept.Decision != nil {
		at = after(at, kept.Decision.At)
	}
	r.Decision = &data.Decision{At: at, By: o.by, Action: action, Reason: decision.Reason, Ban: verdict.ID}
	o.verdicts = append(o.verdicts, verdict)
	o.actions = append(o.actions, d.action(o.by, "resolve "+action, r.ID, decision.Reason))
	if kept.Decision == nil || kept.Decision.Action != action { // else it was counted
		add(&o.tally.People, action)
	}
	if kept.Decision == nil {
		o.tally.Waits = append(o.tally.Waits, int(o.now.Sub(r.Created)/time.Second))
	}
	o.reports = append(o.reports, r)
	return d.endPause(o, kept)
}

// ban adds a new ban to o, and the end of those that it takes the place of. An appeal
// against one of those that waits for its answer is about the new one then.
func (d *Desk) ban(o *outcome, verdict *Verdict, req BanRequest) error {
	b, err := d.gate.prepare(o.by, req)
	if err != nil {
		return err
	}
	replaced := d.gate.replacedBy(&b)
	verdict.Ban = b
	o.bans = append(o.bans, b)
	o.actions = append(o.actions, banned(b, req))
	for _, old := range replaced {
		d.lift(o, old, "replaced by "+b.ID)
		if a, ok := d.AppealOf(old.ID); ok && a.Answer == nil {
			a.Ban, a.Moved = b.ID, after(o.now, a.Moved)
			o.appeals = append(o.appeals, a)
		}
	}
	return nil
}

// kick adds the end of a live session to o, if that still goes on.
func (d *Desk) kick(o *outcome, verdict *Verdict, session, reason string) {
	verdict.Action = ActionKick
	if _, ok := d.gate.pass(session); ok {
		verdict.Ended = session
	}
	// Of several machines another one may have them inside.
	if verdict.Ended != "" || !d.gate.Alone() {
		o.actions = append(o.actions, d.action(o.by, kick, session, reason))
	}
}

// lift adds the end of a ban to o.
func (d *Desk) lift(o *outcome, b Ban, why string) {
	b.Lifted = &Lifted{At: o.now, By: o.by, Reason: why}
	o.lifted = append(o.lifted, b)
	o.actions = append(o.actions, d.action(o.by, "unban", b.ID, why))
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
	d.lift(o, b, r.ID+" was decided")
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
	for _, a := range o.appeals {
		all = append(all, a)
	}
	for _, w := range o.warnings {
		all = append(all, w)
	}
	for _, a := range o.actions {
		all = append(all, a)
	}
	return append(all, o.tally)
}

// Ban bans in the name of by. It is on the disk when Ban returns, and every live Pass
// that it hits is revoked. A report that the request names is decided, anew if it was:
// it must not be swept while the ban that came of it is in force. The ban takes the
// place of others of the same report or person. Of somebody who can't be told apart
// the live session is ended instead; if there is none, that is ErrNobody. Errors:
// *NeedsYes, ErrUnknown, ErrNobody, ErrForever, ErrDuration, ErrReason, ErrTooLong,
// *ErrTaken, data.ErrNotSaved.
func (d *Desk) Ban(by string, req BanRequest) (Verdict, error) {
	if err := req.check(); err != nil {
		return Verdict{}, err
	}
	if req.Report == "" {
		return d.banUnreported(by, req)
	}
	return d.resolve(by, req.Report, Decision{
		Action: ActionBan, For: req.For, Reason: req.Reason, Category: req.Category,
		Wider: req.Wider, Yes: req.Yes, From: req.From,
	}, d.untakenInside)
}

// untakenInside is untaken, for a report of somebody whom a ban or a kick can reach.
// The caller holds mu.
func (d *Desk) untakenInside(by string, r *data.Report, now time.Time) error {
	if _, inside := d.gate.pass(r.SubjectSession); r.Subject.Nobody() && !inside {
		return ErrNobody
	}
	return d.untaken(by, r, now)
}

// banUnreported is Ban of a session or a network.
func (d *Desk) banUnreported(by string, req BanRequest) (Verdict, error) {
	d.lock()
	defer d.unlock()
	now := d.gate.now()
	o := &outcome{by: by, now: now, tally: d.tally(now)}
	verdict := Verdict{Action: ActionBan}
	err := d.ban(o, &verdict, req)
	if errors.Is(err, ErrNobody) {
		err = nil
		d.kick(o, &verdict, req.Session, req.Reason)
		if req.Far != nil {
			verdict.Ended = req.Session
		}
	}
	if err == nil {
		err = d.commit(o.records()...)
	}
	if err != nil {
		return Verdict{}, err
	}
	return verdict, nil
}
