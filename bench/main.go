package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// errUsage is returned when the flag package has already said what is wrong.
var errUsage = errors.New("usage")

// options is what the flags say.
type options struct {
	plan
	Profile string `json:"profile"`
	Runs    int    `json:"runs"`
	Nodes   int    `json:"nodes,omitempty"`
	profile profile
	addr    string
	kept    string
	nats    string
	grows   bool
	json    bool
}

func parse(args []string, stderr io.Writer) (options, error) {
	o := options{plan: plan{Columns: 80, Rows: 24, pace: 1, doors: doors}}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.Profile, "profile", "chat", "what everyone does: "+profileNames())
	flags.IntVar(&o.Sessions, "n", 1000, "sessions, an even number")
	flags.IntVar(&o.Runs, "runs", 3, "runs of each server")
	flags.IntVar(&o.Lines, "lines", 20, "lines that everyone says")
	flags.IntVar(&o.Rate, "rate", 1000, "messages a second while CPU and latency are taken, one of each who talks then")
	flags.DurationVar(&o.Idle, "idle", 5*time.Second, "how long idle CPU is taken")
	flags.DurationVar(&o.For, "for", time.Minute, "how long people come and go (messy)")
	flags.Func("size", "the terminal's size (default 80x24)", func(text string) error {
		_, err := fmt.Sscanf(text, "%dx%d", &o.Columns, &o.Rows)
		return err
	})
	flags.IntVar(&o.Nodes, "nodes", 0, "measure 1, 2 … so many nodes that are one pool, instead of a profile")
	flags.StringVar(&o.nats, "nats", "", "the nats-server to measure nodes with, instead of building one")
	flags.StringVar(&o.addr, "addr", "", "measure the server at HOST:PORT instead of starting one")
	flags.StringVar(&o.kept, "check", "", "fail when a ratio is 20 % worse than the one in this file")
	flags.BoolVar(&o.grows, "growth", true, "the memory of people who grow, too: 2 minutes at least (chat)")
	flags.BoolVar(&o.json, "json", false, "print one JSON object on one line, last")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return o, err
	} else if err != nil {
		return o, errUsage
	}
	if err := o.preset(flags); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unknown argument %q: see -help", flags.Arg(0))
	case o.Sessions < 2 || o.Sessions > maxSessions || o.Sessions%2 != 0:
		return o, fmt.Errorf("-n %d: give an even number from 2 to %d", o.Sessions, maxSessions)
	case o.Lines < 1 || o.Lines > maxLines:
		return o, fmt.Errorf("-lines %d: give 1 to %d", o.Lines, maxLines)
	case o.Nodes < 0 || o.Nodes > maxNodes:
		return o, fmt.Errorf("-nodes %d: give up to %d", o.Nodes, maxNodes)
	case o.nats != "" && o.Nodes == 0:
		return o, errors.New("-nats: that is for -nodes")
	case o.Runs < 1 || o.Rate < 1 || o.Idle <= 0 || o.For <= 0:
		return o, errors.New("-runs, -rate, -idle and -for: give more than nothing")
	case o.addr != "" && o.profile.own:
		return o, fmt.Errorf("-addr: the profile %s needs a server of its own", o.Profile)
	}
	if o.grows = o.grows && o.profile.grows && o.addr == ""; o.grows {
		o.profile.rows = slices.Concat(o.profile.rows, growthRows())
	}
	return o, nil
}

// clientGarbage is GOGC of the clients, which share the machine with what is measured:
// most of what a collection takes is to look at their stacks.
const clientGarbage = 800

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 2 && args[0] == "yardstick" { // how bench starts its own yardstick
		return serveYardstick(ctx, args[1])
	}
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	debug.SetGCPercent(clientGarbage)
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	progress := newProgress(stderr)
	defer progress.clear()
	program := ""
	if o.addr == "" {
		progress.begin("building strangerd")
		if program, err = build(ctx, dir); err != nil {
			return err
		}
	}
	if o.Nodes > 0 {
		return o.report(stdout, "strangerd", func() ([]round, error) { return o.nodesRounds(ctx, program, dir, progress) })
	}
	targets, err := o.targets(program, dir)
	if err != nil {
		return err
	}
	return o.report(stdout, targets[0].name, func() ([]round, error) {
		if !o.grows {
			return o.rounds(ctx, targets, progress)
		}
		return o.roundsAndGrowth(ctx, program, dir, targets, progress)
	})
}

// roundsAndGrowth measures the targets while others grow, whose figures are the same in
// each round. Both end with the first error.
func (o options) roundsAndGrowth(ctx context.Context, program, dir string, targets []target, progress *progress) ([]round, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var grown round
	var growing sync.WaitGroup
	growing.Go(func() {
		var err error
		if grown, err = grow(ctx, program, dir, o.plan); err != nil {
			fail(fmt.Errorf("growth: %w", err))
		}
	})
	rounds, err := o.rounds(ctx, targets, progress)
	if err != nil {
		fail(err)
	}
	progress.begin("waiting for those who grow")
	growing.Wait()
	for _, round := range rounds {
		for i := range round {
			maps.Copy(round[i], grown[i])
		}
	}
	return rounds, context.Cause(ctx)
}

// report measures and prints, until nothing is worse than what is kept, or it is worse
// for good.
func (o options) report(stdout io.Writer, server string, measure func() ([]round, error)) error {
	var rounds []round
	for check := 1; ; check++ {
		more, err := measure()
		if err != nil {
			return err
		}
		rounds = append(rounds, more...)
		r := newReport(o, server, rounds)
		if err := r.print(stdout); err != nil || o.kept == "" {
			return err
		}
		if err = r.check(o.kept); check == checks || !errors.As(err, new(worseError)) {
			return err
		}
		fmt.Fprintf(stdout, "\n%v. The machine may have been busy: measured again.\n\n", err)
	}
}

// rounds measures each target o.Runs times.
func (o options) rounds(ctx context.Context, targets []target, progress *progress) ([]round, error) {
	rounds := make([]round, o.Runs)
	defer progress.clear()
	for i := range rounds {
		for j, target := range targets {
			run := fmt.Sprintf("run %d of %d, %s", i+1, o.Runs, target.name)
			progress.begin(run)
			var err error
			if rounds[i][j], err = target.measure(ctx, o.profile.measure, o.plan, progress.stage); err != nil {
				return nil, fmt.Errorf("%s: %w", run, err)
			}
		}
	}
	return rounds, nil
}

// targets returns the server under measurement and, where the profile compares
// them, the yardstick, in the order of a round.
func (o options) targets(program, dir string) ([]target, error) {
	ours := target{name: o.addr, addr: o.addr, rules: true}
	if o.addr == "" {
		room := o.Sessions
		if o.profile.alone {
			room *= 3 // who vanished is inside until that is noticed
		}
		ours = serverTarget(program, dir, room)
	}
	if o.profile.alone {
		return []target{ours}, nil
	}
	yardstick, err := yardstickTarget(dir)
	return []target{ours, yardstick}, err
}
