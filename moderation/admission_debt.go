package moderation

import "time"

const (
	// strikeShare is the part of a source's budget that its first strike takes.
	strikeShare = 60
	// maxPenalty is how far beyond its budget a source can get.
	maxPenalty = time.Hour
	// maxStrikes is how many are counted.
	maxStrikes = 40
)

// limits are those of one source.
//
// A source owes time, and pays it back as time passes. A connection costs
// per/count, also one that is refused, and the n-th strike costs per/60·2^(n-1),
// until nothing is owed, which is when strikes are forgotten. A strike is a
// connection that ends without a session, unless its client was told that what it
// asked for is not here, or that floods; the end of a session takes one back. Who
// would owe more than per is refused. Nobody owes more than per and an hour. docs/operating.md has it in the operator's words.
type limits struct {
	live  int           // connections at a time; 0 means no limit
	count int           // connections in each per; 0 means no limit and no strikes
	per   time.Duration // not 0 if count isn't
}

// tally is what is counted of one source. A million of them and their index take
// less than 32 MB; see sources.
type tally struct {
	key     uint64
	due     time.Duration // when nothing is owed any more, since the start of the process
	next    uint32        // slot of the next one in the bucket
	live    uint16
	strikes uint8
	silent  uint8 // of live, about 100 at most
}

// connect accounts for a new connection, and returns whether and why it must be
// refused.
func (l limits) connect(s *tally, now time.Duration) *Limited {
	if l.count > 0 {
		l.charge(s, now, l.per/time.Duration(l.count))
		if over := s.due - now - l.per; over > 0 {
			return &Limited{Again: over, Misbehaved: s.strikes > 0}
		}
	}
	if l.live > 0 && int(s.live) >= l.live {
		return &Limited{Most: l.live}
	}
	return nil
}

// strike holds something against the source.
func (l limits) strike(s *tally, now time.Duration) {
	if l.count == 0 {
		return
	}
	l.charge(s, now, 0)
	s.strikes = min(s.strikes+1, maxStrikes)
	cost := l.per / strikeShare
	for n := uint8(1); n < s.strikes && cost < maxPenalty; n++ {
		cost *= 2
	}
	l.charge(s, now, min(cost, maxPenalty))
}

// charge adds to what is owed, after what was paid back.
func (l limits) charge(s *tally, now, cost time.Duration) {
	if s.due <= now {
		s.due, s.strikes = now, 0
	}
	s.due = min(s.due+cost, now+l.per+maxPenalty)
}

// forgive takes a strike back.
func (s *tally) forgive() { s.strikes = max(s.strikes, 1) - 1 }

// kept tells whether more is known of a source than that it was there.
func (s *tally) kept(now time.Duration) bool {
	return s.live > 0 || s.strikes > 0 && s.due > now
}
