package session

import "time"

// How fast somebody may say messages: so many at once, then so many a second. It
// is well above what a person types, and below what the inbox of a partner whose
// machine is slow for a moment holds.
const (
	paceBurst = 10
	paceRate  = 4
)

// maxQueued bounds how many messages wait for their turn.
const maxQueued = 100

// pace is a token bucket for messages.
type pace struct {
	debt  float64 // messages said and not yet paid back
	since time.Time
}

// take counts a message, if it may be said now; else it returns how long until
// then.
func (p *pace) take(now time.Time) (wait time.Duration) {
	p.debt = max(0, p.debt-now.Sub(p.since).Seconds()*paceRate)
	p.since = now
	if p.debt+1 > paceBurst {
		return time.Duration((p.debt + 1 - paceBurst) / paceRate * float64(time.Second))
	}
	p.debt++
	return 0
}
