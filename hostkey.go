package main

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"
)

// minRSA is the least size of an RSA host key, in bits (BSI TR-02102-4, NIST
// SP 800-57 for use beyond 2030).
const minRSA = 3072

// paths takes file names with commas between.
func paths(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	list := strings.Split(text, ",")
	for i, name := range list {
		var err error
		if list[i], err = nonempty(path)(strings.TrimSpace(name)); err != nil {
			return nil, errors.New("give files with commas between")
		}
	}
	return list, nil
}

// hostKeys reads the operator's host keys, for clients that don't know ed25519.
func (c *Config) hostKeys() ([]ssh.Signer, error) {
	var keys []ssh.Signer
	types := map[string]string{ssh.KeyAlgoED25519: "the data folder"}
	for _, file := range c.HostKeys {
		key, err := readHostKey(file)
		if err != nil {
			return nil, err
		}
		kind := key.PublicKey().Type()
		if other, twice := types[kind]; twice {
			return nil, fmt.Errorf("--host-key %s: there is a key of type %s already, in %s; a server has one of each", file, kind, other)
		}
		types[kind] = file
		keys = append(keys, key)
	}
	return keys, nil
}

func readHostKey(file string) (ssh.Signer, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--host-key: can't read it as uid %d: %w", os.Getuid(), err)
	}
	key, err := ssh.ParsePrivateKey(raw)
	if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
		return nil, fmt.Errorf("--host-key %s: it has a passphrase; take it off with ssh-keygen -p", file)
	}
	if err != nil {
		return nil, fmt.Errorf("--host-key %s: give a private key, as ssh-keygen -t rsa -b 3072 makes it", file)
	}
	if key.PublicKey().Type() != ssh.KeyAlgoRSA {
		return key, nil
	}
	public := key.PublicKey().(ssh.CryptoPublicKey).CryptoPublicKey().(*rsa.PublicKey)
	if public.N.BitLen() < minRSA {
		return nil, fmt.Errorf("--host-key %s: an RSA key has %d bits at least, and this has %d", file, minRSA, public.N.BitLen())
	}
	// Not ssh-rsa, whose signatures are of SHA-1.
	return ssh.NewSignerWithAlgorithms(key.(ssh.AlgorithmSigner), []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256})
}
