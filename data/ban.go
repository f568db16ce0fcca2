package data

import (
	"fmt"
	"net/netip"
	"time"

	bolt "go.etcd.io/bbolt"
)

var bans = []byte("bans")

// A Ban keeps somebody out, or did.
type Ban struct {
	ID      string    `json:"id"` // B-…
	Target  Target    `json:"target"`
	Created time.Time `json:"created"`
	// Until is when it ends; zero means that it doesn't. What it says of a
	// source or a wider network ends after 90 days, whatever Until says.
	Until    time.Time `json:"until,omitzero"`
	Category string    `json:"category,omitzero"` // the rule that was broken, if one was named
	Reason   string    `json:"reason"`
	By       string    `json:"by,omitzero"` // staff name
	Machine  bool      `json:"machine,omitzero"`
	Report   string    `json:"report,omitzero"` // R-… that it came from
	Lifted   *Lifted   `json:"lifted,omitzero"` // before its time
}

// A Target is whom a ban hits: whoever matches any of it.
type Target struct {
	Source  Hash         `json:"source,omitzero"`
	Key     Hash         `json:"key,omitzero"`
	Wider   Hash         `json:"wider,omitzero"` // a network around the source
	Bits    int          `json:"bits,omitzero"`  // of that network: 24, 16, 56 or 48
	Network netip.Prefix `json:"network,omitzero"`
}

// Lifted says who ended a ban before its time.
type Lifted struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

func (b Ban) save(tx *bolt.Tx) error { return put(tx, bans, []byte(b.ID), b) }

// Ban returns the ban called id; ok is false where there is none.
func (d *DB) Ban(id string) (b Ban, ok bool, err error) { return get[Ban](d, bans, id) }

// EachBan visits all bans, also those that ended, inside a transaction: visit
// must not use the database.
func (d *DB) EachBan(visit func(Ban)) error { return each(d, bans, visit) }

// Unban lifts the ban called id in the database file at path, which no process
// may be using: the way back in for staff who locked themselves out.
func Unban(path, id string, lifted Lifted) error {
	db, err := Open(path, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.unban(id, lifted)
}

func (d *DB) unban(id string, lifted Lifted) error {
	b, ok, err := d.Ban(id)
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("%s has no ban %s: give its id, B-…, as the banned person is shown it", d.path, id)
	case b.Lifted != nil:
		return fmt.Errorf("%s was lifted by %s", id, b.Lifted.By)
	}
	b.Lifted = &lifted
	return d.Save(b, Action{At: lifted.At, By: lifted.By, Do: "unban", On: id, Why: lifted.Reason})
}
