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
	ok := func(c *Seat) bool { return stranger(s, c) }
	if s.wish != nil {
		if c := m.pickInterested(s); c != nil || s.wantsInterest() {
			return c
		}
		for _, language := range s.wish.languages {
			if c := m.pickAwake(language.group.pool, ok); c != nil {
				return c
			}
		}
		if s.wantsLanguage() {
			return nil
		}
	}
	return m.pickAwake(m.awake, ok)
}

// pickInterested picks who shares the most interests with s, as far as a few
// samples tell; the rarest interests are looked at first.
func (m *Matcher) pickInterested(s *Seat) *Seat {
	var rarest [MaxInterests]*group
	n := 0
	for _, interest := range s.wish.interests {
		i := n
		for ; i > 0 && len(rarest[i-1].pool) > len(interest.group.pool); i-- {
			rarest[i] = rarest[i-1]
		}
		rarest[i] = interest.group
		n++
	}
	best := choice{m: m, seat: s}
	left := interestSamples
	for _, g := range rarest[:n] {
		looks := min(len(g.pool), groupSamples, left)
		left -= looks
		start := 0
		if len(g.pool) > looks {
			start = m.rand.IntN(len(g.pool))
		}
		for i := range looks { // neighbours came at random
			best.look(g.pool[(start+i)%len(g.pool)].seat)
		}
	}
	for _, g := range rarest[:n] {
		if best.picked == nil && len(g.pool) <= groupScan {
			for _, slot := range g.pool {
				best.look(slot.seat)
			}
		}
	}
	for _, c := range best.sleepy {
		if m.awaits(c) {
			m.doze(c)
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
	sleepy []*Seat
}

func (b *choice) look(c *Seat) {
	if b.m.sleepy(c) {
		b.sleepy = append(b.sleepy, c)
		return
	}
	n := common(b.seat, c)
	if n < b.common || c == b.picked || !stranger(b.seat, c) {
		return
	}
	if n > b.common {
		b.common, b.equals = n, 0
	}
	if b.equals++; b.m.rand.IntN(b.equals) == 0 {
		b.picked = c
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
