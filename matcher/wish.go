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
	Interests []string // up to MaxInterests
	Languages []string // up to MaxLanguages, the one liked best first
	// OnlyLanguages: who shares no language is taken at no time.
	OnlyLanguages bool

	// Ask, unless it is empty, is a question that the search finds two people for, who
	// discuss it while its owner watches. Discuss searches for a question and somebody
	// to discuss it with. Neither looks at interests, nor meets a search of another kind.
	Ask     string
	Discuss bool
}

// A wish is the Criteria of one search.
type wish struct {
	// The groups of the interests and of the languages; noGroup fills up.
	likes  [MaxInterests]groupID
	speaks [MaxLanguages]groupID
}

// wishFor returns the wish for c, or nil if it asks for nothing.
func (m *Matcher) wishFor(c Criteria) *wish {
	interests := c.Interests[:min(len(c.Interests), MaxInterests)]
	languages := c.Languages[:min(len(c.Languages), MaxLanguages)]
	if len(interests)+len(languages) == 0 {
		return nil
	}
	w := new(wish)
	m.groups.name(w.likes[:], m.groups.interests, interests)
	m.groups.name(w.speaks[:], m.groups.languages, languages)
	return w
}

// forget ends the wish of s.
func (m *Matcher) forget(s *Seat) {
	if s.wish == nil {
		return
	}
	m.scatter(s)
	m.groups.leave(s.wish.likes[:])
	m.groups.leave(s.wish.speaks[:])
	s.wish = nil
}

// gather has s, who is awake and waits, be found by what it may share; with a topic
// it is only looked for on its side.
func (m *Matcher) gather(s *Seat) {
	if s.wish == nil {
		return
	}
	if !s.gathered {
		s.gathered = true
		m.groups.add(s, s.wish.likes[:])
		if s.choosy() {
			m.openings = append(m.openings, opening{m.now + m.opts.InterestWait, s, s.search})
		}
	}
	if !s.understood && !s.wantsInterest() && s.topic == nil {
		s.understood = true
		m.groups.add(s, s.wish.speaks[:])
	}
}

// scatter has s be found by nothing.
func (m *Matcher) scatter(s *Seat) {
	if s.gathered {
		m.groups.remove(s)
		s.gathered, s.understood = false, false
	}
}

// wantsInterest and wantsLanguage tell what s insists on at this time.
func (s *Seat) wantsInterest() bool {
	return s.wish != nil && !s.waited && s.wish.likes[0] != noGroup
}

func (s *Seat) wantsLanguage() bool {
	return s.wish != nil && (!s.waited || s.only) && s.wish.speaks[0] != noGroup
}

// choosy reports whether s doesn't take just anyone.
func (s *Seat) choosy() bool { return s.wantsInterest() || s.wantsLanguage() }

// agree reports whether a and b share what either insists on.
func agree(a, b *Seat) bool {
	interest := a.wantsInterest() || b.wantsInterest()
	language := a.wantsLanguage() || b.wantsLanguage()
	if a.wish == nil || b.wish == nil {
		return !interest && !language
	}
	return (!interest || common(a.wish.likes[:], b.wish.likes[:])) &&
		(!language || common(a.wish.speaks[:], b.wish.speaks[:]))
}

// common reports whether a group is in both.
func common(a, b []groupID) bool {
	return slices.ContainsFunc(named(a), func(id groupID) bool { return slices.Contains(b, id) })
}

// shared names the interests that a and b share.
func (m *Matcher) shared(a, b *wish) (names []string) {
	if a == nil || b == nil {
		return nil
	}
	all := make([]string, 0, MaxInterests)
	for _, id := range named(a.likes[:]) {
		if slices.Contains(b.likes[:], id) {
			all = append(all, m.groups.all[id].name)
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
	if s.waited = true; s.topic != nil || s.home == &m.choosy {
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
