package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"strangerd/session"
)

// badLines are the lines about administrators that can't be honoured: one line of
// text each, which says where it stands, what is wrong and what to do.
type badLines []error

func (b badLines) Error() string {
	return strings.ReplaceAll(errors.Join(b...).Error(), "\n", "; ")
}

// adminKeys reads the administrators' public keys: that of --admin-key, and those
// of the file, which need not exist if it is the default one. Beside badLines the
// other lines hold all the same.
func (c *Config) adminKeys() ([]session.Admin, error) {
	fault("admins")
	var admins []session.Admin
	if c.AdminKey != "" {
		admin, err := parseAdmin(c.AdminKey)
		if err != nil {
			return nil, err // which the flag has refused
		}
		admins = append(admins, admin)
	}
	file := cmp.Or(c.AdminKeys, c.defaultAdminKeys())
	raw, err := os.ReadFile(file)
	if err != nil && (c.AdminKeys != "" || !errors.Is(err, fs.ErrNotExist)) {
		return admins, fmt.Errorf("can't read the administrators' keys as uid %d: %w", os.Getuid(), err)
	}
	var bad badLines
	number := 0
	for line := range bytes.Lines(raw) {
		number++
		if line = bytes.TrimSpace(line); len(line) == 0 || line[0] == '#' {
			continue
		}
		admin, err := parseAdmin(string(line))
		if err != nil {
			bad = append(bad, fmt.Errorf("%s line %d: %w", file, number, err))
			continue
		}
		admins = append(admins, admin)
	}
	if len(bad) > 0 {
		return admins, bad
	}
	return admins, nil
}

// An adminList is the administrators as they are listed now. Its methods may be
// called by any number of goroutines.
type adminList struct {
	config *Config
	log    *slog.Logger

	mu    sync.Mutex
	fault string // what was wrong when it was last read
}

// begin reads the list for the first time, and tells whoever starts the server of
// each line that can't be honoured. An error is of the whole list.
func (l *adminList) begin(stderr io.Writer) ([]session.Admin, error) {
	admins, err := l.config.adminKeys()
	bad, some := errors.AsType[badLines](err)
	if err != nil && !some {
		return nil, err
	}
	for _, line := range bad {
		fmt.Fprintf(stderr, "%v. The other lines hold.\n", line)
	}
	l.changed(err)
	return admins, nil
}

// read reads the list anew, at each staff log-in, so that a key taken out of the
// file opens nothing from then on. What is wrong with it is logged when it changes:
// a client offers all its keys, and live sessions look every two seconds.
func (l *adminList) read() ([]session.Admin, error) {
	admins, err := l.config.adminKeys()
	if l.changed(err) && err != nil {
		l.log.Error("administrators' keys", "error", err)
	}
	return admins, err
}

func (l *adminList) changed(err error) bool {
	now := ""
	if err != nil {
		now = err.Error()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.fault
	l.fault = now
	return now != before
}

// parseAdmin reads an administrator's line: a key, and perhaps their name behind
// it.
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
	return session.Admin{Name: name[:min(len(name), 32)], Key: key}, nil
}

func (c *Config) defaultAdminKeys() string { return filepath.Join(c.Data, "admin_keys") }
