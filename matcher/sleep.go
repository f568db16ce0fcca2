package matcher

import "time"

// AsleepAfter is how long without a key press somebody is asleep, who waits or chats.
const AsleepAfter = 2 * time.Minute

// sleepy reports whether s has pressed no key for so long that it sleeps, or
// is to be put to sleep.
func (m *Matcher) sleepy(s *Seat) bool { return m.now-s.touched >= m.opts.AsleepAfter }

// pickAwake picks among those awake. Nobody watches them fall asleep; whoever
// is found to have is put to sleep here, which is soon enough.
func (m *Matcher) pickAwake(n int, at func(i int) *Seat, ok func(*Seat) bool) *Seat {
	var sleepy []*Seat
	c := m.pick(n, at, func(c *Seat) bool {
		if c == nil {
			return false
		}
		if m.sleepy(c) {
			sleepy = append(sleepy, c)
			return false
		}
		return ok(c)
	})
	for _, s := range sleepy {
		m.doze(s)
	}
	return c
}

// doze puts s, who waits, to sleep. Who sleeps calls nobody; an offer stands,
// since s was awake when it was made.
func (m *Matcher) doze(s *Seat) {
	if s.home == &m.asleep { // a search may come upon the same seat several times
		return
	}
	if s.farOffered() { // which counts on who is awake
		m.cancel(s)
	}
	if s.rematch == nil {
		m.settle(s)
	}
	m.move(s, &m.asleep)
	m.scatter(s)
	m.reoffer(s)
}

// wake has s, who slept, search anew. Whoever called s looks first and, having
// found nobody else awake so far, meets s.
func (m *Matcher) wake(s *Seat) {
	if s.topic == nil && s.called() {
		m.rest(s)
	}
	m.release(s)
	m.beginSearch(s)
	m.reoffer(s)
}

// Dozing says that the owner, in a chat, has pressed no key for AsleepAfter, or has
// again. Whoever else is in that chat learns the latest of it: it takes no room of an
// inbox, so none is ever too full for it, and what was over before they looked is never
// told.
func (s *Seat) Dozing(on bool) {
	m := s.m
	m.lock()
	defer m.unlock()
	if s.listener() == nil {
		return
	}
	kind := PartnerAwake
	if on {
		kind = PartnerAsleep
	}
	s.eachOther(func(o *Seat, number uint8) {
		if o.far != nil {
			m.send(o, Event{Kind: kind})
			return
		}
		o.sleepers.set(number, on)
		o.rouse()
	})
}

// eachOther calls f for whoever is in the chat with s, with the number that s has to them.
// Who watches has none.
func (s *Seat) eachOther(f func(o *Seat, number uint8)) {
	if s.partner == nil {
		return
	}
	f(s.partner, 0)
	if t := s.topic; t != nil && t.asker != nil {
		f(t.asker, t.number(s))
	}
}

// sleepers are those who sleep of the others in a chat, a bit for each Event.By: as it
// is, and as the owner of a seat was told.
type sleepers struct{ asleep, told uint8 }

func (z *sleepers) set(by uint8, on bool) {
	z.asleep &^= 1 << by
	if on {
		z.asleep |= 1 << by
	}
}

// forget makes nothing of who is by, as the owner does by another event.
func (z *sleepers) forget(by uint8) {
	z.asleep &^= 1 << by
	z.told &^= 1 << by
}

// tellSleepers appends to events what the owner of s is to be told of who sleeps.
func (s *Seat) tellSleepers(events []Event) []Event {
	for by := range uint8(3) {
		asleep := s.asleep>>by&1 == 1
		if asleep == (s.told>>by&1 == 1) {
			continue
		}
		kind := PartnerAwake
		if asleep {
			kind = PartnerAsleep
		}
		events = append(events, Event{Kind: kind, By: by, turn: s.turn})
	}
	s.told = s.asleep
	return events
}
