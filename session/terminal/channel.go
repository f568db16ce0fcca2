package terminal

import (
	"bytes"
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/crypto/ssh"
)

const (
	// WriteTimeout is how long a client may leave one write untaken before it
	// is disconnected.
	WriteTimeout = 30 * time.Second
	// closeTimeout is how long a client that was told the exit status has to end the
	// connection, before that is closed under it.
	closeTimeout = 2 * time.Second
	// keepalive is the request by which OpenSSH's server asks whether a client is
	// still there.
	keepalive = "keepalive@openssh.com"
)

// Channel is an SSH session channel whose client has asked for a shell or a
// command. Its methods belong to the goroutine that called [Accept], and while
// [Channel.Run] runs to its model, but for those that say otherwise.
type Channel struct {
	// Command is what the client asked to run, as it sent it, cut at
	// [MaxCommand] bytes; Exec is false when it asked for a shell.
	Command string
	Exec    bool
	// Pty tells whether the client has a terminal, Term its type.
	Pty  bool
	Term string
	// Painted is told how long each paint took, from the model's view to the last
	// byte that the client took. It is set before [Channel.Run]; nil isn't told.
	Painted func(took time.Duration)

	// Overspent, unless it is nil, is told by the goroutine that reads for [Channel.Run]
	// of what the client has sent more than it may, and of [Nothing] when reading goes on.
	Overspent func(Spent)
	// Abort closes the connection of a client that takes nothing, so that what it hasn't
	// taken isn't kept for it. If it is nil, the connection is closed like any other.
	Abort func()

	env     []string
	size    size
	resized atomic.Bool // a window change is on its way to the event loop

	ch       ssh.Channel
	requests <-chan *ssh.Request
	hand     chan struct{} // a token hands them from drain to Run
	conn     ssh.Conn
	ctx      context.Context // ends when the client has closed the channel
	cancel   context.CancelFunc
	waiters  sync.WaitGroup

	loop     atomic.Pointer[loop]
	panicked atomic.Pointer[PanicError]
	reads    atomic.Uint64 // chunks read; ahead of loop.decoded while one waits
	events   atomic.Uint64 // decoded from them
	stuck    *time.Timer   // armed during a write
	painter  painter
}

// Hooks are called by [Accept]: Refusing before a subsystem is refused, Shell before a
// shell is granted, which output follows without a word from the client.
type Hooks struct{ Refusing, Shell func() }

// Accept accepts a session channel and answers its requests until the client
// asks for a shell or a command, or closes it, which is io.EOF. A client that asks for
// a subsystem, such as sftp, is refused after hooks.Refusing was called. When the Channel is
// closed, conn is closed with it.
func Accept(offer ssh.NewChannel, conn ssh.Conn, hooks Hooks) (*Channel, error) {
	ch, requests, err := offer.Accept()
	if err != nil {
		return nil, err
	}
	c := &Channel{ch: ch, requests: requests, hand: make(chan struct{}), conn: conn}
	c.size.store(0, 0)
	if !c.setup(requests, hooks) {
		return nil, io.EOF
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.armWrites()
	c.waiters.Go(c.drain)
	return c, nil
}

// Columns is how wide the client's terminal is, in cells: [DefaultCols] if it has
// none.
func (c *Channel) Columns() int {
	cols, _ := c.size.load()
	return cols
}

// armWrites makes the timer that raw starts for each write.
func (c *Channel) armWrites() {
	c.stuck = time.AfterFunc(WriteTimeout, c.Cut)
	c.stuck.Stop()
}

// Env returns the value of an environment variable that the client sent.
func (c *Channel) Env(name string) string { return lookup(c.env, name) }

// Context ends when the client is gone.
func (c *Channel) Context() context.Context { return c.ctx }

// Read reads what the client sends, unfiltered and without a budget, for a
// command's standard input. It is not to be mixed with [Channel.Run]. The error is
// io.EOF only when the client said that this is all: where the connection broke, it
// is io.ErrUnexpectedEOF.
func (c *Channel) Read(p []byte) (int, error) {
	n, err := c.ch.Read(p)
	if err == io.EOF && !c.answers() {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// answers tells whether the client is still there. The SSH library reports the end
// of a connection as an end of input, so the client is asked; it answers any
// request, be it by not knowing it (RFC 4254, section 5.4). Who doesn't answer within
// WriteTimeout is disconnected.
func (c *Channel) answers() bool {
	late := time.AfterFunc(WriteTimeout, func() { c.conn.Close() })
	defer late.Stop()
	_, err := c.ch.SendRequest(keepalive, true, nil)
	return err == nil
}

// Ask asks the client for a sign of life, and waits for nobody. It may be called by
// any goroutine until Exit is. The answer shows as something that the connection
// reads; answered is closed when it comes.
func (c *Channel) Ask() (answered <-chan struct{}) {
	came := make(chan struct{})
	c.Go(func() {
		if _, err := c.ch.SendRequest(keepalive, true, nil); err == nil {
			close(came)
		}
	})
	return came
}

// Write writes p to the client as it is, but that lines end as the client's
// terminal needs it.
func (c *Channel) Write(p []byte) (int, error) { return c.send(c.ch, p) }

// Stderr returns the client's standard error, which a terminal doesn't tell
// from its standard output.
func (c *Channel) Stderr() io.Writer {
	return writerFunc(func(p []byte) (int, error) { return c.send(c.ch.Stderr(), p) })
}

func (c *Channel) send(w io.Writer, p []byte) (int, error) {
	out := p
	if c.Pty {
		out = bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))
	}
	if err := c.raw(w, out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// raw writes p, and disconnects the client that doesn't take it in time.
func (c *Channel) raw(w io.Writer, p []byte) error {
	c.stuck.Reset(WriteTimeout)
	_, err := w.Write(p)
	c.stuck.Stop()
	if err != nil {
		c.cancel()
	}
	return err
}

// Exit tells the client the exit code of what it ran, closes the channel and
// the connection, and waits for the Channel's goroutines. The client has
// closeTimeout to take the code and to hang up: one that still has something to say
// when the connection is gone, such as OpenSSH, takes that for a failure.
func (c *Channel) Exit(code int) {
	late := time.AfterFunc(closeTimeout, func() { c.conn.Close() })
	defer late.Stop()
	status := ssh.Marshal(struct{ Status uint32 }{uint32(code)})
	c.ch.SendRequest("exit-status", false, status)
	c.ch.CloseWrite()
	c.ch.Close()
	c.conn.Wait()
	c.Close()
}

// Disconnect closes the connection, and waits for nobody.
func (c *Channel) Disconnect() { c.conn.Close() }

// Cut is Disconnect of a client that takes nothing: what is on its way to it is lost.
func (c *Channel) Cut() {
	if c.Abort != nil {
		c.Abort()
		return
	}
	c.conn.Close()
}

// Close closes the connection and waits for the Channel's goroutines.
func (c *Channel) Close() {
	c.conn.Close()
	c.waiters.Wait()
}

// After posts msg when d has passed. Any goroutine may call it. The caller stops the
// timer that it no longer needs, or it keeps the Channel in memory.
func (c *Channel) After(d time.Duration, msg tea.Msg) *time.Timer {
	return time.AfterFunc(d, func() {
		defer c.contain()
		fault(msg)
		c.Post(msg)
	})
}

// Post sends msg to the running model, and waits for nobody. Any goroutine may call it.
func (c *Channel) Post(msg tea.Msg) {
	if l := c.loop.Load(); l != nil {
		l.posted.put(msg)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
