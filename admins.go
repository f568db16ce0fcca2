package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"strangerd/session"
)

// adminKeys reads the administrators' public keys: that of --admin-key, and those
// of the file, which need not exist if it is the default one. It is called at each
// staff log-in, so that a key taken out of the file opens nothing from then on. The
// error names the lines that can't be read; the other lines hold all the same.
func (c *Config) adminKeys() ([]session.Admin, error) {
	fault("admins")
	var admins []session.Admin
	var bad []error
	take := func(where, line string) {
		admin, err := parseAdmin(line)
		if err != nil {
			bad = append(bad, fmt.Errorf("%s%w", where, err))
			return
		}
		admins = append(admins, admin)
	}
	if c.AdminKey != "" {
		take("", c.AdminKey)
	}
	file := cmp.Or(c.AdminKeys, c.defaultAdminKeys())
	raw, err := os.ReadFile(file)
	if err != nil && (c.AdminKeys != "" || !errors.Is(err, fs.ErrNotExist)) {
		bad = append(bad, fmt.Errorf("can't read the administrators' keys as uid %d: %w", os.Getuid(), err))
	}
	number := 0
	for line := range bytes.Lines(raw) {
		number++
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			take(fmt.Sprintf("%s line %d: ", file, number), string(line))
		}
	}
	return admins, errors.Join(bad...)
}

// parseAdmin reads an administrator's line: a key, and their name behind it.
func parseAdmin(line string) (session.Admin, error) {
	key, err := parseAdminKey(line)
	if err != nil {
		return session.Admin{}, err
	}
	_, comment, _, _, _ := ssh.ParseAuthorizedKey([]byte(line))
	name := strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r
		}
		return -1
	}, comment)
	return session.Admin{Name: cmp.Or(name[:min(len(name), 32)], "admin"), Key: key}, nil
}

func (c *Config) defaultAdminKeys() string { return filepath.Join(c.Data, "admin_keys") }
