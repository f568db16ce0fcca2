package session

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"charm.land/ssh"

	"strangerd/moderation"
)

// conn is a connection from the moment it is accepted.
type conn struct {
	net.Conn
	staffOnly bool
	grace     *time.Timer // closes the connection unless a session is opened
	taken     atomic.Bool // by its one session
	opened    atomic.Bool // the session has begun
	close     func()
}

// connKey is where an SSH context holds its conn.
type connKey struct{}

// track is called for every connection before the key exchange. A nil result
// ends the connection.
func (s *Server) track(ctx ssh.Context, nc net.Conn) net.Conn {
	door, staffOnly := nc.(staffConn)
	if staffOnly {
		nc = door.Conn
	}
	c := &conn{Conn: nc, staffOnly: staffOnly}
	c.close = sync.OnceFunc(func() {
		c.grace.Stop()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	})
	s.mu.Lock()
	s.conns[c] = struct{}{}
	c.grace = time.AfterFunc(s.config.LoginGrace, func() { nc.Close() })
	s.mu.Unlock()
	ctx.SetValue(connKey{}, c)
	if banned := new(moderation.Banned); !staffOnly && errors.As(s.config.Gate.Screen(address(nc.RemoteAddr())), &banned) {
		disconnect(nc, banWords(&s.config, s.words.For(), banned.Ban))
		c.close()
		return nil
	}
	return c
}

// claim gives the connection's one session to the first that asks.
func (c *conn) claim() bool { return !c.taken.Swap(true) }

// begin says that the session has begun: the log-in is over.
func (c *conn) begin() {
	c.opened.Store(true)
	c.grace.Stop()
}

// unused tells whether no session has begun.
func (c *conn) unused() bool { return !c.opened.Load() }

// Close closes the connection and forgets it.
func (c *conn) Close() error {
	c.close()
	return c.Conn.Close()
}

// staffListener marks its connections as the staff's.
type staffListener struct{ net.Listener }

type staffConn struct{ net.Conn }

func (l staffListener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return staffConn{nc}, nil
}
