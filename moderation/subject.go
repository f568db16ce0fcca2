package moderation

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/netip"
	"slices"

	"strangerd/data"
)

// Subject is who somebody is, as far as anybody here knows.
type Subject struct {
	// Source is where they come from: an IPv4 address, or the /64 of an IPv6
	// address, which is what one household gets. It is zero for a shared
	// source, behind which nobody can be told from anybody else.
	Source data.Hash
}

// shared tells whether s can't be told from others by its source.
func (s Subject) shared() bool { return s.Source == data.Hash{} }

// identity makes keyed hashes of what must not be kept as it is.
type identity struct {
	secret []byte
	shared []netip.Prefix
}

// subject returns the Subject that comes from addr.
func (id identity) subject(addr netip.Addr) Subject {
	addr = addr.Unmap().WithZone("")
	if !addr.IsValid() || slices.ContainsFunc(id.shared, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return Subject{}
	}
	return Subject{Source: id.hash("source", source(addr).String())}
}

// source is the network that counts as one source.
func source(addr netip.Addr) netip.Prefix {
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits)
	return prefix
}

// hash is HMAC-SHA256 under the server's secret. The kind keeps an address and
// a key from ever having the same hash.
func (id identity) hash(kind, value string) (h data.Hash) {
	mac := hmac.New(sha256.New, id.secret)
	mac.Write([]byte(kind))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	mac.Sum(h[:0])
	return h
}
