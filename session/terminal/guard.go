package terminal

import (
	"fmt"
	"runtime"
	"strings"
)

// PanicError is a panic that was recovered. It tells where, and not what: a panic's
// value may hold what somebody said.
type PanicError struct{ Where string }

func (e *PanicError) Error() string { return "panic at " + e.Where }

// Where names the functions that panicked, innermost first, for the deferred
// function that recovered.
func Where() string {
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var where []string
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			where = append(where, fmt.Sprintf("%s:%d", f.Function, f.Line))
		}
		if !more || len(where) == 6 {
			return strings.Join(where, " < ")
		}
	}
}

// Go runs f on a goroutine of its own, which Close waits for. A panic in it
// disconnects this client and no other.
func (c *Channel) Go(f func()) {
	c.waiters.Go(func() {
		defer c.contain()
		f()
	})
}

// Panicked is the first panic on a goroutine of this Channel's but the caller's
// own, or nil.
func (c *Channel) Panicked() *PanicError { return c.panicked.Load() }

// contain, when deferred, makes a panic disconnect this client and no other.
func (c *Channel) contain() {
	if recover() != nil {
		c.panicked.CompareAndSwap(nil, &PanicError{Where()})
		c.conn.Close()
	}
}
