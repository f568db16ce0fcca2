package session

import (
	"net"
	"sync/atomic"
	"syscall"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"strangerd/session/terminal"
)

const (
	// How fast a person's connection is read once the session has begun, in bytes a
	// second and at once. Key exchanges and requests need far less.
	wireRate  = 1 << 20
	wireBurst = 128 << 10
	// wireTrickle is how fast it is read while the session is wireBurst behind. It isn't
	// left unread: the session may be waiting for an exchange of keys.
	wireTrickle = 1 << 10
	// hangUpDelay is how long it takes at most to notice that a client whose connection
	// isn't read has hung up, once that is known to the kernel.
	hangUpDelay = time.Second / 4
	// askEvery is how often a client that floods is sent something. If it has hung up,
	// its end of the connection says so: that alone doesn't wait behind what it has sent.
	askEvery = time.Second
	// idleAfter is how long a session has to have waited for something to read to be taken
	// for one that isn't behind: what comes meanwhile is not for it. On a busy machine it
	// may wait that long for its turn.
	idleAfter = time.Second
	keepAlive = "keepalive@openssh.com" // as OpenSSH's server calls what it sends for that
)

// throttle has a connection read no faster than its client's budget for as long as
// that is spent, and hardly at all while the session is far behind with reading, on a busy
// machine. Else the SSH library would keep 2 MB of what the client sends ahead, a window
// whose size can't be set.
type throttle struct {
	on, spent atomic.Bool
	ahead     atomic.Int64 // bytes read that the session has yet to read, about
	conn      net.Conn
	reading   atomic.Int64 // since when the session waits for something to read, in Unix nanoseconds, or 0
	closed    chan struct{}

	ask   func()    // sends the client something; set before on
	asked time.Time // the session's reader's own

	debt  float64 // bytes read and not yet paid back; the connection's reader's own
	since time.Time
}

// wait accounts for n bytes that were read, and returns when more may be. If it returns
// false, nobody is there any more.
func (t *throttle) wait(n int) bool {
	if !t.on.Load() {
		return true
	}
	now := time.Now()
	t.debt = max(0, t.debt-now.Sub(t.since).Seconds()*wireRate) + float64(n)
	t.since = now
	pause := (t.debt - wireBurst) / wireRate
	if t.spent.Load() {
		pause = float64(n) / terminal.Rate
	}
	if t.idle(now) {
		t.ahead.Store(0)
	}
	behind := t.ahead.Add(int64(n)) > wireBurst
	if behind {
		pause = float64(n) / wireTrickle
	}
	over := now.Add(time.Duration(pause * float64(time.Second)))
	for left := time.Until(over); left > 0; left = time.Until(over) {
		if !t.sleep(min(left, hangUpDelay)) || hungUp(t.conn) {
			return false
		}
		if behind && (t.ahead.Load() <= wireBurst || t.idle(time.Now())) {
			break
		}
	}
	return true
}

// idle tells whether the session has waited for something to read for a while.
func (t *throttle) idle(now time.Time) bool {
	since := t.reading.Load()
	return since != 0 && now.UnixNano()-since > int64(idleAfter)
}

// sleep tells whether the connection is still open after so long.
func (t *throttle) sleep(d time.Duration) bool {
	over := time.NewTimer(d)
	defer over.Stop()
	select {
	case <-over.C:
		return true
	case <-t.closed:
		return false
	}
}

// took accounts for n bytes that the session has read, where it had room for so many.
// What came to less was all there was: that the line carries more than a channel's bytes
// adds up no further.
func (t *throttle) took(n, room int) {
	if n < room {
		t.ahead.Store(0)
		return
	}
	t.ahead.Add(-int64(n))
}

// overspent is told by the session's reader whether a budget is spent.
func (t *throttle) overspent(spent bool) {
	t.spent.Store(spent)
	if now := time.Now(); spent && now.Sub(t.asked) >= askEvery {
		t.asked = now
		t.ask()
	}
}

// hungUp tells whether the other end of a connection is known to be gone, whatever it
// has sent before that is still to be read.
func hungUp(nc net.Conn) (gone bool) {
	tcp, ok := nc.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return true
	}
	err = raw.Control(func(fd uintptr) {
		_, lost := syscall.Getpeername(int(fd))
		gone = lost != nil
	})
	return gone || err != nil
}

// meteredOffer is an offer of a channel whose reading a throttle follows.
type meteredOffer struct {
	gossh.NewChannel
	pace *throttle
}

func (o meteredOffer) Accept() (gossh.Channel, <-chan *gossh.Request, error) {
	ch, requests, err := o.NewChannel.Accept()
	if err != nil {
		return nil, nil, err
	}
	return metered{ch, o.pace}, requests, nil
}

type metered struct {
	gossh.Channel
	pace *throttle
}

func (m metered) Read(p []byte) (int, error) {
	m.pace.reading.Store(time.Now().UnixNano())
	n, err := m.Channel.Read(p)
	m.pace.reading.Store(0)
	m.pace.took(n, len(p))
	return n, err
}
