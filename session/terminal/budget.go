package terminal

import (
	"context"
	"time"
)

// What a client may send, in bytes a second and bytes at once. A fast typist
// sends 15 bytes a second; a paste may come in one burst.
const (
	Rate  = 16 << 10
	Burst = 64 << 10
)

// budget is a token bucket for bytes read.
type budget struct {
	debt  float64 // bytes taken and not yet paid back
	since time.Time
}

// take accounts for n bytes, and waits until they are within the budget or ctx
// ends. It tells overspent, unless that is nil, when it begins and ends to wait.
func (b *budget) take(ctx context.Context, n int, overspent func(bool)) {
	now := time.Now()
	b.debt = max(0, b.debt-now.Sub(b.since).Seconds()*Rate) + float64(n)
	b.since = now
	if b.debt <= Burst {
		return
	}
	pause := time.NewTimer(time.Duration((b.debt - Burst) / Rate * float64(time.Second)))
	defer pause.Stop()
	if overspent != nil {
		overspent(true)
		defer overspent(false)
	}
	select {
	case <-pause.C:
	case <-ctx.Done():
	}
}
