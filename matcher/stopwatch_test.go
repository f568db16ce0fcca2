package matcher

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// A stopwatch is the timer of a benchmark, and beside it what the benchmark's own thread
// takes of the processor, which a busy machine stretches less.
type stopwatch struct {
	b           *testing.B
	used, since time.Duration
}

// newStopwatch runs from now on.
func newStopwatch(b *testing.B) *stopwatch {
	runtime.LockOSThread()
	w := &stopwatch{b: b}
	b.Cleanup(func() {
		runtime.UnlockOSThread()
		b.ReportMetric(float64(w.used)/float64(b.N), "cpu-ns/op")
	})
	b.ResetTimer()
	w.since = processor()
	return w
}

func (w *stopwatch) stop() {
	w.used += processor() - w.since
	w.b.StopTimer()
}

func (w *stopwatch) start() {
	w.b.StartTimer()
	w.since = processor()
}

// processor is the time that this thread has used.
func processor() time.Duration {
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_THREAD, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
