package main

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for what should come at once: a busy machine runs
// several of these tests beside each other. Only what fails takes so long. In a bubble,
// whose time waits for the machine, it is bubblePatience.
const (
	patience       = 2 * time.Minute
	bubblePatience = 20 * time.Second
)

// eventually tells whether something comes true while it is waited for.
func eventually(holds func() bool) bool {
	for late := time.Now().Add(patience); !holds(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(late) {
			return holds()
		}
	}
	return true
}

// exitNotAllowed is what only a session ends with.
const exitNotAllowed = 3

// With -race, a server that ends would sleep for a second, in case that somebody
// still races.
func init() {
	if os.Getenv("GORACE") == "" {
		os.Setenv("GORACE", "atexit_sleep_ms=0")
	}
}

// startServer starts a server for one test. It has to end well with it, and to
// print nothing about the people it served.
func startServer(t *testing.T, flags ...string) *program {
	t.Helper()
	return startServerIn(t, t.TempDir(), flags...)
}

func startServerIn(t *testing.T, folder string, flags ...string) *program {
	t.Helper()
	p, err := startProgram(folder, append([]string{"--name", "chat.example.org:22", "--shutdown-grace", "100ms"}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopServer(t, p) })
	return p
}

// stopServer ends a server that may have ended already.
func stopServer(t *testing.T, p *program) {
	t.Helper()
	if p.cmd.ProcessState != nil {
		return
	}
	if err := p.stop(); err != nil {
		t.Errorf("the server ended with %v: %s", err, p.later.String())
	}
	if said := p.later.String(); strings.Contains(said, "panic") || strings.Contains(said, "127.0.0.") {
		t.Errorf("the server printed %q", said)
	}
}

// output is what a client has been sent so far, for tests that wait for it.
type output struct {
	mu      sync.Mutex
	bytes   bytes.Buffer
	also    io.Writer     // sees it too, unless it is nil
	changed chan struct{} // closed with the next change, unless it is nil
	limit   time.Duration // to wait for something; 0 is patience
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes.Write(p)
	if o.also != nil {
		o.also.Write(p)
	}
	o.wake()
	return len(p), nil
}

// wake has those who wait look again. The caller holds o.mu.
func (o *output) wake() {
	if o.changed != nil {
		close(o.changed)
		o.changed = nil
	}
}

// wait waits until look, which it calls with o.mu held, is satisfied, and tells
// whether it was.
func (o *output) wait(look func() bool) bool {
	late := o.late()
	for {
		o.mu.Lock()
		if look() {
			o.mu.Unlock()
			return true
		}
		if o.changed == nil {
			o.changed = make(chan struct{})
		}
		changed := o.changed
		o.mu.Unlock()
		select {
		case <-changed:
		case <-late:
			return false
		}
	}
}

// late returns a channel that says when nothing more is waited for.
func (o *output) late() <-chan time.Time { return time.After(cmp.Or(o.limit, patience)) }

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes.String()
}

// chatter is somebody at a stock ssh client whose output is lines.
type chatter struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    output
	errors output
	read   int // bytes of out that are behind us
	ended  chan error
}

// requireTool skips a test whose client is not there. Where STRANGERD_CI is
// set, it has to be.
func requireTool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	if os.Getenv("STRANGERD_CI") != "" {
		t.Fatalf("%s is not installed, and STRANGERD_CI is set", name)
	}
	t.Skipf("%s is not installed", name)
}

// sshArguments are those of a stock client that reads no configuration and knows
// no host. What follows the host may be more flags, and then a command.
func sshArguments(p *program, more ...string) []string {
	host, port, _ := net.SplitHostPort(p.address)
	return append([]string{"-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
		"-o", "LogLevel=ERROR", "-p", port, host}, more...)
}

// startSSH starts a stock client.
func startSSH(t *testing.T, p *program, more ...string) *chatter {
	t.Helper()
	requireTool(t, "ssh")
	c := &chatter{t: t, cmd: exec.Command("ssh", sshArguments(p, more...)...), ended: make(chan error, 1)}
	c.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TERM=xterm-256color"}
	c.cmd.Stdout, c.cmd.Stderr = &c.out, &c.errors
	in, err := c.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.in = in
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.cmd.Process.Kill() })
	go func() { c.ended <- c.cmd.Wait() }()
	return c
}

// joinLines starts a stock client in line mode that has accepted the rules.
func joinLines(t *testing.T, p *program, more ...string) *chatter {
	t.Helper()
	c := startSSH(t, p, append([]string{"-T"}, more...)...)
	c.expect("Type yes")
	c.send("yes\n")
	c.expect("-- Looking for a stranger\n")
	return c
}

// pairLines returns two people who chat in line mode.
func pairLines(t *testing.T, p *program) (a, b *chatter) {
	t.Helper()
	a, b = joinLines(t, p), joinLines(t, p)
	a.expect("-- You are now chatting with a stranger\n")
	b.expect("-- You are now chatting with a stranger\n")
	return a, b
}

func (c *chatter) send(input string) {
	c.t.Helper()
	if _, err := io.WriteString(c.in, input); err != nil {
		c.t.Errorf("sending %q: %v", input, err)
	}
}

// expect waits for text in what has not been read yet. It returns what stood
// before it, and reads on behind it.
func (c *chatter) expect(text string) (before string) {
	c.t.Helper()
	if !c.out.wait(func() bool {
		rest := c.out.bytes.Bytes()[c.read:]
		at := bytes.Index(rest, []byte(text))
		if at < 0 {
			return false
		}
		before = string(rest[:at])
		c.read += at + len(text)
		return true
	}) {
		c.t.Fatalf("no %q in:\n%s\nand nothing was wrong but %q", text, c.out.String()[c.read:], c.errors.String())
	}
	return before
}

// expectExit waits for the client's end, and returns what was not read yet.
func (c *chatter) expectExit(code int) (rest string) {
	c.t.Helper()
	select {
	case err := <-c.ended:
		c.ended <- err
	case <-c.out.late():
		c.t.Fatalf("the client runs on after:\n%s", c.out.String())
	}
	if got := c.cmd.ProcessState.ExitCode(); got != code {
		c.t.Errorf("exit code %d, want %d, after:\n%s\nwith %q", got, code, c.out.String(), c.errors.String())
	}
	return c.out.String()[c.read:]
}

// runSSH runs a command over SSH to its end.
func runSSH(t *testing.T, p *program, more ...string) (stdout, stderr string, code int) {
	t.Helper()
	requireTool(t, "ssh")
	cmd := exec.Command("ssh", sshArguments(p, more...)...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), code
}
