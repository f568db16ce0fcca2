package main

import (
	"context"
	"math"
	"runtime"
	"time"
)

// A plan says what everyone does in one run.
type plan struct {
	Sessions int           `json:"sessions"`
	Lines    int           `json:"lines"`
	Rate     int           `json:"rate"`
	Columns  int           `json:"columns"`
	Rows     int           `json:"rows"`
	Idle     time.Duration `json:"idle_ns"`
	pace     float64       // lines a second that one person says at most
	sources  bool          // everyone comes from an address of their own
}

// figures is what one run gave, by the keys of [rows] and in their units. NaN
// is a figure that could not be had.
type figures map[string]float64

const (
	maxSessions = 28000 // one loopback address has about as many ports
	maxLines    = 400   // so that a token can count all messages
)

const (
	fillRate = 4000            // messages a second, all told, while nothing is measured
	talkTime = 8 * time.Second // about how long the measured messages take
)

// measure takes all figures of one run against the server at addr, whose
// process m looks at. The stages are those of the package's documentation.
func (p plan) measure(ctx context.Context, addr string, rules bool, m meter, stage func(string)) (figures, error) {
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
	connectCPU, err := m.during(func() (err error) {
		waits, err = c.connect(addr, rules)
		return err
	})
	if err != nil {
		return nil, err
	}

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
