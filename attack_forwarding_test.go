//go:build linux

package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// forwardingByHand asks for all that SSH can do besides a session, in messages.
func forwardingByHand(t *testing.T, p *program) {
	c := intrude(t, p)
	forward := ssh.Marshal(struct {
		Host string
		Port uint32
	}{"127.0.0.1", 0})
	for _, name := range []string{"tcpip-forward", "cancel-tcpip-forward", "streamlocal-forward@openssh.com", "no-more-sessions@openssh.com"} {
		if ok, _, err := c.SendRequest(name, true, forward); ok || err != nil {
			t.Errorf("global request %s: granted: %v, %v", name, ok, err)
		}
	}
	direct := ssh.Marshal(struct {
		Host       string
		Port       uint32
		Origin     string
		OriginPort uint32
	}{"127.0.0.1", 22, "127.0.0.1", 1})
	for _, kind := range []string{"direct-tcpip", "forwarded-tcpip", "direct-streamlocal@openssh.com", "tun@openssh.com", "x11", "auth-agent@openssh.com", ""} {
		if channel, _, err := c.OpenChannel(kind, direct); err == nil {
			t.Errorf("a channel %q is open", kind)
			channel.Close()
		}
	}
	name := func(s string) []byte { return ssh.Marshal(struct{ Name string }{s}) }
	refused := func(channel ssh.Channel, when string) {
		for _, r := range []struct {
			kind    string
			payload []byte
		}{
			{"auth-agent-req@openssh.com", nil},
			{"x11-req", ssh.Marshal(struct {
				Single           bool
				Protocol, Cookie string
				Screen           uint32
			}{false, "MIT-MAGIC-COOKIE-1", "00", 0})},
			{"subsystem", name("sftp")},
			{"subsystem", name("netconf")},
			{"subsystem", nil},
			{"pty-req", []byte("x")},
			{"", nil},
		} {
			if ok, err := channel.SendRequest(r.kind, true, r.payload); ok || err != nil {
				t.Errorf("%s %.10q %s: granted: %v, %v", r.kind, r.payload, when, ok, err)
			}
		}
	}
	channel := c.open(t)
	refused(channel, "before the shell")
	ask(t, channel, "shell", nil)
	refused(channel, "after the shell")
}

// forwardingByOpenSSH asks for it with stock clients, and watches a port that no
// forwarding may reach.
func forwardingByOpenSSH(t *testing.T, p *program) {
	if _, err := exec.LookPath("ssh"); err != nil && os.Getenv("STRANGERD_CI") == "" {
		t.Log("ssh is not installed: forwarding is tried by hand only")
		return
	}
	canary, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	reached := make(chan struct{})
	go func() {
		defer close(reached)
		for {
			conn, err := canary.Accept()
			if err != nil {
				return
			}
			conn.Close()
			t.Error("a connection was forwarded")
		}
	}()
	defer func() {
		canary.Close()
		<-reached
	}()
	folder := t.TempDir()
	forwardingIsRefused(t, p, canary.Addr().String(), folder)
	forwardingIsUseless(t, p, canary.Addr().(*net.TCPAddr), folder)

	// Agent and X11 are asked for beside a command, which runs all the same.
	beside := stock(t, p, "ssh", "-A", "-Y", "HOST", "version")
	beside.Env = append(os.Environ(), "SSH_AUTH_SOCK="+folder, "DISPLAY="+canary.Addr().String())
	if said, err := beside.CombinedOutput(); err != nil || !strings.Contains(string(said), "X11 forwarding request failed") {
		t.Errorf("ssh -A -Y: %v: %s", err, said)
	}
}

// forwardingIsRefused runs clients that fail when they are refused.
func forwardingIsRefused(t *testing.T, p *program, canary, folder string) {
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{
		{"ssh", "-o", "ExitOnForwardFailure=yes", "-R", "0:" + canary, "HOST", "version"},
		{"ssh", "-o", "ExitOnForwardFailure=yes", "-R", filepath.Join(folder, "remote") + ":" + canary, "HOST", "version"},
		{"ssh", "-W", canary, "HOST"},
		{"ssh", "-s", "HOST", "sftp"},
		{"ssh", "-s", "HOST", "anything"},
		{"sftp", "HOST"},
		{"scp", file, "HOST:file"},
		{"scp", "-O", file, "HOST:file"},
		{"scp", "HOST:/etc/passwd", folder},
	} {
		said, err := stock(t, p, command[0], command[1:]...).CombinedOutput()
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() <= 0 {
			t.Errorf("%q: %v: %s", command, err, said)
		}
	}
}

// forwardingIsUseless uses the local ends of forwardings, which a client opens
// before it knows whether the server plays along.
func forwardingIsUseless(t *testing.T, p *program, canary *net.TCPAddr, folder string) {
	local, dynamic := filepath.Join(folder, "local"), freePort(t)
	through := stock(t, p, "ssh", "-N", "-L", local+":"+canary.String(), "-D", dynamic, "HOST")
	if err := through.Start(); err != nil {
		t.Fatal(err)
	}
	defer through.Wait()
	defer through.Process.Kill()
	useForwarding(t, "unix", local, nil)
	useForwarding(t, "tcp", dynamic, []byte{5, 1, 0, // SOCKS (RFC 1928): no authentication,
		5, 1, 0, 1, 127, 0, 0, 1, byte(canary.Port >> 8), byte(canary.Port)}) // connect to the canary
}

// useForwarding sends through a local end, which has to close without an answer
// from the other.
func useForwarding(t *testing.T, network, address string, opening []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(patience))
			conn.Write(opening)
			if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("a connection through %s stays open", address)
			}
			return
		}
		select {
		case <-time.After(20 * time.Millisecond): // ssh doesn't listen yet
		case <-ctx.Done():
			t.Errorf("%s: %v", address, err)
			return
		}
	}
}

// stock is an OpenSSH program that asks nobody anything. HOST in its arguments
// stands for the server.
func stock(t *testing.T, p *program, name string, args ...string) *exec.Cmd {
	t.Helper()
	host, port, err := net.SplitHostPort(p.address)
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"-F", "none", "-o", "Port=" + port, "-o", "User=guest", "-o", "BatchMode=yes", "-o", "ConnectTimeout=120",
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"}
	for _, arg := range args {
		all = append(all, strings.ReplaceAll(arg, "HOST", host))
	}
	return exec.CommandContext(t.Context(), name, all...)
}
