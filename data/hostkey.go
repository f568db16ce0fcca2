package data

import (
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"golang.org/x/crypto/ssh"
)

func makeHostKey(path string) error {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	block, err := ssh.MarshalPrivateKey(key, "strangerd")
	if err != nil {
		return err
	}
	if err := writeScratch(path, pem.EncodeToMemory(block)); err != nil {
		return err
	}
	return install(path)
}

func readHostKey(path string) (ssh.Signer, error) {
	if err := private(path); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := ssh.ParsePrivateKey(text)
	var locked *ssh.PassphraseMissingError
	switch {
	case errors.As(err, &locked):
		return nil, fmt.Errorf("%s has a passphrase, and nobody is there to type it: ssh-keygen -p -f %[1]s", path)
	case err != nil:
		return nil, fmt.Errorf("%s is not an SSH private key: put the right file back", path)
	}
	return key, nil
}
