package matcher

// trioScan is up to how many of each side are looked at for three who fit. Among more
// than that some three are found unless almost nobody fits.
const trioScan = 32

// Topic is a question that two people discuss while who asked it watches.
type Topic struct {
	Question  string
	Asker     any    // the Subject of who asked it
	Strangers [2]any // the Subjects of those who discuss it, by number
}

// topic is a Topic to the seats it has to do with. They share it from the match on;
// until then who asks has it, and who is to discuss has an empty one.
type topic struct {
	Topic
	asker *Seat    // who waits or watches, until they leave or the chat ends
	pair  [2]*Seat // who discusses it, until one leaves
}

// topicFor is what s searches with, or nil if it is no question.
func topicFor(s *Seat, c Criteria) *topic {
	switch {
	case c.Ask != "":
		return &topic{Topic: Topic{Question: c.Ask, Asker: s.subject}, asker: s}
	case c.Discuss:
		return new(topic)
	}
	return nil
}

// side is the pool where s, who has a topic, waits.
func (m *Matcher) side(s *Seat) *pool {
	if s.topic.asker == s {
		return &m.asking
	}
	return &m.discussing
}

// arrange has s, who waits with a topic, meet two who complete it. If those are there
// but some sleep, they are called; nothing is reserved for them meanwhile.
func (m *Matcher) arrange(s *Seat) {
	if m.sleepy(s) { // Touch has it look again
		return
	}
	if t := m.trio(s, func(c *Seat) bool { return !m.sleepy(c) }); t != nil {
		m.discuss(t[0], t[1], t[2])
		return
	}
	m.gather(s)
	t := m.trio(s, func(*Seat) bool { return true })
	for _, c := range t {
		if m.sleepy(c) && c.until == never {
			m.wait(c, m.now+m.opts.CallTimeout)
			m.deliver(c, Event{Kind: Called})
		}
	}
	if t == nil && s.until != never { // it has come too late
		m.miss(s)
	}
}

// miss ends the call to s, who waits with a topic.
func (m *Matcher) miss(s *Seat) {
	m.rest(s)
	m.deliver(s, Event{Kind: CallMissed})
}

// trio returns who asks and two who discuss, one of them s and the others such that ok
// holds for them; nil if there are none. Two who just talked come last.
func (m *Matcher) trio(s *Seat, ok func(*Seat) bool) (found []*Seat) {
	others := m.fitting(s, m.discussing, ok)
	asks := s.topic.asker == s
	seconds := others
	if !asks && len(others) > 0 {
		seconds = m.fitting(s, m.asking, ok)
	}
	for _, b := range seconds {
		for _, c := range others {
			if !fits(b, c) {
				continue
			}
			t := []*Seat{s, b, c}
			if !asks {
				t = []*Seat{b, c, s}
			}
			if !met(t[1], t[2]) {
				return t
			}
			found = t
		}
	}
	return found
}

// fitting returns up to trioScan of those in p who fit s, from a random one on.
func (m *Matcher) fitting(s *Seat, p pool, ok func(*Seat) bool) (all []*Seat) {
	if len(p) == 0 {
		return nil
	}
	start := m.rand.IntN(len(p))
	for i := range p {
		c := p[(start+i)%len(p)]
		if ok(c) && fits(s, c) {
			if all = append(all, c); len(all) == trioScan {
				break
			}
		}
	}
	return all
}

// discuss begins the chat of a and b about what asker asks, who watches.
func (m *Matcher) discuss(asker, a, b *Seat) {
	t := asker.topic
	t.pair, t.Strangers = [2]*Seat{a, b}, [2]any{a.subject, b.subject}
	a.topic, b.topic = t, t
	begun := Event{Kind: Matched, Topic: &t.Topic}
	m.withdraw(asker)
	m.deliver(asker, begun)
	m.bring(a, b, begun)
}

// tellAsker tells who watches the chat of s, if anybody does, what s did there.
func (m *Matcher) tellAsker(t *topic, s *Seat, e Event) {
	if t.asker == nil {
		return
	}
	e.By = t.number(s)
	m.deliver(t.asker, e)
}

// watches reports whether s watches two others.
func (s *Seat) watches() bool { return s.topic != nil && s.topic.asker == s && s.home == nil }

// number is that of s, who discusses.
func (t *topic) number(s *Seat) uint8 {
	if s == t.pair[1] {
		return 2
	}
	return 1
}

// drop ends what s has to do with its topic.
func (m *Matcher) drop(s *Seat) {
	t := s.topic
	s.topic = nil
	if s != t.asker { // the chat is over, for all of them
		m.tellAsker(t, s, Event{Kind: PartnerLeft})
		if t.asker != nil {
			t.asker.sleepers = sleepers{}
			m.hopeAgain(t.asker)
		}
		t.asker, t.pair = nil, [2]*Seat{}
		return
	}
	t.asker = nil
	for _, p := range t.pair {
		if p != nil {
			m.deliver(p, Event{Kind: AskerLeft})
		}
	}
}
