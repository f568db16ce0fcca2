package matcher

// sleepy reports whether s has pressed no key for so long that it sleeps, or
// is to be put to sleep.
func (m *Matcher) sleepy(s *Seat) bool { return m.now-s.touched >= m.opts.AsleepAfter }

// pickAwake picks in a pool of those awake. Nobody watches them fall asleep; whoever
// is found to have is put to sleep here, which is soon enough.
func (m *Matcher) pickAwake(p pool, ok func(*Seat) bool) *Seat {
	var sleepy []*Seat
	c := m.pick(p, func(c *Seat) bool {
		if m.sleepy(c) {
			sleepy = append(sleepy, c)
			return false
		}
		return ok(c)
	})
	for _, s := range sleepy {
		m.doze(s)
	}
	return c
}

// doze puts s, who waits, to sleep. Who sleeps calls nobody; an offer stands,
// since s was awake when it was made.
func (m *Matcher) doze(s *Seat) {
	if s.rematch == nil {
		m.settle(s)
	}
	m.move(s, &m.asleep)
	m.scatter(s)
}

// wake has s, who slept, search anew. Whoever called s looks first and, having
// found nobody else awake so far, meets s.
func (m *Matcher) wake(s *Seat) {
	m.release(s)
	m.beginSearch(s)
}
