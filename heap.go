package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// How much memory the collector may leave to garbage. Most of its work is to look
// at the stacks of everybody's goroutines, so what it costs is how often it runs:
// docs/performance.md has figures. Garbage goes when the server comes to rest.
const (
	// memoryShare of the machine's or the container's memory is where the collector
	// begins to work as often as it takes to stay below.
	memoryShare = 0.8
	// garbageShare of that memory may be garbage, up to garbageMost bytes, or half of
	// what lives, if that is more.
	garbageShare = 1. / 4
	garbageMost  = 512 << 20
	// The least and the most of it, in percent of what lives.
	minPercent, maxPercent = 50, 1000
	// restFor is how many seconds have to be calm before the heap is trimmed, which
	// keeps whoever speaks then waiting for a moment.
	restFor = 3
	// While little lives (smallHeap, bytes), collecting is cheap: then garbage of more
	// than someGarbage bytes lies no longer than garbageFor seconds. So what an attack
	// took is back soon, though others go on.
	smallHeap   = 128 << 20
	someGarbage = 16 << 20
	garbageFor  = 4
	// goroutineHolds is how many bytes are garbage, about, when a goroutine has ended: a
	// person has seven, and some 86 KB.
	goroutineHolds = 12 << 10
)

// heap is what the program knows of its memory.
type heap struct {
	room    uint64 // bytes that garbage may take
	percent int    // of what lives, as the collector was told last; 0: the operator's matter
	now     heapUse
	trimmed heapUse // when it was trimmed last
	crowd   uint64  // the most goroutines since
	rest    int     // seconds that were calm, up to now
	since   int     // seconds since the last collection
	swept   heapUse // at that time
}

// newHeap sets the collector by what memory there is. GOGC and GOMEMLIMIT, where
// the operator sets them, hold instead.
func newHeap() *heap {
	memory := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)
	memlimit.Set(memlimit.WithRatio(memoryShare), memlimit.WithProvider(memory))
	h := &heap{now: useHeap()}
	if os.Getenv("GOGC") == "" {
		h.room = garbageMost / 8
		if all, err := memory(); err == nil {
			h.room = min(garbageMost, uint64(float64(all)*garbageShare))
		}
		h.percent = maxPercent
		debug.SetGCPercent(h.percent)
	}
	return h
}

// run looks after the heap once a second, until ctx ends. An operator who sets GOGC
// does so alone.
func (h *heap) run(ctx context.Context) {
	if h.percent == 0 {
		return
	}
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			h.look(useHeap())
		}
	}
}

// look tells the collector what has changed, and trims the heap when it pays.
func (h *heap) look(now heapUse) {
	last := h.now
	h.now = now
	if percent := now.percent(h.room); percent < h.percent*7/8 || percent > h.percent*9/8 {
		h.percent = percent
		debug.SetGCPercent(percent)
	}
	if h.since++; now.collections != last.collections {
		h.since, h.swept = 0, now
	}
	if h.since >= garbageFor && now.live < smallHeap && now.allocated-h.swept.allocated > someGarbage {
		runtime.GC()
	}
	if h.rest++; !now.calm(last) {
		h.rest = 0
	}
	h.crowd = max(h.crowd, now.goroutines)
	if h.rest >= restFor && (now.worthTrimming(h.trimmed) || now.deserted(h.crowd)) {
		debug.FreeOSMemory()
		h.trimmed, h.crowd = now, now.goroutines
	}
}

// heapUse is in bytes.
type heapUse struct {
	allocated uint64 // since the start
	live      uint64 // what the last collection found, and stacks

	collections uint64 // since the start
	goroutines  uint64
}

func useHeap() heapUse {
	samples := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"},
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/heap/stacks:bytes"},
		{Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/sched/goroutines:goroutines"},
	}
	metrics.Read(samples)
	return heapUse{
		allocated: samples[0].Value.Uint64(),
		live:      samples[1].Value.Uint64() + samples[2].Value.Uint64(),

		collections: samples[3].Value.Uint64(),
		goroutines:  samples[4].Value.Uint64(),
	}
}

// percent is room in percent of what lives, within bounds.
func (u heapUse) percent(room uint64) int {
	return int(min(max(room*100/max(u.live, 1), minPercent), maxPercent))
}

// calm tells whether little was allocated since last: a quarter of what a thousand lines
// take with 10,000 people here, who take a quarter of it when nobody speaks.
func (u heapUse) calm(last heapUse) bool {
	return u.allocated-last.allocated < max(u.live/1024, 256<<10)
}

// worthTrimming tells whether enough was allocated since the last time for a
// collection to pay.
func (u heapUse) worthTrimming(trimmed heapUse) bool {
	return u.allocated-trimmed.allocated > max(u.live/4, 8<<20)
}

// deserted tells whether so many are gone of the most that were there for a collection
// to pay, though nothing is allocated any more: an eighth of all who are there, or 200.
func (u heapUse) deserted(crowd uint64) bool {
	return (crowd-u.goroutines)*goroutineHolds > max(u.live/8, someGarbage)
}
