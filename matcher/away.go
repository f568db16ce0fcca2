package matcher

import (
	"errors"
	"time"
)

// ErrAway: the partner is away, so the message reached nobody; they may come back.
var ErrAway = errors.New("matcher: the partner is away")

// Away says that the owner is gone for now: whoever chats with them is told (PartnerAway)
// and may leave or wait; whom they only watch need not know. It reports whether there is a
// chat to come back to. If so, the seat is nobody's, has what comes for it kept, and closes
// after d unless Back is called.
func (s *Seat) Away(d time.Duration) bool {
	m := s.m
	m.lock()
	defer m.unlock()
	if s.closed || s.listener() == nil && !s.watches() {
		return false
	}
	s.away, s.behind = true, true
	s.wake, s.evict = nil, nil
	s.typing = false
	s.eachOther(func(o *Seat, number uint8) { o.sleepers.forget(number) })
	m.online--
	if s.partner != nil {
		m.chatting--
	}
	m.wait(s, m.now+d)
	m.tell(s, PartnerAway)
	return true
}

// Back gives a seat that is away to its owner, as Join would, with the chat that goes on
// there and all that has come meanwhile, be it the end of that chat. It reports whether
// it was in time. Who was told that the owner is away is told that they aren't
// (PartnerBack).
func (s *Seat) Back(p Profile) bool {
	m := s.m
	m.lock()
	defer m.unlock()
	if s.closed || !s.away {
		return false
	}
	s.away = false
	s.subject, s.wake, s.evict = p.Subject, p.Wake, p.Evict
	s.sleepers.told = 0 // of that the owner who comes knows nothing
	m.rest(s)
	m.online++
	if s.partner != nil {
		m.chatting++
		m.tell(s, PartnerBack)
	}
	m.hopeAgain(s)
	return true
}

// tell tells the partner of s, and who watches them, what became of s.
func (m *Matcher) tell(s *Seat, what Kind) {
	s.eachOther(func(o *Seat, number uint8) { m.deliver(o, Event{Kind: what, By: number}) })
}

// present is how many of s and its partner are there.
func (s *Seat) present() (n int) {
	for _, one := range []*Seat{s, s.partner} {
		if !one.away && one.far == nil {
			n++
		}
	}
	return n
}
