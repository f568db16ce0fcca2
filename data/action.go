package data

import (
	"encoding/binary"
	"encoding/json"
	"time"

	bolt "go.etcd.io/bbolt"
)

var audit = []byte("audit")

// An Action is one line of the audit log: who did what, on which id, and why.
// Nothing changes it once it is saved.
type Action struct {
	Number uint64    `json:"-"` // its place in the log, from 1
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Do     string    `json:"action"`
	On     string    `json:"on,omitzero"`
	Why    string    `json:"reason,omitzero"`
}

// save numbers the action: the log is kept in the order in which it was written.
func (a Action) save(tx *bolt.Tx) error {
	n, err := tx.Bucket(audit).NextSequence()
	if err != nil {
		return err
	}
	return put(tx, audit, binary.BigEndian.AppendUint64(nil, n), a)
}

// unpack takes the number of an action from its id.
func (a *Action) unpack(id, value []byte) error {
	if len(id) != 8 {
		return errPacked
	}
	*a = Action{Number: binary.BigEndian.Uint64(id)}
	return json.Unmarshal(value, a)
}

// EachAction visits the audit log, oldest first, inside a transaction: visit
// must not use the database.
func (d *DB) EachAction(visit func(Action)) error { return each(d, audit, visit) }
