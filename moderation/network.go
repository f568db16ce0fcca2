package moderation

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// ParseNetwork reads a network in CIDR, or an address, which stands for its
// source: an IPv4 /32 or an IPv6 /64. IPv4 mapped into IPv6 is IPv4.
func ParseNetwork(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return netip.Prefix{}, fmt.Errorf("%q is no network: write 192.0.2.0/24 or 2001:db8::/32", text)
		}
		return source(plain(addr)), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is no network: write 192.0.2.0/24 or 2001:db8::/32", text)
	}
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return netip.Prefix{}, fmt.Errorf("%s is all of IPv4 and more: write 0.0.0.0/0 if that is meant", text)
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("%s is an address inside a network: write %s for the network", text, p.Masked())
	}
	return p, nil
}

// tooWide tells whether a network is larger than what one organisation has.
func tooWide(p netip.Prefix) bool {
	if p.Addr().Is4() {
		return p.Bits() < 16
	}
	return p.Bits() < 32
}

// coversLoopback tells whether a network holds where this machine comes to itself
// from. Other addresses of 127.0.0.0/8 are as good as a stranger's.
func coversLoopback(p netip.Prefix) bool {
	return p.Contains(netip.AddrFrom4([4]byte{127, 0, 0, 1})) || p.Contains(netip.IPv6Loopback())
}

func overlaps(p netip.Prefix, with []netip.Prefix) bool {
	return slices.ContainsFunc(with, p.Overlaps)
}

// networks are the banned networks.
//
// They lie in one list for each /16 of IPv4 and /32 of IPv6, and in one each for
// what is larger, in the order of their addresses: a look-up searches two short
// lists, and waits for memory a few times however many networks there are.
type networks struct {
	wide4, wide6 block             // up to /16 and /32
	blocks4      [1 << 16]block    // the rest, by its /16
	blocks6      map[uint32]*block // by its /32
	terms        map[terms]*Ban
	last         struct { // looked up in terms
		terms
		ban *Ban
	}
	added []block // since settle, in pieces, so that none is ever moved
}

// addedPiece is how many bans a piece of networks.added has room for: 400 KB.
const addedPiece = 1 << 13

// few networks are searched one by one.
const few = 16

// A netBan is the ban of one network, as far as the index needs it: 48 bytes. The
// words of an import are the same for thousands of networks and kept once.
type netBan struct {
	address
	in    int32 // index of the next larger network that holds this one, or -1
	size  uint8 // in bits
	v6    bool
	id    shortID
	terms *Ban // without id and network
}

// A block is some banned networks of one family, in the order of address and size,
// so that each comes after those that hold it.
type block []netBan

// An address is its 16 bytes as two numbers. IPv4 has its 4 at their beginning.
type address struct{ high, low uint64 }

func addressOf(a netip.Addr) address {
	if a.Is4() {
		b := a.As4()
		return address{high: uint64(binary.BigEndian.Uint32(b[:])) << 32}
	}
	b := a.As16()
	return address{binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:])}
}

func (a address) compare(b address) int {
	if c := cmp.Compare(a.high, b.high); c != 0 {
		return c
	}
	return cmp.Compare(a.low, b.low)
}

// after tells whether a comes after b.
func (a address) after(b address) bool {
	return a.high > b.high || a.high == b.high && a.low > b.low
}

// A shortID is an id as it lies in the index, with zeros behind it: without a
// pointer, of which a million cost the collector more than all the rest.
type shortID [len("B-") + idSize]byte

func shorten(id string) (s shortID) {
	copy(s[:], id)
	return s
}

func (s shortID) String() string { return strings.TrimRight(string(s[:]), "\x00") }

// holds tells whether the network of b holds a, of the same family.
func (b *netBan) holds(a address) bool {
	if b.size <= 64 {
		return (a.high^b.high)>>(64-b.size) == 0
	}
	return a.high == b.high && (a.low^b.low)>>(128-b.size) == 0
}

// terms are what tells the words of one ban from those of another.
type terms struct {
	created, until       int64
	category, reason, by string
}

func newNetworks() *networks {
	return &networks{blocks6: make(map[uint32]*block), terms: make(map[terms]*Ban)}
}

// block returns where a network belongs, or nil: a /32 of IPv6 has none until it
// is needed.
func (n *networks) block(b *netBan) *block {
	switch first := uint32(b.high >> 32); b.kind() {
	case wide4:
		return &n.wide4
	case narrow4:
		return &n.blocks4[first>>16]
	case wide6:
		return &n.wide6
	default:
		return n.blocks6[first]
	}
}

