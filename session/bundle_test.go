package session

import (
	"errors"
	"io"
	"net"
	"slices"
	"testing"
)

// A bundle keeps back what more surely follows, and no more.
func TestBundle(t *testing.T) {
	var sent []string
	b := &bundle{send: func(p []byte) (int, error) { sent = append(sent, string(p)); return len(p), nil }}
	step := func(what string, want ...string) {
		t.Helper()
		if !slices.Equal(sent, want) {
			t.Errorf("%s: %q is sent, not %q", what, sent, want)
		}
		sent = nil
	}
	write := func(p string, last bool) {
		t.Helper()
		if n, err := b.write([]byte(p), last); n != len(p) || err != nil {
			t.Errorf("write of %s: %d, %v", p, n, err)
		}
	}
	write("an answer, ", false)
	write("and another", false)
	step("nobody reads")
	b.waits()
	step("somebody reads", "an answer, and another")
	write("a word", false)
	step("somebody waits for the client", "a word")
	b.follows()
	write("a banner, ", false)
	step("more follows")
	write("and a welcome", false)
	step("it has", "a banner, and a welcome")
	b.follows()
	b.came()
	write("granted, ", true)
	step("the last, but more follows")
	write("and shown", true)
	step("the last", "granted, and shown")
	if !b.over.Load() || b.kept != nil {
		t.Error("the last is written, and it isn't over")
	}
}

func TestBundleFails(t *testing.T) {
	b := &bundle{send: func([]byte) (int, error) { return 0, io.ErrClosedPipe }}
	b.write([]byte("kept"), false)
	if err := b.waits(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("what was kept can't be sent: %v", err)
	}
	if _, err := b.write([]byte("gone"), false); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("nothing can be sent: %v", err)
	}
}

// What came with the version is read after it, and no byte twice.
func TestReadsAhead(t *testing.T) {
	server, client := net.Pipe()
	defer server.Close()
	c := &conn{Conn: server, counted: newCounters()}
	go func() {
		for _, piece := range []string{"SS", "H-2.0-x\r\nand what", " follows"} {
			io.WriteString(client, piece)
		}
		client.Close()
	}()
	var read []byte
	for p := make([]byte, 1); ; {
		n, err := c.Read(p)
		read = append(read, p[:n]...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if c.version.done && len(c.ahead) == 0 {
			p = make([]byte, 100)
		}
	}
	if want := "SSH-2.0-x\r\nand what follows"; string(read) != want {
		t.Errorf("%q is read, not %q", read, want)
	}
	if n := c.counted.received.Load(); n != uint64(len(read)) {
		t.Errorf("%d of %d bytes are counted", n, len(read))
	}
}
