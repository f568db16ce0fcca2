package main

import (
	"context"
	"math"
	"runtime"
	"time"
)

const (
	fillRate = 4000            // messages a second, all told, while nothing is measured
	talkTime = 8 * time.Second // about how long the measured messages take
)

// chat lets everyone in, talk and be idle. The stages are those of the package's
// documentation.
func chat(ctx context.Context, s *server, p plan, stage func(string)) (figures, error) {
	m := s.meter
	c := newCrowd(ctx, p)
	defer c.close()
	people := float64(p.Sessions)
	rate := math.Min(float64(p.Rate), p.pace*people)
	last := min(p.Lines, int(math.Ceil(rate*talkTime.Seconds()/people)))
	empty, err := m()
	if err != nil {
		return nil, err
	}

	stage("connecting")
	var waits []time.Duration
	began := time.Now()
	connectCPU, err := m.during(func() (err error) {
		waits, err = c.connect(s)
		return err
	})
	if err != nil {
		return nil, err
	}

	connects := people / time.Since(began).Seconds()

	stage("talking")
	if _, err := c.talk(p.Lines-last, math.Min(fillRate, p.pace*people)); err != nil {
		return nil, err
	}
	stage("talking, measured")
	runtime.GC() // the clients' own collector then stays out of it
	var latencies []time.Duration
	messageCPU, err := m.during(func() (err error) {
		latencies, err = c.talk(last, rate)
		return err
	})
	if err != nil {
		return nil, err
	}

	stage("waiting for memory to settle")
	full, err := m.settled(c.rest)
	if err != nil {
		return nil, err
	}
	stage("idling")
	idleCPU, err := m.during(func() error { return c.rest(p.Idle) })
	if err != nil {
		return nil, err
	}
	return figures{
		"memory":       (full.rss - empty.rss) / people / 1024,
		"resident":     full.rss / 1024 / 1024,
		"peak":         full.peak / 1024 / 1024,
		"connects":     connects,
		"connect_cpu":  connectCPU / people * 1e3,
		"message_cpu":  messageCPU / float64(len(latencies)) * 1e6,
		"idle_cpu":     idleCPU / p.Idle.Seconds() * 100 / people * 1000,
		"latency_p50":  quantile(latencies, 0.5),
		"latency_p99":  quantile(latencies, 0.99),
		"latency_p999": quantile(latencies, 0.999),
		"paired_p50":   quantile(waits, 0.5),
		"paired_p99":   quantile(waits, 0.99),
	}, nil
}
