package matcher

// samples is how many seats pick tries blindly before it looks at all of them.
// When half of a pool qualifies, one pick in 65,536 needs the scan.
const samples = 16

// A pool holds seats that wait, in no order; each knows its place, so that
// adding and removing cost the same whatever the size.
type pool []*Seat

func (p *pool) add(s *Seat) {
	s.home, s.place = p, int32(len(*p))
	*p = append(*p, s)
}

func (p *pool) remove(s *Seat) {
	end := len(*p) - 1
	last := (*p)[end]
	(*p)[s.place], last.place = last, s.place
	(*p)[end] = nil
	*p = (*p)[:end]
	s.home = nil
}

// pick returns one of p's seats for which ok holds, each with the same
// probability, or nil when there is none.
func (m *Matcher) pick(p pool, ok func(*Seat) bool) *Seat {
	for range min(samples, len(p)) {
		if c := p[m.rand.IntN(len(p))]; ok(c) {
			return c
		}
	}
	var picked *Seat
	n := 0
	for _, c := range p {
		if ok(c) {
			if n++; m.rand.IntN(n) == 0 {
				picked = c
			}
		}
	}
	return picked
}
