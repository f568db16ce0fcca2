//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// knock connects from an address, of which all in 127.0.0.0/8 but 127.0.0.1 are
// sources of their own, and sends what is given.
func knock(p *program, source, text string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}}
	conn, err := dialer.Dial("tcp", p.address)
	if err == nil && text != "" {
		_, err = io.WriteString(conn, text)
	}
	return conn, err
}

// visit logs in from an address, late after it has connected, has the server run a
// command, and leaves.
func visit(p *program, source string, late time.Duration) error {
	conn, err := knock(p, source, "")
	if err != nil {
		return err
	}
	defer conn.Close()
	time.Sleep(late) // as on a slow line
	return shakeHands(conn)
}

// shakeHands logs in on a new connection and has the server run a command.
func shakeHands(conn net.Conn) error {
	conn.SetDeadline(time.Now().Add(patience))
	c, channels, requests, err := ssh.NewClientConn(conn, "", &ssh.ClientConfig{User: "guest", HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		return err
	}
	client := ssh.NewClient(c, channels, requests)
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	return session.Run("version")
}

// visits lets an honest client come from a source of its own, one visit after
// the other, until stop is called. Each has to succeed, nearly all in time.
func (s *siege) visits(t *testing.T, limit time.Duration) (stop func()) {
	return s.lateVisits(t, "127.0.1", 0, limit)
}

// lateVisits are visits from a network whose clients take a while to speak.
func (s *siege) lateVisits(t *testing.T, network string, late, limit time.Duration) (stop func()) {
	over := make(chan struct{})
	var visiting sync.WaitGroup
	var took []time.Duration
	visiting.Go(func() {
		for i := 0; ; i++ {
			began := time.Now()
			if err := visit(s.program, fmt.Sprintf("%s.%d", network, 1+i/50), late); err != nil {
				t.Errorf("honest visit %d: %v", i, err)
			}
			took = append(took, time.Since(began))
			select {
			case <-over:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	return func() {
		close(over)
		visiting.Wait()
		s.took("the p99 of log-ins", quantile(took, 0.99), limit)
		t.Logf("%d honest log-ins, p50 %v p99 %v", len(took), quantile(took, 0.5), quantile(took, 0.99))
	}
}

// open tells how many of the connections the server has not ended.
func open(conns []net.Conn) (n int) {
	for _, conn := range conns {
		if _, ended := received(conn); !ended {
			n++
		}
	}
	return n
}

// A thousand clients connect and say nothing, or a byte a second. A server that
// keeps them all has none for others; one that ends the wrong ones ends who is
// about to log in.
func TestRow10SilentConnections(t *testing.T) {
	t.Parallel()
	s := besiege(t, "--login-grace", "1h") // which is not what ends them
	s.hold(t, func(t *testing.T) {
		stop := s.visits(t, 2*s.limit)
		const late = 500 * time.Millisecond
		stopLate := s.lateVisits(t, "127.0.8", late, late+2*s.limit)
		var spoke, silent, dripping []net.Conn
		keep := func(list *[]net.Conn, source, text string) {
			conn, err := knock(s.program, source, text)
			switch {
			case errors.Is(err, syscall.ECONNRESET) && list != &spoke:
				return // ended before this side knew that it was open
			case err != nil:
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
			*list = append(*list, conn)
		}
		for range 20 {
			keep(&spoke, "127.0.0.1", "SSH-2.0-slow\r\n")
		}
		for _, conn := range spoke { // the key exchange begins when it is heard
			conn.SetReadDeadline(time.Now().Add(patience))
			if _, err := io.ReadFull(conn, make([]byte, 200)); err != nil {
				t.Fatal(err)
			}
		}
		for range 600 {
			keep(&silent, "127.0.0.1", "")
		}
		for i := range 400 {
			keep(&dripping, fmt.Sprintf("127.0.2.%d", 1+i/10), "S")
		}
		for drop := range strings.SplitSeq("SH-", "") {
			for _, conn := range dripping {
				io.WriteString(conn, drop)
			}
			time.Sleep(time.Second)
		}
		stop()
		stopLate()
		silent = append(silent, dripping...)
		if !eventually(func() bool { return open(silent) <= 100 }) {
			t.Errorf("%d silent connections are open", open(silent))
		}
		if n := open(spoke); n != len(spoke) {
			t.Errorf("%d of %d clients that told their version are still there", n, len(spoke))
		}
	})
}

// Clients tell their version, and then a byte a second, or log in and open
// nothing. A server that waits for them waits for ever.
func TestRow10LogInWithoutEnd(t *testing.T) {
	t.Parallel()
	s := besiege(t, "--login-grace", "3s")
	s.hold(t, func(t *testing.T) {
		var conns []net.Conn
		for i := range 30 {
			conn, err := knock(s.program, fmt.Sprintf("127.0.2.%d", 1+i), "SSH-2.0-slow\r\n")
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conns = append(conns, conn)
		}
		idle := intrude(t, s.program)
		for range 5 {
			for _, conn := range conns {
				conn.Write([]byte{0})
			}
			time.Sleep(time.Second)
		}
		if err := idle.ended(); err != nil {
			t.Error(err)
		}
		if !eventually(func() bool { return open(conns) == 0 }) {
			t.Errorf("%d connections are open after the grace period", open(conns))
		}
	})
}

// One source connects without end, and keeps what it gets. A server without
// limits has nothing left for others.
func TestRow11OneSource(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		const source = "127.0.0.66"
		stop := s.visits(t, s.limit)
		var flooding sync.WaitGroup
		var mu sync.Mutex
		var inside int
		told := make(map[string]int)
		goOn := func(since time.Duration) bool {
			mu.Lock()
			defer mu.Unlock()
			return since < 5*time.Second || len(told) == 0 && since < patience
		}
		began := time.Now()
		for i := range 16 {
			flooding.Go(func() {
				for goOn(time.Since(began)) {
					conn, err := knock(s.program, source, "")
					if err != nil {
						continue // so many that ports run out
					}
					t.Cleanup(func() { conn.Close() })
					if i%2 == 0 { // says nothing
						continue
					}
					conn.SetDeadline(time.Now().Add(patience))
					_, _, _, err = ssh.NewClientConn(conn, s.address, &ssh.ClientConfig{User: "guest", HostKeyCallback: ssh.InsecureIgnoreHostKey()})
					mu.Lock()
					if err == nil {
						inside++
					} else if _, words, found := strings.Cut(err.Error(), "reason 1: "); found {
						told[words]++
					}
					mu.Unlock()
				}
			})
		}
		flooding.Wait()
		stop()
		s.bounded(t)
		if inside > 16 {
			t.Errorf("%d connections of one source are inside", inside)
		}
		t.Logf("%d inside, told: %v", inside, told)
		if len(told) == 0 {
			t.Error("nobody was told why")
		}
	})
}

// Thousands of sources connect at once, most to leave again. A server that counts
// them together refuses whoever comes then.
func TestRow11ManySources(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		stop := s.visits(t, 2*s.limit)
		var flooding sync.WaitGroup
		for i := range 20 {
			flooding.Go(func() {
				for n := range 100 {
					source := fmt.Sprintf("127.7.%d.%d", i, 1+n)
					conn, err := knock(s.program, source, "")
					if err != nil {
						t.Error(err)
						continue
					}
					conn.Close()
					if n%5 == 0 {
						if err := visit(s.program, source, 0); err != nil {
							t.Errorf("from %s: %v", source, err)
						}
					}
				}
			})
		}
		flooding.Wait()
		stop()
	})
}

// Everybody returns at once, as after a restart. A server that begins to log in all of
// them has nobody inside for long, and one that refuses some has them come again.
func TestManyLogInByAndBy(t *testing.T) {
	t.Parallel()
	const (
		atOnce, more = 1000, 300
		apart        = 5 * time.Millisecond // begin those beyond, while nobody gets on
	)
	p := startServer(t)
	p.cmd.Process.Signal(syscall.SIGSTOP) // all are there when the first is accepted
	conns := make([]net.Conn, atOnce+more)
	for i := range conns {
		conn, err := knock(p, fmt.Sprintf("127.5.%d.%d", i/1000, 1+i%200), "SSH-2.0-storm\r\n")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns[i] = conn
	}
	began := time.Now()
	p.cmd.Process.Signal(syscall.SIGCONT)
	for i, conn := range conns {
		conn.SetReadDeadline(time.Now().Add(patience))
		if _, err := conn.Read(make([]byte, 100)); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	if took := time.Since(began); took < more*apart {
		t.Errorf("%d begin to log in within %v", len(conns), took)
	}
}

// A client says in a PROXY header that it comes from somewhere else, or speaks no
// SSH at all. A server that believes it, or looks for a version behind it, bans
// the wrong ones.
func TestRow14ProxyHeader(t *testing.T) {
	t.Parallel()
	const version = "SSH-2.0-client\r\n"
	v2 := "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x07\x7f\x00\x00\x01\x12\x34\x00\x16"
	s := besiege(t, "--proxy-from", "192.0.2.1,127.0.9.9")
	s.hold(t, func(t *testing.T) {
		for _, opening := range []string{
			"PROXY TCP4 192.0.2.7 127.0.0.1 4660 22\r\n", "PROXY UNKNOWN\r\n", v2, "GET / HTTP/1.1\r\n\r\n", "\n", "\r\n", "ssh-2.0-x\r\n", "\x16\x03\x01",
		} {
			for _, whole := range []bool{true, false} {
				conn, err := knock(s.program, "127.0.0.1", "")
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				text := opening + version
				if whole {
					io.WriteString(conn, text)
				} else {
					for i := range text {
						conn.Write([]byte{text[i]})
					}
				}
				conn.SetReadDeadline(time.Now().Add(patience))
				said, err := io.ReadAll(conn)
				if errors.Is(err, os.ErrDeadlineExceeded) || strings.TrimPrefix(string(said), "SSH-2.0-strangerd\r\n") != "" {
					t.Errorf("%.20q is answered with %q, %v", opening, said, err)
				}
			}
		}
		conn, err := knock(s.program, "127.0.0.1", version)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.ReadFull(conn, make([]byte, 200)); err != nil {
			t.Errorf("a version is answered with no key exchange: %v", err)
		}

		// A trusted proxy that says nothing is waited for, for three seconds.
		slow, err := knock(s.program, "127.0.9.9", "PRO")
		if err != nil {
			t.Fatal(err)
		}
		defer slow.Close()
		slow.SetReadDeadline(time.Now().Add(patience))
		if said, err := io.ReadAll(slow); err != nil || !strings.Contains(string(said), "PROXY protocol header") {
			t.Errorf("half a header is answered with %q, %v", said, err)
		}
	})
}

// Clients send text as fast as the line carries it. The SSH library grants each 2 MB
// ahead of what is read: a server that lets them be filled keeps 80 MB here.
func TestRow08Window(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		var floods sync.WaitGroup
		var guests []*guest
		for range 40 {
			guests = append(guests, intrude(t, s.program).search(t, 80, 24))
		}
		for _, g := range guests {
			floods.Go(func() { g.flood(strings.Repeat("k", 32<<10)) })
		}
		time.Sleep(3 * time.Second)
		s.bounded(t)
		for _, g := range guests {
			g.conn.cut()
		}
		floods.Wait()
	})
}

// Who has reached a limit is told which, and until when, by a stock client.
func TestRefusedSourceIsTold(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--connects-per-source", "5/20m")
	expect := func(p *program, source, words string) {
		t.Helper()
		_, stderr, code := runSSH(t, p, "-b", source, "version")
		if code != 255 || !strings.Contains(stderr, words) {
			t.Errorf("exit code %d, %q, not %q", code, stderr, words)
		}
	}
	for range 5 {
		if _, stderr, code := runSSH(t, p, "-b", "127.0.0.31", "version"); code != 0 {
			t.Fatalf("exit code %d: %s", code, stderr)
		}
	}
	expect(p, "127.0.0.31", "There were too many new connections from your address. Try again in 4 minutes.")
	for range 20 { // shared
		if _, stderr, code := runSSH(t, p, "version"); code != 0 {
			t.Fatalf("exit code %d: %s", code, stderr)
		}
	}
	crowded := startServer(t, "--max-per-source", "1") // where nobody comes twice: the end of a connection takes a moment
	one := joinFrom(t, crowded, "127.0.0.32")
	expect(crowded, "127.0.0.32", "There is a connection from your address already, and no more than 1 is allowed.")
	one.send("/quit\n")
	one.expectExit(0)

	none := startServer(t, "--max-per-source", "0", "--connects-per-source", "0")
	for range 100 {
		conn, err := knock(none, "127.0.0.33", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	if err := visit(none, "127.0.0.33", 0); err != nil {
		t.Errorf("without limits: %v", err)
	}
}
