package matcher

import (
	"slices"
	"time"
)

// AgainFor is how long after the end of a chat the two can ask to meet again.
const AgainFor = 10 * time.Minute

// A hope is that of a seat to meet the seat of its last chat again, or of an earlier
// one. That the other hopes for the same, until the same moment, makes a meeting.
type hope struct {
	with  *Seat
	until time.Duration
}

// Again asks to meet the partner of the last chat again, of that before the present
// one if there is one and it is with somebody else. If the other asks, too, they meet as soon as both are free:
// nobody who asked is too much asleep to be met, and no stranger comes first. It
// returns how long that can still be, or 0 if there is nobody to ask for. Neither this
// nor anything later tells whether the other asked, or is there, unless they meet.
func (s *Seat) Again() (left time.Duration) {
	m := s.m
	m.lock()
	defer m.unlock()
	if left = s.former.until - m.now; left <= 0 { // or there was none
		return 0
	}
	if !slices.Contains(s.hopes(), s.former) {
		s.hope(append(s.hopes(), s.former))
	}
	m.reunite(s)
	return left
}

// Forgo has the partner of the last chat never met again on account of Again; a chat
// with them of which the owner has yet to learn ends, and is never told of.
func (s *Seat) Forgo() {
	m := s.m
	m.lock()
	defer m.unlock()
	if s.former.with == s.partner {
		m.forsake(s)
	}
	s.hope(slices.DeleteFunc(s.hopes(), func(h hope) bool { return h == s.former }))
	s.former.until = 0
	if d := s.deal; d != nil && s.former.with != nil && s.former.with.id == d.With.Seat {
		m.unpromise(s)
	}
}

// Aside says whether the owner is to be left alone, though the seat is idle: nobody is
// met again meanwhile, and a chat with somebody met again of which the owner has yet to
// learn ends, and is never told of. It lasts until the next Find.
func (s *Seat) Aside(on bool) {
	m := s.m
	m.lock()
	defer m.unlock()
	if s.aside = on; on {
		m.forsake(s)
		if s.deal != nil && s.deal.again() {
			m.unpromise(s)
		}
	}
	m.hopeAgain(s)
}

// forsake undoes for s what its owner has yet to learn of having met somebody again.
func (m *Matcher) forsake(s *Seat) {
	if i := s.unknown(); i >= 0 {
		former := s.former
		m.leave(s)
		s.former, s.inbox = former, s.inbox[:i]
	}
}

// part notes that the chat of a and b is over.
func (m *Matcher) part(a, b *Seat) {
	until := m.now + AgainFor
	a.former, b.former = hope{b, until}, hope{a, until}
	m.hopeAgain(a)
	m.hopeAgain(b)
}

// hopeAgain has s, if it hopes and is free, meet whom it can before this move is over.
func (m *Matcher) hopeAgain(s *Seat) {
	if s.hoping != nil {
		m.freed = append(m.freed, s)
	}
}

// free reports whether s can be met again at this time.
func (s *Seat) free() bool {
	return !s.closed && !s.aside && !s.away && s.partner == nil && !s.watches()
}

// reunite has s, if it is free, meet somebody whom it hopes to meet and who hopes so,
// too. Hopes that are over end.
func (m *Matcher) reunite(s *Seat) {
	s.hope(slices.DeleteFunc(s.hopes(), func(h hope) bool {
		return h.until <= m.now || h.with.closed && h.with.far == nil // which says nothing of who is there
	}))
	for _, h := range s.hopes() {
		if h.with.far != nil {
			if s.free() {
				m.opts.Transport.Hope(s.id, h.with.far.chat)
			}
			continue
		}
		o, mutual := h.with, hope{s, h.until}
		if s.free() && o.free() && slices.Contains(o.hopes(), mutual) && m.mayMeet(s, o) {
			for _, one := range []*Seat{s, o} {
				if one.topic != nil { // of a search, or of the chat before
					m.drop(one)
				}
			}
			m.bring(s, o, Event{Kind: Reunited})
			return
		}
	}
}

// fulfil ends what s hopes for, or can ask for, of its new partner.
func (s *Seat) fulfil() {
	if s.former.with == s.partner {
		s.former.until = 0
	}
	if s.hoping != nil {
		s.hope(slices.DeleteFunc(s.hopes(), func(h hope) bool { return h.with == s.partner }))
	}
}

// hopes are those of s. Few ever have one, so a seat has no room for them.
func (s *Seat) hopes() []hope {
	if s.hoping == nil {
		return nil
	}
	return *s.hoping
}

// hope makes all the hopes of s.
func (s *Seat) hope(all []hope) {
	if s.hoping = nil; len(all) > 0 {
		s.hoping = &all
	}
}
