package main

import (
	"context"
	"sync"

	term "strangerd/session/terminal"
)

// A lifetime ends what was begun in it, the last first. One goroutine owns it.
type lifetime struct {
	fail context.CancelCauseFunc // told of a panic in what runs
	ends []func()
}

// atEnd has f called at the end.
func (l *lifetime) atEnd(f func()) { l.ends = append(l.ends, f) }

// end ends all, and returns when it has ended.
func (l *lifetime) end() {
	for len(l.ends) > 0 {
		last := len(l.ends) - 1
		f := l.ends[last]
		l.ends = l.ends[:last]
		f()
	}
}

// run runs f on a goroutine of its own, whose context ends at the end, when f is
// waited for. A panic there fails the server: what runs in the background is
// everybody's, and nobody knows what is left of it. People are told, what was
// acknowledged is on the disk, and whoever started the server starts it again.
func (l *lifetime) run(f func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		err := contained(func() error {
			f(ctx)
			return nil
		})
		if err != nil {
			l.fail(err)
		}
	})
	l.atEnd(func() {
		cancel()
		running.Wait()
	})
}

// contained runs f, and turns a panic into an error that tells where it was, and
// not with what.
func contained(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = &term.PanicError{Where: term.Where()}
		}
	}()
	return f()
}
