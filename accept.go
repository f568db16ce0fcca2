package main

import (
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// After an accept that failed, the next one waits; twice as long after each.
const (
	firstPause = 5 * time.Millisecond
	lastPause  = time.Second
)

// steadyListener goes on accepting when that fails, as it does for as long as the
// process has no descriptor free (EMFILE). Only Close ends it.
type steadyListener struct {
	net.Listener
	log     *slog.Logger
	logged  time.Time   // at most once a minute
	failing atomic.Bool // the last accept did
	close   func()
	closed  chan struct{}
}

// steady takes over a listener.
func steady(l net.Listener, log *slog.Logger) *steadyListener {
	closed := make(chan struct{})
	return &steadyListener{Listener: l, log: log, closed: closed, close: sync.OnceFunc(func() { close(closed) })}
}

func (l *steadyListener) Accept() (net.Conn, error) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		nc, err := l.Listener.Accept()
		l.failing.Store(err != nil)
		if err == nil || errors.Is(err, net.ErrClosed) {
			return nc, err
		}
		if time.Since(l.logged) > time.Minute {
			l.logged = time.Now()
			cause, _ := errors.AsType[syscall.Errno](err) // err has addresses
			l.log.Error("connections can't be accepted for the moment; if descriptors are what lacks, raise their limit (LimitNOFILE, ulimit -n)", "error", cause)
		}
		select {
		case <-time.After(pause):
		case <-l.closed:
			return nil, net.ErrClosed
		}
	}
}

func (l *steadyListener) Close() error {
	l.close()
	return l.Listener.Close()
}
