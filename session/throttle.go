package session

import (
	"sync/atomic"
	"time"

	"strangerd/session/terminal"
)

// How fast a person's connection is read once the session has begun, in bytes a
// second and at once. Key exchanges and requests need far less.
const (
	wireRate  = 1 << 20
	wireBurst = 128 << 10
)

// throttle has a connection read no faster than its client's budget for as long as
// that is spent, or the session is behind with reading, on a busy machine. Else the SSH
// library would keep 2 MB of what the client sends ahead, a window whose size can't be
// set.
type throttle struct {
	on, spent atomic.Bool
	behind    func() bool // whether the session is; set before on
	closed    chan struct{}

	debt  float64 // bytes read and not yet paid back; the reader's own, as is what follows
	ahead int     // bytes read while the session was behind
	since time.Time
}

// wait accounts for n bytes that were read, and returns when more may be.
func (t *throttle) wait(n int) {
	if !t.on.Load() {
		return
	}
	now := time.Now()
	t.debt = max(0, t.debt-now.Sub(t.since).Seconds()*wireRate) + float64(n)
	t.since = now
	if t.ahead += n; !t.behind() {
		t.ahead = 0
	}
	pause := (t.debt - wireBurst) / wireRate
	if t.spent.Load() || t.ahead > wireBurst {
		pause = float64(n) / terminal.Rate
	}
	if pause <= 0 {
		return
	}
	over := time.NewTimer(time.Duration(pause * float64(time.Second)))
	defer over.Stop()
	select {
	case <-over.C:
	case <-t.closed:
	}
}
