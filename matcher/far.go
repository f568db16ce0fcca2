package matcher

import "time"

// far is what a seat that stands for one of another machine has more than others. It is
// in one chat, and then nowhere; it has no inbox, and is in no count.
type far struct {
	node uint64
	chat ChatID
	home uint64 // the seat of this machine that it is with
}

// Promise takes a search out of all others' reach for a while, because a chat is to
// begin with somebody on another machine. Its owner is told nothing. It reports whether
// the seat still waits with that search, its owner is awake, and the two may meet. A
// promise ends by Begin, by Release, when its time is up, and with the search.
func (m *Matcher) Promise(seat uint64, d Deal, lasts time.Duration) bool {
	m.lock()
	defer m.unlock()
	s := m.byID[seat]
	switch {
	case s == nil || s.turn != d.Turn:
		return false
	case s.deal != nil:
		return s.deal.Chat == d.Chat
	case !m.awaits(s) || s.topic != nil || m.opts.MayMeet != nil && !m.opts.MayMeet(s.subject, d.Subject):
		return false
	case m.sleepy(s):
		m.doze(s)
		return false
	}
	m.settle(s)
	m.move(s, &m.promised)
	m.scatter(s)
	s.deal = &d
	m.wait(s, m.now+lasts)
	return true
}

// Release ends a promise; the search goes on.
func (m *Matcher) Release(seat uint64, chat ChatID) {
	m.lock()
	defer m.unlock()
	if s := m.byID[seat]; s != nil && s.deal != nil && s.deal.Chat == chat {
		m.unpromise(s)
	}
}

func (m *Matcher) unpromise(s *Seat) {
	m.rest(s)
	s.deal = nil
	m.move(s, m.room(s))
	m.lookAgain(s)
	m.reoffer(s)
}

// Begin begins the chat that was promised, and reports whether it goes on: it may have
// begun before.
func (m *Matcher) Begin(seat uint64, chat ChatID) bool {
	m.lock()
	defer m.unlock()
	s := m.byID[seat]
	switch {
	case s == nil:
		return false
	case s.deal == nil:
		return s.partner != nil && s.partner.far != nil && s.partner.far.chat == chat
	case s.deal.Chat != chat:
		return false
	}
	d := s.deal
	m.bring(s, &Seat{
		m: m, id: d.With.Seat, subject: d.Subject, until: never,
		far: &far{node: d.With.Node, chat: chat, home: s.id},
	}, Event{Kind: Matched, Shared: d.Shared})
	return true
}

// Stage reports whether a chat is promised to a seat, or goes on there.
func (m *Matcher) Stage(seat uint64, chat ChatID) (promised, live bool) {
	m.lock()
	defer m.unlock()
	s := m.byID[seat]
	switch {
	case s == nil:
		return false, false
	case s.deal != nil:
		return s.deal.Chat == chat, false
	}
	return false, s.partner != nil && s.partner.far != nil && s.partner.far.chat == chat
}

// send is deliver, to somebody on another machine. That a chat began is known there.
func (m *Matcher) send(s *Seat, e Event) bool {
	if s.closed {
		return false
	}
	if e.Kind == Matched {
		return true
	}
	l := Letter{Chat: s.far.chat, From: s.far.home, To: s.id, Kind: e.Kind, Mark: e.Mark, Text: e.Text}
	if m.opts.Transport.Send(s.far.node, l) {
		return true
	}
	m.lost = append(m.lost, s)
	return false
}

// hangUp ends the chat of a far seat on the way there, and returns how many messages to it
// may not have arrived; any other seat has none.
func (m *Matcher) hangUp(s *Seat) uint8 {
	if s.far == nil {
		return 0
	}
	return m.opts.Transport.HangUp(s.far.home, Far{s.far.node, s.id}, s.far.chat)
}

// Receive does what somebody on another machine did, and reports whether that reached
// whom it is for: the chat may not go on here, or their inbox be full.
func (m *Matcher) Receive(l Letter) bool {
	m.lock()
	defer m.unlock()
	s := m.byID[l.To]
	if s == nil || s.partner == nil {
		return false
	}
	p := s.partner
	if p.far == nil || p.far.chat != l.Chat || p.id != l.From {
		return false
	}
	switch l.Kind {
	case Said:
		return m.deliver(s, Event{Kind: Said, Mark: l.Mark, Text: l.Text})
	case TypingStarted, TypingStopped:
		if len(s.inbox) < noticeLimit {
			m.deliver(s, Event{Kind: l.Kind})
		}
	case PartnerLeft:
		m.giveUp(p)
	case PartnerAway, PartnerBack:
		if away := l.Kind == PartnerAway; p.away != away {
			p.away = away
			s.sleepers.forget(0)
			m.deliver(s, Event{Kind: l.Kind})
		}
	case PartnerAsleep, PartnerAwake:
		s.sleepers.set(0, l.Kind == PartnerAsleep)
		s.rouse()
	}
	return true
}

// Lose ends all chats with people on a machine that is gone.
func (m *Matcher) Lose(node uint64) {
	m.lock()
	defer m.unlock()
	for _, s := range m.byID {
		if p := s.partner; p != nil && p.far != nil && p.far.node == node {
			m.giveUp(p)
		}
	}
}
