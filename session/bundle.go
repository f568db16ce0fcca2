package session

import (
	"bytes"
	"sync"
	"sync/atomic"
)

// bundle has what the SSH library writes packet by packet during a log-in leave in fewer
// pieces: to write one, and to wake the client with it, costs as much as to make several.
// It keeps back only what something surely follows without a word from the client.
type bundle struct {
	over atomic.Bool // nothing is kept back any more, and nothing here is asked

	mu      sync.Mutex // guards what follows; held while send is called
	send    func([]byte) (int, error)
	kept    *bytes.Buffer // from keeps, or nil
	reading bool          // somebody waits for the client, who may wait for what is written
	more    bool          // what is written next isn't the last
}

// follows says that what is written next is followed by more at once.
func (b *bundle) follows() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.more = true
}

// keeps holds the buffers of what is kept.
var keeps = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// write sends p and what was kept, or keeps it: until the next write if follows was
// called before, or until the one goroutine that reads does so. If last, this is the
// last that it does.
func (b *bundle) write(p []byte, last bool) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	keep := b.more || !b.reading && !last
	b.more = false
	if !keep && b.kept == nil {
		n, err = b.send(p)
	} else {
		n, err = b.keep(p)
		if !keep {
			err = b.flush()
		}
	}
	if last && !keep {
		b.over.Store(true)
	}
	return n, err
}

func (b *bundle) keep(p []byte) (int, error) {
	if b.kept == nil {
		b.kept = keeps.Get().(*bytes.Buffer)
	}
	return b.kept.Write(p)
}

// waits sends what was kept, and says that somebody waits for the client.
func (b *bundle) waits() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reading = true
	return b.flush()
}

// came says that something has come from the client.
func (b *bundle) came() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reading = false
}

func (b *bundle) flush() error {
	if b.kept == nil {
		return nil
	}
	_, err := b.send(b.kept.Bytes())
	b.kept.Reset()
	keeps.Put(b.kept)
	b.kept = nil
	return err
}
