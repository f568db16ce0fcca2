package data

import (
	"time"

	bolt "go.etcd.io/bbolt"
)

var appeals = []byte("appeals")

// An Appeal is what a banned person answers to their ban.
type Appeal struct {
	ID      string    `json:"id"` // A-…
	Ban     string    `json:"ban"`
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

func (a Appeal) save(tx *bolt.Tx) error { return put(tx, appeals, []byte(a.ID), a) }

// EachAppeal visits all appeals inside a transaction: visit must not use the
// database.
func (d *DB) EachAppeal(visit func(Appeal)) error { return each(d, appeals, visit) }
