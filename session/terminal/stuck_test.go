package terminal

import (
	"context"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"
)

// wall is an SSH channel that takes nothing until its connection is closed.
type wall struct {
	ssh.Channel
	closed chan struct{}
	once   sync.Once
}

func (w *wall) Write([]byte) (int, error) {
	<-w.closed
	return 0, io.ErrClosedPipe
}

func (w *wall) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}

// A client that takes nothing of a write is disconnected after WriteTimeout, and
// nobody waits for it longer.
func TestClientThatTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{closed: make(chan struct{})}
		aborted := false
		c := &Channel{ch: w, Abort: func() { aborted = true; w.Close() }}
		c.ctx, c.cancel = context.WithCancel(t.Context())
		c.armWrites()
		began := time.Now()
		if _, err := c.Write([]byte("hello\n")); err == nil {
			t.Error("a write that nobody took succeeds")
		}
		if took := time.Since(began); took != WriteTimeout {
			t.Errorf("the client was disconnected after %v, want %v", took, WriteTimeout)
		}
		if !aborted {
			t.Error("the connection is closed as if the client took what was written last")
		}
		if c.Context().Err() == nil {
			t.Error("the Channel's context lives on")
		}
	})
}
