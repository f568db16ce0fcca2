package main

import (
	"context"
	"math"
	"runtime"
	"time"
)

const (
	burst    = 3               // lines that anybody may say at once
	talkTime = 8 * time.Second // about how long the measured messages take
	knocks   = 100             // who come when the server is full
)

// chat lets everyone in, talk and be idle. The stages are those of the package's
// documentation.
func chat(ctx context.Context, s *server, p plan, stage func(string)) (figures, error) {
	f := figures{}
	for _, part := range []func(context.Context, *server, plan, func(string), figures) error{chatting, waiting} {
		if err := part(ctx, s, p, stage, f); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// chatting takes the figures of people who are paired.
func chatting(ctx context.Context, s *server, p plan, stage func(string), f figures) error {
	m := s.meter
	c := newCrowd(ctx, p)
	defer c.close()
	people := float64(p.Sessions)
	empty, err := m()
	if err != nil {
		return err
	}

	stage("connecting")
	var waits []time.Duration
	began := time.Now()
	connectCPU, err := m.during(func() (err error) {
		waits, err = c.connect(s)
		return err
	})
	if err != nil {
		return err
	}
	f["connects"] = people / time.Since(began).Seconds()
	f["connect_cpu"] = connectCPU / people * 1e3
	f["paired_p50"], f["paired_p99"] = quantile(waits, 0.5), quantile(waits, 0.99)

	if err := talking(c, s, stage, f); err != nil {
		return err
	}
	stage("waiting for memory to settle")
	full, err := s.settled(c.rest)
	if err != nil {
		return err
	}
	f["memory"] = (full.rss - empty.rss) / people / 1024
	f["resident"], f["peak"] = full.rss/(1<<20), full.peak/(1<<20)
	stage("idling")
	idleCPU, err := m.during(func() error { return c.rest(p.Idle) })
	if err != nil {
		return err
	}
	f["idle_cpu"] = idleCPU / p.Idle.Seconds() * 100 / people * 1000
	if s.process == nil || !s.rules {
		return nil // nobody knows where its limit is
	}
	stage("at the limit")
	limitCPU, err := m.during(func() error { return c.knock(s) })
	f["limit_cpu"] = limitCPU / knocks * 1e3
	return err
}

// talking lets everyone say their lines: a burst, then at their pace, and the last
// ones measured, of as many as may talk at the plan's rate. The others say theirs after
// that.
func talking(c *crowd, s *server, stage func(string), f figures) error {
	everyone, m := c.shuffled(), s.meter
	rate := math.Min(float64(c.plan.Rate), c.plan.pace*float64(len(everyone)))
	talkers := everyone[:min(len(everyone), max(1, int(rate/c.plan.pace)))]
	first := min(c.plan.Lines/2, burst)
	last := min(c.plan.Lines-first, int(math.Ceil(rate*talkTime.Seconds()/float64(len(talkers)))))

	stage("talking at once")
	began := time.Now()
	burstCPU, err := m.during(func() error {
		_, err := c.talk(everyone, first, math.Inf(1))
		return err
	})
	if err != nil {
		return err
	}
	if messages := float64(first * len(everyone)); messages > 0 {
		f["messages"] = messages / time.Since(began).Seconds()
		f["burst_cpu"] = burstCPU / messages * 1e6
	}
	stage("talking")
	if _, err := c.talk(everyone, c.plan.Lines-first-last, s.pace(c.plan)); err != nil {
		return err
	}
	stage("talking, measured")
	runtime.GC() // the clients' own collector then stays out of it
	var latencies []time.Duration
	cpu, err := m.during(func() (err error) {
		latencies, err = c.talk(talkers, last, rate)
		return err
	})
	if err != nil {
		return err
	}
	f["message_cpu"] = cpu / float64(len(latencies)) * 1e6
	f["latency_p50"], f["latency_p99"], f["latency_p999"] = quantile(latencies, 0.5), quantile(latencies, 0.99), quantile(latencies, 0.999)
	_, err = c.talk(everyone[len(talkers):], last, s.pace(c.plan))
	return err
}

// waiting takes the memory of people who have said nothing yet, in a server that was
// started anew.
func waiting(ctx context.Context, s *server, p plan, stage func(string), f figures) error {
	if s.process == nil {
		return nil
	}
	if err := s.restart(ctx); err != nil {
		return err
	}
	p.stays = true
	c := newCrowd(ctx, p)
	defer c.close()
	empty, err := s.meter()
	if err != nil {
		return err
	}
	stage("connecting, to be silent")
	if _, err := c.connect(s); err != nil {
		return err
	}
	stage("waiting for memory to settle")
	full, err := s.settled(c.rest)
	f["memory_silent"] = (full.rss - empty.rss) / float64(p.Sessions) / 1024
	return err
}
