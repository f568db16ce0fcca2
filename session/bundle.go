package session

import (
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
	kept    []byte
	reading bool // somebody waits for the client, who may wait for what is written
	more    bool // what is written next isn't the last
}

// follows says that what is written next is followed by more at once.
func (b *bundle) follows() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.more = true
}

// write sends p and what was kept, or keeps it: until the next write if follows was
// called before, or until the one goroutine that reads does so. If last, this is the
// last that it does.
func (b *bundle) write(p []byte, last bool) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept = append(b.kept, p...)
	if b.more || !b.reading && !last {
		b.more = false
		return len(p), nil
	}
	if err := b.flush(); err != nil {
		return 0, err
	}
	if last {
		b.over.Store(true)
		b.kept = nil
	}
	return len(p), nil
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
	if len(b.kept) == 0 {
		return nil
	}
	_, err := b.send(b.kept)
	b.kept = b.kept[:0]
	return err
}
