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
	rest := heapUse{allocated: 300*mb + mb/8, live: 100 * mb}
	talk := heapUse{allocated: 301 * mb, live: 100 * mb} // a thousand lines
	if busy.calm(heapUse{allocated: 200 * mb}) || talk.calm(busy) || !rest.calm(busy) {
		t.Error("what is calm is not told from what isn't")
	}
	if !rest.worthTrimming(heapUse{}) || rest.worthTrimming(busy) {
		t.Error("it is trimmed when nothing was allocated, or not when there was")
	}
}

// A crowd that leaves allocates nothing more. What it held is back soon, and then nothing
// is looked for any more.
func TestHeapAfterACrowd(t *testing.T) {
	const mb = 1 << 20
	percent := debug.SetGCPercent(77)
	t.Cleanup(func() { debug.SetGCPercent(percent) })
	h := &heap{room: 512 * mb, percent: 77}
	now := heapUse{allocated: 600 * mb, live: 200 * mb, goroutines: 2000 * 9}
	trimmed := func(seconds int) (times int) {
		for range seconds {
			last := h.trimmed
			now.allocated += mb / 16
			if h.look(now); h.trimmed != last {
				times++
			}
		}
		return times
	}
	if n := trimmed(10); n != 1 {
		t.Errorf("the heap of a crowd that has come is trimmed %d times", n)
	}
	now.goroutines -= 100 * 9
	if n := trimmed(60); n != 0 {
		t.Errorf("when few of them leave, it is trimmed %d times", n)
	}
	now.goroutines = 10
	if n := trimmed(restFor + 1); n != 1 {
		t.Errorf("soon after all have left it is trimmed %d times", n)
	}
	if n := trimmed(300); n != 0 {
		t.Errorf("long after they have left it is trimmed %d times", n)
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
