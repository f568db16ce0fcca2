package matcher

import (
	"slices"
	"time"
)

// How much of a search's Criteria counts.
const (
	MaxInterests = 10
	MaxLanguages = 4
)

// Criteria is what a search asks of a partner. Names are compared as they are:
// whoever makes them folds them. The zero Criteria is content with anyone.
//
// Until Options.InterestWait is over, or Anyone is called, a search with interests
// takes only who shares one, and a search with languages only who shares one.
type Criteria struct {
	Interests []Name // up to MaxInterests
	Languages []Name // up to MaxLanguages, the one liked best first
	// OnlyLanguages: who shares no language is taken at no time.
	OnlyLanguages bool

	// Ask, unless it is empty, is a question that the search finds two people for, who
	// discuss it while its owner watches. Discuss searches for a question and somebody
	// to discuss it with. Neither looks at interests, nor meets a search of another kind.
	Ask     string
	Discuss bool
}

// wish is that of the present search of s.
func (m *Matcher) wish(s *Seat) *wish { return &m.groups.wishes[s.number] }

// ask has the search of s, which asks for nothing so far, ask for what c names.
func (m *Matcher) ask(s *Seat, c Criteria) {
	interests := c.Interests[:min(len(c.Interests), MaxInterests)]
	languages := c.Languages[:min(len(c.Languages), MaxLanguages)]
	w := m.wish(s)
	m.groups.name(w[:MaxInterests], m.groups.interests, interests)
	m.groups.name(w[MaxInterests:], m.groups.languages, languages)
	s.likes, s.speaks = len(interests) > 0, len(languages) > 0
}

// forget ends the wish of s.
func (m *Matcher) forget(s *Seat) {
	if !s.likes && !s.speaks {
		return
	}
	m.scatter(s)
	w := m.wish(s)
	m.groups.leave(m.groups.interests, w.likes())
	m.groups.leave(m.groups.languages, w.speaks())
	*w = wish{}
	s.likes, s.speaks = false, false
}

// gather has s, who is awake and waits, be found by what it may share; with a topic
// it is only looked for on its side.
func (m *Matcher) gather(s *Seat) {
	if !s.likes && !s.speaks {
		return
	}
	w := m.wish(s)
	if !s.gathered {
		s.gathered = true
		m.groups.add(s.number, w.likes())
		if s.choosy() && m.opts.InterestWait > 0 {
			m.openings = append(m.openings, opening{m.now + m.opts.InterestWait, s, s.search})
		}
	}
	if !s.understood && !s.wantsInterest() && s.topic == nil {
		s.understood = true
		m.groups.add(s.number, w.speaks())
	}
}

// scatter has s be found by nothing.
func (m *Matcher) scatter(s *Seat) {
	if s.gathered || s.understood {
		m.groups.rounds[s.number]++
	}
	w := m.wish(s)
	if s.gathered {
		m.groups.remove(w.likes())
	}
	if s.understood {
		m.groups.remove(w.speaks())
	}
	s.gathered, s.understood = false, false
}

// wantsInterest and wantsLanguage tell what s insists on at this time.
func (s *Seat) wantsInterest() bool { return s.likes && !s.waited }
func (s *Seat) wantsLanguage() bool { return s.speaks && (!s.waited || s.only) }

// choosy reports whether s doesn't take just anyone.
func (s *Seat) choosy() bool { return s.wantsInterest() || s.wantsLanguage() }

// agree reports whether a and b share what either insists on.
func (m *Matcher) agree(a, b *Seat) bool {
	interest := a.wantsInterest() || b.wantsInterest()
	language := a.wantsLanguage() || b.wantsLanguage()
	return (!interest || common(m.wish(a).likes(), m.wish(b).likes())) &&
		(!language || common(m.wish(a).speaks(), m.wish(b).speaks()))
}

// common reports whether a group is in both.
func common(a, b []groupID) bool {
	return slices.ContainsFunc(a, func(id groupID) bool { return slices.Contains(b, id) })
}

// shared names the interests that a and b share.
func (m *Matcher) shared(a, b *Seat) (names []Name) {
	if !a.likes || !b.likes {
		return nil
	}
	all := make([]Name, 0, MaxInterests)
	likes := m.wish(b).likes()
	sketch := sketchOf(likes)
	for _, id := range m.wish(a).likes() {
		if sketch.mayHave(id) && slices.Contains(likes, id) {
			all = append(all, m.groups.names[id])
		}
	}
	return append(names, all...) // as large as need be
}

// An opening is when a search stops to wait for shared interests and languages.
type opening struct {
	at     time.Duration
	seat   *Seat
	search uint64
}

// open has s take anyone, but for a language it insists on.
func (m *Matcher) open(s *Seat) {
	s.waited = true
	m.reoffer(s)
	if s.home != &m.promised && s.topic != nil || s.home == &m.choosy {
		m.move(s, m.room(s))
		m.lookAgain(s)
	}
}

// nextOpening is when the first search opens.
func (m *Matcher) nextOpening() time.Duration {
	if len(m.openings) == 0 {
		return never
	}
	return m.openings[0].at
}

// openDue opens the searches whose wait is over. All wait equally long, so they come
// in the order in which they began.
func (m *Matcher) openDue() {
	for m.nextOpening() <= m.now {
		o := m.openings[0]
		m.openings[0] = opening{} // the array outlives it
		m.openings = m.openings[1:]
		if s := o.seat; s.search == o.search && s.home != nil {
			m.open(s)
		}
	}
}
