package node

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"sync/atomic"

	"golang.org/x/crypto/chacha20poly1305"
)

// form is the first byte of a sealed message; another form would have another.
const form = 1

// Why a message is refused.
var (
	errShort     = errors.New("node: too short to be a message")
	errForm      = errors.New("node: a message of another form")
	errForged    = errors.New("node: not sealed by a node of ours")
	errMalformed = errors.New("node: a message that can't be read")
)

// A Sealer makes messages that nobody can make or read without the secret. A message
// belongs to its subject: sent on another, it is forged. Its methods may be called by
// any number of goroutines.
//
// The key is HMAC-SHA256 of a label under the secret; the cipher XChaCha20-Poly1305,
// whose nonces are long enough to be drawn (draft-irtf-cfrg-xchacha). That a message
// is sent again is found by what is in it.
type Sealer struct {
	aead    cipher.AEAD
	refused refusals
}

// refusals counts messages that were refused, by why.
type refusals struct{ short, form, forged, malformed atomic.Uint64 }

// NewSealer returns the Sealer of those who know the secret.
func NewSealer(secret []byte) *Sealer {
	aead, err := chacha20poly1305.NewX(labelled(secret, "strangerd: the key of messages between nodes"))
	if err != nil {
		panic(err) // of the length of the key, which is right
	}
	return &Sealer{aead: aead}
}

// labelled is what a label is under the secret. Labels are longer than any address, so
// this is never also the hash of a source.
func labelled(secret []byte, label string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(label))
	return mac.Sum(nil)
}

// Seal returns plain as it is sent on a subject.
func (s *Sealer) Seal(subject string, plain []byte) []byte {
	sealed := make([]byte, 1+chacha20poly1305.NonceSizeX, 1+chacha20poly1305.NonceSizeX+len(plain)+chacha20poly1305.Overhead)
	sealed[0] = form
	nonce := sealed[1:]
	rand.Read(nonce) // ends the process rather than fail
	return s.aead.Seal(sealed, nonce, plain, []byte(subject))
}

// Open returns what was sealed for the subject, in memory of its own. What can't be
// opened is refused and counted.
func (s *Sealer) Open(subject string, sealed []byte) ([]byte, error) {
	plain, err := s.open(subject, sealed)
	s.refuse(err)
	return plain, err
}

func (s *Sealer) open(subject string, sealed []byte) ([]byte, error) {
	const head = 1 + chacha20poly1305.NonceSizeX
	if len(sealed) < head+chacha20poly1305.Overhead {
		return nil, errShort
	}
	if sealed[0] != form {
		return nil, errForm
	}
	plain, err := s.aead.Open(nil, sealed[1:head], sealed[head:], []byte(subject))
	if err != nil {
		return nil, errForged
	}
	return plain, nil
}

// Malformed counts a message that was opened and can't be read, and returns the error
// that says so.
func (s *Sealer) Malformed() error {
	s.refuse(errMalformed)
	return errMalformed
}

func (s *Sealer) refuse(why error) {
	switch why {
	case errShort:
		s.refused.short.Add(1)
	case errForm:
		s.refused.form.Add(1)
	case errForged:
		s.refused.forged.Add(1)
	case errMalformed:
		s.refused.malformed.Add(1)
	}
}

// Refused counts the messages that were refused, by why.
func (s *Sealer) Refused() map[string]uint64 {
	r := &s.refused
	return map[string]uint64{
		"short": r.short.Load(), "form": r.form.Load(), "forged": r.forged.Load(), "malformed": r.malformed.Load(),
	}
}
