package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// A process is a server that bench started, alone in its process. One
// goroutine waits for its end; stop waits for that goroutine.
type process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{} // closed when it has ended
}

// start runs a server and returns when it accepts connections on addr, or
// fails after 10 s. Its output goes to the file log. Both programs are Go, which
// raises the limit of open files to the hard limit by itself.
func start(ctx context.Context, addr, log string, command command) (*process, error) {
	output, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	p := &process{cmd: exec.Command(command[0], command[1:]...), log: log, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = output, output
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // how it ended is in its log
	}()
	if err := p.ready(ctx, addr); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *process) ready(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-p.done:
			return fmt.Errorf("%s ended at once:\n%s", p.cmd.Path, p.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("%s does not listen on %s: %w", p.cmd.Path, addr, ctx.Err())
		}
	}
}

// stop asks the process to end, waits for it in patience, then kills it.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	select {
	case <-p.done:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// lastWords returns the end of what the process printed.
func (p *process) lastWords() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}
