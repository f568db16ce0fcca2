package main

import (
	"context"
	"fmt"
	"math"
	"net"
	"time"
)

// A server is a target that runs.
type server struct {
	target
	operator string // the address of its /metrics, if it has one
	meter    meter
	process  *process // nil when bench did not start it
	nodes    []string // their addresses, if it is several
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

// door is where somebody connects.
func (s *server) door(p plan, id int) string {
	if len(s.nodes) == 0 {
		return s.addr
	}
	return s.nodes[p.node(id, len(s.nodes))]
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

// settled returns the usage when resident memory has stayed within 0.5 % for
// 5 s, or after 15 s: strangerd trims its heap after 3 s of rest. The yardstick never
// does, and a second is enough.
func (s *server) settled(rest func(time.Duration) error) (usage, error) {
	const step = 500 * time.Millisecond
	enough := 2
	if s.rules {
		enough = 10
	}
	last, err := s.meter()
	for steady, steps := 0, 0; err == nil && steady < enough && steps < 30; steps++ {
		if err := rest(step); err != nil {
			return usage{}, err
		}
		var now usage
		now, err = s.meter()
		if math.Abs(now.rss-last.rss) > last.rss/200 {
			steady, last = 0, now
		} else {
			steady++
		}
	}
	return last, err
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
