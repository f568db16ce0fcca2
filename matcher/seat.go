package matcher

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// inboxSize is how many events a seat's owner may lag behind.
	inboxSize = 20
	// awayInbox is that of who is away: what two can say whom they watch, as fast as one
	// reads, in the minute that an absence takes.
	awayInbox = 10 * inboxSize
	// noticeLimit is how full an inbox may be to take notices of typing.
	noticeLimit = inboxSize / 4
)

// ErrNoPartner: nobody was there to hear it, so the message reached nobody.
var ErrNoPartner = errors.New("matcher: no partner")

// A Profile is what a Matcher is told of a person.
type Profile struct {
	// Subject is given to this person's partner, by Event.Partner.
	Subject any
	// Wake is called, under the lock, each time that Events has something new: it must
	// not block, nor call back. It may be nil.
	Wake func()
	// Evict is called, at most once, when the person's inbox overflowed and the
	// seat was closed. It runs in whoever's goroutine sent the last event, and
	// must not block. It may be nil.
	Evict func()
}

// A Seat is one person's place in a Matcher. Its methods are called by one
// goroutine, its owner, who must Close it in the end. After Close, or after
// an eviction, they do nothing and Say returns ErrNoPartner.
type Seat struct {
	// What a match touches lies in the first three cache lines: with many who wait, a
	// match costs about as many nanoseconds as lines it has to fetch. Guarded by m.mu, but
	// for the id, which doesn't change.
	touched time.Duration // when a key was pressed last
	id      uint64
	last    uint64 // the id of partner, or of the last one
	home    *pool  // of m's, or none
	// What is under way: a call, or the wait for somebody else's, while until
	// is set; or an offer, while rematch is set, too; or an absence, while away is.
	until   time.Duration
	place   int32       // in home
	number  uint32      // in m.groups
	turn    uint32      // counts Find and Leave; written by the owner alone
	waiting atomic.Bool // home != nil, for Touch and Waits
	closed  bool
	// likes, speaks: the search asks for interests, for languages.
	likes, speaks bool
	waited        bool // the search is open to anyone
	only          bool // but for a language it insists on
	// gathered: the groups of its interests have it; understood: those of its
	// languages, too.
	gathered, understood bool
	away                 bool // nobody's for now

	partner *Seat
	calling *Seat // who sleeps, whose caller is this seat
	caller  *Seat // who is awake, whose calling is this seat
	rematch *Seat // whose rematch is this seat
	inbox   []Event
	wake    func()

	subject any
	former  hope    // of the last chat that ended, whether it is hoped or not
	hoping  *[]hope // nil is none
	topic   *topic  // of the present chat or search, or of the chat that the other left, if it has one
	search  uint64  // the number of the present search
	alarm   int32   // place in m.alarms, while until is set
	tried   bool    // in this search a call had its time: an offer comes before the next
	// declined is set for both between whom an offer was declined.
	declined bool
	aside    bool // left alone, though idle
	typing   bool // the partner was told so; the owner's alone

	m        *Matcher
	evict    func()
	missed   uint64 // searches up to this number called in vain
	far      *far   // of a seat of another machine
	deal     *Deal  // that was promised
	sleepers        // of the present chat
	behind   bool   // the owner has yet to take what came while they were away
	offered  bool   // to other machines
	dealings *dealings
	_        uint64 // a seat of 256 bytes begins where a cache line does
}

// Join gives a person a seat. It is idle until Find.
func (m *Matcher) Join(p Profile) *Seat {
	s := &Seat{m: m, subject: p.Subject, wake: p.Wake, evict: p.Evict, until: never}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ids++
	s.id = m.ids
	m.groups.admit(s)
	m.online++
	if m.byID != nil {
		m.byID[s.id] = s
	}
	return s
}

// Events takes what has come for the seat, in order; Wake says when to look, and that
// is until nothing comes: Reunited is the first of those it comes with. The seat is
// closed by Close, or when its inbox overflowed; what had come before can still be
// taken, and nothing comes after.
func (s *Seat) Events() (events []Event, open bool) {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	events, s.inbox, s.behind = s.inbox, nil, false
	for i := 1; i < len(events); i++ {
		if events[i].Kind == Reunited {
			events, s.inbox = events[:i:i], events[i:]
		}
	}
	if len(s.inbox) == 0 {
		events = s.tellSleepers(events)
	}
	return events, !s.closed
}

// unknown is where in the inbox of s a chat with somebody met again begins that the
// owner has yet to learn of; -1 if there is none.
func (s *Seat) unknown() int {
	return slices.IndexFunc(s.inbox, func(e Event) bool { return e.Kind == Reunited && e.turn == s.turn })
}

