package session

import (
	"errors"
	"sync/atomic"
	"time"

	"strangerd/moderation"
)

// Stats are what a Server has counted since it was made. Nothing in them tells
// who it was.
type Stats struct {
	Accepted       uint64            // connections that were let on to the key exchange
	Refused        map[string]uint64 // connections and sessions that were not let in, by reason
	Limits         map[string]uint64 // how often a limit was hit, by its name
	Traps          map[string]uint64 // well-known ones that were found, by what was done
	Received, Sent uint64            // bytes, as they travel
	Panics         uint64            // that ended a session
}

// Timings are told how long things took. They are called by many goroutines, those
// of the chats, and must not block; nil ones aren't.
type Timings struct {
	Wait  func(time.Duration) // a search, until somebody was found
	Chat  func(time.Duration) // a chat, by each of the two
	Paint func(time.Duration) // to bring a terminal up to date, with writing to it
}

// took tells observe, if it is not nil, how long it is since then.
func took(observe func(time.Duration), since time.Time) {
	if observe != nil {
		observe(time.Since(since))
	}
}

// Why somebody is not let in, as Stats name it.
const (
	refusedHeader   = "no_proxy_header"
	refusedCrowded  = "source_live"
	refusedTooOften = "source_rate"
	refusedPenalty  = "source_penalty"
	refusedBanned   = "banned"
	refusedFull     = "full"
	refusedDraining = "draining"
	refusedDoor     = "door"
	refusedTooYoung = "too_young"
	refusedFailed   = "error"
)

// The limits that people hit, as Stats name them.
const (
	limitSilent   = "silent_connections" // of all sources: somebody who said nothing made room
	limitGrace    = "login_grace"
	limitSessions = "sessions_per_connection"
	limitInput    = "input_bytes"
	limitEvents   = "input_events"
	limitSequence = "sequence_bytes"
	limitPulse    = "no_sign_of_life"
	limitPaste    = "paste_bytes"
	limitPace     = "message_rate"
	limitOpeners  = "openers"
	limitLinks    = "early_links"
	limitSkips    = "skips"
	limitNew      = "new_sources"
	limitIdle     = "idle"
	limitInbox    = "inbox"          // who doesn't take what a partner says
	limitBanned   = "banned_readers" // that may be here at the same time
)

// counters are what a Server counts. Anyone may count.
type counters struct {
	accepted, received, sent, panics atomic.Uint64

	refused, limits, traps tally

	// waited is the longest search that ended since the desk's last sample, in
	// nanoseconds.
	waited atomic.Int64
}

func newCounters() *counters {
	return &counters{
		refused: newTally(refusedHeader, refusedCrowded, refusedTooOften, refusedPenalty, refusedBanned,
			refusedFull, refusedDraining, refusedDoor, refusedTooYoung, refusedFailed),
		limits: newTally(limitSilent, limitGrace, limitSessions, limitInput, limitEvents, limitSequence, limitPulse, limitPaste, limitPace,
			limitOpeners, limitLinks, limitSkips, limitNew, limitIdle, limitInbox, limitBanned),
		traps: newTally(trapWarned, trapStopped, trapFlagged),
	}
}

// tally counts by words that don't change.
type tally map[string]*atomic.Uint64

func newTally(words ...string) tally {
	t := make(tally)
	for _, word := range words {
		t[word] = new(atomic.Uint64)
	}
	return t
}

func (t tally) add(word string) { t[word].Add(1) }

func (t tally) read() map[string]uint64 {
	counts := make(map[string]uint64, len(t))
	for word, n := range t {
		counts[word] = n.Load()
	}
	return counts
}

// Stats returns what was counted so far.
func (s *Server) Stats() Stats {
	c := s.counters
	return Stats{
		Accepted: c.accepted.Load(),
		Refused:  c.refused.read(),
		Limits:   c.limits.read(),
		Traps:    c.traps.read(),
		Received: c.received.Load(),
		Sent:     c.sent.Load(),
		Panics:   c.panics.Load(),
	}
}

// refusal names why the gate let somebody not in.
func refusal(why error) string {
	if limited, ok := errors.AsType[*moderation.Limited](why); ok {
		switch {
		case limited.Most > 0:
			return refusedCrowded
		case limited.Misbehaved:
			return refusedPenalty
		}
		return refusedTooOften
	}
	if _, ok := errors.AsType[*moderation.Banned](why); ok {
		return refusedBanned
	}
	switch {
	case errors.Is(why, moderation.ErrFull):
		return refusedFull
	case errors.Is(why, moderation.ErrDraining):
		return refusedDraining
	case errors.Is(why, moderation.ErrDoor):
		return refusedDoor
	case errors.Is(why, moderation.ErrTooYoung):
		return refusedTooYoung
	}
	return refusedFailed
}
