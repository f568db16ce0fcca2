package main

import (
	"context"
	"runtime"
	"syscall"
	"time"
)

// processor is the CPU time in seconds that this process has taken, all its clients'.
func processor() float64 {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // there is no other way for it to fail than another argument
	return (time.Duration(used.Utime.Nano()) + time.Duration(used.Stime.Nano())).Seconds()
}

// storm has everyone return at once after a restart.
func storm(ctx context.Context, s *server, p plan, stage func(string)) (figures, error) {
	p.sources, p.again = true, true
	stage("connecting")
	before := newCrowd(ctx, p)
	_, err := before.connect(s)
	before.close()
	if err != nil {
		return nil, err
	}
	stage("restarting")
	if err := s.restart(ctx); err != nil {
		return nil, err
	}
	stage("everyone returns")
	p.doors = p.Sessions
	c := newCrowd(ctx, p)
	defer c.close()
	began, ownBefore := time.Now(), processor()
	var waits []time.Duration
	cpu, err := s.meter.during(func() (err error) {
		waits, err = c.connect(s)
		return err
	})
	if err != nil {
		return nil, err
	}
	back := time.Since(began)
	used, err := s.meter()
	own, here := processor()-ownBefore, float64(runtime.NumCPU())
	return figures{
		"back":        back.Seconds(),
		"alone":       cpu / here,
		"clients":     own / here,
		"paired_p50":  quantile(waits, 0.5),
		"paired_p99":  quantile(waits, 0.99),
		"connect_cpu": cpu / float64(p.Sessions) * 1e3,
		"peak":        used.peak / (1 << 20),
		"refused":     float64(c.refused.Load()),
	}, err
}
