package data

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"time"
)

// A packed record has a form of its own, shorter and quicker to read than JSON:
// what there may be a million of is read whole at each start.
type packed interface {
	// unpack takes the record from its id and its value, which it doesn't keep.
	unpack(id, value []byte) error
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

// end tells whether all was read and nothing else.
func (u *unpacker) end() error {
	if u.bad || len(u.rest) > 0 {
		return errPacked
	}
	return nil
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
