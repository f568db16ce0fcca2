package matcher

import "slices"

const (
	// interestSamples is how many of those who share an interest are looked at before one
	// of them is taken: looking at one costs about as much as a fetch from memory.
	interestSamples = 6
	// groupScan is up to how many in a group are all looked at when the samples had
	// nobody.
	groupScan = 256
	// againScan is among how many the last partner is looked for.
	againScan = 1000
)

// pickStranger picks who may be paired with s at once: who shares the most
// interests, else who shares a language, else anyone.
func (m *Matcher) pickStranger(s *Seat) *Seat {
	right := func(c *Seat) bool { return stranger(s, c) }
	if s.likes || s.speaks {
		if c := m.pickInterested(s); c != nil || s.wantsInterest() {
			return c
		}
		for _, id := range m.wish(s).speaks() {
			found := m.groups.all[id].found
			at := func(i int) *Seat { return m.groups.seats[found[i].number()] }
			if c := m.pickAwake(len(found), at, right); c != nil {
				return c
			}
		}
		if s.wantsLanguage() {
			return nil
		}
	}
	return m.pickAwake(len(m.awake), m.awake.at, right)
}

// pickInterested picks who shares the most interests with s, as far as a few
// samples tell; the rarest interests are looked at first.
func (m *Matcher) pickInterested(s *Seat) *Seat {
	var rarest [MaxInterests]*group
	likes := m.wish(s).likes()
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
		some = m.draw(some, g, interestSamples-len(some))
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
	number uint32
	rank   uint64
	groups [wishRoom]groupID
}

// draw adds n of a group, or all if there are no more, to all. They are ranked later: so
// many can be fetched from memory at the same time.
func (m *Matcher) draw(all []candidate, g *group, n int) []candidate {
	if len(g.found) <= n {
		for _, e := range g.found {
			all = append(all, candidate{number: e.number()})
		}
		return all
	}
	before := len(all)
	for len(all) < before+n {
		number := g.found[m.rand.IntN(len(g.found))].number()
		if !slices.ContainsFunc(all[before:], func(c candidate) bool { return c.number == number }) {
			all = append(all, candidate{number: number})
		}
	}
	return all
}

// best is the first by rank who may be paired with s at once.
func (m *Matcher) best(all []candidate, s *Seat) *Seat {
	likes := m.wish(s).likes()
	sketch := sketchOf(likes)
	for i := range all { // nothing here depends on what comes, so all comes at the same time
		all[i].groups = m.groups.wishes[all[i].number].groups
	}
	for i := range all {
		c := &all[i]
		for _, id := range c.groups[:MaxInterests] {
			if sketch.mayHave(id) && slices.Contains(likes, id) {
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

// pickAgain picks the one with whom s is offered to meet again. Where many wait,
// nobody has to: the next to come, or the next search that opens, fits.
func (m *Matcher) pickAgain(s *Seat) *Seat {
	if len(m.awake)+len(m.choosy) > againScan {
		return nil
	}
	ok := func(c *Seat) bool { return c.rematch == nil && again(s, c) }
	if c := m.pickAwake(len(m.awake), m.awake.at, ok); c != nil {
		return c
	}
	return m.pickAwake(len(m.choosy), m.choosy.at, ok)
}
