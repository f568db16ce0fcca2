package data

import "time"

var moderators = []byte("moderators")

// A Moderator is somebody whom an administrator lets decide.
type Moderator struct {
	Name    string    `json:"id"`
	Key     string    `json:"key"` // a line of an authorized_keys file
	Added   time.Time `json:"added"`
	By      string    `json:"by"`
	Removed time.Time `json:"removed,omitzero"`
}

func (m Moderator) bucket() []byte { return moderators }
func (m Moderator) id() []byte     { return []byte(m.Name) }
func (m Moderator) value() []byte  { return text(m) }

// EachModerator visits the moderators in the order of their names, also those
// who were removed, inside a transaction: visit must not use the database.
func (d *DB) EachModerator(visit func(Moderator)) error { return each(d, moderators, visit) }
