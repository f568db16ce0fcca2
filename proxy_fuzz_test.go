package main

import (
	"bytes"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
)

// FuzzHeader checks that whatever a trusted proxy sends first is a header, and what
// follows is passed on as it is, or that nobody is behind it.
func FuzzHeader(f *testing.F) {
	const v2 = "\r\n\r\n\x00\r\nQUIT\n"
	for _, header := range []string{
		"PROXY TCP4 192.0.2.7 192.0.2.1 1234 22\r\nSSH-2.0-x\r\n",
		"PROXY TCP6 fc00:dead:beef:4dad::7 ::1 1234 22\r\nSSH-2.0-x\r\n",
		"PROXY UNKNOWN\r\nSSH-2.0-x\r\n",
		"PROXY TCP4 ::1 192.0.2.1 1234 22\r\n",
		"PROXY TCP4 192.0.2.7 192.0.2.1 123456 22\r\n",
		"SSH-2.0-x\r\nPROXY UNKNOWN\r\n",
		v2 + "\x20\x00\x00\x00SSH-2.0-x\r\n",                                                       // LOCAL
		v2 + "\x21\x11\x00\x0c\xc0\x00\x02\x07\xc0\x00\x02\x01\x04\xd2\x00\x16SSH-2.0-x\r\n",       // TCP over IPv4
		v2 + "\x21\x11\x00\x0f\xc0\x00\x02\x07\xc0\x00\x02\x01\x04\xd2\x00\x16\x04\x00\x00SSH-2.0", // and a TLV
		v2 + "\x21\x12\x00\x0c\xc0\x00\x02\x07\xc0\x00\x02\x01\x04\xd2\x00\x16",                    // UDP
		v2 + "\x21\x21\x00\x24" + strings.Repeat("\x20\x01\x0d\xb8", 9),                            // TCP over IPv6
		v2 + "\x21\x31\x00\xd8" + strings.Repeat("/", 216),                                         // a Unix socket
		v2 + "\x21\x11\xff\xff\xc0\x00\x02\x07",
	} {
		f.Add([]byte(header))
	}
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { inner.Close() })
	trusting := &proxyListener{inner, []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	f.Fuzz(func(t *testing.T, sent []byte) {
		if len(sent) > 32<<10 {
			return // would not fit into the buffers of a connection that nobody reads yet
		}
		client, server := meet(t, trusting)
		if _, err := client.Write(sent); err != nil {
			t.Fatal(err)
		}
		client.CloseWrite()
		from := server.RemoteAddr()
		read, _ := io.ReadAll(server)
		if from == (nobody{}) {
			return
		}
		if !bytes.HasPrefix(sent, []byte("PROXY ")) && !bytes.HasPrefix(sent, []byte(v2)) {
			t.Errorf("%q comes from %v", sent, from)
		}
		if !bytes.HasSuffix(sent, read) || len(read) == len(sent) {
			t.Errorf("of %q, %q is passed on", sent, read)
		}
		if tcp, ok := from.(*net.TCPAddr); ok && (!tcp.AddrPort().IsValid() || tcp.Zone != "") {
			t.Errorf("%q comes from %#v", sent, tcp)
		}
	})
}

// meet returns the two ends of a connection.
func meet(t *testing.T, listener *proxyListener) (client *net.TCPConn, server net.Conn) {
	t.Helper()
	dialed, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	client = dialed.(*net.TCPConn)
	client.SetLinger(0) // not to use up the ports
	t.Cleanup(func() {
		server.Close()
		client.Close()
	})
	return client, server
}