// all yields every block that isn't empty.
func (n *networks) all(yield func(*block) bool) {
	ok := yield(&n.wide4) && yield(&n.wide6)
	for i := range n.blocks4 {
		if ok && len(n.blocks4[i]) > 0 {
			ok = yield(&n.blocks4[i])
		}
	}
	for _, b := range n.blocks6 {
		ok = ok && yield(b)
	}
}

// add puts b in. Nothing may be looked up before settle, which is once for thousands
// that are added.
func (n *networks) add(b Ban) {
	p := b.Target.Network
	entry := netBanOf(p)
	entry.id, entry.terms = shorten(b.ID), n.shared(b)
	last := len(n.added) - 1
	switch {
	case last < 0:
		n.added = append(n.added, block{entry})
	case len(n.added[last]) >= addedPiece:
		n.added = append(n.added, append(make(block, 0, addedPiece), entry))
	default:
		n.added[last] = append(n.added[last], entry)
	}
}

// netBanOf is a ban of p that says nothing else.
func netBanOf(p netip.Prefix) netBan {
	return netBan{address: addressOf(p.Addr()), v6: p.Addr().Is6(), size: uint8(p.Bits())}
}

// settle ends a series of add. What was added becomes one piece of memory, of which
// each block that was empty becomes a part.
func (n *networks) settle() {
	for added := range slots(n.added) {
		added.sort()
		for len(added) > 0 {
			in, end := n.block(&added[0]), 1
			if in == nil {
				in = new(block)
				n.blocks6[uint32(added[0].high>>32)] = in
			}
			for end < len(added) && n.block(&added[end]) == in {
				end++
			}
			part := added[:end:end]
			if added = added[end:]; len(*in) > 0 {
				part = append(slices.Clone(*in), part...)
				part.sort()
			}
			part.link()
			*in = part
		}
	}
	n.added = nil
}

// Networks are sorted by slot first, as letters are by town: all that are wide have
// one, and of the rest all that begin with the same bits. So many bits leave a hundred
// of a million in a slot, and cost a single ban nothing.
const (
	slotBits  = 12
	slotWide4 = iota - 1
	slotWide6
	slotNarrow4
	slotNarrow6 = slotNarrow4 + 1<<slotBits
	slotEnd     = slotNarrow6 + 1<<slotBits
)

func (b *netBan) slot() int {
	switch b.kind() {
	case wide4:
		return slotWide4
	case wide6:
		return slotWide6
	case narrow4:
		return slotNarrow4 + int(b.high>>(64-slotBits))
	default:
		return slotNarrow6 + int(b.high>>(64-slotBits))
	}
}

// slots yields the networks of each slot, in the order in which they were added.
func slots(added []block) iter.Seq[block] {
	return func(yield func(block) bool) {
		ends := make([]int32, slotEnd) // first how many there are, then where they begin
		for _, piece := range added {
			for i := range piece {
				ends[piece[i].slot()]++
			}
		}
		total := int32(0)
		for slot, count := range ends {
			ends[slot], total = total, total+count
		}
		all := make(block, total)
		for _, piece := range added {
			for i := range piece {
				end := &ends[piece[i].slot()]
				all[*end] = piece[i]
				*end++
			}
		}
		start := int32(0)
		for _, end := range ends {
			if end > start && !yield(all[start:end:end]) {
				return
			}
			start = end
		}
	}
}

// sort puts b, of one slot, in order. Of bans of one network, which two machines may make
// at the same time, the one that ends last is the last one, which is found.
func (b block) sort() {
	slices.SortFunc(b, func(x, y netBan) int {
		if c := x.compare(&y); c != 0 {
			return c
		}
		until, than := x.terms.Until, y.terms.Until
		return cmp.Or(order(later(until, than), later(than, until)), bytes.Compare(x.id[:], y.id[:]))
	})
}

// compare orders networks of one slot by address, then by size.
func (b *netBan) compare(c *netBan) int {
	if addresses := b.address.compare(c.address); addresses != 0 {
		return addresses
	}
	return cmp.Compare(b.size, c.size)
}

// The kinds of networks, which lie in blocks of their own.
const (
	wide4 = iota
	narrow4
	wide6
	narrow6
)

