package moderation

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"net/netip"
	"slices"

	"strangerd/data"
)

// Subject is who somebody is, as far as anybody here knows: keyed hashes. See
// data.Subject for its fields.
type Subject = data.Subject

// identity makes keyed hashes of what must not be kept as it is.
type identity struct {
	secret []byte
	shared []netip.Prefix
}

// subject returns the Subject that comes from addr with the key, if any.
func (id identity) subject(addr netip.Addr, key []byte) (s Subject) {
	if len(key) > 0 {
		s.Key = id.hash("key", string(key))
	}
	addr = plain(addr)
	if id.isShared(addr) {
		return s
	}
	s.V6 = addr.Is6()
	s.Source = id.network(source(addr))
	for i, bits := range widerBits(s.V6) {
		wider, _ := addr.Prefix(bits)
		s.Wider[i] = id.network(wider)
	}
	return s
}

// isShared tells whether many people may come from addr.
func (id identity) isShared(addr netip.Addr) bool {
	if circuits.Contains(addr) {
		return false
	}
	return !addr.IsValid() || slices.ContainsFunc(id.shared, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// plain is addr without what doesn't tell one machine from another.
func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }

// network is the hash of a network, of any size.
func (id identity) network(p netip.Prefix) data.Hash { return id.hash("source", p.String()) }

// widerBits are the sizes of the networks in Subject.Wider.
func widerBits(v6 bool) [2]int {
	if v6 {
		return [2]int{56, 48}
	}
	return [2]int{24, 16}
}

// circuits are no addresses: the last 32 bits number a circuit of Tor, through
// which somebody came to an onion service (tor(1), HiddenServiceExportCircuitID).
// Whoever accepts connections takes one of these from a trusted proxy alone.
var circuits = netip.MustParsePrefix("fc00:dead:beef:4dad::/64")

// IsCircuit tells whether addr stands for a circuit of Tor.
func IsCircuit(addr netip.Addr) bool { return circuits.Contains(addr) }

// source is the network that counts as one source: an address, a /64 of IPv6, or
// one circuit.
func source(addr netip.Addr) netip.Prefix {
	bits := addr.BitLen()
	if addr.Is6() && !circuits.Contains(addr) {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits)
	return prefix
}

// hash is HMAC-SHA256 under the server's secret. The kind keeps an address and
// a key from ever having the same hash.
func (id identity) hash(kind, value string) data.Hash {
	return keyed(hmac.New(sha256.New, id.secret), kind, value)
}

func keyed(mac hash.Hash, kind, value string) (h data.Hash) {
	mac.Write([]byte(kind))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	mac.Sum(h[:0])
	return h
}
