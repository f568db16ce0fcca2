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

func (p pool) at(i int) *Seat { return p[i] }

// pick returns one of n seats for which ok holds, each with the same probability, or
// nil when there is none.
func (m *Matcher) pick(n int, at func(i int) *Seat, ok func(*Seat) bool) *Seat {
	for range min(samples, n) {
		if c := at(m.rand.IntN(n)); ok(c) {
			return c
		}
	}
	var picked *Seat
	right := 0
	for i := range n {
		if c := at(i); ok(c) {
			if right++; m.rand.IntN(right) == 0 {
				picked = c
			}
		}
	}
	return picked
}
