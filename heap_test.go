package main

import "testing"

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
