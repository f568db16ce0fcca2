package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
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

	write("hello")
	refuse(Config{Data: folder}, "admin_keys line 1")

	folder = filepath.Join(folder, "admin_keys") // no folder
	refuse(Config{Data: folder}, "can't read")
}

// Row 30: a line that can't be honoured is named with its reason, makes nobody an
// administrator, and takes nothing from the lines around it.
func TestRow30BadAdminLines(t *testing.T) {
	folder := t.TempDir()
	certificate := newStaffKey(t, "cert")
	signed := &ssh.Certificate{Key: certificate.signer.PublicKey(), CertType: ssh.UserCert, ValidBefore: 1}
	if err := signed.SignCert(rand.Reader, certificate.signer); err != nil {
		t.Fatal(err)
	}
	third := newStaffKey(t, "third").line
	for line, word := range map[string]string{
		`from="192.0.2.0/24" ` + third:        "from",
		`expiry-time="20270101" ` + third:     "expiry-time",
		`restrict ` + third:                   "restrict",
		`no-pty,from="192.0.2.1" ` + third:    "no-pty",
		`command="a b c" ` + third:            "command",
		`cert-authority ` + third:             "cert-authority",
		`from="192.0.2.1 ` + third:            "one public key", // a quote is open
		"hello":                               "one public key",
		"ssh-ed25519":                         "one public key",
		"ssh-ed25519 AAAA":                    "one public key",
		third[:60]:                            "one public key",
		"-----BEGIN OPENSSH PRIVATE KEY-----": "private key",
		strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signed))): "DSA",
	} {
		text := strings.Join([]string{testKey, line, otherKey + "\r", ""}, "\n")
		if err := os.WriteFile(filepath.Join(folder, "admin_keys"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		admins, err := (&Config{Data: folder}).adminKeys()
		if len(admins) != 2 || admins[1].Name != "other" {
			t.Errorf("beside the line %q are %d administrators", line, len(admins))
		}
		said := fmt.Sprint(err)
		if err == nil || !strings.Contains(said, "admin_keys line 2: ") || !strings.Contains(said, word) || strings.Contains(said, "AAAA") {
			t.Errorf("of the line %q it says %v, want %q", line, err, word)
		}
	}
	for name, key := range map[string]string{"two keys": testKey + "\n" + otherKey, "words": "hello\n" + testKey, "options": "restrict " + testKey} {
		if _, err := publicKey(key); err == nil {
			t.Errorf("--admin-key takes %s", name)
		}
	}
}
