package main

import (
	"context"
	"fmt"
	"math"
	"net"
)

// A server is a target that runs.
type server struct {
	target
	operator string // the address of its /metrics, if it has one
	meter    meter
	process  *process // nil when bench did not start it
}

// start starts a target, or takes it as it runs already.
func (t target) start(ctx context.Context) (*server, error) {
	s := &server{target: t, meter: blind}
	if t.args == nil {
		return s, nil
	}
	var err error
	if s.addr, err = freeAddr(); err != nil {
		return nil, err
	}
	if s.operator, err = freeAddr(); err != nil {
		return nil, err
	}
	return s, s.run(ctx)
}

func (s *server) run(ctx context.Context) (err error) {
	if s.process, err = start(ctx, s.addr, s.log, s.args(s.addr, s.operator)); err == nil {
		s.meter = processMeter(s.process.cmd.Process.Pid)
	}
	return err
}

// pace is how many lines a second a crowd may say to it: the yardstick takes all.
func (s *server) pace(p plan) float64 {
	if !s.rules {
		return math.Inf(1)
	}
	return p.pace * float64(p.Sessions)
}

// restart stops the server, and starts it where it was.
func (s *server) restart(ctx context.Context) error {
	s.process.stop()
	return s.run(ctx)
}

func (s *server) stop() {
	if s.process != nil {
		s.process.stop()
	}
}

// measure starts the target, takes one run's figures and stops it again.
func (t target) measure(ctx context.Context, how measure, p plan, stage func(string)) (figures, error) {
	s, err := t.start(ctx)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	f, err := how(ctx, s, p, stage)
	if err != nil && ctx.Err() == nil && s.process != nil {
		err = fmt.Errorf("%w\n%s", err, s.process.lastWords())
	}
	return f, err
}

// freeAddr returns a loopback address that nobody listens on.
func freeAddr() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
