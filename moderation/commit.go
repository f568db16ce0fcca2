package moderation

import (
	"slices"

	"strangerd/data"
)

// commit saves records, all or none, and then has what is in memory follow. The caller
// holds change, and Gate.change if there are bans or a Gate's settings among them; audit
// entries alone need neither.
func (d *Desk) commit(records ...data.Record) error {
	if err := d.db.Save(records...); err != nil {
		return err
	}
	d.apply(records)
	return nil
}

// Merge takes an event from another machine, which may have come before, and has what is in memory
// follow; position is where in the stream it lies, or 0. Error: data.ErrNotSaved.
func (d *Desk) Merge(position uint64, e data.Event) error {
	d.change.Lock()
	defer d.change.Unlock()
	d.gate.change.Lock()
	defer d.gate.change.Unlock()
	changed, err := d.db.Merge(position, e)
	if err != nil {
		return err
	}
	d.apply(changed)
	return nil
}

// apply takes into memory what is on the disk, whoever put it there. Its caller holds the
// same as commit's.
func (d *Desk) apply(records []data.Record) {
	d.gate.apply(records)
	var changes []func()
	for _, r := range records {
		switch r := r.(type) {
		case data.Report:
			changes = append(changes, func() { d.changeReport(r) })
		case Appeal:
			changes = append(changes, func() { d.keepAppeal(r) })
		case Warning:
			changes = append(changes, func() { d.keepWarning(r) })
		case Moderator:
			changes = append(changes, func() { d.keepModerator(r) })
		case data.Apart:
			changes = append(changes, func() { d.apart[r.Both] = r.Until })
		case data.Tally:
			changes = append(changes, func() { d.tallies[r.Day] = r })
		case data.Setting:
			if r.Name == motdSetting {
				changes = append(changes, func() { d.motd = r.Value })
			}
		}
	}
	if len(changes) == 0 { // whoever watches looks again, which is audited
		return
	}
	d.update(func() {
		for _, change := range changes {
			change()
		}
	})
}

// changeReport takes a new version of a report into memory: nobody is at a case any more that
// was decided, held or released meanwhile. The caller holds change and mu.
func (d *Desk) changeReport(r data.Report) {
	if old := d.reports[r.ID]; old != nil && !(same(old.Decision, r.Decision) && same(old.Hold, r.Hold)) {
		delete(d.taken, r.ID)
	}
	d.keepReport(r)
}

// same tells whether two say the same, or both nothing.
func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// commit is that of a Desk, for what a Gate alone knows.
func (g *Gate) commit(records ...data.Record) error {
	if err := g.db.Save(records...); err != nil {
		return err
	}
	g.apply(records)
	return nil
}

// apply is that of a Desk. New bans hold before others end, so that nobody comes in between.
func (g *Gate) apply(records []data.Record) {
	if isNew := func(r data.Record) bool { _, ok := newBan(r); return ok }; slices.ContainsFunc(records, isNew) {
		g.enforce(func(yield func(Ban) bool) {
			for _, r := range records {
				if b, ok := newBan(r); ok && !yield(b) {
					return
				}
			}
		})
	}
	for _, r := range records {
		switch r := r.(type) {
		case Ban:
			if r.Lifted != nil {
				g.lift(r)
			}
		case data.Setting:
			if r.Name == doorSetting {
				g.setDoor(Door(r.Value))
			}
		}
	}
}

// newBan tells whether r is a ban that nobody has lifted.
func newBan(r data.Record) (b Ban, ok bool) {
	b, ok = r.(Ban)
	return b, ok && b.Lifted == nil
}
