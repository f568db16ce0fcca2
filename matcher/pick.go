package matcher

import (
	"cmp"
	"slices"
)

// How many of those who share an interest are looked at, in all and in a group,
// before one of them is taken: looking at one costs about as much as a fetch from
// memory.
const (
	interestSamples = 8
	groupSamples    = 4
	// groupScan is up to how many in a group are all looked at when the samples had
	// nobody.
	groupScan = 256
	// againScan is among how many the last partner is looked for.
	againScan = 1000
)

// pickStranger picks who may be paired with s at once: who shares the most
// interests, else who shares a language, else anyone.
func (m *Matcher) pickStranger(s *Seat) *Seat {
	if s.wish != nil {
		if c := m.pickInterested(s); c != nil || s.wantsInterest() {
			return c
		}
		for _, id := range named(s.wish.speaks[:]) {
			if c := m.pickSpeaker(s, &m.groups.all[id]); c != nil {
				return c
			}
		}
		if s.wantsLanguage() {
			return nil
		}
	}
	return m.pickAwake(m.awake, func(c *Seat) bool { return stranger(s, c) })
}

// pickInterested picks who shares the most interests with s, as far as a few
// samples tell; the rarest interests are looked at first.
func (m *Matcher) pickInterested(s *Seat) *Seat {
	var rarest [MaxInterests]*group
	likes := named(s.wish.likes[:])
	for n, id := range likes {
		g := &m.groups.all[id]
		i := n
		for ; i > 0 && len(rarest[i-1].found) > len(g.found); i-- {
			rarest[i] = rarest[i-1]
		}
		rarest[i] = g
	}
	var room [interestSamples]candidate
	some := room[:0]
	for _, g := range rarest[:len(likes)] {
		some = m.draw(some, g, s, min(groupSamples, interestSamples-len(some)))
	}
	c := m.best(some, s)
	for _, g := range rarest[:len(likes)] {
		if c == nil && len(g.found) <= groupScan {
			c = m.best(m.draw(nil, g, s, groupScan), s)
		}
	}
	return c
}

// A candidate shares interests with who searches. The more they are, the higher is its
// rank; among equals chance decides.
type candidate struct {
	*Seat
	rank uint64
}

// draw adds up to n of a group to all, who are to be candidates for s.
func (m *Matcher) draw(all []candidate, g *group, s *Seat, n int) []candidate {
	for i := range n {
		f := m.groups.draw(g, i, m.rand)
		if f == nil {
			break
		}
		shared := inBoth(&s.wish.likes, &f.likes)
		all = append(all, candidate{m.groups.seats[f.number], uint64(shared)<<32 | uint64(m.rand.Uint32())})
	}
	return all
}

// best is the first by rank who may be paired with s at once.
func (m *Matcher) best(all []candidate, s *Seat) *Seat {
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Compare(b.rank, a.rank) })
	for _, c := range all {
		switch c := c.Seat; {
		case !m.awaits(c): // was there twice, and sleeps by now
		case m.sleepy(c):
			m.doze(c)
		case stranger(s, c):
			return c
		}
	}
	return nil
}

// pickSpeaker picks among those who are found by a language.
func (m *Matcher) pickSpeaker(s *Seat, g *group) *Seat {
	for i := 0; ; i++ {
		f := m.groups.draw(g, i, m.rand)
		if f == nil {
			return nil
		}
		switch c := m.groups.seats[f.number]; {
		case m.sleepy(c):
			m.doze(c)
		case stranger(s, c):
			return c
		}
	}
}

// pickAgain picks the one with whom s is offered to meet again. Where many wait,
// nobody has to: the next to come, or the next search that opens, fits.
func (m *Matcher) pickAgain(s *Seat) *Seat {
	if len(m.awake)+len(m.choosy) > againScan {
		return nil
	}
	ok := func(c *Seat) bool { return c.rematch == nil && again(s, c) }
	if c := m.pickAwake(m.awake, ok); c != nil {
		return c
	}
	return m.pickAwake(m.choosy, ok)
}
