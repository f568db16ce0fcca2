package moderation

import (
	"slices"
	"time"

	"strangerd/data"
)

// lock keeps others from changing anything, and unlock lets them. What was committed in
// between the other machines are told then, when no lock is held.
func (d *Desk) lock() {
	d.change.Lock()
	d.gate.change.Lock()
}

func (d *Desk) unlock() {
	events := d.gate.committed()
	d.gate.change.Unlock()
	d.change.Unlock()
	d.gate.tell(events)
}

// lock and unlock are those of a Desk, for what a Gate alone knows.
func (g *Gate) lock() { g.change.Lock() }

func (g *Gate) unlock() {
	events := g.committed()
	g.change.Unlock()
	g.tell(events)
}

// committed returns what is to be told. The caller holds change.
func (g *Gate) committed() (events []data.Event) {
	events, g.unshared = g.unshared, nil
	return events
}

// tell tells the other machines.
func (g *Gate) tell(events []data.Event) {
	if len(events) > 0 {
		g.share(events)
	}
}

// Alone tells whether there are no other machines.
func (g *Gate) Alone() bool { return g.share == nil }

// commit saves records, all or none, and then has what is in memory follow. The caller
// holds lock.
func (d *Desk) commit(records ...data.Record) error {
	if err := d.gate.save(records); err != nil {
		return err
	}
	d.apply(records)
	return nil
}

// commit is that of a Desk, for what a Gate alone knows.
func (g *Gate) commit(records ...data.Record) error {
	if err := g.save(records); err != nil {
		return err
	}
	g.apply(records)
	return nil
}

// save saves records, and notes what the other machines are to be told. The caller holds
// change.
//
// They have to join with what is there to just what they say: where a time decides which
// of two counts, see after, it is later than that of the one before.
func (g *Gate) save(records []data.Record) error {
	if g.Alone() {
		g.ids.Next(g.now()).Place(records)
		if err := g.db.Save(records...); err != nil {
			return err
		}
	} else {
		events := g.ids.Events(g.now(), records)
		if err := g.db.SaveEvent(events...); err != nil {
			return err
		}
		g.unshared = append(g.unshared, events...)
	}
	for _, r := range records {
		if b, ok := newBan(r); ok {
			g.made.count(b)
		}
	}
	return nil
}

// after is now, but later than then, whatever this machine's clock says.
func after(now, then time.Time) time.Time {
	if now.After(then) {
		return now
	}
	return then.Add(time.Millisecond)
}

// setting is a setting that replaces the one there is. The caller holds change.
func (g *Gate) setting(name, value string) data.Setting {
	return data.Setting{Name: name, Value: value, At: after(g.now(), g.set[name])}
}

// Merge takes an event from another machine, which may have come before, and has what is in
// memory follow; position is where in the stream it lies, or 0. Error: data.ErrNotSaved.
func (d *Desk) Merge(position uint64, e data.Event) error {
	d.lock()
	defer d.unlock()
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
			changes = append(changes, func() { d.keepTally(r) })
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
			g.set[r.Name] = r.At
			if r.Name == doorSetting {
				g.setDoor(Door(r.Value))
			}
		case data.Action:
			if pass, ok := g.pass(r.On); ok && r.Do == kick {
				pass.end(&Kicked{By: r.By, Reason: r.Why})
			}
		case data.Known:
			g.keepKnown(func(k known) { k.keep(r) })
			if !r.Forgot.IsZero() {
				g.forgot.Store(true)
			}
		case Memory:
			if !r.Empty() {
				g.keepKnown(func(k known) { k.loadRemembered(r.Key) })
			}
		case data.Block:
			g.keepKnown(func(k known) { k.loadRemembered(r.Owner) })
		}
	}
}

// newBan tells whether r is a ban that nobody has lifted.
func newBan(r data.Record) (b Ban, ok bool) {
	b, ok = r.(Ban)
	return b, ok && b.Lifted == nil
}

func (g *Gate) keepKnown(keep func(known)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	keep(g.known)
}
