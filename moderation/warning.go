package moderation

import (
	"strangerd/data"
)

// Warning is what staff tell one person before their next search. Its Kind is
// one of the following.
type Warning = data.Warning

const (
	WarningRule   = "warn"   // a rule was broken: Category, Reason
	WarningHelp   = "help"   // show the operator's helplines
	WarningAppeal = "appeal" // an appeal was accepted: Reason
)

// Warning returns what the holder of p must see before the next search, oldest
// first. It only looks in memory.
func (d *Desk) Warning(p *Pass) (oldest Warning, ok bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, w := range d.warnings {
		if (w.Session == p.id || w.To.Is(p.subject)) && (!ok || w.Created.Before(oldest.Created)) {
			oldest, ok = w, true
		}
	}
	return oldest, ok
}

// Confirm notes that the person has seen it. Error: ErrUnknown, data.ErrNotSaved.
func (d *Desk) Confirm(id string) error {
	d.lock()
	defer d.unlock()
	w, ok := d.warnings[id]
	if !ok {
		return unknown(id)
	}
	w.Confirmed = d.gate.now()
	return d.commit(w)
}

// keepWarning takes w into memory. The caller holds mu, or is alone.
func (d *Desk) keepWarning(w Warning) {
	if w.Confirmed.IsZero() {
		d.warnings[w.ID] = w
	} else {
		delete(d.warnings, w.ID)
		d.gate.forgot.Store(true)
	}
}
