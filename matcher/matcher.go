package matcher

import (
	"context"
	crand "crypto/rand"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Options are the delays of a Matcher, and its chance. Zero means the default.
type Options struct {
	// RematchDelay is how long after the offer two people meet again. Default 5 s.
	RematchDelay time.Duration
	// AsleepAfter is how long without a key press puts who waits to sleep.
	// Default AsleepAfter.
	AsleepAfter time.Duration
	// InterestWait is how long a search takes only who shares an interest, or a
	// language. Default 10 s; below 0 that is never over.
	InterestWait time.Duration
	// CallTimeout is how long who sleeps has to answer a call. Default 30 s.
	CallTimeout time.Duration
	// MayMeet tells of two Subjects whether they may be partners; nil means that
	// all may. It is called under the lock: it must not block, nor call back.
	MayMeet func(a, b any) bool
	// Moved is told of one move in 64 how long it held the lock; nil isn't. It is
	// called under the lock, as MayMeet is.
	Moved func(took time.Duration)
	// Transport leads to the Matchers of other machines; nil means that there are none.
	Transport Transport
	// OfferAfter is how long only people of this machine are looked for. Default 300 ms.
	OfferAfter time.Duration
	// Rand is used under the lock. Default: ChaCha8, seeded by the system, so
	// that nobody foresees whom they meet.
	Rand rand.Source
}

func (o *Options) withDefaults() Options {
	var opts Options
	if o != nil {
		opts = *o
	}
	if opts.RematchDelay == 0 {
		opts.RematchDelay = 5 * time.Second
	}
	if opts.AsleepAfter == 0 {
		opts.AsleepAfter = AsleepAfter
	}
	if opts.InterestWait == 0 {
		opts.InterestWait = 10 * time.Second
	}
	if opts.CallTimeout == 0 {
		opts.CallTimeout = 30 * time.Second
	}
	if opts.OfferAfter == 0 {
		opts.OfferAfter = 300 * time.Millisecond
	}
	if opts.Rand == nil {
		var seed [32]byte
		crand.Read(seed[:]) // never fails
		opts.Rand = rand.NewChaCha8(seed)
	}
	return opts
}

// movesPerSample is of how many moves one is timed: a look at the clock is much of
// what a move costs.
const movesPerSample = 64

// Stats are counts of seats whose owners are there. Waiting and Chatting are parts of Online, and who waits
// to have a question discussed, or to discuss one, is part of Waiting.
type Stats struct {
	Online, Waiting, Chatting int
	Asking, Discussing        int
}

// A Matcher pairs the people on its seats. Its methods may be called by any
// goroutine.
type Matcher struct {
	opts  Options
	start time.Time   // all other times are durations since then
	timer *time.Timer // rings for Run, at planned

	mu            sync.Mutex // guards what follows, and the seats
	rand          *rand.Rand
	now           time.Duration // of the present move
	planned       time.Duration
	online        int    // seats whose owners are there
	chatting      int    // of those
	ids, searches uint64 // how many there were so far
	moves         uint64 // likewise
	said, bytes   uint64 // messages that were delivered, and their bytes
	awake, choosy pool   // who is awake: content with anyone, and not
	asleep        pool
	asking        pool // who waits for two to discuss their question, awake or not
	discussing    pool // who waits for a question, awake or not
	promised      pool // whose chat with somebody on another machine is about to begin
	groups        groups
	openings      []opening        // of searches, the next one first
	offers        []opening        // likewise, to other machines
	byID          map[uint64]*Seat // all, where there are other machines
	alarms        alarms

	// What the present move has set off. All are empty when mu is free.
	freed []*Seat // may meet again whom they hope to
	retry []*Seat // must look for a partner again
	lost  []*Seat // had no room for an event
}

// New returns a Matcher with nobody in it.
func New(o *Options) *Matcher {
	opts := o.withDefaults()
	m := &Matcher{
		opts:    opts,
		start:   time.Now(),
		timer:   time.NewTimer(never),
		planned: never,
		rand:    rand.New(opts.Rand),
		groups:  newGroups(),
	}
	if opts.Transport != nil {
		m.byID = make(map[uint64]*Seat)
		m.ids = m.rand.Uint64() // no seat is called as one of another machine
	}
	return m
}

// Run carries out what becomes due, until ctx ends; it returns ctx's error.
// Seats outlive it; without it, what is due waits for somebody's next move.
func (m *Matcher) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-m.timer.C:
			m.lock()
			m.planned = never
			m.unlock()
		}
	}
}

// Stats counts seats at this moment. It is cheap enough to ask at every paint.
func (m *Matcher) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Stats{
		Online:   m.online,
		Waiting:  len(m.awake) + len(m.choosy) + len(m.asleep) + len(m.asking) + len(m.discussing) + len(m.promised),
		Chatting: m.chatting,

		Asking:     len(m.asking),
		Discussing: len(m.discussing),
	}
}

// Said counts the messages that reached a partner so far, and their bytes.
func (m *Matcher) Said() (messages, bytes uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.said, m.bytes
}

// lock begins a move: state is brought up to the present first.
func (m *Matcher) lock() {
	m.mu.Lock()
	begun := false
	defer func() {
		if !begun { // a panic: nobody else must wait for this move
			m.mu.Unlock()
		}
	}()
	m.now = time.Since(m.start)
	m.expire()
	begun = true
}

// unlock ends a move with all that it set off.
func (m *Matcher) unlock() {
	for _, f := range m.end() {
		f()
	}
}

// end is unlock but for the evictions, which it returns.
func (m *Matcher) end() (evict []func()) {
	defer m.mu.Unlock() // also after a panic, in MayMeet for one
	evict = m.finish()
	if next := min(m.alarms.next(), m.nextOpening(), m.nextOffer()); next < m.planned {
		m.planned = next
		m.timer.Reset(next - m.now)
	}
	if m.moves++; m.moves%movesPerSample == 1 && m.opts.Moved != nil {
		m.opts.Moved(time.Since(m.start) - m.now)
	}
	return evict
}

// finish works off lost, freed and retry, and returns whom to evict.
func (m *Matcher) finish() (evict []func()) {
	for {
		switch {
		case len(m.lost) > 0:
			s := m.lost[0]
			m.lost = slices.Delete(m.lost, 0, 1)
			if s.closed {
				continue
			}
			if s.evict != nil {
				evict = append(evict, s.evict)
			}
			m.giveUp(s)
		case len(m.freed) > 0:
			s := m.freed[0]
			m.freed = slices.Delete(m.freed, 0, 1)
			m.reunite(s)
		case len(m.retry) > 0:
			s := m.retry[0]
			m.retry = slices.Delete(m.retry, 0, 1)
			if m.awaits(s) {
				m.search(s)
			}
		default:
			return evict
		}
	}
}

// deliver puts e into the inbox of s, and reports whether there was room. A
// seat without room is lost; that ends it, and its chat, with this move.
func (m *Matcher) deliver(s *Seat, e Event) bool {
	if s.far != nil {
		return m.send(s, e)
	}
	if s.closed {
		return false
	}
	if len(s.inbox) >= s.room() {
		m.lost = append(m.lost, s)
		return false
	}
	e.turn = s.turn
	s.inbox = append(s.inbox, e)
	s.rouse()
	return true
}

// room is how many events the inbox of s takes.
func (s *Seat) room() int {
	if s.behind {
		return awayInbox
	}
	return inboxSize
}

// rouse has the owner of s look for what has come.
func (s *Seat) rouse() {
	if s.wake != nil {
		s.wake()
	}
}
