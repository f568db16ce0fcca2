package matcher

// fits reports whether a and b may be partners at this time.
func fits(a, b *Seat) bool {
	return a != b && a.m.agree(a, b) && a.m.mayMeet(a, b)
}

// mayMeet reports whether those on a and b may be partners at all.
func (m *Matcher) mayMeet(a, b *Seat) bool {
	return m.opts.MayMeet == nil || m.opts.MayMeet(a.subject, b.subject)
}

// met reports whether either talked to the other last.
func met(a, b *Seat) bool { return a.last == b.id || b.last == a.id }

// stranger reports whether c may be paired with s at once.
func stranger(s, c *Seat) bool { return fits(s, c) && !met(s, c) }

// again reports whether s and c may be offered to meet again.
func again(s, c *Seat) bool {
	return fits(s, c) && met(s, c) && !(s.declined && c.declined)
}

// beginSearch puts s, awake, into the pool.
func (m *Matcher) beginSearch(s *Seat) {
	m.searches++
	s.search = m.searches
	s.tried = false
	m.move(s, m.room(s))
	m.lookAgain(s)
	m.offerLater(s)
}

// room is the pool where s, awake, waits.
func (m *Matcher) room(s *Seat) *pool {
	switch {
	case s.topic != nil:
		return m.side(s)
	case s.choosy():
		return &m.choosy
	}
	return &m.awake
}

// awaits reports whether s waits and may search.
func (m *Matcher) awaits(s *Seat) bool {
	return s.home != nil && s.home != &m.asleep && s.home != &m.promised
}

// lookAgain has s, if it is awake, search before this move is over.
func (m *Matcher) lookAgain(s *Seat) { m.retry = append(m.retry, s) }

// search looks for what comes next for s, in the order that the package's
// documentation gives. Only finish calls it.
func (m *Matcher) search(s *Seat) {
	if s.topic != nil {
		m.arrange(s)
		return
	}
	if m.sleepy(s) {
		m.doze(s)
		return
	}
	if c := m.pickStranger(s); c != nil {
		m.match(s, c)
		return
	}
	m.gather(s)
	if s.until != never { // what is under way goes on
		return
	}
	if !s.tried && m.call(s, stranger) {
		return
	}
	if c := m.pickAgain(s); c != nil {
		m.offer(s, c)
		return
	}
	if !m.call(s, stranger) {
		m.call(s, again)
	}
}

// match begins the chat of a and b, who wait.
func (m *Matcher) match(a, b *Seat) {
	m.bring(a, b, Event{Kind: Matched, Shared: m.shared(a, b)})
}

// bring puts a and b, who are in none, into one chat, and tells them by e.
func (m *Matcher) bring(a, b *Seat, e Event) {
	if a.rematch == b {
		a.rematch, b.rematch = nil, nil
	}
	m.withdraw(a)
	m.withdraw(b)
	a.partner, b.partner = b, a
	a.last, b.last = b.id, a.id
	a.fulfil()
	b.fulfil()
	m.chatting += a.present()
	for _, s := range []*Seat{a, b} {
		e.Partner = s.partner.subject
		m.deliver(s, e)
	}
}

// offer tells a, who searches, and b that they meet again. It takes the place
// of what b waits for.
func (m *Matcher) offer(a, b *Seat) {
	m.settle(b)
	a.rematch, b.rematch = b, a
	for _, s := range []*Seat{a, b} {
		m.wait(s, m.now+m.opts.RematchDelay)
		m.deliver(s, Event{Kind: RematchOffered, Partner: s.rematch.subject})
	}
}

// call calls one of those who sleep and are right for s. If each of them is
// being called already, s waits for what comes of it. It reports whether there
// was anyone.
func (m *Matcher) call(s *Seat, right func(s, c *Seat) bool) bool {
	if s.wantsInterest() { // for which nobody is woken
		return false
	}
	fresh := func(c *Seat) bool { return c.missed < s.search && right(s, c) }
	c := m.pick(len(m.asleep), m.asleep.at, func(c *Seat) bool { return c.caller == nil && fresh(c) })
	switch {
	case c != nil:
		s.calling, c.caller = c, s
		if c.called() { // already
			m.rest(c)
		} else {
			m.deliver(c, Event{Kind: Called})
		}
	case m.pick(len(m.asleep), m.asleep.at, fresh) == nil:
		return false
	}
	m.wait(s, m.now+m.opts.CallTimeout)
	return true
}

// timeout ends what is under way for s because its time is up.
func (m *Matcher) timeout(s *Seat) {
	if s.deal != nil {
		m.unpromise(s)
		return
	}
	if s.away {
		m.giveUp(s)
		return
	}
	if s.called() {
		m.miss(s)
		return
	}
	if s.farOffered() {
		m.cancel(s)
		return
	}
	if s.rematch != nil {
		m.match(s, s.rematch)
		return
	}
	if s.calling != nil {
		s.calling.missed = m.searches
	}
	m.settle(s)
	s.tried = true
	m.lookAgain(s)
}

// settle ends what is under way for s, because of s; the other one is told.
func (m *Matcher) settle(s *Seat) {
	m.rest(s)
	if s.farOffered() {
		s.dealings.rematch = Search{}
	}
	if c := s.calling; c != nil {
		s.calling, c.caller = nil, nil
		m.deliver(c, Event{Kind: CallMissed})
	}
	if c := s.rematch; c != nil {
		s.rematch, c.rematch = nil, nil
		m.rest(c)
		m.deliver(c, Event{Kind: RematchCancelled})
		m.lookAgain(c)
	}
}

// release ends the call to s; the caller searches on.
func (m *Matcher) release(s *Seat) {
	if c := s.caller; c != nil {
		s.caller, c.calling = nil, nil
		m.rest(c)
		m.lookAgain(c)
	}
}

// withdraw takes s out of the pool, if it is there, and out of all that is
// under way.
func (m *Matcher) withdraw(s *Seat) {
	m.settle(s)
	m.release(s)
	m.move(s, nil)
	m.forget(s)
	s.deal = nil
	m.unoffer(s)
}

// move takes s from the pool it is in to another; nil is none.
func (m *Matcher) move(s *Seat, to *pool) {
	if p := s.home; p != nil {
		p.remove(s)
	}
	if to != nil {
		to.add(s)
	}
	s.waiting.Store(to != nil)
}

// leave makes s idle.
func (m *Matcher) leave(s *Seat) {
	m.withdraw(s)
	s.sleepers = sleepers{}
	if p := s.partner; p != nil {
		p.sleepers = sleepers{}
		m.chatting -= s.present()
		s.partner, p.partner = nil, nil
		m.part(s, p)
		m.deliver(p, Event{Kind: PartnerLeft, Lost: m.hangUp(s)})
	}
	if s.topic != nil {
		m.drop(s)
	}
}

// giveUp closes s.
func (m *Matcher) giveUp(s *Seat) {
	s.closed = true
	m.leave(s)
	if s.far != nil {
		return
	}
	m.groups.dismiss(s)
	delete(m.byID, s.id)
	s.former, s.hoping = hope{}, nil
	s.rouse()
	if !s.away {
		m.online--
	}
	// Who waits for a while with a pointer to this seat must not keep its owner in memory.
	s.subject, s.wake, s.evict = nil, nil, nil
}
