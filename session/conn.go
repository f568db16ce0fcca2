package session

import (
	"errors"
	"math"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"strangerd/moderation"
	"strangerd/session/locale"
	"strangerd/session/terminal"
)

// conn is a connection from the moment it is accepted.
type conn struct {
	net.Conn
	arrival *moderation.Arrival // nil at the staff's own address
	counted *counters
	version version
	ahead   []byte // read with the version, and not yet taken
	bundle  bundle // of what is written until the session has begun
	pace    throttle
	grace   *time.Timer // closes the connection unless a session is opened
	taken   atomic.Bool // by its one session
	opened  atomic.Bool // the session has begun
	heard   atomic.Bool // something came since it was looked
	close   func()

	rejecting atomic.Int32 // channels, each on a goroutine until its client takes the answer
}

// maxRejecting is how many channels a client may have offered whose refusal it has
// not taken.
const maxRejecting = 500

// connKey is where an SSH context holds its conn.
type connKey struct{}

// track is called for every connection before the key exchange. A nil result
// ends the connection.
func (s *Server) track(ctx ssh.Context, nc net.Conn) net.Conn {
	c := &conn{Conn: nc, counted: s.counters}
	door, staffOnly := nc.(staffConn)
	if staffOnly {
		c.Conn = door.Conn
	} else {
		addr := address(nc.RemoteAddr())
		if !addr.IsValid() {
			s.counters.refused.add(refusedHeader)
			s.refusals.say(nc, s.words.For().Say(locale.NoProxyHeader))
			return nil
		}
		displace := func() bool { return s.displace(nc) }
		spoke := told(nc)
		if spoke {
			displace = nil
		}
		var err error
		if c.arrival, err = s.config.Gate.Screen(addr, address(nc.LocalAddr()), displace); err != nil {
			s.counters.refused.add(refusal(err))
			s.refusals.say(nc, s.screened(err))
			return nil
		}
		if spoke {
			s.queue(c.arrival)
		} else {
			c.arrival.Enter()
		}
	}
	s.counters.accepted.Add(1)
	c.pace.conn, c.pace.closed = c.Conn, make(chan struct{})
	c.bundle.send = c.send
	c.close = sync.OnceFunc(func() {
		c.grace.Stop()
		close(c.pace.closed)
		if c.arrival != nil {
			c.arrival.Close()
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.conns, c)
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = struct{}{}
	c.grace = time.AfterFunc(s.config.LoginGrace, func() {
		s.counters.limits.add(limitGrace)
		abort(c.Conn)
	})
	ctx.SetValue(connKey{}, c)
	return c
}

// queue waits for a client's turn to log in. Nobody else knows of the connection
// meanwhile: it costs a goroutine, and its grace period has not begun.
func (s *Server) queue(a *moderation.Arrival) {
	s.turn.Lock() // first come, first served
	defer s.turn.Unlock()
	for wait := s.config.Gate.Busy(); wait > 0; wait = s.config.Gate.Busy() {
		time.Sleep(min(wait, time.Millisecond)) // somebody may be in, or go
	}
	a.Enter()
}

// displace ends a connection that has said nothing, to make room for another, and tells
// whether there is room now. What it said may wait to be read, on a busy machine: then
// it isn't ended, and makes room if that is its version.
func (s *Server) displace(nc net.Conn) bool {
	if len(unread(nc)) > 0 {
		return told(nc)
	}
	s.counters.limits.add(limitSilent)
	abort(nc)
	return true
}

// told tells whether a client's version waits to be read.
func told(nc net.Conn) bool {
	var v version
	return v.read(unread(nc)) && v.done
}

// unread returns the beginning of what waits to be read, as much as a version takes
// (RFC 4253, section 4.2).
func unread(nc net.Conn) []byte {
	c, ok := nc.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	n, line := 0, make([]byte, 255)
	raw.Control(func(fd uintptr) { // not Read, which waits for who is reading
		n, _, _ = syscall.Recvfrom(int(fd), line, syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	})
	return line[:max(n, 0)]
}

// screened are the words for whom the gate refused.
func (s *Server) screened(why error) string {
	words := s.words.For()
	if banned := new(moderation.Banned); errors.As(why, &banned) {
		return banWords(&s.config, words, banned.Ban)
	}
	limited := new(moderation.Limited)
	if !errors.As(why, &limited) {
		return words.Say(locale.Failed)
	}
	minutes := int(math.Ceil(limited.Again.Minutes()))
	switch {
	case limited.Most > 0:
		return words.Count(locale.SourceCrowded, limited.Most)
	case limited.Misbehaved:
		return words.Count(locale.SourcePenalty, minutes)
	}
	return words.Count(locale.SourceTooOften, minutes)
}

// staffOnly tells whether the connection came to the staff's own address.
func (c *conn) staffOnly() bool { return c.arrival == nil }

// Read reads what the client sends, and fails if that doesn't begin with a
// version: the SSH library would skip lines before it, such as a PROXY header that
// nobody should believe.
func (c *conn) Read(p []byte) (int, error) {
	if !c.version.done || len(c.ahead) > 0 {
		return c.readAhead(p)
	}
	logsIn := !c.bundle.over.Load()
	if logsIn {
		if err := c.bundle.waits(); err != nil {
			return 0, err
		}
	}
	n, err := c.Conn.Read(p)
	if logsIn {
		c.bundle.came()
	}
	c.heard.Store(true)
	c.counted.received.Add(uint64(n))
	if !c.pace.wait(n) {
		return 0, net.ErrClosed
	}
	return n, err
}

// aheadSize is what is read with a version, in bytes. The longest that the SSH library
// takes has 255.
const aheadSize = 256

// readAhead reads up to the version's end: the SSH library asks for each byte by itself.
func (c *conn) readAhead(p []byte) (int, error) {
	var err error
	if len(c.ahead) == 0 {
		if err := c.bundle.waits(); err != nil {
			return 0, err
		}
		var n int
		c.ahead = make([]byte, aheadSize)
		n, err = c.Conn.Read(c.ahead)
		c.ahead = c.ahead[:n]
		c.bundle.came()
		c.heard.Store(true)
		c.counted.received.Add(uint64(n))
		if !c.version.read(c.ahead) {
			return 0, errNoVersion
		}
		if c.version.done && c.arrival != nil {
			c.arrival.Spoke()
		}
	}
	n := copy(p, c.ahead)
	if c.ahead = c.ahead[n:]; len(c.ahead) == 0 {
		c.ahead = nil
	}
	return n, err
}

// Write writes to the client, or keeps what more follows at once during a log-in.
func (c *conn) Write(p []byte) (int, error) {
	if !c.bundle.over.Load() {
		return c.bundle.write(p, c.opened.Load())
	}
	return c.send(p)
}

// send writes to the client now.
func (c *conn) send(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.counted.sent.Add(uint64(n))
	return n, err
}

// errNoVersion ends a connection whose client speaks something else.
var errNoVersion = errors.New("the client doesn't begin with its SSH version")

// version follows the first line of a client (RFC 4253, section 4.2).
type version struct {
	matched int // bytes of versionStart
	done    bool
}

const versionStart = "SSH-"

// read takes what was read, and tells whether it may be a version's.
func (v *version) read(p []byte) bool {
	for _, b := range p {
		switch {
		case v.matched < len(versionStart):
			if b != versionStart[v.matched] {
				return false
			}
			v.matched++
		case b == '\n':
			v.done = true
			return true
		}
	}
	return true
}

// claim gives the connection's one session to the first that asks.
func (c *conn) claim() bool { return !c.taken.Swap(true) }

// reject refuses a channel in words, or ends the connection of who takes no words.
func (c *conn) reject(offer gossh.NewChannel, words string) {
	defer c.rejecting.Add(-1)
	if c.rejecting.Add(1) > maxRejecting {
		c.abort()
		return
	}
	offer.Reject(gossh.Prohibited, words)
}

// begin says that the session begins: the log-in is over. It tells whether that was
// in time; if not, the connection is being closed.
func (c *conn) begin() bool {
	c.opened.Store(true)
	return c.grace.Stop()
}

// crowds tells, once it has begun, whether so many come from one shared address that
// the operator should hear of it.
func (c *conn) crowds() bool { return c.arrival != nil && c.arrival.Opened() }

// answered says that the client was told that what it asked for is not here.
func (c *conn) answered() {
	if c.arrival != nil {
		c.arrival.Answered()
	}
}

// overspent is told of what the client has sent more than it may, and when it may send
// again. Bytes beyond the budget are a flood; events can be a paste.
func (c *conn) overspent(what terminal.Spent) {
	c.pace.overspent(what != terminal.Nothing)
	switch what {
	case terminal.Bytes:
		c.counted.limits.add(limitInput)
		if c.arrival != nil {
			c.arrival.Flooded()
		}
	case terminal.Events:
		c.counted.limits.add(limitEvents)
	}
}

// unused tells whether no session has begun.
func (c *conn) unused() bool { return !c.opened.Load() }

// Close closes the connection and forgets it.
func (c *conn) Close() error {
	c.close()
	return c.Conn.Close()
}

// abort closes the connection of who is cut off for what they did, and forgets it.
func (c *conn) abort() {
	dropUnsent(c.Conn)
	c.Close()
}

func abort(nc net.Conn) {
	dropUnsent(nc)
	nc.Close()
}

// dropUnsent has a connection that is closed be reset. Otherwise the kernel keeps what
// the client hasn't taken, of which there can be megabytes, for minutes. It is not for
// where words were said last: they would be lost.
func dropUnsent(nc net.Conn) {
	if tcp, ok := nc.(interface{ SetLinger(sec int) error }); ok {
		tcp.SetLinger(0)
	}
}

// calmListener accepts no faster than the gate wants newcomers.
type calmListener struct {
	net.Listener
	gate *moderation.Gate
}

func (l calmListener) Accept() (net.Conn, error) {
	for wait := l.gate.Crowded(); wait > 0; wait = l.gate.Crowded() {
		time.Sleep(min(wait, 5*time.Millisecond)) // somebody may speak, or go
	}
	nc, err := l.Listener.Accept()
	runtime.Gosched() // the last one's goroutine has it counted
	return nc, err
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
