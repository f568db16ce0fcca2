package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// maxNodes is how many nodes one machine can be asked for.
const maxNodes = 9

// A pairing is where the two of a chat are.
type pairing struct {
	name   string
	across bool
}

// pairings are those of so many nodes.
func pairings(nodes int) []pairing {
	if nodes == 1 {
		return []pairing{{"within", false}}
	}
	return []pairing{{"within", false}, {"across", true}}
}

// talkRows are what is measured of people who are paired, also with the yardstick.
var talkRows = []row{
	{"message_cpu", "a message", "µs"},
	{"burst_cpu", "many at once", "µs"},
	{"latency_p50", "latency p50", "ms"},
	{"latency_p99", "latency p99", "ms"},
	{"paired_p50", "paired p50", "ms"},
	{"paired_p99", "paired p99", "ms"},
}

// nodesRows are the figures of 1 to so many nodes.
func nodesRows(most int) (rows []row) {
	for n := 1; n <= most; n++ {
		name := func(what string) string { return fmt.Sprintf("%d: %s", n, what) }
		rows = append(rows,
			row{nodesKey(n, "idle_cpu"), name("nodes, of nobody"), "% core"},
			row{nodesKey(n, "nats_idle"), name("NATS, of nobody"), "% core"},
			row{nodesKey(n, "nats_memory"), name("NATS, memory"), "MB"})
		for _, way := range pairings(n) {
			for _, r := range talkRows {
				rows = append(rows, row{nodesKey(n, way.name, r.key), name(way.name + ", " + r.name), r.unit})
			}
			rows = append(rows, row{nodesKey(n, way.name, "nats_cpu"), name(way.name + ", a message in NATS"), "µs"})
		}
	}
	return append(rows, dealRow)
}

func nodesKey(n int, parts ...string) string {
	key := fmt.Sprint("nodes", n)
	for _, part := range parts {
		key += "_" + part
	}
	return key
}

// nodesProfile is what -nodes asks for.
func nodesProfile(most int) profile {
	return profile{
		name: "nodes",
		rows: nodesRows(most),
		heading: func(p plan) string {
			return fmt.Sprintf("%d people in pairs on 1 to %d nodes and %d NATS servers: the two on one node, or across two", p.Sessions, most, natsServers)
		},
		own:    true,
		preset: map[string]string{"lines": "14", "runs": "1"},
	}
}

// nodesRounds measures 1, 2 … nodes, and the yardstick by itself, o.Runs times.
func (o options) nodesRounds(ctx context.Context, program, dir string, progress *progress) ([]round, error) {
	nats, err := natsProgram(o.nats)
	if err != nil {
		return nil, err
	}
	yardstick, err := yardstickTarget(dir)
	if err != nil {
		return nil, err
	}
	var rounds []round
	for i := range o.Runs {
		run := fmt.Sprintf("run %d of %d", i+1, o.Runs)
		progress.begin(run + ", yardstick")
		bare, err := yardstick.measure(ctx, paired, o.plan, progress.stage)
		if err != nil {
			return nil, fmt.Errorf("%s, yardstick: %w", run, err)
		}
		fleet, err := newFleet(ctx, program, nats, filepath.Join(dir, fmt.Sprint("run-", i+1)), o.Nodes)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", run, err)
		}
		both := round{{}, {}}
		for n := 1; n <= o.Nodes && err == nil; n++ {
			progress.begin(fmt.Sprintf("%s, nodes: %d", run, n))
			err = fleet.measure(ctx, n, o.plan, bare, both, progress.stage)
		}
		fleet.stop()
		if err == nil {
			progress.begin(run + ", the dealer alone")
			both[0][dealRow.key], err = deals(ctx)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", run, err)
		}
		rounds = append(rounds, both)
	}
	return rounds, nil
}

// measure takes the figures of so many nodes, and puts those of the yardstick beside them.
func (f *fleet) measure(ctx context.Context, nodes int, p plan, bare figures, both round, stage func(string)) error {
	stage("starting")
	if err := f.run(ctx, nodes, p.Sessions); err != nil {
		return fmt.Errorf("%w\n%s", err, f.lastWords())
	}
	defer f.halt()
	ours, nats := meterOf(f.nodes), meterOf(f.nats)
	var idle, natsIdle float64
	stage("nobody is there")
	err := rest(ctx, 3*time.Second) // what the start began
	if err == nil {
		natsIdle, err = nats.during(func() (err error) {
			idle, err = ours.during(func() error { return rest(ctx, p.Idle) })
			return err
		})
	}
	if err != nil {
		return err
	}
	held, err := nats()
	if err != nil {
		return err
	}
	natsIdle /= p.Idle.Seconds()
	both[0][nodesKey(nodes, "idle_cpu")] = idle / p.Idle.Seconds() * 100
	both[0][nodesKey(nodes, "nats_idle")] = natsIdle * 100
	both[0][nodesKey(nodes, "nats_memory")] = held.rss / (1 << 20)
	for _, way := range pairings(nodes) {
		p.couples, p.across = true, way.across
		s := &server{target: target{name: "strangerd", rules: true}, nodes: f.addrs, meter: ours}
		began := time.Now()
		var figures figures
		cpu, err := nats.during(func() (err error) {
			figures, err = paired(ctx, s, p, func(now string) { stage(way.name + ", " + now) })
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", way.name, err, f.lastWords())
		}
		cpu = max(0, cpu-natsIdle*time.Since(began).Seconds())
		both[0][nodesKey(nodes, way.name, "nats_cpu")] = cpu / float64(p.Sessions*p.Lines) * 1e6
		for _, r := range talkRows {
			key := nodesKey(nodes, way.name, r.key)
			both[0][key], both[1][key] = figures[r.key], bare[r.key]
		}
	}
	return nil
}

// paired has everyone come and talk.
func paired(ctx context.Context, s *server, p plan, stage func(string)) (figures, error) {
	c := newCrowd(ctx, p)
	defer c.close()
	stage("connecting")
	waits, err := c.connect(s)
	if err != nil {
		return nil, err
	}
	f := figures{"paired_p50": quantile(waits, 0.5), "paired_p99": quantile(waits, 0.99)}
	stage("resting")
	if err := c.rest(5 * time.Second); err != nil { // the server trims its heap
		return nil, err
	}
	return f, talking(c, s, stage, f)
}

// rest lets time pass.
func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
