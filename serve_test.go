package main

import (
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// What the server prints at start is what people and administrators type next.
func TestAnnouncement(t *testing.T) {
	folder := t.TempDir()
	started := func(args ...string) string {
		t.Helper()
		p, err := startProgram(folder, args...)
		if err != nil {
			t.Fatal(err)
		}
		// The rest of the announcement, and all that is said until the end.
		if err := p.stop(); err != nil {
			t.Error(err)
		}
		output := p.output + p.later.String()
		_, port, _ := net.SplitHostPort(p.address)
		if want := "    ssh -p " + port + " 127.0.0.1\n"; !strings.Contains(output, want) {
			t.Errorf("no %q in:\n%s", want, output)
		}
		return output
	}
	expect := func(output, words string, want bool) {
		t.Helper()
		if strings.Contains(output, words) != want {
			t.Errorf("says %q: %v, want %v:\n%s", words, !want, want, output)
		}
	}
	fingerprint := func(output string) string {
		_, rest, _ := strings.Cut(output, "Host key: ")
		return strings.Fields(rest)[0]
	}

	first := started()
	expect(first, "(new", true)
	expect(first, "data/admin_keys,\n", true)
	expect(first, "STRANGERD_ADMIN_KEY", true)
	expect(first, `--admin-key "$(cat ~/.ssh/id_ed25519.pub)"`, true)
	key, err := os.ReadFile(filepath.Join(folder, "strangerd-data", "host_ed25519"))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fingerprint(first), ssh.FingerprintSHA256(signer.PublicKey()); got != want {
		t.Errorf("announces the host key %s, want %s", got, want)
	}

	second := started("--admin-key", testKey)
	expect(second, "(new", false)
	expect(second, "administrator", false)
	if fingerprint(second) != fingerprint(first) {
		t.Errorf("the host key changed:\n%s%s", first, second)
	}
}

func TestInterrupt(t *testing.T) {
	p, err := startProgram(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Process.Signal(syscall.SIGINT)
	if err := p.wait(); err != nil {
		t.Errorf("ended with %v, want exit code 0", err)
	}
}

// Once the first signal has come, the operator sees that nobody is let in, and a
// second one ends the process at once, whoever is inside.
func TestSecondSignal(t *testing.T) {
	p, err := startProgram(t.TempDir(), "--shutdown-grace", "1h", "--http", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer p.cmd.Process.Kill()
	operator := p.operator()
	if code := status(t, "http://"+operator+"/readyz"); code != http.StatusOK {
		t.Errorf("/readyz answers %d before the signal", code)
	}
	inside(t, p.address)

	p.cmd.Process.Signal(syscall.SIGTERM)
	for status(t, "http://"+operator+"/readyz") != http.StatusServiceUnavailable {
	}
	ended := make(chan error, 1)
	go func() { ended <- p.wait() }()
	again := time.NewTicker(10 * time.Millisecond) // the handler goes soon after the first
	defer again.Stop()
	for {
		select {
		case <-again.C:
			p.cmd.Process.Signal(syscall.SIGTERM)
		case err := <-ended:
			exit, ok := errors.AsType[*exec.ExitError](err)
			if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
				t.Errorf("ended with %v, want to be ended by SIGTERM", err)
			}
			return
		}
	}
}

func status(t *testing.T, url string) int {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// inside puts somebody into a session, in line mode, until the test ends.
func inside(t *testing.T, address string) {
	t.Helper()
	client, err := ssh.Dial("tcp", address, &ssh.ClientConfig{User: "guest", HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	said, err := session.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := session.StdinPipe(); err != nil { // held open: the end of input ends a session
		t.Fatal(err)
	}
	if err := session.Shell(); err != nil {
		t.Fatal(err)
	}
	if _, err := said.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}
