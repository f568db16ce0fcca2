package data

import (
	"encoding/binary"
	"time"

	bolt "go.etcd.io/bbolt"
)

// An Event is what one machine changed at once, for the others to change, too. Its
// records join with what is there, so events may come in any order, and twice.
type Event struct {
	ID      EventID
	Records []Record
}

// An EventID names an event, in the order of time: 6 bytes of milliseconds since 1970, 8
// of the start of the machine that made it, and 2 that count.
type EventID [16]byte

// EventIDs gives out the ids of one start of one machine, a random number. It is for one
// goroutine at a time.
type EventIDs struct {
	Start uint64
	last  uint64
}

// Next returns the id of an event of now, later than the one before whatever the clock says.
func (ids *EventIDs) Next(now time.Time) (id EventID) {
	ids.last = max(ids.last+1, uint64(now.UnixMilli())<<16)
	binary.BigEndian.PutUint64(id[:8], ids.last)
	copy(id[14:], id[6:8])
	binary.BigEndian.PutUint64(id[6:14], ids.Start)
	return id
}

// Place gives the actions among the records of an event their places in the log.
func (id EventID) Place(records []Record) {
	for i, r := range records {
		if a, ok := r.(Action); ok {
			a.Event, a.Index = id, uint32(i)
			records[i] = a
		}
	}
}

// maxEvent is about how many bytes one event has at most, unless one record alone has more.
const maxEvent = 256 << 10

// Events makes events of records that were changed together, of many more than one, and gives
// actions their places.
func (ids *EventIDs) Events(now time.Time, records []Record) (events []Event) {
	size, begin := 0, 0
	cut := func(end int) {
		e := Event{ids.Next(now), records[begin:end:end]}
		e.ID.Place(e.Records)
		events = append(events, e)
		size, begin = 0, end
	}
	for i, r := range records {
		n := len(r.id()) + len(r.value())
		if size > 0 && size+n > maxEvent {
			cut(i)
		}
		size += n
	}
	cut(len(records))
	return events
}

// SaveEvent writes the records of events as Save does, in one transaction with the entries of the
// outbox that tell the other machines, if this one has entered a stream.
func (d *DB) SaveEvent(events ...Event) error {
	return d.update(func(tx *bolt.Tx) error {
		shared := streamOf(tx).ID != 0
		for _, e := range events {
			err := saveAll(tx, e.Records)
			if err == nil && shared {
				err = queue(tx, e)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Merge joins the records of an event from another machine with what is there, and notes in the
// same transaction how far in the stream it has come; 0 is that it didn't come from there. It
// returns the records that it changed, each once and as it is now.
func (d *DB) Merge(position uint64, e Event) (changed []Record, err error) {
	err = d.update(func(tx *bolt.Tx) error {
		at := make(map[string]int) // in changed
		for _, r := range e.Records {
			now, err := join(tx, r)
			if err != nil {
				return err
			}
			if now == nil {
				continue
			}
			key := string(now.bucket()) + "/" + string(now.id())
			if i, again := at[key]; again {
				changed[i] = now
				continue
			}
			at[key] = len(changed)
			changed = append(changed, now)
		}
		return reach(tx, position)
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// MaxEvent is how many bytes an event has at most, packed: about half of what NATS takes in one
// message by default (max_payload).
const MaxEvent = 512 << 10

// eventForm is the first byte of a packed event; another form would have another.
const eventForm = 1

// Pack returns e as bytes: its form, its id, and of each record the kind, the id and the value.
func (e Event) Pack() []byte {
	b := append([]byte{eventForm}, e.ID[:]...)
	for _, r := range e.Records {
		if value := r.value(); value != nil {
			b = packText(packText(packText(b, string(r.bucket())), string(r.id())), string(value))
		}
	}
	return b
}

// UnpackEvent reads what Pack has written, here or on another machine. It leaves out records of
// kinds that are not known here, which a later version may have.
func UnpackEvent(packed []byte) (e Event, err error) {
	u := unpacker{rest: packed}
	u.bad = len(packed) > MaxEvent || u.byte() != eventForm
	copy(e.ID[:], u.next(len(e.ID)))
	for !u.bad && len(u.rest) > 0 {
		bucket, id, value := u.text(), u.text(), u.text()
		kind := kindIn([]byte(bucket))
		if u.bad || kind == nil {
			continue
		}
		r, err := kind.read([]byte(id), []byte(value))
		u.bad = err != nil || id == "" || len(id) > bolt.MaxKeySize || id != string(r.id())
		e.Records = append(e.Records, r)
	}
	if err := u.end(); err != nil {
		return Event{}, err
	}
	return e, nil
}
