package matcher

import (
	"slices"
	"time"
)

// dealTime is how long a chat that was offered may take to begin across machines.
const dealTime = 3 * time.Second

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
		Open: s.waited, Idle: m.idle(s), Declined: s.farDeclined(), Subject: s.subject,
	})
}

// idle is for how long no key was pressed, as others are told.
func (m *Matcher) idle(s *Seat) time.Duration {
	if m.sleepy(s) {
		return AsleepAfter
	}
	return min(m.now-s.touched, AsleepAfter-1)
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
	if m.sleepy(s) {
		m.showSleeper(s)
	}
	return s
}

// showSleeper has those who wait for somebody look again if they may call s. Else who sleeps
// was awake first, and they have looked then.
func (m *Matcher) showSleeper(s *Seat) {
	for _, p := range []*pool{&m.awake, &m.choosy} {
		for i := range *p {
			if c := p.at(i); c.until == never && (stranger(c, s) || again(c, s)) {
				m.lookAgain(c)
			}
		}
	}
}

// MaxDeclined is how many searches a search keeps in mind that nothing comes of.
const MaxDeclined = 8

// dealings are what whoever deals for all machines has had for a search.
type dealings struct {
	rematch  Search   // with who somebody talked to last: it is offered at this time; or none
	declined []Search // or not to be met: the last MaxDeclined, oldest first
}

// farOffered reports whether a chat with who somebody talked to last, on another machine,
// is offered to s at this time.
func (s *Seat) farOffered() bool { return s.dealings != nil && s.dealings.rematch != Search{} }

// farDeclined are those on other machines whom s has declined, or must not meet.
func (s *Seat) farDeclined() []Search {
	if s.dealings == nil {
		return nil
	}
	return s.dealings.declined
}

// decline has s be brought together with a search on another machine no more.
func (m *Matcher) decline(s *Seat, with Search) {
	if slices.Contains(s.farDeclined(), with) {
		return
	}
	d := s.dealt()
	// A new array: what was offered is read outside of the lock.
	d.declined = append(slices.Clone(d.declined[max(0, len(d.declined)-MaxDeclined+1):]), with)
	m.reoffer(s)
}

// dealt are the dealings of s, which may be new.
func (s *Seat) dealt() *dealings {
	if s.dealings == nil {
		s.dealings = new(dealings)
	}
	return s.dealings
}

// called reports whether s, who sleeps, is called by nobody in particular: by somebody on
// another machine, or for a question.
func (s *Seat) called() bool {
	return s.until != never && s.home != nil && s.deal == nil && (s.topic != nil || s.home == &s.m.asleep && s.rematch == nil)
}

// cancel ends the farRematch that is offered to s; the search goes on.
func (m *Matcher) cancel(s *Seat) {
	s.dealings.rematch = Search{}
	m.rest(s)
	m.deliver(s, Event{Kind: RematchCancelled})
	m.lookAgain(s)
}

// Tell tells the owner of a search what whoever deals for all machines has for it:
// Called, CallMissed, RematchOffered with another search, which is subject's, or
// RematchCancelled. What doesn't fit how the search stands by now is nothing; who must not
// be met is declined. What is offered or called ends by itself a while after its time, should
// no more be heard of it.
func (m *Matcher) Tell(of Search, what Kind, with Search, subject any) {
	m.lock()
	defer m.unlock()
	s := m.byID[of.Seat]
	if s == nil || s.turn != of.Turn || s.home == nil || s.deal != nil || s.topic != nil {
		return
	}
	asleep := s.home == &m.asleep
	switch {
	case what == Called && asleep && s.caller == nil && s.rematch == nil && !s.called():
		m.wait(s, m.now+m.opts.CallTimeout)
		m.deliver(s, Event{Kind: Called})
	case what == CallMissed && s.called():
		m.miss(s)
	case what == RematchOffered && m.opts.MayMeet != nil && !m.opts.MayMeet(s.subject, subject):
		m.decline(s, with)
	case what == RematchOffered && !asleep && !m.sleepy(s) && s.rematch == nil && !slices.Contains(s.farDeclined(), with):
		m.settle(s)
		s.dealt().rematch = with
		m.wait(s, m.now+m.opts.RematchDelay+dealTime)
		m.deliver(s, Event{Kind: RematchOffered})
	case what == RematchCancelled && s.farOffered():
		m.cancel(s)
	}
}
