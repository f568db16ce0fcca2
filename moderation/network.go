package moderation

import (
	"cmp"
	"encoding/binary"
	"fmt"
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

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func overlaps(p netip.Prefix, with []netip.Prefix) bool {
	return slices.ContainsFunc(with, p.Overlaps)
}

// networks are the banned networks.
//
// Those of IPv4 lie in one list for each /16 and one for what is larger, in the
// order of their addresses: a look-up searches two short lists, and waits for
// memory a few times however many networks there are. Those of IPv6 lie in one
// map for each size that occurs.
type networks struct {
	wide   block          // IPv4 up to /16
	blocks [1 << 16]block // IPv4 from /17 on, by its /16
	v6     [129]map[[16]byte]netBan
	terms  map[terms]*Ban
	last   struct { // looked up in terms
		terms
		ban *Ban
	}
	added block // since settle, of IPv4
}

// A netBan is the ban of one network, as far as the index needs it. The words
// of an import are the same for thousands of networks and kept once.
type netBan struct {
	id    string
	terms *Ban // without id and network
}

// A block is some banned IPv4 networks, in the order of address and size, so
// that each comes after those that hold it.
type block []v4Ban

type v4Ban struct {
	addr uint32
	size uint8
	in   int32 // index of the next larger network that holds this one, or -1
	netBan
}

func (b *v4Ban) network() netip.Prefix {
	var addr [4]byte
	binary.BigEndian.PutUint32(addr[:], b.addr)
	return netip.PrefixFrom(netip.AddrFrom4(addr), int(b.size))
}

// holds tells whether the network of b holds addr.
func (b *v4Ban) holds(addr uint32) bool { return (addr^b.addr)>>(32-b.size) == 0 }

// terms are what tells the words of one ban from those of another.
type terms struct {
	created, until       int64
	category, reason, by string
}

func newNetworks() *networks {
	return &networks{terms: make(map[terms]*Ban)}
}

// block returns where an IPv4 network belongs.
func (n *networks) block(p netip.Prefix) *block {
	if p.Bits() <= 16 {
		return &n.wide
	}
	return &n.blocks[v4(p.Addr())>>16]
}

func v4(addr netip.Addr) uint32 {
	b := addr.As4()
	return binary.BigEndian.Uint32(b[:])
}

// add puts b in, in place of an earlier ban of the same network. Nothing may be
// looked up before settle, which is once for thousands that are added.
func (n *networks) add(b Ban) {
	p, entry := b.Target.Network, netBan{id: b.ID, terms: n.shared(b)}
	if p.Addr().Is6() {
		if n.v6[p.Bits()] == nil {
			n.v6[p.Bits()] = make(map[[16]byte]netBan)
		}
		n.v6[p.Bits()][p.Addr().As16()] = entry
		return
	}
	n.added = append(n.added, v4Ban{addr: v4(p.Addr()), size: uint8(p.Bits()), netBan: entry})
}

// settle ends a series of add. What was added is sorted as one list, of which each
// block that was empty becomes a part: a million take one piece of memory.
func (n *networks) settle() {
	added := n.added
	n.added = nil
	added.sort()
	for len(added) > 0 {
		in, end := n.block(added[0].network()), 1
		for end < len(added) && n.block(added[end].network()) == in {
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

// sort puts b in order, blocks apart. Of equal networks the last one stays.
func (b *block) sort() {
	for i := range *b {
		(*b)[i].in = int32(i)
	}
	slices.SortFunc(*b, func(x, y v4Ban) int {
		if c := cmp.Compare(x.order(), y.order()); c != 0 {
			return c
		}
		return cmp.Compare(y.in, x.in)
	})
	*b = slices.CompactFunc(*b, func(x, y v4Ban) bool { return x.order() == y.order() })
}

// order is a number by which bans are sorted: those in wide, then by address, then
// by size.
func (b *v4Ban) order() uint64 {
	n := uint64(b.addr)<<8 | uint64(b.size)
	if b.size > 16 {
		n |= 1 << 40
	}
	return n
}

// link says of each network in which other one it lies.
func (b block) link() {
	for i := range b {
		in := int32(i - 1)
		for in >= 0 && !b[in].holds(b[i].addr) {
			in = b[in].in
		}
		b[i].in = in
	}
}

// find returns a ban in force of a network that holds addr, or nil. Whatever
// holds addr also holds the last network that begins at or before it.
func (b block) find(addr uint32, now func() time.Time) *v4Ban {
	low, high := 0, len(b)
	for low < high {
		if middle := (low + high) / 2; b[middle].addr <= addr {
			low = middle + 1
		} else {
			high = middle
		}
	}
	for i := int32(low - 1); i >= 0; i = b[i].in {
		if b[i].holds(addr) && inForce(b[i].terms.Until, now()) {
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
		b.ID, b.Target.Network = "", netip.Prefix{}
		n.terms[t] = &b
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
	if p.Addr().Is6() {
		if n.v6[p.Bits()][p.Addr().As16()].id == id {
			delete(n.v6[p.Bits()], p.Addr().As16())
		}
		return
	}
	in := n.block(p)
	*in = slices.DeleteFunc(*in, func(b v4Ban) bool { return b.id == id })
	in.link()
}

// exact returns the ban of exactly this network.
func (n *networks) exact(p netip.Prefix) (entry netBan, ok bool) {
	if p.Addr().Is6() {
		entry, ok = n.v6[p.Bits()][p.Addr().As16()]
		return entry, ok
	}
	in, addr := *n.block(p), v4(p.Addr())
	i, ok := slices.BinarySearchFunc(in, addr, func(b v4Ban, addr uint32) int {
		return cmp.Or(cmp.Compare(b.addr, addr), cmp.Compare(int(b.size), p.Bits()))
	})
	if !ok {
		return netBan{}, false
	}
	return in[i].netBan, true
}

// find returns a ban in force of a network that holds addr.
func (n *networks) find(addr netip.Addr, now func() time.Time) (Ban, bool) {
	switch {
	case addr.Is4():
		whole := v4(addr)
		for _, in := range [...]block{n.wide, n.blocks[whole>>16]} {
			if found := in.find(whole, now); found != nil {
				return found.ban(addr, int(found.size)), true
			}
		}
	case addr.Is6():
		for size, bans := range n.v6 {
			if len(bans) == 0 {
				continue
			}
			p, _ := addr.Prefix(size)
			if entry, ok := bans[p.Addr().As16()]; ok && inForce(entry.terms.Until, now()) {
				return entry.ban(addr, size), true
			}
		}
	}
	return Ban{}, false
}

// ban returns the whole ban, of a network of that size around addr.
func (n netBan) ban(addr netip.Addr, size int) Ban {
	b := *n.terms
	b.ID = n.id
	b.Target.Network, _ = addr.Prefix(size)
	return b
}

// inForce counts the bans that are in force then.
func (n *networks) inForce(now time.Time) (count int) {
	counts := func(entry netBan) {
		if inForce(entry.terms.Until, now) {
			count++
		}
	}
	for _, b := range n.wide {
		counts(b.netBan)
	}
	for i := range n.blocks {
		for _, b := range n.blocks[i] {
			counts(b.netBan)
		}
	}
	for _, bans := range n.v6 {
		for _, entry := range bans {
			counts(entry)
		}
	}
	return count
}

// sweep drops the bans that ended.
func (n *networks) sweep(now time.Time) {
	ended := func(entry netBan) bool { return !inForce(entry.terms.Until, now) }
	sweep := func(in *block) {
		before := len(*in)
		*in = slices.DeleteFunc(*in, func(b v4Ban) bool { return ended(b.netBan) })
		if len(*in) != before {
			in.link()
		}
	}
	sweep(&n.wide)
	for i := range n.blocks {
		sweep(&n.blocks[i])
	}
	for _, bans := range n.v6 {
		maps.DeleteFunc(bans, func(_ [16]byte, entry netBan) bool { return ended(entry) })
	}
	maps.DeleteFunc(n.terms, func(_ terms, b *Ban) bool { return !inForce(b.Until, now) })
}

// inForce tells whether what ends then, zero for never, is in force now.
func inForce(until, now time.Time) bool { return until.IsZero() || now.Before(until) }
