package moderation

import (
	"errors"
	"slices"
	"strings"

	"strangerd/data"
)

// Appeal is what a banned person answers to their ban.
type Appeal = data.Appeal

// Answer is what became of an Appeal.
type Answer = data.Answer

// Appeal files an appeal against the ban called ban, up to MaxText characters.
// Errors: ErrNoBan, ErrAppealed, ErrTooLong, ErrEmpty, data.ErrNotSaved.
func (d *Desk) Appeal(ban, text string) (Appeal, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Appeal{}, ErrEmpty
	}
	if err := checkLength(text); err != nil {
		return Appeal{}, err
	}
	d.lock()
	defer d.unlock()
	now := d.gate.now()
	b, err := d.gate.findBan(ban)
	switch {
	case errors.Is(err, ErrUnknown), err == nil && (over(b, now) || b.Target.Network.IsValid()):
		return Appeal{}, ErrNoBan
	case err != nil:
		return Appeal{}, err
	}
	if _, ok := d.AppealOf(ban); ok {
		return Appeal{}, ErrAppealed
	}
	a := Appeal{ID: newID("A"), Ban: ban, Created: now, Text: text}
	t := d.tally(now)
	t.Appeals++
	if err := d.commit(a, t); err != nil {
		return Appeal{}, err
	}
	return a, nil
}

// keepAppeal takes a into memory. The caller holds mu, or is alone.
func (d *Desk) keepAppeal(a Appeal) {
	d.appeals[a.ID] = a
	// Two machines may take one each at the same time: the first is the ban's.
	if of := d.appeals[d.appealOf[a.Ban]]; of.Ban != a.Ban || byAge(a.Created, of.Created, a.ID, of.ID) <= 0 {
		d.appealOf[a.Ban] = a.ID
	}
}

// Appeals lists the appeals without an answer, or all, oldest first. The look is
// audited. Error: data.ErrNotSaved.
func (d *Desk) Appeals(by string, all bool) ([]Appeal, error) {
	if err := d.Note(by, "appeals", "", ""); err != nil {
		return nil, err
	}
	return d.findAppeals(all), nil
}

func (d *Desk) findAppeals(all bool) []Appeal {
	d.mu.RLock()
	defer d.mu.RUnlock()
	list := []Appeal{}
	for _, a := range d.appeals {
		if all || a.Answer == nil {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b Appeal) int { return byAge(a.Created, b.Created, a.ID, b.ID) })
	return list
}

// ReadAppeal returns one appeal, and the ban that it is against. The look is
// audited. Errors: ErrUnknown, data.ErrNotSaved.
func (d *Desk) ReadAppeal(by, id string) (Appeal, Ban, error) {
	d.mu.RLock()
	a, ok := d.appeals[id]
	d.mu.RUnlock()
	if !ok {
		return Appeal{}, Ban{}, unknown(id)
	}
	if err := d.Note(by, "look", a.ID+" "+a.Ban, ""); err != nil {
		return Appeal{}, Ban{}, err
	}
	b, err := d.gate.findBan(a.Ban)
	return a, b, err
}

// AppealOf returns the appeal against a ban, with its answer if it has one.
func (d *Desk) AppealOf(ban string) (Appeal, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	a, ok := d.appeals[d.appealOf[ban]]
	return a, ok
}

// AcceptAppeal lifts the ban, and leaves a Warning of kind WarningAppeal that
// says so at the next visit. Errors: ErrUnknown, ErrReason, ErrTooLong,
// *ErrTaken, data.ErrNotSaved.
func (d *Desk) AcceptAppeal(by, id, reason string) error { return d.answer(by, id, reason, true) }

// RejectAppeal leaves the ban. AppealOf shows the answer at the next visit. Its
// errors are those of AcceptAppeal.
func (d *Desk) RejectAppeal(by, id, reason string) error { return d.answer(by, id, reason, false) }

func (d *Desk) answer(by, id, reason string, accept bool) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	d.lock()
	defer d.unlock()
	a, ok := d.appeals[id]
	if !ok {
		return unknown(id)
	}
	do := "reject"
	if accept {
		do = "accept"
	}
	if a.Answer != nil {
		return answered(a)
	}
	now := d.gate.now()
	a.Answer = &Answer{At: now, By: by, Accepted: accept, Reason: reason}
	t := d.tally(now)
	t.Decided++
	records := []data.Record{a, d.action(by, "appeal "+do, id+" "+a.Ban, reason)}
	if accept {
		t.Reversed++
		b, err := d.gate.findBan(a.Ban)
		if err != nil {
			return err
		}
		if !over(b, now) {
			b.Lifted = &Lifted{At: now, By: by, Reason: reason}
			records = append(records, b)
		}
		records = append(records, Warning{
			ID: idFrom("W", a.ID), Kind: WarningAppeal, Category: b.Category, Reason: reason, Created: now,
			To: Subject{Source: b.Target.Source, Key: b.Target.Key},
		})
	}
	return d.commit(append(records, t)...)
}

// answered says who answered an appeal before.
func answered(a Appeal) error {
	action := "rejected"
	if a.Answer.Accepted {
		action = "accepted"
	}
	return &ErrTaken{ID: a.ID, By: a.Answer.By, At: a.Answer.At, Action: action}
}
