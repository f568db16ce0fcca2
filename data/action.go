package data

import (
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"

	bolt "go.etcd.io/bbolt"
)

var audit = []byte("audit")

// An Action is one line of the audit log: who did what, on which id, and why.
// Nothing changes it once it is saved. Event and Index are its place in the log.
type Action struct {
	Event EventID   `json:"-"` // that it is part of
	Index uint32    `json:"-"` // among the records of that
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Do    string    `json:"action"`
	On    string    `json:"on,omitzero"`
	Why   string    `json:"reason,omitzero"`
}

func (a Action) bucket() []byte { return audit }
func (a Action) id() []byte     { return binary.BigEndian.AppendUint32(a.Event[:], a.Index) }
func (a Action) value() []byte  { return text(a) }

// lines are the names of actions, in the characters of other ids and the order of the log.
var lines = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Line returns the name of an action, L-….
func (a Action) Line() string { return "L-" + lines.EncodeToString(a.id()) }

// unpack takes the place of an action from its id.
func (a *Action) unpack(id, value []byte) error {
	*a = Action{}
	if err := json.Unmarshal(value, a); err != nil {
		return err
	}
	switch len(id) {
	case 8: // before version 5: a number
		a.Event = new(EventIDs).Next(a.At)
		a.Index = uint32(binary.BigEndian.Uint64(id))
	case len(EventID{}) + 4:
		a.Event = EventID(id)
		a.Index = binary.BigEndian.Uint32(id[len(a.Event):])
	default:
		return errPacked
	}
	return nil
}

// placeActions has the log in the order of time, where each had a number before: those of
// several machines lie in one log. Machines that began with the same log have the same. The
// warnings lose what they said if they were confirmed.
func placeActions(tx *bolt.Tx) error {
	return errors.Join(rewrite(tx, audit, parse[Action]), rewrite(tx, warnings, parse[Warning]))
}

// EachAction visits the audit log, oldest first, inside a transaction: visit
// must not use the database.
func (d *DB) EachAction(visit func(Action)) error { return each(d, audit, visit) }
