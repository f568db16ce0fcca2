package data

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/netip"
	"time"

	bolt "go.etcd.io/bbolt"
)

// A packed record has a form of its own, shorter and quicker to read than JSON:
// what there may be a million of is read whole at each start.
type packed interface {
	// unpack takes the record from its id and its value, which it doesn't keep, in place
	// of all that it was before.
	unpack(id, value []byte) error
}

// packedVersion is the first version of the database with packed records.
const packedVersion = 3

// packRecords brings into their own form the records that were JSON before.
func packRecords(tx *bolt.Tx) error {
	return errors.Join(
		rewrite(tx, bans, fromJSON[Ban]), rewrite(tx, reports, fromJSON[Report]),
		rewrite(tx, apart, fromJSON[Apart]), rewrite(tx, known, fromJSON[Known]),
	)
}

func fromJSON[T any](_, value []byte, record *T) error { return json.Unmarshal(value, record) }

// rewrite brings the records of a bucket, as read reads them, into the form of today.
func rewrite[T Record](tx *bolt.Tx, bucket []byte, read func(id, value []byte, record *T) error) error {
	var all []T
	err := tx.Bucket(bucket).ForEach(func(k, v []byte) error {
		var record T
		if read(k, v, &record) != nil {
			return unreadable(bucket, 1)
		}
		all = append(all, record)
		return nil
	})
	if err != nil {
		return err
	}
	if err := tx.DeleteBucket(bucket); err != nil {
		return err
	}
	b, err := tx.CreateBucket(bucket)
	if err != nil {
		return err
	}
	b.FillPercent = 0.9 // they come in their order
	for _, record := range all {
		if err := save(tx, record); err != nil {
			return err
		}
	}
	return nil
}

var errPacked = errors.New("a record that doesn't end where it should")

// An unpacker reads a value from its beginning. After the first mistake it reads
// zeros.
type unpacker struct {
	rest []byte
	bad  bool
}

// next returns the next n bytes, good until the value is gone.
func (u *unpacker) next(n int) []byte {
	if u.bad || n < 0 || n > len(u.rest) {
		u.bad = true
		return make([]byte, min(max(n, 0), 64))
	}
	b := u.rest[:n]
	u.rest = u.rest[n:]
	return b
}

func (u *unpacker) byte() byte { return u.next(1)[0] }

func (u *unpacker) hash() (h Hash) {
	copy(h[:], u.next(len(h)))
	return h
}

func (u *unpacker) subject() (s Subject) {
	has := u.byte()
	for i, h := range s.hashes() {
		if has&(1<<i) != 0 {
			*h = u.hash()
		}
	}
	s.V6 = has&subjectV6 != 0
	return s
}

func (u *unpacker) network(size int) netip.Prefix {
	addr, _ := netip.AddrFromSlice(u.next(size))
	n := netip.PrefixFrom(addr, int(u.byte()))
	u.bad = u.bad || !n.IsValid()
	return n
}

func (u *unpacker) text() string {
	n, size := binary.Uvarint(u.rest)
	if size <= 0 || n > uint64(len(u.rest)) {
		u.bad = true
		return ""
	}
	u.next(size)
	return string(u.next(int(n)))
}

// like is text that is often that of the record before, and then takes no memory.
func (u *unpacker) like(before string) string {
	n, size := binary.Uvarint(u.rest)
	if size > 0 && n == uint64(len(before)) && uint64(len(u.rest)-size) >= n && string(u.rest[size:size+int(n)]) == before {
		u.next(size + int(n))
		return before
	}
	return u.text()
}

func (u *unpacker) time() time.Time {
	ms, size := binary.Varint(u.rest)
	if size <= 0 {
		u.bad = true
		return time.Time{}
	}
	u.next(size)
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// texts reads what packTexts wrote; none is nil.
func (u *unpacker) texts() (all []string) {
	for range u.byte() {
		all = append(all, u.text())
	}
	return all
}

// end tells whether all was read and nothing else.
func (u *unpacker) end() error {
	if u.bad || len(u.rest) > 0 {
		return errPacked
	}
	return nil
}

// flags is a byte of so many yes and no, from its lowest bit on.
func flags(all ...bool) (b byte) {
	for i, is := range all {
		if is {
			b |= 1 << i
		}
	}
	return b
}

// hashes are those that a subject may have, in their packed order.
func (s *Subject) hashes() [4]*Hash { return [...]*Hash{&s.Source, &s.Key, &s.Wider[0], &s.Wider[1]} }

// subjectV6 is the flag behind those of the hashes.
const subjectV6 = 1 << 4

// packSubject appends a byte that says which hashes s has, and those.
func packSubject(b []byte, s Subject) []byte {
	b = append(b, flags(!s.Source.IsZero(), !s.Key.IsZero(), !s.Wider[0].IsZero(), !s.Wider[1].IsZero(), s.V6))
	for _, h := range s.hashes() {
		if !h.IsZero() {
			b = append(b, h[:]...)
		}
	}
	return b
}

// packTime appends t, to the millisecond, or zero.
func packTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	return binary.AppendVarint(b, t.UnixMilli())
}

func packText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// packTexts appends how many there are, up to 255, and each.
func packTexts(b []byte, all []string) []byte {
	b = append(b, byte(len(all)))
	for _, s := range all {
		b = packText(b, s)
	}
	return b
}
