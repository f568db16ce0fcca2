package data

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
)

// secretSize is SHA-256's output, the most an HMAC-SHA256 key is worth (RFC 2104).
const secretSize = 32

// draftSecret makes a new secret and writes it to path's scratch file.
func draftSecret(path string) ([]byte, error) {
	secret := make([]byte, secretSize)
	rand.Read(secret) // ends the process rather than fail
	return secret, writeScratch(path, append(hex.AppendEncode(nil, secret), '\n'))
}

func readSecret(path string) ([]byte, error) {
	if err := private(path); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(string(bytes.TrimSpace(text)))
	if err != nil || len(secret) != secretSize {
		return nil, fmt.Errorf("%s is not a secret of %d hexadecimal digits: put the right file back", path, 2*secretSize)
	}
	return secret, nil
}

// fingerprint is what a database keeps of its secret. The label is longer than
// any address, so it is never also the hash of a source.
func fingerprint(secret []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("strangerd: the secret this database belongs to"))
	return mac.Sum(nil)
}
