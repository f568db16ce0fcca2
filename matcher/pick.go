package matcher

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
		g.search = s.search
		i := n
		for ; i > 0 && len(rarest[i-1].found) > len(g.found); i-- {
			rarest[i] = rarest[i-1]
		}
		rarest[i] = g
	}
	var room [interestSamples]candidate
	some := room[:0]
	for _, g := range rarest[:len(likes)] {
		some = m.draw(some, g, min(groupSamples, interestSamples-len(some)))
	}
	c := m.best(some, s)
	for _, g := range rarest[:len(likes)] {
		if c == nil && len(g.found) <= groupScan {
			c = m.best(m.draw(nil, g, groupScan), s)
		}
	}
	return c
}

// A candidate shares interests with who searches. The more they are, the higher is its
// rank; among equals chance decides.
type candidate struct {
	finding
	rank uint64
}

// draw adds up to n of a group to all. They are ranked later: so many can be fetched
// from memory at the same time.
func (m *Matcher) draw(all []candidate, g *group, n int) []candidate {
	for i := range n {
		f := m.groups.draw(g, i, m.rand)
		if f == nil {
			break
		}
		all = append(all, candidate{finding: *f})
	}
	return all
}

// best is the first by rank who may be paired with s at once. The groups of what s
// likes have the number of its search.
func (m *Matcher) best(all []candidate, s *Seat) *Seat {
	for i := range all {
		c := &all[i]
		for _, id := range c.likes {
			if m.groups.all[id].search == s.search {
				c.rank += 1 << 32
			}
		}
		c.rank += uint64(m.rand.Uint32())
	}
	for ; len(all) > 0; all = all[:len(all)-1] {
		first := 0
		for i := range all {
			if all[i].rank > all[first].rank {
				first = i
			}
		}
		switch c := m.groups.seats[all[first].number]; {
		case !m.awaits(c): // was there twice, and sleeps by now
		case m.sleepy(c):
			m.doze(c)
		case stranger(s, c):
			return c
		}
		all[first] = all[len(all)-1]
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
