package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	// gcPercent lets garbage take twice the memory of what lives. The collector's
	// work is mostly to look at stacks, ten a person, so it should work seldom
	// while many come: docs/performance.md has what other values cost.
	gcPercent = 200
	// memoryShare of the machine's or the container's memory is where the collector
	// begins to work as often as it takes to stay below.
	memoryShare = 0.8
	// trimEvery is how often it is looked whether the server is calm.
	trimEvery = time.Second
)

// tuneHeap sets the collector by what the machine has. GOGC and GOMEMLIMIT, where
// the operator sets them, hold instead.
func tuneHeap() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	memlimit.Set( // without a figure for the memory, there is no limit
		memlimit.WithRatio(memoryShare),
		memlimit.WithProvider(memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)))
}

// trimHeap gives the memory of what was garbage back to the system whenever the
// server comes to rest, until ctx ends.
func trimHeap(ctx context.Context) {
	ticker := time.NewTicker(trimEvery)
	defer ticker.Stop()
	now := heapUse()
	last, trimmed := now, heapState{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		last, now = now, heapUse()
		if now.calm(last) && now.worthTrimming(trimmed) {
			debug.FreeOSMemory()
			trimmed = now
		}
	}
}

// heapState is in bytes.
type heapState struct {
	allocated uint64 // since the start
	live      uint64 // what the last collection found, and stacks
}

func heapUse() heapState {
	samples := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"},
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/heap/stacks:bytes"},
	}
	metrics.Read(samples)
	return heapState{
		allocated: samples[0].Value.Uint64(),
		live:      samples[1].Value.Uint64() + samples[2].Value.Uint64(),
	}
}

// calm tells whether little was allocated since last: the minutes that pass on
// everybody's screen take a tenth of that.
func (h heapState) calm(last heapState) bool { return h.allocated-last.allocated < h.live/64 }

// worthTrimming tells whether enough was allocated since the last time for a
// collection to pay.
func (h heapState) worthTrimming(trimmed heapState) bool {
	return h.allocated-trimmed.allocated > h.live/2
}
