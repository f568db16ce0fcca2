package main

import (
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/pires/go-proxyproto"

	"strangerd/moderation"
)

// headerTimeout is how long a proxy has to send its header.
const headerTimeout = 3 * time.Second

// proxyListener accepts connections, of which those from trusted proxies have to
// say in a PROXY protocol header where they come from. What any other client
// sends is its own: a header from it is not looked at here, and no SSH.
type proxyListener struct {
	net.Listener
	proxies []netip.Prefix
}

func (l *proxyListener) Accept() (net.Conn, error) {
	for {
		nc, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		tcp := nc.(*net.TCPConn)
		from := peer(tcp)
		switch {
		case slices.ContainsFunc(l.proxies, func(p netip.Prefix) bool { return p.Contains(from) }):
			return &proxyConn{tcp, proxyproto.NewConn(tcp, proxyproto.SetReadHeaderTimeout(headerTimeout))}, nil
		case moderation.IsCircuit(from): // no machine's address
			nc.Close()
		default:
			return nc, nil
		}
	}
}

// peer is the address at the other end of a connection.
func peer(tcp *net.TCPConn) netip.Addr {
	return tcp.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Unmap()
}

// proxyConn is a connection that a trusted proxy makes for somebody.
type proxyConn struct {
	*net.TCPConn
	behind *proxyproto.Conn // without its header
}

// RemoteAddr is the address that the proxy names, or, if it says that it comes for
// itself (LOCAL, UNKNOWN), its own. It is nobody's if there was no header that
// can be understood in time, which is waited for.
func (c *proxyConn) RemoteAddr() net.Addr {
	if c.behind.ProxyHeader() == nil {
		return nobody{}
	}
	return c.behind.RemoteAddr()
}

func (c *proxyConn) Read(p []byte) (int, error) {
	if c.behind.ProxyHeader() == nil {
		return c.TCPConn.Read(p)
	}
	return c.behind.Read(p)
}

// nobody is the address of a connection that doesn't say where it comes from.
type nobody struct{}

func (nobody) Network() string { return "none" }
func (nobody) String() string  { return "unknown" }
