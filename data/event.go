package data

import (
	"encoding/binary"
	"time"
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

// SaveEvent writes the records of events as Save does, in one transaction with what the other
// machines are to be told.
func (d *DB) SaveEvent(events ...Event) error {
	var all []Record
	for _, e := range events {
		all = append(all, e.Records...)
	}
	return d.Save(all...)
}

// Merge joins the records of an event from another machine with what is there, and notes in the
// same transaction how far in the stream it has come; 0 is that it didn't come from there. It
// returns the records that it changed, as they are now.
func (d *DB) Merge(_ uint64, e Event) (changed []Record, err error) {
	var all []Joinable
	for _, r := range e.Records {
		if j, ok := r.(Joinable); ok {
			all = append(all, j)
		}
	}
	return d.Join(all...)
}