// listener is whom the owner of s speaks to: the partner, if the owner knows of them.
func (s *Seat) listener() *Seat {
	if s.unknown() >= 0 {
		return nil
	}
	return s.partner
}

// Stale reports whether e was sent before the owner's last Find or Leave, and
// is thus of a chat or a search that the owner has left. The owner ignores
// such events.
func (s *Seat) Stale(e Event) bool { return e.turn != s.turn }

// Foreign is how many others wait for a stranger, at least, who share no language with
// the present search: who shares several counts as several who share one.
func (s *Seat) Foreign() int {
	m := s.m
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.home == nil || !s.likes && !s.speaks {
		return 0
	}
	others := len(m.awake) + len(m.choosy) + len(m.asleep) + len(m.promised) - 1
	for _, id := range m.wish(s).speaks() {
		others -= int(m.groups.all[id].users) - 1
	}
	return max(0, others)
}

// Anyone has the present search wait no longer for whom it shares something with.
func (s *Seat) Anyone() {
	m := s.m
	m.lock()
	defer m.unlock()
	if s.home != nil {
		m.open(s)
	}
}

// Waits reports whether the present search has found nobody yet.
func (s *Seat) Waits() bool { return s.waiting.Load() }

// Find leaves the present chat or search and starts a new search.
func (s *Seat) Find(c Criteria) {
	m := s.m
	m.lock()
	defer m.unlock()
	if s.closed {
		return
	}
	m.leave(s)
	s.turn++
	s.typing = false
	if s.topic = topicFor(s, c); s.topic != nil {
		c.Interests = nil
	}
	m.ask(s, c)
	s.waited, s.only = false, c.OnlyLanguages
	s.aside = false
	s.touched = m.now
	s.declined, s.dealings = false, nil
	m.hopeAgain(s)
	m.beginSearch(s)
}

// Leave ends the present chat or search; the seat is idle.
func (s *Seat) Leave() {
	m := s.m
	m.lock()
	defer m.unlock()
	m.leave(s)
	s.turn++
	s.typing = false
}

// Close gives the seat up, as Leave does first, and closes Events.
func (s *Seat) Close() {
	m := s.m
	m.lock()
	defer m.unlock()
	if !s.closed {
		m.giveUp(s)
	}
}

// Say puts text into the partner's inbox, with a mark that means something to the two.
// It never waits. The error is ErrNoPartner, ErrAway or nil. Who was met again is no
// partner until Events has told of it.
func (s *Seat) Say(text string, mark uint8) error {
	m := s.m
	m.lock()
	defer m.unlock()
	s.typing = false
	p := s.listener()
	if p != nil && p.away {
		return ErrAway
	}
	if p == nil || !m.deliver(p, Event{Kind: Said, Mark: mark, Text: text}) {
		return ErrNoPartner
	}
	m.said++
	m.bytes += uint64(len(text))
	if s.topic != nil {
		m.tellAsker(s.topic, s, Event{Kind: Said, Mark: mark, Text: text})
	}
	return nil
}

// Typing tells the partner that the owner types, each time it is called, since
// signs of it grow old; or that they stopped to, if they were told otherwise. An
// inbox a quarter full takes no such notice, so that it costs nobody a message
// or the seat.
func (s *Seat) Typing(on bool) {
	if !on && !s.typing {
		return
	}
	m := s.m
	m.lock()
	defer m.unlock()
	p := s.listener()
	if p == nil || p.away {
		return
	}
	s.typing = on
	kind := TypingStopped
	if on {
		kind = TypingStarted
	}
	if len(p.inbox) < noticeLimit {
		m.deliver(p, Event{Kind: kind})
	}
}

// Touch says that the owner pressed a key. It matters only while they wait,
// and takes no lock otherwise.
func (s *Seat) Touch() {
	if !s.waiting.Load() {
		return
	}
	m := s.m
	m.lock()
	defer m.unlock()
	if s.home == nil {
		return
	}
	slept := m.sleepy(s)
	s.touched = m.now
	if slept && s.deal == nil {
		m.wake(s)
	}
}

// Decline turns down the offered rematch, if there is one. It isn't offered
// again until one of the two starts a new search.
func (s *Seat) Decline() {
	m := s.m
	m.lock()
	defer m.unlock()
	switch other := s.rematch; {
	case other != nil:
		s.declined, other.declined = true, true
		m.settle(s)
		m.lookAgain(s)
	case s.farOffered():
		with := s.dealings.rematch
		m.settle(s)
		m.lookAgain(s)
		m.decline(s, with)
	case s.deal != nil && s.deal.offered: // which is about to begin
		s.deal.offered = false
		m.decline(s, s.deal.search())
		m.unpromise(s)
	}
}
