package matcher

const (
	// interestSamples is how many of those who share an interest are looked at before one
	// of them is taken. Some of them are void.
	interestSamples = 8
	// groupScan is how many of each group are looked at when the samples had nobody.
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
			entries := m.groups.all[id].entries
			at := func(i int) *Seat { return m.groups.at(entries[i]) }
			if c := m.pickAwake(len(entries), at, right); c != nil {
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
		for ; i > 0 && rarest[i-1].found > g.found; i-- {
			rarest[i] = rarest[i-1]
		}
		rarest[i] = g
	}
	var room [interestSamples]candidate
	some := room[:0]
	mine := sketchOf(likes)
	for _, g := range rarest[:len(likes)] {
		some = m.draw(some, g, interestSamples-len(some), mine)
	}
	c := m.best(some, s)
	for _, g := range rarest[:len(likes)] {
		if c == nil {
			c = m.best(m.draw(nil, g, groupScan, mine), s)
		}
	}
	return c
}

// A candidate shares interests with who searches. The more they seem to be, the higher is
// its rank; among equals chance decides.
type candidate struct {
	entry
	rank uint64
}

// draw adds n of a group, or all if there are no more, to all. It looks at entries alone,
// so nothing waits for what one of them leads to, and small groups lie side by side.
func (m *Matcher) draw(all []candidate, g *group, n int, mine sketch) []candidate {
	n = min(n, len(g.entries))
	for i := range n {
		at := i + m.rand.IntN(len(g.entries)-i)
		e := g.entries[at]
		g.entries[i], g.entries[at] = e, g.entries[i]
		all = append(all, candidate{e, uint64(mine.common(e.likes))<<32 + uint64(m.rand.Uint32())})
	}
	return all
}

// best is the first by rank who may be paired with s at once.
func (m *Matcher) best(all []candidate, s *Seat) *Seat {
	for ; len(all) > 0; all = all[:len(all)-1] {
		first := 0
		for i := range all {
			if all[i].rank > all[first].rank {
				first = i
			}
		}
		switch c := m.groups.at(all[first].entry); {
		case c == nil: // void, or was there twice and sleeps by now
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
