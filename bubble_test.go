package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"

	"strangerd/data"
	"strangerd/matcher"
	"strangerd/moderation"
	"strangerd/session"
)

// bubble is a server that runs in the test, without a network: in a bubble of
// synctest hours pass at once, and nothing depends on how busy the machine is.
type bubble struct {
	gate   *moderation.Gate
	desk   *moderation.Desk
	server *session.Server
	street *street
	leap   atomic.Int64 // by how much the machine's clock is wrong, in nanoseconds
}

// startBubble starts a server in a bubble. It ends with the test.
func startBubble(t *testing.T, change func(*session.Config)) *program {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	folder, err := data.OpenFolder(filepath.Join(t.TempDir(), "data"), nil)
	must(err)
	in := &bubble{street: newStreet()}
	gate, err := moderation.NewGate(moderation.Config{
		DB: folder.DB(), Secret: folder.Secret(), MaxSessions: 100,
		Shared: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, NewSources: true,
		Now: func() time.Time { return time.Now().Add(time.Duration(in.leap.Load())) },
	})
	must(err)
	desk, err := moderation.NewDesk(moderation.DeskConfig{DB: folder.DB(), Gate: gate, Secret: folder.Secret(), Threshold: 3})
	must(err)
	pairs := matcher.New(&matcher.Options{MayMeet: session.MayMeet(desk)})
	life := &lifetime{fail: func(why error) { t.Error(why) }}
	life.run(func(ctx context.Context) { pairs.Run(ctx) })
	life.run(func(ctx context.Context) { desk.Run(ctx, func(error) {}) }) // a leap of the clock, which it says
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	signer, err := ssh.NewSignerFromKey(key)
	must(err)
	config := session.Config{
		Name: "chat.example.org", Host: session.Host{Name: "chat.example.org", Port: 22}, Version: "devel",
		MinAge: 18, AgeGate: session.AgeEnter, Openers: session.Block, EarlyLinks: session.Block, Skips: session.Block, IdleTimeout: 10 * time.Minute, LoginGrace: 15 * time.Second, Retain: 30 * 24 * time.Hour,
		HostKeys: []ssh.Signer{signer}, Gate: gate, Desk: desk, Matcher: pairs, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Admins: func() ([]session.Admin, error) { return nil, nil },
	}
	if change != nil {
		change(&config)
	}
	server, err := session.New(config)
	must(err)
	in.gate, in.desk, in.server = gate, desk, server
	life.run(server.Run)
	served := make(chan error, 1)
	go func() { served <- server.Serve(in.street) }()
	t.Cleanup(func() {
		ending, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		server.Shutdown(ending)
		must(<-served)
		life.end()
		must(folder.Close())
		time.Sleep(time.Minute) // for timers of Bubble Tea that nobody waits for
	})
	return &program{bubble: in, address: "chat.example.org:22"}
}

func (in *bubble) dial(source string) (net.Conn, error) {
	if source == "" {
		source = "127.0.0.1"
	}
	client, server := net.Pipe()
	near, far := newCable(client, source), newCable(server, source)
	near.far = far
	select {
	case in.street.ends <- far:
		return near, nil
	case <-in.street.closed:
		return nil, net.ErrClosed
	}
}

// street is what a server in a bubble listens on.
type street struct {
	ends   chan net.Conn
	closed chan struct{}
	close  func()
}

func newStreet() *street {
	closed := make(chan struct{})
	return &street{make(chan net.Conn), closed, sync.OnceFunc(func() { close(closed) })}
}

func (s *street) Accept() (net.Conn, error) {
	select {
	case end := <-s.ends:
		return end, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *street) Close() error {
	s.close()
	return nil
}

func (s *street) Addr() net.Addr { return &net.TCPAddr{} }

// cable is one end of a connection from an address. Unlike a pipe's, its writes
// don't wait for the other end: both ends of SSH begin with one.
type cable struct {
	net.Conn
	source string
	far    *cable // the server's end, of a client's

	mu      sync.Mutex // guards what follows
	freight freight
	written [][]byte // and not yet sent
	cut     bool     // what is written is lost
	closed  bool
	changed chan struct{}
}

func newCable(end net.Conn, source string) *cable {
	w := &cable{Conn: end, source: source, changed: make(chan struct{}, 1)}
	go w.send()
	return w
}

func (w *cable) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(w.source), Port: 1} }

func (w *cable) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return 0, net.ErrClosed
	}
	w.freight.bytes += len(p)
	w.freight.packets++
	if !w.cut {
		w.written = append(w.written, bytes.Clone(p))
		w.wake()
	}
	return len(p), nil
}

// vanish has nothing more arrive from this end, and the other end not hear of it.
func (w *cable) vanish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
}

// Close closes the cable once what was written is sent.
func (w *cable) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.wake()
	return nil
}

func (w *cable) wake() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

func (w *cable) send() {
	defer w.Conn.Close()
	for range w.changed {
		w.mu.Lock()
		written, closed := w.written, w.closed
		w.written = nil
		w.mu.Unlock()
		for _, p := range written {
			if _, err := w.Conn.Write(p); err != nil {
				return
			}
		}
		if closed {
			return
		}
	}
}

// Chats count their minutes by the one timer that all of them share, with nothing
// else going on.
func TestMinutesPass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := pairScreens(t, p, window{})
		for minutes := 1; minutes <= 3; minutes++ {
			time.Sleep(time.Minute)
			b.expect(fmt.Sprintf("chatting %d min", minutes))
			a.press(" ") // or a would be shown as idle, and no minutes
		}
	})
}
