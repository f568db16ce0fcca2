package moderation

import (
	"maps"
	"time"

	"strangerd/data"
)

// How long records are kept, beside DeskConfig.Retain, KeptApart and KnownFor.
const (
	// KeptActioned is how long a report is kept that ended with a warning or a
	// ban, and longer while its ban lasts.
	KeptActioned = 180 * 24 * time.Hour
	// KeptAudit is how long the audit log is kept.
	KeptAudit = 365 * 24 * time.Hour
	// KeptWarning is how long a warning waits for somebody who doesn't come back, and how
	// long it is kept that one was confirmed, so that no machine that is told late shows it
	// again.
	KeptWarning = 90 * 24 * time.Hour
	// KeptRemoved is how long it is kept that somebody is no moderator any more, so that no
	// machine that is told late, or was away, makes them one again.
	KeptRemoved = 90 * 24 * time.Hour
)

// Sweep removes what need no longer be kept, and compacts the file so that its
// bytes are gone. It returns how many records went.
//
// Kept are: undecided and held reports; decided ones for Retain; those that
// ended with a warning or a ban for KeptActioned, and until the ban ends; bans
// until they end and for Retain, their appeals as long; the audit log for
// KeptAudit; the day's counts for good. Each of several machines sweeps by itself.
func (d *Desk) Sweep(now time.Time) (int, error) {
	d.sweeping.Lock()
	defer d.sweeping.Unlock()
	n, err := d.db.Sweep(now, data.Ended{Ban: func(b Ban) bool { return d.banEnded(b, now) }})
	if err != nil {
		return n, err
	}
	rest, err := d.sweepRest(now)
	n += rest
	if err != nil {
		return n, err
	}
	d.gate.sweep(now)
	if n > 0 || d.gate.forgot.Swap(false) {
		d.compact = true
	}
	if !d.compact {
		return n, nil
	}
	if _, _, err := d.db.Compact(); err != nil {
		return n, err
	}
	d.compact = false
	return n, nil
}

// banEnded tells whether a ban need no longer be kept.
func (d *Desk) banEnded(b Ban, now time.Time) bool {
	if !over(b, now) {
		return false
	}
	ended := end(b)
	if b.Lifted != nil {
		ended = b.Lifted.At
	}
	return passed(ended, d.config.Retain, now)
}

// passed tells whether d has passed since then.
func passed(then time.Time, d time.Duration, now time.Time) bool { return !then.Add(d).After(now) }

// sweepRest removes all but bans, which nobody brings back: no report may be
// held between the look at it and its end.
func (d *Desk) sweepRest(now time.Time) (int, error) {
	d.change.Lock()
	defer d.change.Unlock()
	kept, err := d.bansAppealed()
	if err != nil {
		return 0, err
	}
	banned := d.gate.reportsInForce(now)
	report := func(r data.Report) bool { return !banned[r.ID] && d.reportEnded(&r, now) }
	appeal := func(a Appeal) bool { return !kept[a.Ban] }
	warning := func(w Warning) bool { return passed(w.Created, KeptWarning, now) }
	moderator := func(m Moderator) bool { return !m.Removed.IsZero() && passed(m.Removed, KeptRemoved, now) }
	lost := make(map[string]bool)
	n, err := d.db.Sweep(now, data.Ended{
		Report: report, Appeal: appeal, Warning: warning,
		Lost: func(report string) bool {
			lost[report] = true
			return d.lost[report]
		},
		Action:    func(a AuditEntry) bool { return passed(a.At, KeptAudit, now) },
		Moderator: moderator,
		Apart:     func(a data.Apart) bool { return !a.Until.After(now) },
		Known:     func(k data.Known) bool { return passed(k.Last, KnownFor, now) },
		Memory:    func(m Memory) bool { return !d.gate.comes(m.Key, now.Add(-KnownFor)) },
		Block:     func(b data.Block) bool { return !b.Until.After(now) },
	})
	if err != nil {
		return n, err
	}
	d.lost = lost
	d.used, d.asked = 0, time.Time{}
	d.update(func() {
		maps.DeleteFunc(d.reports, func(_ string, r *data.Report) bool { return report(*r) })
		d.index.drop(func(id string) bool { return d.reports[id] == nil })
		maps.DeleteFunc(d.receipts, func(_ data.Hash, id string) bool { return d.reports[id] == nil })
		maps.DeleteFunc(d.appeals, func(_ string, a Appeal) bool { return appeal(a) })
		maps.DeleteFunc(d.appealOf, func(_, id string) bool { return d.appeals[id].ID == "" })
		maps.DeleteFunc(d.warnings, func(_ string, w Warning) bool { return warning(w) })
		maps.DeleteFunc(d.removed, func(_ string, m Moderator) bool { return moderator(m) })
		maps.DeleteFunc(d.apart, func(_ data.Hash, until time.Time) bool { return !until.After(now) })
		maps.DeleteFunc(d.taken, func(_ string, t taken) bool { return !now.Before(t.until) })
	})
	return n, nil
}

// bansAppealed tells of the bans that appeals speak of which are still kept.
func (d *Desk) bansAppealed() (map[string]bool, error) {
	kept := make(map[string]bool)
	for id := range d.appealOf {
		_, ok, err := d.db.Ban(id)
		if err != nil {
			return nil, err
		}
		kept[id] = ok
	}
	return kept, nil
}

// reportEnded tells whether a report of which no ban is in force need no longer
// be kept.
func (d *Desk) reportEnded(r *data.Report, now time.Time) bool {
	if r.Decision == nil || held(r, now) {
		return false
	}
	keep := d.config.Retain
	switch Action(r.Decision.Action) {
	case ActionWarn, ActionBan, ActionKick:
		keep = max(keep, KeptActioned)
	}
	return passed(r.Decision.At, keep, now)
}

// reportsInForce are the reports of which a ban came that is in force, whatever
// was decided since.
func (g *Gate) reportsInForce(now time.Time) map[string]bool {
	ids := make(map[string]bool)
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, bans := range g.people {
		for _, b := range bans {
			if b.Report != "" && !over(*b, now) {
				ids[b.Report] = true
			}
		}
	}
	return ids
}

// sweep drops from memory the bans that ended and the keys that don't come.
func (g *Gate) sweep(now time.Time) {
	g.change.Lock()
	defer g.change.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.people.sweep(now)
	g.networks.sweep(now)
	g.known.forget(now.Add(-KnownFor))
}
