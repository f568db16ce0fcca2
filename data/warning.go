package data

import "time"

var warnings = []byte("warnings")

// A Warning is what staff tell one person before their next search. Of one that was confirmed
// nothing is left but that it was.
type Warning struct {
	ID        string    `json:"id"` // W-…
	Kind      string    `json:"kind"`
	To        Subject   `json:"to"`
	Session   string    `json:"session,omitzero"` // S-…, for who can't be told apart otherwise
	Category  string    `json:"category,omitzero"`
	Reason    string    `json:"reason"`
	Created   time.Time `json:"created"`
	Confirmed time.Time `json:"confirmed,omitzero"` // by the person
}

func (w Warning) bucket() []byte { return warnings }
func (w Warning) id() []byte     { return []byte(w.ID) }
func (w Warning) value() []byte  { return text(w.left()) }

// left is what is kept of w.
func (w Warning) left() Warning {
	if w.Confirmed.IsZero() {
		return w
	}
	return Warning{ID: w.ID, Created: w.Created, Confirmed: w.Confirmed}
}

// EachWarning visits all warnings inside a transaction: visit must not use the
// database.
func (d *DB) EachWarning(visit func(Warning)) error { return each(d, warnings, visit) }
