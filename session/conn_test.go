package session

import (
	"io"
	"net"
	"testing"
	"time"
)

// A session that would begin as the grace period ends doesn't: it would end the next
// moment, by a connection that is closed under it.
func TestBeginsWithinTheGracePeriod(t *testing.T) {
	c := &conn{grace: time.NewTimer(time.Hour)}
	if !c.begin() {
		t.Error("a session begins in time, and isn't let")
	}
	if c.begin() {
		t.Error("a session begins after the grace period")
	}
}

// Where nobody has got round to reading what a client said, it isn't taken for one that
// says nothing: it gives its place away, and stays.
func TestWhoHasSpokenIsNotDisplaced(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for said, want := range map[string]struct{ room, gone bool }{
		"":                             {room: true, gone: true},
		"SSH-2.0-Open":                 {},
		"SSH-2.0-OpenSSH_10.0\r\nmore": {room: true},
		"GET / HTTP/1.1\r\n":           {}, // ends by itself, once it is read
	} {
		client, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		nc, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		if _, err := io.WriteString(client, said); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); len(unread(nc)) < len(said) && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		s := &Server{counters: newCounters()}
		room := s.displace(nc)
		_, err = nc.Write([]byte{0})
		if room != want.room || err != nil != want.gone {
			t.Errorf("%q: there is room: %v, and writing gives %v", said, room, err)
		}
	}
}
