package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/crypto/ssh"
)

// adminKeys reads the administrators' public keys: that of --admin-key, and those
// of the file, which need not exist if it is the default one. It is called at each
// staff log-in, so that a key taken out of the file opens nothing from then on.
func (c *Config) adminKeys() ([]ssh.PublicKey, error) {
	var keys []ssh.PublicKey
	if c.AdminKey != "" {
		key, err := parseAdminKey(c.AdminKey)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	file := c.AdminKeys
	if file == "" {
		file = c.defaultAdminKeys()
	}
	raw, err := os.ReadFile(file)
	if c.AdminKeys == "" && errors.Is(err, fs.ErrNotExist) {
		return keys, nil
	}
	if err != nil {
		return nil, fmt.Errorf("can't read the administrators' keys as uid %d: %w", os.Getuid(), err)
	}
	number := 0
	for text := range bytes.Lines(raw) {
		number++
		text = bytes.TrimSpace(text)
		if len(text) == 0 || text[0] == '#' {
			continue
		}
		key, err := parseAdminKey(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s line %d: %w", file, number, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func (c *Config) defaultAdminKeys() string { return filepath.Join(c.Data, "admin_keys") }
