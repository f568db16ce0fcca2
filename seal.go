package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"

	"strangerd/data"
)

// sealTo returns what encrypts reports to the recipients in a file, one a line; nil
// if there is no file.
func sealTo(file string) (func([]byte) ([]byte, error), error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("can't read the recipients as uid %d: %w", os.Getuid(), err)
	}
	var recipients []age.Recipient
	number := 0
	for line := range strings.Lines(string(raw)) {
		number++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		recipient, err := parseRecipient(line)
		if err != nil {
			return nil, fmt.Errorf("%s line %d: %w", file, number, err)
		}
		recipients = append(recipients, recipient)
	}
	if len(recipients) == 0 {
		return nil, fmt.Errorf("%s names no recipient; give age1… or ssh-ed25519 keys, one a line", file)
	}
	return func(plain []byte) ([]byte, error) {
		var sealed bytes.Buffer
		w, err := age.Encrypt(&sealed, recipients...)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(plain); err != nil {
			return nil, err
		}
		if err := w.Close(); err != nil { // which writes the rest
			return nil, err
		}
		return sealed.Bytes(), nil
	}, nil
}

func parseRecipient(line string) (age.Recipient, error) {
	var recipient age.Recipient
	var err error
	if strings.HasPrefix(line, "ssh-ed25519 ") {
		recipient, err = agessh.ParseRecipient(line)
	} else {
		recipient, err = age.ParseX25519Recipient(line)
	}
	if err != nil {
		return nil, errors.New("give an age1… recipient or an ssh-ed25519 public key")
	}
	return recipient, nil
}

// sealedBackup returns what writes the database, the secret and the host key of a
// folder as a tar archive, sealed to a recipient.
func sealedBackup(folder string, db *data.DB) func(w io.Writer, recipient string) error {
	return func(w io.Writer, recipient string) error {
		fault("backup")
		to, err := parseRecipient(recipient)
		if err != nil {
			return err
		}
		copied, err := os.CreateTemp(folder, "backup-*.new")
		if err != nil {
			return err
		}
		defer copied.Close()
		if err := os.Remove(copied.Name()); err != nil { // it lives as long as it is open
			return err
		}
		if err := db.Backup(copied); err != nil {
			return err
		}
		sealed, err := age.Encrypt(w, to)
		if err != nil {
			return err
		}
		archive := tar.NewWriter(sealed)
		if err := addFile(archive, "strangerd.db", copied); err != nil {
			return err
		}
		for _, name := range []string{"secret", "host_ed25519"} {
			if err := addNamed(archive, filepath.Join(folder, name)); err != nil {
				return err
			}
		}
		return errors.Join(archive.Close(), sealed.Close())
	}
}

func addNamed(archive *tar.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return addFile(archive, filepath.Base(path), f)
}

func addFile(archive *tar.Writer, name string, f *os.File) error {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size}); err != nil {
		return err
	}
	_, err = io.Copy(archive, f)
	return err
}
