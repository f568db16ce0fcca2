package session

import (
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"strangerd/session/terminal"
)

// newThrottle is a throttle of a session that has begun.
func newThrottle(conn net.Conn) *throttle {
	t := &throttle{conn: conn, closed: make(chan struct{}), ask: func() {}}
	t.on.Store(true)
	return t
}

// A connection isn't read far ahead of its session, however long that doesn't come to
// read; no faster than the budget, once it is spent; and else as fast as pastes come.
func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := newThrottle(nil)
		const chunk = 4 << 10
		readFor := func(d time.Duration, session func()) (bytes int) {
			for began := time.Now(); time.Since(began) < d; bytes += chunk {
				session()
				pace.wait(chunk)
			}
			return bytes
		}
		want := func(what string, got, least, most int) {
			t.Helper()
			if got < least || got > most {
				t.Errorf("%s: %d KB are read, not %d to %d", what, got>>10, least>>10, most>>10)
			}
		}
		stuck, calm := func() {}, func() { pace.took(0, 1) }
		want("stuck for a minute", readFor(time.Minute, stuck), wireBurst, wireBurst+60*wireTrickle+2*chunk)
		want("calm for a second", readFor(time.Second, calm), wireRate, wireRate+wireBurst+2*chunk)
		pace.overspent(true)
		want("a minute's flood", readFor(time.Minute, calm), 59*terminal.Rate, 61*terminal.Rate)
		pace.overspent(false)
		time.Sleep(time.Second)
		began := time.Now()
		for range terminal.Burst / chunk {
			pace.wait(chunk)
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("a paste as long as may come at once takes %v to be read", took)
		}
	})
}

// Who reads slowly, and never all there is, is read for as fast as they do.
func TestThrottleOfTheSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := newThrottle(nil)
		const chunk, minutes = 4 << 10, 10
		go func() {
			for range minutes * 60 {
				time.Sleep(time.Second)
				pace.took(chunk, chunk)
			}
		}()
		bytes := 0
		for began := time.Now(); time.Since(began) < minutes*time.Minute; bytes += chunk {
			pace.wait(chunk)
		}
		if read := minutes * 60 * chunk; bytes < read || bytes > read+wireBurst+minutes*60*wireTrickle {
			t.Errorf("of somebody who reads %d KB, %d KB are read", read>>10, bytes>>10)
		}
	})
}

// A session that goes on reading has its connection read on at once.
func TestThrottleEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, session := range map[string]func(*throttle){
			"by reading all":   func(pace *throttle) { pace.took(100, 1000) },
			"by reading much":  func(pace *throttle) { pace.took(wireBurst, wireBurst) },
			"by having waited": func(pace *throttle) { pace.reading.Store(time.Now().Add(-2 * idleAfter).UnixNano()) },
			"by being closed":  func(pace *throttle) { close(pace.closed) },
		} {
			pace, began := newThrottle(nil), time.Now()
			time.AfterFunc(time.Second, func() { session(pace) })
			if pace.wait(wireBurst + 1); time.Since(began) > 2*time.Second {
				t.Errorf("%s: after %v", name, time.Since(began))
			}
		}
	})
}

// That a client has hung up is noticed though nothing of what it sent before is read: at
// once if it says so, and else by sending it something.
func TestThrottleNoticesHangUp(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for name, linger := range map[string]int{"reset": 0, "end": -1} {
		client, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		server, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		pace := newThrottle(server)
		pace.ask = func() { io.WriteString(server, "still there?") }
		client.Write(make([]byte, 64<<10))
		client.(*net.TCPConn).SetLinger(linger)
		waited := make(chan bool, 1)
		go func() { waited <- pace.wait(1 << 30) }() // for days
		client.Close()
		patience := time.After(time.Minute)
		for gone := false; !gone; {
			pace.asked = time.Time{}
			pace.overspent(linger != 0)
			select {
			case there := <-waited:
				if gone = true; there {
					t.Errorf("%s: the connection is read on", name)
				}
			case <-time.After(10 * time.Millisecond):
			case <-patience:
				t.Fatalf("%s: it isn't noticed", name)
			}
		}
	}
}

// The connection's throttle hears of all that the session reads.
func TestThrottleIsTold(t *testing.T) {
	pace := newThrottle(nil)
	ch, _, err := meteredOffer{offerOf{data: "a key, and the next"}, pace}.Accept()
	if err != nil {
		t.Fatal(err)
	}
	pace.ahead.Store(100)
	ch.Read(make([]byte, 5))
	if ahead := pace.ahead.Load(); ahead != 95 {
		t.Errorf("of 100 bytes, %d are left when 5 are read", ahead)
	}
	ch.Read(make([]byte, 100))
	if ahead := pace.ahead.Load(); ahead != 0 {
		t.Errorf("when all is read, %d bytes are left", ahead)
	}
}

// offerOf offers a channel with something to read.
type offerOf struct {
	gossh.NewChannel
	data string
}

func (o offerOf) Accept() (gossh.Channel, <-chan *gossh.Request, error) {
	return channelOf{data: strings.NewReader(o.data)}, nil, nil
}

type channelOf struct {
	gossh.Channel
	data io.Reader
}

func (c channelOf) Read(p []byte) (int, error) { return c.data.Read(p) }
