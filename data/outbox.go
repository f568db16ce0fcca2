package data

import (
	"bytes"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// What several machines share lies in a stream. The outbox has the events that aren't
// known to be in it yet, packed, by their ids.
var (
	outbox    = []byte("outbox")
	streamKey = []byte("stream") // a Stream, 17 bytes
)

// outboxVersion is the first version of the database that has an outbox.
const outboxVersion = 6

func createOutbox(tx *bolt.Tx) error {
	_, err := tx.CreateBucketIfNotExists(outbox)
	return err
}

// A Stream is what this machine knows of the stream that it shares with others.
type Stream struct {
	ID       uint64 // 0: there is none
	Position uint64 // of the last event there that is on this disk, too
	Told     bool   // all that was on this disk before is in it
}

func streamOf(tx *bolt.Tx) (s Stream) {
	if v := tx.Bucket(identity).Get(streamKey); len(v) == 17 {
		s = Stream{binary.BigEndian.Uint64(v), binary.BigEndian.Uint64(v[8:]), v[16] != 0}
	}
	return s
}

func (s Stream) save(tx *bolt.Tx) error {
	v := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, s.ID), s.Position)
	return tx.Bucket(identity).Put(streamKey, append(v, flags(s.Told)))
}

// Stream returns how far this machine is in its stream.
func (d *DB) Stream() (s Stream, err error) {
	err = d.view(func(tx *bolt.Tx) error {
		s = streamOf(tx)
		return nil
	})
	return s, err
}

// reach notes that all events up to a position are on the disk; 0 is none.
func reach(tx *bolt.Tx, position uint64) error {
	s := streamOf(tx)
	if s.ID == 0 || position <= s.Position {
		return nil
	}
	s.Position = position
	return s.save(tx)
}

// Enter begins with a stream from its beginning, which nothing has been told of yet.
func (d *DB) Enter(stream uint64) error {
	return d.update(Stream{ID: stream}.save)
}

// Told notes that all that is on this disk is in the stream, unless it is another one by now.
func (d *DB) Told(stream uint64) error {
	return d.update(func(tx *bolt.Tx) error {
		s := streamOf(tx)
		if s.ID != stream {
			return nil
		}
		s.Told = true
		return s.save(tx)
	})
}

// Part forgets the stream and what it would have been told: this machine is alone. Should it
// enter one again, it tells all.
func (d *DB) Part() error {
	if s, err := d.Stream(); err != nil || s.ID == 0 {
		return err
	}
	return d.update(func(tx *bolt.Tx) error {
		if err := tx.Bucket(identity).Delete(streamKey); err != nil {
			return err
		}
		if err := tx.DeleteBucket(outbox); err != nil {
			return err
		}
		return createOutbox(tx)
	})
}

// queue puts an event into the outbox.
func queue(tx *bolt.Tx, e Event) error {
	packed := e.Pack()
	if len(packed) > MaxEvent {
		return fmt.Errorf("an event of %d bytes is too large for others", len(packed))
	}
	return tx.Bucket(outbox).Put(e.ID[:], packed)
}

// Outbox returns the first n events that aren't known to be in the stream, the oldest first.
func (d *DB) Outbox(n int) (events []Event, err error) {
	err = d.view(func(tx *bolt.Tx) error {
		c := tx.Bucket(outbox).Cursor()
		for k, v := c.First(); k != nil && len(events) < n; k, v = c.Next() {
			e, err := UnpackEvent(v)
			if err != nil {
				return unreadable(outbox, 1)
			}
			events = append(events, e)
		}
		return nil
	})
	return events, err
}

// InOutbox returns how many events wait there.
func (d *DB) InOutbox() (n int, err error) {
	err = d.view(func(tx *bolt.Tx) error {
		n = tx.Bucket(outbox).Stats().KeyN
		return nil
	})
	return n, err
}

// Sent takes events out of the outbox that are in the stream.
func (d *DB) Sent(ids ...EventID) error {
	return d.update(func(tx *bolt.Tx) error {
		for _, id := range ids {
			if err := tx.Bucket(outbox).Delete(id[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// checkOutbox tells of events that can't be read.
func checkOutbox(tx *bolt.Tx) (problems []error) {
	b := tx.Bucket(outbox)
	if b == nil {
		return []error{fmt.Errorf("bucket %s is missing", outbox)}
	}
	bad := 0
	b.ForEach(func(k, v []byte) error {
		if e, err := UnpackEvent(v); err != nil || !bytes.Equal(k, e.ID[:]) {
			bad++
		}
		return nil
	})
	if bad > 0 {
		problems = append(problems, unreadable(outbox, bad))
	}
	return problems
}

// A Bookmark is how far somebody is who reads all records; the zero one is the beginning.
type Bookmark struct {
	kind  int
	after []byte
}

// Page returns the records that follow a bookmark, until they have size bytes or more, and where
// they end. None follow the last one. What can't be read is left out.
func (d *DB) Page(from Bookmark, size int) (page []Record, to Bookmark, err error) {
	to = from
	err = d.view(func(tx *bolt.Tx) error {
		for ; to.kind < len(kinds); to = (Bookmark{kind: to.kind + 1}) {
			kind := kinds[to.kind]
			c := tx.Bucket(kind.bucket).Cursor()
			k, v := c.Seek(to.after)
			if to.after != nil && bytes.Equal(k, to.after) {
				k, v = c.Next()
			}
			for ; k != nil; k, v = c.Next() {
				if size <= 0 {
					return nil
				}
				if r, err := kind.read(k, v); err == nil {
					page = append(page, r)
					size -= len(k) + len(v)
				}
				to.after = bytes.Clone(k)
			}
		}
		return nil
	})
	return page, to, err
}
