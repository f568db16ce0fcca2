package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const otherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPCubcSu0mvAVKBxFPMY6Al4U5uCEMCh9WtRpSvldf3D other"

func TestAdminKeys(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "admin_keys")
	write := func(lines ...string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(c Config, want int) {
		t.Helper()
		if keys, err := c.adminKeys(); err != nil || len(keys) != want {
			t.Errorf("%d keys, %v; want %d", len(keys), err, want)
		}
	}
	refuse := func(c Config, word string) {
		t.Helper()
		if _, err := c.adminKeys(); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("got %v, want an error with %q", err, word)
		}
	}

	expect(Config{Data: folder}, 0)
	expect(Config{Data: folder, AdminKey: testKey}, 1)
	refuse(Config{Data: folder, AdminKeys: file}, "no such file")

	write("# the two of us", "", testKey, "  "+otherKey)
	expect(Config{Data: folder}, 2)
	expect(Config{Data: t.TempDir(), AdminKeys: file}, 2)

	write(testKey) // read again: a key taken out is gone
	expect(Config{Data: folder}, 1)

	write(testKey, `restrict `+otherKey)
	refuse(Config{Data: folder}, "admin_keys line 2")
	write("hello")
	refuse(Config{Data: folder}, "admin_keys line 1")
}
