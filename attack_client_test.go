//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// intruder is a connection whose requests are the test's to choose.
type intruder struct {
	*ssh.Client
	tcp *net.TCPConn
}

// intrude logs in as anybody can. An option changes how.
func intrude(t *testing.T, p *program, options ...func(*net.Dialer, *ssh.ClientConfig)) *intruder {
	t.Helper()
	dialer := &net.Dialer{Timeout: patience}
	config := &ssh.ClientConfig{User: "guest", HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	for _, option := range options {
		option(dialer, config)
	}
	conn, err := dialer.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	c, channels, requests, err := ssh.NewClientConn(conn, p.address, config)
	if err != nil {
		t.Fatal(err)
	}
	return &intruder{ssh.NewClient(c, channels, requests), conn.(*net.TCPConn)}
}

// open opens a session channel, on which nothing is asked for yet.
func (c *intruder) open(t *testing.T) ssh.Channel {
	t.Helper()
	channel, requests, err := c.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	go ssh.DiscardRequests(requests)
	return channel
}

// cut ends the connection without a word of SSH.
func (c *intruder) cut() { c.tcp.Close() }

// received takes what has arrived on a connection, and waits for nothing: a read whose
// deadline passes before it is tried tells nothing of the connection.
func received(conn net.Conn) (bytes int, ended bool) {
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return 0, true
	}
	conn.SetReadDeadline(time.Time{})
	buffer := make([]byte, 4<<10)
	raw.Read(func(fd uintptr) bool {
		for {
			n, err := syscall.Read(int(fd), buffer)
			if n <= 0 && err != syscall.EINTR {
				ended = err != syscall.EAGAIN
				return true
			}
			bytes += max(n, 0)
		}
	})
	return bytes, ended
}

// ended waits for the server to end the connection.
func (c *intruder) ended() error {
	ended := make(chan struct{})
	go func() {
		c.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-time.After(patience):
		return fmt.Errorf("the connection has not ended after %v", patience)
	}
}

// ask sends a request that has to be granted.
func ask(t *testing.T, channel ssh.Channel, request string, payload []byte) {
	t.Helper()
	ok, err := channel.SendRequest(request, true, payload)
	if err != nil || !ok {
		t.Fatalf("%s: granted: %v, %v", request, ok, err)
	}
}

// The payloads of RFC 4254, sections 6.2, 6.4 and 6.7.

func ptyRequest(cols, rows uint32) []byte {
	return ssh.Marshal(struct {
		Term                      string
		Cols, Rows, Width, Height uint32
		Modes                     string
	}{"xterm-256color", cols, rows, 0, 0, "\x00"})
}

func windowChange(cols, rows uint32) []byte {
	return ssh.Marshal(struct{ Cols, Rows, Width, Height uint32 }{cols, rows, 0, 0})
}

func envVariable(name, value string) []byte {
	return ssh.Marshal(struct{ Name, Value string }{name, value})
}

// guest is a session with a terminal, and somebody who types and reads there.
type guest struct {
	ssh.Channel
	conn *intruder

	mu    sync.Mutex // guards what follows
	shown []byte     // since what was waited for last, up to maxShown
	gone  bool       // nothing more is shown

	news chan struct{} // has room for one
}

// maxShown is how much a guest remembers, in bytes: several screens.
const maxShown = 256 << 10

// enter opens a session with a terminal of this size.
func (c *intruder) enter(t *testing.T, cols, rows uint32) *guest {
	t.Helper()
	g := &guest{Channel: c.open(t), conn: c, news: make(chan struct{}, 1)}
	ask(t, g, "pty-req", ptyRequest(cols, rows))
	ask(t, g, "shell", nil)
	go g.read()
	return g
}

// search opens a session, accepts the rules and looks for a stranger.
func (c *intruder) search(t *testing.T, cols, rows uint32) *guest {
	t.Helper()
	g := c.enter(t, cols, rows)
	g.expect(t, "Press Enter")
	g.press("\r")
	g.expect(t, "Looking for a stranger")
	return g
}

func (g *guest) read() {
	buffer := make([]byte, 32<<10)
	for {
		n, err := g.Read(buffer)
		g.mu.Lock()
		g.shown = append(g.shown, buffer[:n]...)
		g.shown = g.shown[max(0, len(g.shown)-maxShown):]
		g.gone = err != nil
		g.mu.Unlock()
		select {
		case g.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// press sends keys. Whether they arrive is seen by what is shown.
func (g *guest) press(keys string) { g.Write([]byte(keys)) }

// wait waits until words are shown, and forgets them and what stood before.
func (g *guest) wait(words string, limit time.Duration) error {
	_, err := g.waitEither(limit, words)
	return err
}

// waitEither waits until one of several is shown, and returns which came first.
func (g *guest) waitEither(limit time.Duration, words ...string) (string, error) {
	late := time.NewTimer(limit)
	defer late.Stop()
	for {
		found, gone, last := g.take(words)
		switch {
		case found != "":
			return found, nil
		case gone:
			return "", fmt.Errorf("the session ended without %q, after %q", words, last)
		}
		select {
		case <-g.news:
		case <-late.C:
			return "", fmt.Errorf("%q is not shown within %v, but %q", words, limit, last)
		}
	}
}

func (g *guest) take(words []string) (first string, gone bool, last string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := len(g.shown)
	for _, w := range words {
		if i := bytes.Index(g.shown[:min(len(g.shown), at+len(w))], []byte(w)); i >= 0 {
			first, at = w, i
		}
	}
	if first == "" {
		return "", g.gone, string(g.shown[max(0, len(g.shown)-200):])
	}
	g.shown = g.shown[at+len(first):]
	return first, false, ""
}

// readUntil reads up to the words, which have to come.
func readUntil(t *testing.T, r io.Reader, words string) {
	t.Helper()
	var shown []byte
	buffer := make([]byte, 4<<10)
	for !bytes.Contains(shown, []byte(words)) {
		n, err := r.Read(buffer)
		shown = append(shown, buffer[:n]...)
		if err != nil {
			t.Fatalf("%v, after %q", err, shown)
		}
	}
}

// expect waits for words without which the test can't go on.
func (g *guest) expect(t *testing.T, words string) {
	t.Helper()
	if err := g.wait(words, patience); err != nil {
		t.Fatal(err)
	}
}
