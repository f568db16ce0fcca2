package moderation

import (
	"slices"
	"time"

	"strangerd/data"
)

// What the machine may bring before the moderators, so that it buries nothing that
// people report.
const (
	FlagsPerPerson = 3   // an hour
	FlagsAnHour    = 200 // of all people
)

// Flag brings somebody's words before the moderators that a pattern of the operator's
// has found, as a report in which the machine is the reporter. Of f, the note is the
// pattern's name and the reporter is left out. It counts for no pause, keeps nobody
// apart and weighs on nobody, and there is one of a chat for each of the two. Errors:
// ErrCategory, ErrQuota, ErrNoRoom, ErrReported, data.ErrNotSaved.
func (d *Desk) Flag(f Filing) error {
	if !slices.Contains(Categories, f.Category) {
		return ErrCategory
	}
	f.machine, f.Reporter, f.ReporterSession = true, Subject{}, ""
	_, err := d.take(f)
	return err
}

// mayFlag is mayFile for the machine, which leaves half of the room to people. However
// often it is asked, it only looks at the flags of the last hour.
func (d *Desk) mayFlag(r *data.Report, now time.Time) error {
	forget(d.flags, now)
	own, all := 0, len(d.flags)
	for _, other := range d.flags {
		session := other.SubjectSession == r.SubjectSession
		if session && other.Chat == r.Chat {
			return ErrReported
		}
		if session || other.Subject.Is(r.Subject) {
			own++
		}
	}
	if own >= FlagsPerPerson || all >= FlagsAnHour {
		return ErrQuota
	}
	return d.room(d.config.MaxDB/2, now)
}
