package matcher

import "time"

// far is what a seat that stands for one of another machine has more than others. It is
// in one chat, and then nowhere; it has no inbox, and is in no count.
type far struct {
	node uint64
	chat ChatID
	home uint64 // the seat of this machine that it is with
}

// again reports whether d is for two who asked for each other.
func (d *Deal) again() bool { return d.After != ChatID{} }

// search is that of the other one.
func (d *Deal) search() Search { return Search{d.With.Seat, d.Theirs} }

// Promise takes a seat out of all others' reach for a while, because a chat is to begin
// with somebody on another machine. Its owner is told nothing. It reports whether the
// seat still waits with the search that the deal is for and its owner is awake, or is free
// and the owner hopes for the other; and whether the two may meet; if not, that is kept in
// mind. A promise ends by Begin, by Release, when its time is up, and with the search.
func (m *Matcher) Promise(seat uint64, d Deal, lasts time.Duration) bool {
	m.lock()
	defer m.unlock()
	s := m.byID[seat]
	switch {
	case s == nil:
		return false
	case s.deal != nil:
		return s.deal.Chat == d.Chat
	case d.again():
		if h := m.hopeAfter(s, d.After); h == nil || h.with.id != d.With.Seat {
			return false
		}
	case s.turn != d.Turn || !m.awaits(s) || s.topic != nil:
		return false
	case m.sleepy(s):
		m.doze(s)
		return false
	}
	if m.opts.MayMeet != nil && !m.opts.MayMeet(s.subject, d.Subject) {
		if !d.again() {
			m.decline(s, d.search())
		}
		return false
	}
	d.offered = s.farOffered()
	if s.caller != nil || s.called() {
		m.release(s)
		m.miss(s)
	}
	m.settle(s)
	if s.home != nil {
		m.move(s, &m.promised)
		m.scatter(s)
	}
	s.deal = &d
	m.wait(s, m.now+lasts)
	return true
}

// Release ends a promise; the search goes on, if there is one.
func (m *Matcher) Release(seat uint64, chat ChatID) {
	m.lock()
	defer m.unlock()
	if s := m.byID[seat]; s != nil && s.deal != nil && s.deal.Chat == chat {
		m.unpromise(s)
	}
}

func (m *Matcher) unpromise(s *Seat) {
	m.rest(s)
	offered := s.deal.offered
	s.deal = nil
	m.hopeAgain(s)
	if s.home == nil {
		return
	}
	if offered {
		m.deliver(s, Event{Kind: RematchCancelled})
	}
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
	d, e := s.deal, Event{Kind: Matched, Shared: s.deal.Shared}
	if d.again() {
		e = Event{Kind: Reunited}
		if s.topic != nil { // of a search, or of the chat before
			m.drop(s)
		}
	}
	p := s.known(d.With.Seat)
	if p == nil {
		p = &Seat{m: m, id: d.With.Seat, until: never}
	}
	p.subject, p.closed, p.away = d.Subject, false, false
	p.far = &far{node: d.With.Node, chat: chat, home: s.id}
	m.bring(s, p, e)
	return true
}

// known is the far seat that s hopes for, or can ask for, by its id.
func (s *Seat) known(id uint64) *Seat {
	for _, h := range append(s.hopes(), s.former) {
		if h.with != nil && h.with.far != nil && h.with.id == id {
			return h.with
		}
	}
	return nil
}

// hopeAfter is what s, if it is free and not promised, hopes for of the other one in a chat
// that is over, or nil.
func (m *Matcher) hopeAfter(s *Seat, chat ChatID) *hope {
	if !s.free() || s.deal != nil {
		return nil
	}
	for _, h := range s.hopes() {
		if h.with.far != nil && h.with.far.chat == chat && h.until > m.now {
			return &h
		}
	}
	return nil
}

// Hopes is what the owner of a seat hopes for after a chat with somebody on another
// machine, as long as the seat is free to be met.
func (m *Matcher) Hopes(seat uint64, chat ChatID) (Hope, bool) {
	m.lock()
	defer m.unlock()
	s := m.byID[seat]
	if s == nil {
		return Hope{}, false
	}
	h := m.hopeAfter(s, chat)
	if h == nil {
		return Hope{}, false
	}
	return Hope{Chat: chat, With: Far{h.with.far.node, h.with.id}, Subject: s.subject}, true
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
	if e.Kind == Matched || e.Kind == Reunited {
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