func (b *netBan) kind() int {
	switch {
	case !b.v6 && b.size <= 16:
		return wide4
	case !b.v6:
		return narrow4
	case b.size <= 32:
		return wide6
	}
	return narrow6
}

// link says of each network in which other one it lies.
func (b block) link() {
	for i := range b {
		in := int32(i - 1)
		for in >= 0 && !b[in].holds(b[i].address) {
			in = b[in].in
		}
		b[i].in = in
	}
}

// find returns a ban in force of a network that holds a, or nil. Whatever holds a
// also holds the last network that begins at or before it. Where few are left, they are
// looked at in turn: so they are fetched from memory together, not one after the other.
func (b block) find(a address, now func() time.Time) *netBan {
	low, high := 0, len(b)
	for high-low > few {
		if middle := (low + high) / 2; b[middle].after(a) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	for low < high && !b[low].after(a) {
		low++
	}
	for i := int32(low - 1); i >= 0; i = b[i].in {
		if b[i].holds(a) && inForce(b[i].terms.Until, now()) {
			return &b[i]
		}
	}
	return nil
}

// shared returns the words of b, once for all bans that have the same.
func (n *networks) shared(b Ban) *Ban {
	t := terms{b.Created.UnixNano(), unixNano(b.Until), b.Category, b.Reason, b.By}
	if n.last.ban != nil && n.last.terms == t {
		return n.last.ban // as in a list that was imported
	}
	if n.terms[t] == nil {
		kept := b
		kept.ID, kept.Target.Network = "", netip.Prefix{}
		n.terms[t] = &kept
	}
	n.last.terms, n.last.ban = t, n.terms[t]
	return n.last.ban
}

func unixNano(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// remove takes the ban called id of exactly this network out.
func (n *networks) remove(p netip.Prefix, id string) {
	entry, short := netBanOf(p), shorten(id)
	in := n.block(&entry)
	if in == nil {
		return
	}
	*in = slices.DeleteFunc(*in, func(b netBan) bool { return b.id == short })
	in.link()
}

// exact returns the ban of exactly this network that ends last.
func (n *networks) exact(p netip.Prefix) (entry netBan, ok bool) {
	wanted := netBanOf(p)
	in := n.block(&wanted)
	if in == nil {
		return netBan{}, false
	}
	i, ok := slices.BinarySearchFunc(*in, &wanted, func(b netBan, wanted *netBan) int { return b.compare(wanted) })
	if !ok {
		return netBan{}, false
	}
	for i+1 < len(*in) && (*in)[i+1].compare(&wanted) == 0 {
		i++
	}
	return (*in)[i], true
}

// find returns a ban in force of a network that holds addr.
func (n *networks) find(addr netip.Addr, now func() time.Time) (Ban, bool) {
	if !addr.IsValid() {
		return Ban{}, false
	}
	a := addressOf(addr)
	wide, narrow := n.wide4, n.blocks4[a.high>>48]
	if addr.Is6() {
		wide, narrow = n.wide6, nil
		if b := n.blocks6[uint32(a.high>>32)]; b != nil {
			narrow = *b
		}
	}
	for _, in := range [...]block{wide, narrow} {
		if found := in.find(a, now); found != nil {
			return found.ban(addr), true
		}
	}
	return Ban{}, false
}

// ban returns the whole ban, of whose network addr is.
func (b *netBan) ban(addr netip.Addr) Ban {
	whole := *b.terms
	whole.ID = b.id.String()
	whole.Target.Network, _ = addr.Prefix(int(b.size))
	return whole
}

// inForce counts the bans that are in force then.
func (n *networks) inForce(now time.Time) (count int) {
	for in := range n.all {
		for i := range *in {
			if inForce((*in)[i].terms.Until, now) {
				count++
			}
		}
	}
	return count
}

// sweep drops the bans that ended.
func (n *networks) sweep(now time.Time) {
	for in := range n.all {
		before := len(*in)
		*in = slices.DeleteFunc(*in, func(b netBan) bool { return !inForce(b.terms.Until, now) })
		if len(*in) != before {
			in.link()
		}
	}
	maps.DeleteFunc(n.blocks6, func(_ uint32, b *block) bool { return len(*b) == 0 })
	maps.DeleteFunc(n.terms, func(_ terms, b *Ban) bool { return !inForce(b.Until, now) })
	n.last.ban = nil
}

// inForce tells whether what ends then, zero for never, is in force now.
func inForce(until, now time.Time) bool { return until.IsZero() || now.Before(until) }
