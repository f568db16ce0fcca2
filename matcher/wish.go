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

// A wish is the Criteria of one search, as long as it can be found by them: when the
// search ends or its owner falls asleep, it is void, and who sleeps gets another.
type wish struct {
	seat       *Seat // nil: void
	interests  uint8 // how many there are
	languages  uint8 // likewise
	only       bool
	gathered   bool // the groups of the interests have it
	understood bool // those of the languages, too
	// ids name groups: first those of the interests, sorted, then those of the
	// languages.
	ids [MaxInterests + MaxLanguages]groupID
}

func (w *wish) likes() []groupID  { return w.ids[:w.interests] }
func (w *wish) speaks() []groupID { return w.ids[w.interests : w.interests+w.languages] }
func (w *wish) all() []groupID    { return w.ids[:w.interests+w.languages] }

// wishFor returns s's wish, or nil if it asks for nothing.
func (m *Matcher) wishFor(s *Seat, c Criteria) *wish {
	interests := c.Interests[:min(len(c.Interests), MaxInterests)]
	languages := c.Languages[:min(len(c.Languages), MaxLanguages)]
	if len(interests)+len(languages) == 0 {
		return nil
	}
	w := &wish{seat: s, only: c.OnlyLanguages && len(languages) > 0}
	for _, name := range interests {
		w.interests += w.name(m.groups.id(m.groups.interests, name), w.interests)
	}
	slices.Sort(w.likes())
	for _, name := range languages {
		w.languages += w.name(m.groups.id(m.groups.languages, name), w.interests+w.languages)
	}
	for _, id := range w.all() {
		m.groups.all[id].users++
	}
	return w
}

// name puts id in that place unless it is there already, and returns how many came
// to be there.
func (w *wish) name(id groupID, place uint8) uint8 {
	if slices.Contains(w.ids[:place], id) {
		return 0
	}
	w.ids[place] = id
	return 1
}

// forget ends the wish of s.
func (m *Matcher) forget(s *Seat) {
	if w := s.wish; w != nil {
		s.wish, w.seat = nil, nil
		for _, id := range w.all() {
			m.groups.leave(id)
		}
	}
}

// gather has s, who is awake and waits, be found by what it may share; with a topic
// it is only looked for on its side.
func (m *Matcher) gather(s *Seat) {
	w := s.wish
	if w == nil {
		return
	}
	if !w.gathered {
		w.gathered = true
		m.groups.add(w, w.likes())
		if s.choosy() {
			m.openings = append(m.openings, opening{m.now + m.opts.InterestWait, s, s.search})
		}
	}
	if !w.understood && !s.wantsInterest() && s.topic == nil {
		w.understood = true
		m.groups.add(w, w.speaks())
	}
}

// scatter has s be found by nothing.
func (m *Matcher) scatter(s *Seat) {
	if w := s.wish; w != nil && w.gathered {
		again := *w
		again.gathered, again.understood = false, false
		s.wish, w.seat = &again, nil
	}
}

// wantsInterest and wantsLanguage tell what s insists on at this time.
func (s *Seat) wantsInterest() bool {
	return s.wish != nil && !s.waited && s.wish.interests > 0
}

func (s *Seat) wantsLanguage() bool {
	return s.wish != nil && (!s.waited || s.wish.only) && s.wish.languages > 0
}

// choosy reports whether s doesn't take just anyone.
func (s *Seat) choosy() bool { return s.wantsInterest() || s.wantsLanguage() }

// agree reports whether a and b share what either insists on.
func agree(a, b *Seat) bool {
	return (!a.wantsInterest() && !b.wantsInterest() || common(a.wish, b.wish) > 0) &&
		(!a.wantsLanguage() && !b.wantsLanguage() || understand(a.wish, b.wish))
}

// common is how many interests a and b share.
func common(a, b *wish) (n int) {
	if a == nil || b == nil {
		return 0
	}
	for i, j := uint8(0), uint8(0); i < a.interests && j < b.interests; {
		x, y := a.ids[i], b.ids[j]
		if x == y {
			n++
		}
		if x <= y {
			i++
		}
		if y <= x {
			j++
		}
	}
	return n
}

// understand reports whether a and b share a language.
func understand(a, b *wish) bool {
	return a != nil && b != nil && slices.ContainsFunc(a.speaks(), func(id groupID) bool { return slices.Contains(b.speaks(), id) })
}

// shared names the interests that a and b share.
func (m *Matcher) shared(a, b *wish) (names []string) {
	n := common(a, b)
	if n == 0 {
		return nil
	}
	names = make([]string, 0, n)
	for _, id := range a.likes() {
		if slices.Contains(b.likes(), id) {
			names = append(names, m.groups.all[id].name)
		}
	}
	return names
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
		m.openings = m.openings[1:]
		if s := o.seat; s.search == o.search && s.home != nil {
			m.open(s)
		}
	}
}
