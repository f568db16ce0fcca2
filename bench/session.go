package main

import (
	"context"
	"errors"
	"io"
	"net"

	"golang.org/x/crypto/ssh"
)

// A session is a connection with one session channel on it.
type session struct {
	conn    *ssh.Client
	channel ssh.Channel
}

// source is the n-th address of this machine to come from, none of them 127.0.0.1,
// which is everybody's and never limited.
func source(n int) *net.TCPAddr {
	return &net.TCPAddr{IP: net.IPv4(127, byte(1+n>>16), byte(n>>8), byte(n))}
}

// dial connects from an address, or from any if that is nil.
func dial(ctx context.Context, from *net.TCPAddr, addr string) (*net.TCPConn, error) {
	var dialer net.Dialer
	if from != nil {
		dialer.LocalAddr = from
	}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

// clientVersion is what all clients call themselves.
const clientVersion = "SSH-2.0-bench"

// A spokenConn is one on which the client has told its version before the SSH library
// does.
type spokenConn struct {
	net.Conn
	told bool // by the library, which is the first that it writes
}

// speak tells the client's version at once, as clients do that have a machine each.
func speak(conn net.Conn) (*spokenConn, error) {
	_, err := io.WriteString(conn, clientVersion+"\r\n")
	return &spokenConn{Conn: conn}, err
}

func (c *spokenConn) Write(p []byte) (int, error) {
	if !c.told {
		c.told = true
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// guest is the user name of who likes nothing.
const guest = "guest"

// newClient logs in with the method none. Who fails closes conn.
func newClient(conn net.Conn, user, addr string) (*ssh.Client, error) {
	clientConn, channels, requests, err := ssh.NewClientConn(conn, addr, &ssh.ClientConfig{
		User:              user,
		ClientVersion:     clientVersion,
		HostKeyAlgorithms: []string{ssh.KeyAlgoED25519},
		HostKeyCallback:   ssh.InsecureIgnoreHostKey(), // it has nothing to lose to an impostor
	})
	if err != nil {
		return nil, err
	}
	return ssh.NewClient(clientConn, channels, requests), nil
}

// login logs in, and opens a session channel. Who fails closes conn.
func login(conn net.Conn, user, addr string) (session, error) {
	client, err := newClient(conn, user, addr)
	if err != nil {
		return session{}, err
	}
	s := session{conn: client}
	var requests <-chan *ssh.Request
	s.channel, requests, err = s.conn.OpenChannel("session", nil)
	if err != nil {
		return session{}, err
	}
	go ssh.DiscardRequests(requests)
	return s, nil
}

// shell asks for a shell at a terminal of this size.
func (s session) shell(columns, rows int) error {
	// The payload of RFC 4254, section 6.2.
	pty := ssh.Marshal(struct {
		Term                         string
		Columns, Rows, Width, Height uint32
		Modes                        string
	}{"xterm-256color", uint32(columns), uint32(rows), 0, 0, "\x00"})
	return errors.Join(s.ask("pty-req", pty), s.ask("shell", nil))
}

// ask sends a request that has to be granted.
func (s session) ask(request string, payload []byte) error {
	ok, err := s.channel.SendRequest(request, true, payload)
	if err != nil {
		return err
	}
	if !ok {
		return errors.New("the server refuses " + request)
	}
	return nil
}
