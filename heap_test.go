package main

import (
	"context"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"
)

func TestHeap(t *testing.T) {
	const mb = 1 << 20
	for _, test := range []struct {
		live    uint64
		percent int
	}{
		{0, maxPercent}, {4 * mb, maxPercent}, {128 * mb, 400}, {512 * mb, 100}, {2048 * mb, minPercent},
	} {
		if got := (heapUse{live: test.live}).percent(512 * mb); got != test.percent {
			t.Errorf("percent with %d MB live is %d, want %d", test.live/mb, got, test.percent)
		}
	}
	busy := heapUse{allocated: 300 * mb, live: 100 * mb}
	rest := heapUse{allocated: 301 * mb, live: 100 * mb}
	if busy.calm(heapUse{allocated: 200 * mb}) || !rest.calm(busy) {
		t.Error("what is calm is not told from what isn't")
	}
	if !rest.worthTrimming(heapUse{}) || rest.worthTrimming(busy) {
		t.Error("it is trimmed when nothing was allocated, or not when there was")
	}
}

// Where the operator sets GOGC, it holds: nothing else collects or trims.
func TestHeapIsTheOperators(t *testing.T) {
	limit, percent := debug.SetMemoryLimit(-1), debug.SetGCPercent(77)
	t.Cleanup(func() {
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
	})
	for gogc, looks := range map[string]bool{"77": false, "off": false, "": true} {
		t.Setenv("GOGC", gogc)
		synctest.Test(t, func(t *testing.T) {
			ctx, over := context.WithTimeout(t.Context(), 10*time.Second)
			defer over()
			newHeap().run(ctx)
			if looked := ctx.Err() != nil; looked != looks {
				t.Errorf("with GOGC=%q the heap is looked after: %v", gogc, looked)
			}
		})
		if got := debug.SetGCPercent(77); (got != 77) != looks {
			t.Errorf("with GOGC=%q the collector is told %d %%", gogc, got)
		}
	}
}
