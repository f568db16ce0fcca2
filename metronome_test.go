package main

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A metronome tells how late this machine is with everything, so that a test can hold
// the server to a limit, and a slow or busy machine to none.
type metronome struct {
	late atomic.Int64 // by how much a beat was late at worst, in nanoseconds
	over chan struct{}
}

func startMetronome(t *testing.T) *metronome {
	m := &metronome{over: make(chan struct{})}
	var beating sync.WaitGroup
	beating.Go(m.beat)
	t.Cleanup(func() {
		close(m.over)
		beating.Wait()
	})
	return m
}

func (m *metronome) beat() {
	const beat = 10 * time.Millisecond
	for {
		began := time.Now()
		select {
		case <-time.After(beat):
			m.late.Store(max(m.late.Load(), int64(time.Since(began)-beat)))
		case <-m.over:
			return
		}
	}
}

// allow returns what a limit is on this machine. An answer takes several turns of the
// client and the server, of which each may be late.
func (m *metronome) allow(limit time.Duration) time.Duration {
	const turns = 10
	return limit + turns*time.Duration(m.late.Load())
}
