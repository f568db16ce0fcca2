package data

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"time"
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

func (b Ban) bucket() []byte { return bans }
func (b Ban) id() []byte     { return []byte(b.ID) }

// banForm is the first byte of a packed ban; another form would have another.
const banForm = 1

// What a packed ban may have, in this order.
const (
	banSource  = 1 << iota // a hash
	banKey                 // a hash
	banWider               // a hash, and the bits of its network
	banV4                  // an address of 4 bytes, and the bits of its network
	banV6                  // likewise, of 16 bytes
	banMachine             // nothing more
	banLifted              // when, by whom and why
)

// value is b without its id: form and flags; when it began and ends; category,
// reason, staff name and report; then what the flags say, in their order.
func (b Ban) value() []byte {
	t := &b.Target
	v := []byte{banForm, flags(
		!t.Source.IsZero(), !t.Key.IsZero(), !t.Wider.IsZero(), t.Network.Addr().Is4(), t.Network.Addr().Is6(),
		b.Machine, b.Lifted != nil,
	)}
	v = packTime(packTime(v, b.Created), b.Until)
	for _, text := range [...]string{b.Category, b.Reason, b.By, b.Report} {
		v = packText(v, text)
	}
	has := v[1]
	if has&banSource != 0 {
		v = append(v, t.Source[:]...)
	}
	if has&banKey != 0 {
		v = append(v, t.Key[:]...)
	}
	if has&banWider != 0 {
		v = append(append(v, t.Wider[:]...), byte(t.Bits))
	}
	if t.Network.IsValid() {
		v = append(append(v, t.Network.Addr().AsSlice()...), byte(t.Network.Bits()))
	}
	if l := b.Lifted; l != nil {
		v = packText(packText(packTime(v, l.At), l.By), l.Reason)
	}
	return v
}

func (b *Ban) unpack(id, value []byte) error {
	u := unpacker{rest: value}
	form, has := u.byte(), u.byte()
	u.bad = u.bad || form != banForm
	*b = Ban{
		ID: string(id), Created: u.time(), Until: u.time(), Machine: has&banMachine != 0,
		Category: u.like(b.Category), Reason: u.like(b.Reason), By: u.like(b.By), Report: u.text(),
	}
	t := &b.Target
	if has&banSource != 0 {
		t.Source = u.hash()
	}
	if has&banKey != 0 {
		t.Key = u.hash()
	}
	if has&banWider != 0 {
		t.Wider, t.Bits = u.hash(), int(u.byte())
	}
	switch {
	case has&banV4 != 0:
		t.Network = u.network(4)
	case has&banV6 != 0:
		t.Network = u.network(16)
	}
	if has&banLifted != 0 {
		b.Lifted = &Lifted{At: u.time(), By: u.text(), Reason: u.text()}
	}
	return u.end()
}

// Ban returns the ban called id; ok is false where there is none.
func (d *DB) Ban(id string) (b Ban, ok bool, err error) { return get[Ban](d, id) }

// EachBan visits all bans, also those that ended, inside a transaction: visit
// must not use the database.
func (d *DB) EachBan(visit func(Ban)) error { return each(d, bans, visit) }

// Unban lifts the ban called id in the database file at path, which no process
// may be using: the way back in for staff who locked themselves out.
func Unban(path, id string, lifted Lifted) error {
	db, err := Open(path, nil)
	if err != nil {
		return advised(err, filepath.Dir(path))
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
		return fmt.Errorf("%s was lifted by %s: there is nothing to do", id, b.Lifted.By)
	}
	b.Lifted = &lifted
	ids := EventIDs{Start: rand.Uint64()}
	note := Action{At: lifted.At, By: lifted.By, Do: "unban", On: id, Why: lifted.Reason}
	return d.SaveEvent(ids.Events(lifted.At, []Record{b, note})...)
}
