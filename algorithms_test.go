package main

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// makeKey makes a key as an operator does, and returns its file.
func makeKey(t *testing.T, args ...string) string {
	t.Helper()
	requireTool(t, "ssh-keygen")
	file := filepath.Join(t.TempDir(), "key")
	if said, err := exec.Command("ssh-keygen", append([]string{"-q", "-f", file}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, said)
	}
	return file
}

// ssh-audit has nothing to say about the algorithms but that it doesn't know those
// that are younger than itself: ML-KEM, and the marker of the strict key exchange,
// which is no algorithm.
func TestAlgorithms(t *testing.T) {
	t.Parallel()
	requireTool(t, "ssh-audit")
	p := startServer(t, "--host-key", makeKey(t, "-t", "rsa", "-b", "3072", "-N", ""))
	host, port, _ := net.SplitHostPort(p.address)

	said, _ := exec.Command("ssh-audit", "-n", "-l", "warn", "-p", port, host).CombinedOutput()
	unknown := regexp.MustCompile(`^\(kex\) (mlkem768x25519-sha256|kex-strict-s-v00@openssh\.com) +-- \[warn\] unknown algorithm$`)
	for line := range strings.Lines(string(said)) {
		line = strings.TrimSpace(line)
		if (strings.Contains(line, "[warn]") || strings.Contains(line, "[fail]") || strings.HasPrefix(line, "(rec)")) && !unknown.MatchString(line) {
			t.Errorf("ssh-audit: %s", line)
		}
	}
	said, _ = exec.Command("ssh-audit", "-n", "-j", "-p", port, host).Output()
	type algorithm struct{ Algorithm string }
	var offers struct {
		Kex, Key    []algorithm
		Enc, Mac    []string
		Compression []string
	}
	if err := json.Unmarshal(said, &offers); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	names := func(list []algorithm) (names []string) {
		for _, a := range list {
			names = append(names, a.Algorithm)
		}
		return names
	}
	for _, offer := range []struct{ got, want []string }{
		{names(offers.Kex), []string{"mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org", "kex-strict-s-v00@openssh.com"}},
		{names(offers.Key), []string{"rsa-sha2-256", "rsa-sha2-512", "ssh-ed25519"}},
		{offers.Enc, []string{"aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"}},
		{offers.Mac, []string{"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"}},
		{offers.Compression, []string{"none"}},
	} {
		if !slices.Equal(offer.got, offer.want) {
			t.Errorf("offered: %q, not %q", offer.got, offer.want)
		}
	}
}

// A client that doesn't know ed25519 comes in by the operator's other host keys.
// Nobody gets by with SHA-1, also not with a key of their own.
func TestHostKeys(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--host-key", makeKey(t, "-t", "rsa", "-b", "3072", "-N", "")+","+makeKey(t, "-t", "ecdsa", "-N", ""))
	for option, good := range map[string]bool{
		"HostKeyAlgorithms=ssh-ed25519":             true,
		"HostKeyAlgorithms=rsa-sha2-256":            true,
		"HostKeyAlgorithms=rsa-sha2-512":            true,
		"HostKeyAlgorithms=ecdsa-sha2-nistp256":     true,
		"HostKeyAlgorithms=+ssh-rsa":                true,
		"HostKeyAlgorithms=ssh-rsa":                 false,
		"KexAlgorithms=curve25519-sha256":           true,
		"KexAlgorithms=ecdh-sha2-nistp256":          false,
		"KexAlgorithms=diffie-hellman-group14-sha1": false,
		"Ciphers=aes256-ctr":                        true,
		"Ciphers=chacha20-poly1305@openssh.com":     true,
		"Ciphers=aes128-cbc":                        false,
		"MACs=hmac-sha2-256":                        true, // GCM has its own
	} {
		_, stderr, code := runSSH(t, p, "-o", option, "version")
		if good != (code == 0) {
			t.Errorf("-o %s: exit code %d: %s", option, code, stderr)
		}
	}
	if _, _, code := runSSH(t, p, "-o", "Ciphers=aes256-ctr", "-o", "MACs=hmac-sha2-256", "version"); code != 255 {
		t.Errorf("a MAC of what isn't encrypted: exit code %d", code)
	}
	rsa := makeKey(t, "-t", "rsa", "-b", "2048", "-N", "")
	for _, signature := range []string{"rsa-sha2-256", "rsa-sha2-512", "ssh-rsa"} {
		_, stderr, code := runSSH(t, p, "-l", "me", "-i", rsa, "-o", "BatchMode=yes", "-o", "PubkeyAcceptedAlgorithms="+signature, "version")
		if good := signature != "ssh-rsa"; good != (code == 0) {
			t.Errorf("a key's proof by %s: exit code %d: %s", signature, code, stderr)
		}
	}
}

func TestHostKeysThatAreRefused(t *testing.T) {
	rsa := makeKey(t, "-t", "rsa", "-b", "3072", "-N", "")
	note := filepath.Join(t.TempDir(), "note")
	if err := os.WriteFile(note, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for files, want := range map[string]string{
		makeKey(t, "-t", "rsa", "-b", "2048", "-N", ""):             "an RSA key has 3072 bits at least, and this has 2048",
		makeKey(t, "-t", "ed25519", "-N", ""):                       "there is a key of type ssh-ed25519 already, in the data folder",
		makeKey(t, "-t", "ecdsa", "-N", "secret"):                   "it has a passphrase",
		rsa + "," + makeKey(t, "-t", "rsa", "-b", "3072", "-N", ""): "there is a key of type ssh-rsa already, in " + rsa,
		note:                               "give a private key",
		filepath.Join(t.TempDir(), "none"): "no such file",
		rsa + ".pub":                       "give a private key",
	} {
		list, err := paths(files)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = (&Config{HostKeys: list}).hostKeys(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, not %q", files, err, want)
		}
	}
	if _, err := paths("a,,b"); err == nil {
		t.Error("a file without a name")
	}
}
