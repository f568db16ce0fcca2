//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The proxy of these tests connects from here.
const proxySource = "127.0.9.9"

// startProxy starts a haproxy in front of a server, which connects as flags say,
// and returns where it listens.
func startProxy(t *testing.T, p *program, flags string) (address string) {
	t.Helper()
	requireTool(t, "haproxy")
	address = freePort(t)
	file := filepath.Join(t.TempDir(), "haproxy.cfg")
	config := fmt.Sprintf(`
global
	maxconn 200
defaults
	mode tcp
	timeout connect 1m
	timeout client 1m
	timeout server 1m
listen chat
	bind %s
	server chat %s source %s check inter 100ms fall 1000 %s
`, address, p.address, proxySource, flags)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("haproxy", "-db", "-f", file)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	deadline := time.Now().Add(patience)
	for {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			return address
		}
		if time.Now().After(deadline) {
			t.Fatalf("haproxy doesn't listen: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Behind a real haproxy, whoever connects is a source of their own: one who
// reaches a limit is told so, and others aren't, nor is the proxy that looks
// whether the server is there.
func TestBehindHAProxy(t *testing.T) {
	for name, flags := range map[string]string{
		"v1": "send-proxy", "v2": "send-proxy-v2", "v2 with a checksum": "send-proxy-v2 proxy-v2-options crc32c",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startServer(t, "--proxy-from", proxySource, "--shared-sources", proxySource, "--connects-per-source", "3/10m")
			through := &program{address: startProxy(t, p, flags)}
			for range 3 {
				if _, stderr, code := runSSH(t, through, "-b", "127.0.0.41", "version"); code != 0 {
					t.Fatalf("exit code %d: %s", code, stderr)
				}
			}
			_, stderr, code := runSSH(t, through, "-b", "127.0.0.41", "version")
			if code != 255 || !strings.Contains(stderr, "too many new connections from your address") {
				t.Errorf("exit code %d: %s", code, stderr)
			}
			if _, stderr, code := runSSH(t, through, "-b", "127.0.0.42", "version"); code != 0 {
				t.Errorf("another one: exit code %d: %s", code, stderr)
			}
		})
	}
}

// present connects as the proxy, sends a header and logs in.
func present(p *program, header string) error {
	conn, err := knock(p, proxySource, header)
	if err != nil {
		return err
	}
	defer conn.Close()
	return shakeHands(conn)
}

// What a trusted proxy says, and what it may not.
func TestHeadersOfAProxy(t *testing.T) {
	t.Parallel()
	const signature = "\r\n\r\n\x00\r\nQUIT\n"
	p := startServer(t, "--proxy-from", proxySource, "--connects-per-source", "2/10m")
	for header, good := range map[string]bool{
		"PROXY TCP4 192.0.2.1 198.51.100.1 4660 22\r\n":                                            true,
		"PROXY TCP6 2001:db8::1 2001:db8::2 4660 22\r\n":                                           true,
		"PROXY UNKNOWN\r\n":                                                                        true,
		signature + "\x20\x00\x00\x00":                                                             true, // LOCAL
		signature + "\x21\x11\x00\x0c\xc0\x00\x02\x02\xc6\x33\x64\x01\x12\x34\x00\x16":             true,
		signature + "\x21\x11\x00\x0f\xc0\x00\x02\x03\xc6\x33\x64\x01\x12\x34\x00\x16\xe1\x00\x00": true, // with a field more
		"":                                 false,
		"PROXY TCP4 192.0.2.1 22\r\n":      false,
		"PROXY TCP4 nobody nobody 1 1\r\n": false,
		"PROXY " + strings.Repeat("x", 200) + "\r\n":                                   false,
		signature + "\x21\x12\x00\x0c\xc0\x00\x02\x02\xc6\x33\x64\x01\x12\x34\x00\x16": false, // UDP
		signature + "\x31\x11\x00\x0c\xc0\x00\x02\x02\xc6\x33\x64\x01\x12\x34\x00\x16": false, // version 3
		signature + "\x21\x31\x00\xd8" + strings.Repeat("x", 216):                      false, // a socket in the file system
	} {
		err := present(p, header)
		if good && err != nil {
			t.Errorf("%q: %v", header, err)
		}
		if !good && (err == nil || !strings.Contains(err.Error(), "have to begin with a PROXY protocol header")) {
			t.Errorf("%q: %v", header, err)
		}
	}
	_, stderr, code := runSSH(t, p, "-b", proxySource, "version")
	if code != 255 || !strings.Contains(stderr, "have to begin with a PROXY protocol header") {
		t.Errorf("a client without a header: exit code %d: %s", code, stderr)
	}
}

// Tor numbers the circuits through which people come to an onion service. Each is
// a source, though its address is in a network that is shared, and all are in the
// same /64.
func TestCircuitsOfAnOnionService(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--proxy-from", proxySource, "--connects-per-source", "2/10m")
	const header = "PROXY TCP6 fc00:dead:beef:4dad::%s ::1 65535 42\r\n"
	for _, circuit := range []string{"ffff:ffff", "0:1", "0:2"} {
		for range 2 {
			if err := present(p, fmt.Sprintf(header, circuit)); err != nil {
				t.Fatalf("circuit %s: %v", circuit, err)
			}
		}
		if err := present(p, fmt.Sprintf(header, circuit)); err == nil || !strings.Contains(err.Error(), "too many new connections") {
			t.Errorf("circuit %s, once more: %v", circuit, err)
		}
	}
	for range 5 { // addresses beside them are shared
		if err := present(p, "PROXY TCP6 fc00:dead:beef:4dae::1 ::1 65535 42\r\n"); err != nil {
			t.Fatal(err)
		}
	}
}

// The health check works behind a proxy on the same machine.
func TestHealthBesideAProxy(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--proxy-from", "127.0.0.1")
	for range 2 {
		said, err := exec.Command("strangerd", "health", "--listen", p.address, "--proxy-from", "127.0.0.1").CombinedOutput()
		if err != nil {
			t.Errorf("%v: %s", err, said)
		}
	}
	if err := exec.Command("strangerd", "health", "--listen", p.address).Run(); err == nil {
		t.Error("a check without a header passes")
	}
}

// What restarts a server that it finds ill never does so for a limit: the machine's own
// address has none, though it is in no list. Another address of the machine has.
func TestHealthIsNeverLimited(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--shared-sources", "none", "--connects-per-source", "1/1h", "--max-per-source", "1")
	conn, err := knock(p, "127.0.0.1", "") // somebody else who misbehaves there
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range 10 {
		if said, err := exec.Command("strangerd", "health", "--listen", p.address).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
	}
	expect := func(code int) {
		t.Helper()
		if _, stderr, got := runSSH(t, p, "-b", "127.0.0.61", "version"); got != code {
			t.Errorf("from another address: exit code %d, %s", got, stderr)
		}
	}
	expect(exitDone)
	expect(255)
}

// Five people at one private address are a reason to say how real addresses are
// passed on: once, and without the address.
func TestHintAtAProxy(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--shared-sources", "127.0.0.51")
	for range 7 {
		joinFrom(t, p, "127.0.0.51")
	}
	if err := p.stop(); err != nil {
		t.Error(err)
	}
	said := p.later.String()
	if strings.Count(said, "come from one private address") != 1 || !strings.Contains(said, "--proxy-from") || strings.Contains(said, "127.0.0.51") {
		t.Errorf("the server logged %q", said)
	}
}
