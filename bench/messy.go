package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A town is the people of the messy profile, and the server that they come to.
type town struct {
	addr   string
	ledger *ledger
	visits atomic.Int64
	here   atomic.Int64
	did    [vanishes + 1]atomic.Int64

	mu      sync.Mutex // guards what follows
	refuses int
	wrong   error           // the first thing that was
	late    int             // who got in at the second try only, and were told nothing
	why     error           // the first of them didn't at the first
	answers []time.Duration // from Enter until one's own line is shown
}

func (t *town) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wrong == nil {
		t.wrong = err
	}
}

func (t *town) refused(err error) {
	t.fail(fmt.Errorf("somebody honest did not get in: %w", err))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refuses++
}

func (t *town) delayed(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.late++
	if t.why == nil {
		t.why = err
	}
}

// mostLate is of how many visits one may take two tries: clients that share the
// machine with the server may be too late themselves.
const mostLate = 10_000

// punctual returns an error if too many visits took two tries.
func (t *town) punctual() error {
	if visits := int(t.visits.Load()); t.late > max(1, visits/mostLate) {
		return fmt.Errorf("%d of %d did not get in at the first try, and were told nothing: %w", t.late, visits, t.why)
	}
	return nil
}

func (t *town) answered(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.answers = append(t.answers, d)
}

// messy lets people come and go as they like for p.For. Then all leave, and the
// server has to be as before, to have logged no error, and never to have let anybody
// be in two chats.
func messy(ctx context.Context, s *server, p plan, stage func(string)) (figures, error) {
	before, err := restingFootprint(ctx, s.operator)
	if err != nil {
		return nil, err
	}
	t := &town{addr: s.addr, ledger: newLedger()}
	var people sync.WaitGroup
	// Not with a timeout: a dial would fail by it, a moment before open has ended.
	open, leave := context.WithCancel(ctx)
	defer leave()
	defer time.AfterFunc(p.For, leave).Stop()
	for range p.Sessions {
		people.Go(func() { t.live(open, time.Duration(p.Sessions)*time.Second/newcomers) })
	}
	for ; open.Err() == nil; pause(open, time.Second) {
		stage(fmt.Sprintf("%d of %d people here, visit %d", t.here.Load(), p.Sessions, t.visits.Load()))
	}
	stage("all leave")
	people.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}

	stage("waiting for the server to be as before")
	after, took, err := recovered(ctx, s.operator, before)
	lines, chats, mixed := t.ledger.closed()
	for _, err := range []error{mixed, t.wrong, t.punctual(), err, s.loggedErrors()} {
		if err != nil {
			return nil, err
		}
	}
	used, err := s.meter()
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 || len(t.answers) == 0 {
		return nil, fmt.Errorf("nobody said anything in %v: give -for more", p.For)
	}
	slices.Sort(t.answers)
	return figures{
		"visits":       float64(t.visits.Load()),
		"refused":      float64(t.refuses),
		"late":         float64(t.late),
		"chats":        float64(chats),
		"lines":        float64(len(lines)),
		"reports":      float64(t.did[reports].Load()),
		"stalled":      float64(t.did[stalls].Load() + t.did[stallsOut].Load()),
		"vanished":     float64(t.did[cuts].Load() + t.did[resets].Load() + t.did[vanishes].Load()),
		"latency_p50":  quantile(lines, 0.5),
		"latency_p99":  quantile(lines, 0.99),
		"latency_p999": quantile(lines, 0.999),
		"answer_p99":   quantile(t.answers, 0.99),
		"peak":         used.peak / (1 << 20),
		"resident":     used.rss / (1 << 20),
		"goroutines":   after.goroutines - before.goroutines,
		"descriptors":  after.descriptors - before.descriptors,
		"heap":         (after.heap - before.heap) / (1 << 20),
		"recovered":    took.Seconds(),
	}, nil
}

// loggedErrors returns the first error in the server's log.
func (s *server) loggedErrors() error {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return err
	}
	for entry := range strings.Lines(string(text)) {
		if strings.Contains(entry, "level=ERROR") || strings.Contains(entry, "panic") || strings.Contains(entry, "fatal") {
			return fmt.Errorf("the server logged: %s", strings.TrimSpace(entry))
		}
	}
	return nil
}
