package matcher

import "time"

// offerLater has s, which begins a search, be offered to other machines if it takes long.
func (m *Matcher) offerLater(s *Seat) {
	if m.opts.Transport != nil && s.topic == nil {
		m.offers = append(m.offers, opening{m.now + m.opts.OfferAfter, s, s.search})
	}
}

// nextOffer is when the first search is offered.
func (m *Matcher) nextOffer() time.Duration {
	if len(m.offers) == 0 {
		return never
	}
	return m.offers[0].at
}

// offerDue offers the searches that have found nobody here in time. All wait equally
// long, so they come in the order in which they began.
func (m *Matcher) offerDue() {
	for m.nextOffer() <= m.now {
		o := m.offers[0]
		m.offers[0] = opening{} // the array outlives it
		m.offers = m.offers[1:]
		if s := o.seat; s.search == o.search && s.home != nil {
			s.offered = true
			m.reoffer(s)
		}
	}
}

// reoffer says anew what an offered search is.
func (m *Matcher) reoffer(s *Seat) {
	if !s.offered || s.deal != nil {
		return
	}
	m.opts.Transport.Offer(Offer{
		Seat: s.id, Last: s.last, Turn: s.turn, Criteria: m.criteria(s),
		Open: s.waited, Idle: m.now - s.touched, Subject: s.subject,
	})
}

// unoffer says that s isn't offered any more.
func (m *Matcher) unoffer(s *Seat) {
	if s.offered {
		s.offered = false
		m.opts.Transport.Withdraw(s.id)
	}
}

// criteria are those of the present search of s.
func (m *Matcher) criteria(s *Seat) Criteria {
	w := m.wish(s)
	names := func(ids []groupID) (all []Name) {
		for _, id := range ids {
			all = append(all, m.groups.names[id])
		}
		return all
	}
	return Criteria{Interests: names(w.likes()), Languages: names(w.speaks()), OnlyLanguages: s.only}
}

// Take gives a search of another Matcher a seat in this one, as it was offered. Its
// owner is whoever took it: what this Matcher finds for it comes as events.
func (m *Matcher) Take(o Offer, p Profile) *Seat {
	s := m.Join(p)
	m.lock()
	defer m.unlock()
	s.id, s.last = o.Seat, o.Last
	m.ask(s, o.Criteria)
	s.waited, s.only = o.Open, o.Criteria.OnlyLanguages
	s.touched = m.now - o.Idle
	m.beginSearch(s)
	return s
}
