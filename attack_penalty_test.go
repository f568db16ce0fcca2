//go:build linux

package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// Who asks a stock client for what is not here, out of habit or by their
// configuration, is told by that client, and comes in as before.
func TestRow11HonestMistakes(t *testing.T) {
	t.Parallel()
	requireTool(t, "ssh")
	p := startServer(t, "--http", "127.0.0.1:0")
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, try := range []struct {
		source  string
		command []string
		told    string
		works   bool
	}{
		{"127.0.4.1", []string{"ssh", "-A", "-X", "HOST", "version"}, "X11 forwarding request failed", true},
		{"127.0.4.1", []string{"ssh", "-o", "SetEnv=EDITOR=vi LC_PAPER=a4", "HOST", "version"}, "", true},
		{"127.0.4.1", []string{"ssh", "-L", filepath.Join(folder, "socket") + ":127.0.0.1:1", "HOST", "version"}, "", true},
		{"127.0.4.1", []string{"ssh", "-R", "0:127.0.0.1:1", "HOST", "version"}, "remote port forwarding failed", true},
		{"127.0.4.1", []string{"scp", "-O", file, "HOST:file"}, "There is no command", false},
		// None of these gets a session, and six strikes in a row would keep them out.
		{"127.0.4.2", []string{"ssh", "-o", "ExitOnForwardFailure=yes", "-N", "-R", "0:127.0.0.1:1", "HOST"}, "remote port forwarding failed", false},
		{"127.0.4.2", []string{"ssh", "-W", "127.0.0.1:1", "HOST"}, "Nothing is forwarded here, there is only a chat: ssh chat.example.org", false},
		{"127.0.4.2", []string{"ssh", "-s", "HOST", "netconf"}, "subsystem request failed", false},
		{"127.0.4.2", []string{"sftp", "HOST"}, "subsystem request failed", false},
		{"127.0.4.2", []string{"scp", file, "HOST:file"}, "subsystem request failed", false},
	} {
		for range 7 {
			options := []string{"-o", "BindAddress=" + try.source}
			client := stock(t, p, try.command[0], append(options, try.command[1:]...)...)
			client.Env = append(os.Environ(), "DISPLAY=127.0.0.1:1", "SSH_AUTH_SOCK="+folder)
			said, err := client.CombinedOutput()
			if (err == nil) != try.works || !strings.Contains(string(said), try.told) {
				t.Fatalf("%q: %v, told %q", try.command, err, said)
			}
			os.Remove(filepath.Join(folder, "socket"))
		}
	}
	for _, reason := range []string{"source_penalty", "source_rate", "source_live"} {
		if n := measure(t, p)[`strangerd_connections_refused_total{reason="`+reason+`"}`]; n != 0 {
			t.Errorf("%v of them were refused: %s", n, reason)
		}
	}
}

// Who comes again and again to try what breaks is refused soon, and told why.
func TestRow11AttackersArePenalised(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	for name, attack := range map[string]struct {
		source string
		play   func(t *testing.T, c *intruder)
	}{
		"row 1, no shell": {"127.0.5.1", func(t *testing.T, c *intruder) {
			channel := c.open(t)
			ask(t, channel, "pty-req", ptyRequest(80, 24))
			channel.SendRequest("window-change", false, windowChange(90, 30))
		}},
		"row 2, channel closed": {"127.0.5.2", func(t *testing.T, c *intruder) { c.open(t).Close() }},
		"row 4, variables": {"127.0.5.4", func(t *testing.T, c *intruder) {
			c.open(t).SendRequest("env", true, envVariable("LC_A", strings.Repeat("x", 200<<10)))
		}},
		"row 10, logs in and opens nothing": {"127.0.5.10", func(*testing.T, *intruder) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const most = 20 // of 60 that an honest client has
			var refused error
			for tries := 0; refused == nil && tries < most; tries++ {
				conn, err := knock(p, attack.source, "")
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				c, channels, requests, err := ssh.NewClientConn(conn, "", &ssh.ClientConfig{User: "guest", HostKeyCallback: ssh.InsecureIgnoreHostKey()})
				if refused = err; err == nil {
					attack.play(t, &intruder{ssh.NewClient(c, channels, requests), conn.(*net.TCPConn)})
					conn.Close()
					if !eventually(func() bool { held, err := p.holds(conn); return err == nil && !held }) { // and counts it
						t.Fatal("the connection has not ended")
					}
				}
			}
			if refused == nil || !strings.Contains(refused.Error(), "Too many connections from your address never got as far as a session") {
				t.Errorf("after %d attacks it is refused with %v", most, refused)
			}
		})
	}
}
