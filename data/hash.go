package data

import (
	"encoding/hex"
	"fmt"
)

// A Hash is how the database knows a source or a person: HMAC-SHA256 under the
// folder's secret. Whoever holds the secret too can try all IPv4 addresses.
type Hash [32]byte

// IsZero tells whether h stands for nothing.
func (h Hash) IsZero() bool { return h == Hash{} }

// MarshalText writes h in hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) {
		return fmt.Errorf("a hash of %d digits", len(text))
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// A Subject is who somebody is, as far as anybody here knows. It holds no
// address and no key, and may be stored and compared.
type Subject struct {
	// Source is where they come from: an IPv4 address, or the /64 of an IPv6
	// address, which is what one household gets. It is zero for a shared
	// source, behind which nobody can be told from anybody else.
	Source Hash `json:"source,omitzero"`
	// Key is the key they proved as me@, or zero.
	Key Hash `json:"key,omitzero"`
	// Wider are the networks around the source: /24 and /16 of an IPv4 address,
	// /56 and /48 of an IPv6 address. They are zero where Source is.
	Wider [2]Hash `json:"wider,omitzero"`
	// V6 says which two the networks in Wider are.
	V6 bool `json:"v6,omitzero"`
}

// Nobody tells whether s can't be told from others: a shared source, no key.
func (s Subject) Nobody() bool { return s.Source.IsZero() && s.Key.IsZero() }

// Is tells whether s and t are the same source, or hold the same key.
func (s Subject) Is(t Subject) bool {
	return !s.Source.IsZero() && s.Source == t.Source || !s.Key.IsZero() && s.Key == t.Key
}

// String is the name by which staff can tell two subjects apart: the beginning
// of the key's hash, else of the source's, else "shared".
func (s Subject) String() string {
	switch {
	case !s.Key.IsZero():
		return "key-" + hex.EncodeToString(s.Key[:6])
	case !s.Source.IsZero():
		return "source-" + hex.EncodeToString(s.Source[:6])
	}
	return "shared"
}
