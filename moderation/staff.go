package moderation

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"strangerd/data"
)

// Moderator is somebody whom an administrator lets decide. Administrators
// aren't kept here: their keys are the operator's.
type Moderator = data.Moderator

var moderatorName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// machine is who paused somebody, in the audit log.
const machine = "machine"

// Reserved tells of a name that means somebody else in the audit log: the machine,
// or whoever lifted a ban while the server was stopped.
func Reserved(name string) bool {
	return strings.EqualFold(name, machine) || strings.EqualFold(name, "offline")
}

// maxKeyLine bounds a line of an authorized_keys file; OpenSSH reads as much.
const maxKeyLine = 16 << 10

// AddModerator adds a moderator. key is one line of an authorized_keys file,
// which the caller has checked. Errors: ErrModerator, ErrNameTaken, ErrKeyLine,
// data.ErrNotSaved.
func (d *Desk) AddModerator(by, name, key string) error {
	key = strings.TrimSpace(key)
	switch {
	case !moderatorName.MatchString(name), Reserved(name):
		return ErrModerator
	case key == "", len(key) > maxKeyLine, strings.ContainsAny(key, "\r\n"):
		return ErrKeyLine
	}
	d.lock()
	defer d.unlock()
	if slices.ContainsFunc(d.Moderators(), func(m Moderator) bool { return strings.EqualFold(m.Name, name) }) {
		return ErrNameTaken
	}
	before := d.removed[name]
	m := Moderator{Name: name, Key: key, Added: after(after(d.gate.now(), before.Removed), before.Added), By: by}
	return d.commit(m, d.action(by, "moderator add", name, ""))
}

// RemoveModerator removes a moderator. The caller ends their sessions. Errors:
// ErrUnknown, data.ErrNotSaved.
func (d *Desk) RemoveModerator(by, name string) error {
	d.lock()
	defer d.unlock()
	m, ok := d.moderators[name]
	if !ok {
		return unknown(name)
	}
	m.Key, m.Removed = "", d.gate.now()
	return d.commit(m, d.action(by, "moderator remove", name, ""))
}

// ListModerators lists the moderators by name for staff to read. The look is
// audited. Error: data.ErrNotSaved.
func (d *Desk) ListModerators(by string) ([]Moderator, error) {
	if err := d.Note(by, "moderator list", "", ""); err != nil {
		return nil, err
	}
	return d.Moderators(), nil
}

// Moderators lists the moderators by name, to compare keys with. It only looks in
// memory, so that it can be asked at every log-in and every second.
func (d *Desk) Moderators() []Moderator {
	d.mu.RLock()
	defer d.mu.RUnlock()
	list := []Moderator{}
	for _, m := range d.moderators {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b Moderator) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// keepModerator takes m into memory. The caller holds mu, or is alone.
func (d *Desk) keepModerator(m Moderator) {
	if m.Removed.IsZero() {
		d.moderators[m.Name] = m
		delete(d.removed, m.Name)
	} else {
		delete(d.moderators, m.Name)
		d.removed[m.Name] = m
		d.gate.forgot.Store(true)
	}
}

// AuditEntry is one line of the audit log.
type AuditEntry = data.Action

// action is an entry of the audit log, of now.
func (d *Desk) action(by, do, on, why string) AuditEntry {
	return d.gate.action(by, do, on, why)
}

// action is Desk.action.
func (g *Gate) action(by, do, on, why string) AuditEntry {
	return AuditEntry{At: g.now(), By: by, Do: do, On: on, Why: why}
}

// Audit returns what staff did since then, oldest first. The look is audited: the
// next one shows it.
func (d *Desk) Audit(by string, since time.Time) ([]AuditEntry, error) {
	list := []AuditEntry{}
	err := d.db.EachAction(func(a AuditEntry) {
		if !a.At.Before(since) {
			list = append(list, a)
		}
	})
	if err == nil {
		err = d.Note(by, "audit", "", "")
	}
	if err != nil {
		return nil, err
	}
	return list, nil
}

// Note audits what staff did elsewhere, such as broadcast. Whatever in this
// package changes something or reveals it to staff takes who they are, and audits
// itself before it does.
func (d *Desk) Note(by, action, on, reason string) error {
	return d.gate.note(by, action, on, reason)
}
