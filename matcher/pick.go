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
		for _, id := range s.wish.speaks() {
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
	for n, id := range s.wish.likes() {
		g := &m.groups.all[id]
		i := n
		for ; i > 0 && len(rarest[i-1].found) > len(g.found); i-- {
			rarest[i] = rarest[i-1]
		}
		rarest[i] = g
	}
	best := choice{m: m, seat: s}
	left := interestSamples
	for _, g := range rarest[:s.wish.interests] {
		left -= best.draw(g, min(groupSamples, left))
	}
	for _, g := range rarest[:s.wish.interests] {
		if best.picked == nil && len(g.found) <= groupScan {
			best.draw(g, groupScan)
		}
	}
	return best.picked
}

// A choice is the best of those who were looked at; of several, each is as likely.
type choice struct {
	m      *Matcher
	seat   *Seat
	picked *Seat
	common int // interests
	equals int // who share as many
}

// draw looks at up to n of a group, and returns how many there were.
func (b *choice) draw(g *group, n int) int {
	for i := range n {
		w := g.draw(i, b.m.rand)
		if w == nil {
			return i
		}
		b.look(w)
	}
	return n
}

func (b *choice) look(w *wish) {
	n := common(b.seat.wish, w)
	if n < b.common {
		return
	}
	switch c := w.seat; {
	case b.m.sleepy(c):
		b.m.doze(c)
		return
	case c == b.picked || !stranger(b.seat, c):
		return
	case n > b.common:
		b.common, b.equals = n, 0
		fallthrough
	default:
		if b.equals++; b.m.rand.IntN(b.equals) == 0 {
			b.picked = c
		}
	}
}

// pickSpeaker picks among those who are found by a language.
func (m *Matcher) pickSpeaker(s *Seat, g *group) *Seat {
	for i := 0; ; i++ {
		w := g.draw(i, m.rand)
		switch {
		case w == nil:
			return nil
		case m.sleepy(w.seat):
			m.doze(w.seat)
		case stranger(s, w.seat):
			return w.seat
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
