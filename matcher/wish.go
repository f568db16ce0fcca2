package matcher

import (
	"slices"
	"strings"
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
}

// A wish is the Criteria of one search, as the pool knows them.
type wish struct {
	ids                  [MaxInterests]uint32 // of the interests, sorted
	n                    uint8                // how many there are
	only                 bool
	interests, languages []membership
}

// A membership is one interest or language of a wish.
type membership struct {
	slot
	group *group
}

// A group is those awake who can be found by one interest or by one language. It
// lasts as long as a wish names it.
type group struct {
	pool
	name  groupName
	id    uint32
	users int // wishes
}

type groupName struct {
	language bool
	name     string
}

// wishFor returns s's wish, or nil if it asks for nothing.
func (m *Matcher) wishFor(s *Seat, c Criteria) *wish {
	interests := c.Interests[:min(len(c.Interests), MaxInterests)]
	languages := c.Languages[:min(len(c.Languages), MaxLanguages)]
	if len(interests)+len(languages) == 0 {
		return nil
	}
	w := &wish{only: c.OnlyLanguages && len(languages) > 0}
	all := make([]membership, 0, len(interests)+len(languages))
	for _, name := range interests {
		if g := m.group(groupName{false, name}); !named(all, g) {
			all = append(all, membership{slot{seat: s}, g})
			w.ids[w.n] = g.id
			w.n++
		}
	}
	slices.Sort(w.ids[:w.n])
	w.interests = slices.Clip(all)
	for _, name := range languages {
		if g := m.group(groupName{true, name}); !named(all, g) {
			all = append(all, membership{slot{seat: s}, g})
		}
	}
	w.languages = all[len(w.interests):]
	for i := range all {
		all[i].group.users++
	}
	return w
}

func named(all []membership, g *group) bool {
	return slices.ContainsFunc(all, func(m membership) bool { return m.group == g })
}

// group returns the group of that name, which may be new.
func (m *Matcher) group(name groupName) *group {
	g := m.groups[name]
	if g == nil {
		name.name = strings.Clone(name.name) // not to keep what it was cut from
		m.groupIDs++
		g = &group{name: name, id: m.groupIDs}
		m.groups[name] = g
	}
	return g
}

// forget ends the wish of s.
func (m *Matcher) forget(s *Seat) {
	if s.wish == nil {
		return
	}
	m.scatter(s)
	for _, all := range [][]membership{s.wish.interests, s.wish.languages} {
		for i := range all {
			g := all[i].group
			if g.users--; g.users == 0 {
				delete(m.groups, g.name)
			}
		}
	}
	s.wish = nil
}

// gather has s, who is awake and waits, be found by what it may share.
func (m *Matcher) gather(s *Seat) {
	if s.wish == nil {
		return
	}
	join(s.wish.interests)
	if !s.wantsInterest() {
		join(s.wish.languages)
	}
}

func join(all []membership) {
	for i := range all {
		if all[i].pool == nil {
			all[i].group.add(&all[i].slot)
		}
	}
}

// scatter takes s out of all groups.
func (m *Matcher) scatter(s *Seat) {
	if s.wish == nil {
		return
	}
	for _, all := range [][]membership{s.wish.interests, s.wish.languages} {
		for i := range all {
			if p := all[i].pool; p != nil {
				p.remove(&all[i].slot)
			}
		}
	}
}

// wantsInterest and wantsLanguage tell what s insists on at this time.
func (s *Seat) wantsInterest() bool {
	return s.wish != nil && !s.waited && len(s.wish.interests) > 0
}

func (s *Seat) wantsLanguage() bool {
	return s.wish != nil && (!s.waited || s.wish.only) && len(s.wish.languages) > 0
}

// choosy reports whether s doesn't take just anyone.
func (s *Seat) choosy() bool { return s.wantsInterest() || s.wantsLanguage() }

// accepts reports whether c has what s insists on.
func (s *Seat) accepts(c *Seat) bool {
	return (!s.wantsInterest() || common(s, c) > 0) && (!s.wantsLanguage() || understand(s, c))
}

// common is how many interests a and b share.
func common(a, b *Seat) (n int) {
	if a.wish == nil || b.wish == nil {
		return 0
	}
	for i, j := uint8(0), uint8(0); i < a.wish.n && j < b.wish.n; {
		switch x, y := a.wish.ids[i], b.wish.ids[j]; {
		case x < y:
			i++
		case x > y:
			j++
		default:
			n, i, j = n+1, i+1, j+1
		}
	}
	return n
}

// understand reports whether a and b share a language.
func understand(a, b *Seat) bool {
	if a.wish == nil || b.wish == nil {
		return false
	}
	return slices.ContainsFunc(a.wish.languages, func(m membership) bool { return named(b.wish.languages, m.group) })
}

// shared names the interests that a and b share, in the order of a's.
func shared(a, b *Seat) (names []string) {
	if common(a, b) == 0 {
		return nil
	}
	for _, m := range a.wish.interests {
		if named(b.wish.interests, m.group) {
			names = append(names, m.group.name.name)
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
	if s.waited = true; s.home.pool == &m.choosy {
		m.move(s, m.room(s))
		m.gather(s)
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
		if s := o.seat; s.search == o.search && s.home.pool != nil {
			m.open(s)
		}
	}
}
