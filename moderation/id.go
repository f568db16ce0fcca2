package moderation

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
)

// idSize is how many characters an id has: 50 bits, enough that a million bans
// hardly ever meet. They are read out and typed, so none of them looks like
// another (Crockford's base 32).
const (
	idSize      = 10
	receiptSize = 20 // 100 bits: nobody finds one by trying
	alphabet    = "0123456789abcdefghjkmnpqrstvwxyz"
)

// newID returns a new id of a kind: R, B, A, S or W.
func newID(kind string) string { return kind + "-" + random(idSize) }

// idFrom returns the id of a kind that each machine makes from another id.
func idFrom(kind, other string) string {
	sum := sha256.Sum256([]byte(kind + " " + other))
	return kind + "-" + spell(sum[:idSize])
}

func random(n int) string {
	b := make([]byte, n)
	rand.Read(b) // ends the process rather than fail
	return spell(b)
}

// spell replaces each byte by a character of the alphabet.
func spell(b []byte) string {
	for i := range b {
		b[i] = alphabet[b[i]%32]
	}
	return string(b)
}

// typed is a receipt as it was given out, whatever way it is typed back.
func typed(receipt string) string {
	return strings.NewReplacer("-", "", " ", "", "o", "0", "i", "1", "l", "1").Replace(strings.ToLower(receipt))
}
