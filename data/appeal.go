package data

import "time"

var appeals = []byte("appeals")

// An Appeal is what a banned person answers to their ban.
type Appeal struct {
	ID      string    `json:"id"` // A-…
	Ban     string    `json:"ban"`
	Moved   time.Time `json:"moved,omitzero"` // when another ban took the place of the one it was against
	Created time.Time `json:"created"`
	Text    string    `json:"text"`
	Answer  *Answer   `json:"answer,omitzero"`
}

// An Answer is what became of an appeal.
type Answer struct {
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Accepted bool      `json:"accepted"`
	Reason   string    `json:"reason"`
}

func (a Appeal) bucket() []byte { return appeals }
func (a Appeal) id() []byte     { return []byte(a.ID) }
func (a Appeal) value() []byte  { return text(a) }

// EachAppeal visits all appeals inside a transaction: visit must not use the
// database.
func (d *DB) EachAppeal(visit func(Appeal)) error { return each(d, appeals, visit) }
