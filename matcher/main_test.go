package matcher

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var kindNames = [...]string{"nothing", "matched", "said", "typing", "stopped", "left", "unwatched", "offered", "cancelled", "called", "missed", "reunited", "away", "back", "asleep", "awake"}

func (e Event) String() string {
	by := ""
	if e.By != 0 {
		by = fmt.Sprintf("%d:", e.By)
	}
	if e.Kind == Said {
		return by + "said:" + e.Text
	}
	return by + kindNames[e.Kind]
}

// A hall is a running Matcher under a fake clock. The people of a test come in
// order of their Join.
type hall struct {
	t *testing.T
	m *Matcher
}

func inHall(t *testing.T, o *Options, f func(h *hall)) {
	synctest.Test(t, func(t *testing.T) {
		h := &hall{t, New(o)}
		defer run(t, h.m)()
		f(h)
		h.m.check(t)
	})
}

// take returns all that has come for s.
func (s *Seat) take() (all []Event) {
	for {
		events, _ := s.Events()
		if len(events) == 0 {
			return all
		}
		all = append(all, events...)
	}
}

// run starts m.Run; the function it returns ends that and waits for it.
func run(t *testing.T, m *Matcher) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error)
	go func() { stopped <- m.Run(ctx) }()
	return func() {
		cancel()
		if err := <-stopped; err != context.Canceled {
			t.Errorf("Run: %v", err)
		}
	}
}

type person struct {
	*Seat
	name    string
	evicted int
	begun   Event // that of the last chat they learned of
}

func (h *hall) join(name string) *person {
	p := &person{name: name}
	p.Seat = h.m.Join(Profile{Subject: p, Evict: func() { p.evicted++ }})
	return p
}

func (h *hall) find(name string) *person {
	p := h.join(name)
	p.Find(Criteria{})
	return p
}

// pair returns two who chat and have read so.
func (h *hall) pair(a, b string) (*person, *person) {
	h.t.Helper()
	x, y := h.find(a), h.find(b)
	h.want(x, "matched")
	h.want(y, "matched")
	return x, y
}

// parted returns two who both search after a chat with each other. Whoever
// sleeps is called for them.
func (h *hall) parted(a, b string) (*person, *person) {
	h.t.Helper()
	x, y := h.pair(a, b)
	x.Find(Criteria{})
	y.Find(Criteria{})
	return x, y
}

// asleep returns somebody who waits and has pressed no key for two minutes.
func (h *hall) asleep(name string) *person {
	p := h.find(name)
	h.pass(2 * time.Minute)
	return p
}

// sleepers returns n who sleep, and have read all they got.
func (h *hall) sleepers(n int) []*person {
	var all []*person
	for i := range n {
		all = append(all, h.asleep(fmt.Sprint("sleeper ", i)))
	}
	for _, p := range all {
		p.take()
	}
	return all
}

func (h *hall) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// want compares all that p has received since it was last asked.
func (h *hall) want(p *person, events string) {
	h.t.Helper()
	h.compare(p, p.take, events)
}

// wantFirst compares what p gets when it asks once.
func (h *hall) wantFirst(p *person, events string) {
	h.t.Helper()
	h.compare(p, func() []Event { first, _ := p.Events(); return first }, events)
}

func (h *hall) compare(p *person, take func() []Event, events string) {
	h.t.Helper()
	synctest.Wait()
	var got []string
	for _, e := range take() {
		if p.Stale(e) {
			continue
		}
		got = append(got, e.String())
		if e.Kind == Matched || e.Kind == Reunited {
			p.begun = e
		}
	}
	if s := strings.Join(got, " "); s != events {
		h.t.Fatalf("%s got %q, want %q", p.name, s, events)
	}
}

func (h *hall) together(a, b *person) {
	h.t.Helper()
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if a.partner != b.Seat || b.partner != a.Seat {
		h.t.Fatalf("%s and %s are not in one chat", a.name, b.name)
	}
}

func (h *hall) chats(p *person) bool {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	return p.partner != nil
}

// calls counts who is being called.
func (h *hall) calls(people []*person) (n int) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	for _, p := range people {
		if p.caller != nil {
			n++
		}
	}
	return n
}

// check holds the state to what must be true whenever the lock is free.
func (m *Matcher) check(t testing.TB) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	var wrong []string
	must := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	must(len(m.freed) == 0 && len(m.retry) == 0 && len(m.lost) == 0, "work left over")
	armed := 0
	users := make(map[groupID]int)
	for _, p := range []*pool{&m.awake, &m.choosy, &m.asleep, &m.asking, &m.discussing, &m.promised} {
		question := p == &m.asking || p == &m.discussing
		for i, s := range *p {
			must(s.home == p && int(s.place) == i && s.waiting.Load(), "%d: place in the pool", s.id)
			must(question || p == &m.asleep || p == &m.promised || s.choosy() == (p == &m.choosy), "%d: pool", s.id)
			must((s.deal != nil) == (p == &m.promised), "%d: promised", s.id)
			must(p == &m.promised || question == (s.topic != nil) && (!question || m.side(s) == p), "%d: topic", s.id)
			likes, speaks := m.wish(s).likes(), m.wish(s).speaks()
			must(s.likes == (len(likes) > 0) && s.speaks == (len(speaks) > 0), "%d: wish", s.id)
			for i, id := range slices.Concat(likes, speaks) {
				users[id]++
				found := slices.Contains(m.groups.all[id].entries, entry{s.number, m.groups.rounds[s.number], sketchOf(likes)})
				should := !question && p != &m.asleep && p != &m.promised && (i < len(likes) || !s.wantsInterest())
				must(found == should, "%d: found by %q: %v", s.id, m.groups.names[id].Value(), found)
			}
			must(s.partner == nil && !s.closed, "%d: waits, but is closed or in a chat", s.id)
			if c := s.calling; c != nil {
				must(c.caller == s && c.home == &m.asleep && p != &m.asleep && s.rematch == nil, "%d calls %d", s.id, c.id)
			}
			if c := s.caller; c != nil {
				must(c.calling == s && p == &m.asleep, "%d is called by %d", s.id, c.id)
			}
			if c := s.rematch; c != nil {
				must(c.rematch == s && c != s && c.home != nil && met(s, c) && s.until == c.until, "%d is to meet %d again", s.id, c.id)
			}
			must(s.until != never || s.calling == nil && s.rematch == nil && s.deal == nil && !s.farOffered(), "%d: no deadline", s.id)
			must(!s.farOffered() || s.rematch == nil && s.calling == nil && p != &m.asleep, "%d: offers in two ways", s.id)
			if s.until != never {
				armed++
				must(m.alarms[s.alarm] == s, "%d: place among the alarms", s.id)
			}
		}
	}
	online, chatting := 0, 0
	for _, s := range m.groups.seats {
		if s == nil {
			continue
		}
		if s.away {
			armed++
			must(m.alarms[s.alarm] == s && s.home == nil && s.wake == nil, "%d: away", s.id)
			continue
		}
		online++
		if s.partner != nil {
			chatting++
		}
		must(m.byID == nil || m.byID[s.id] == s, "%d: not found by its id", s.id)
		must(s.home != nil || !s.offered && !s.farOffered(), "%d: offered, and doesn't wait", s.id)
		if s.home == nil && s.deal != nil {
			armed++
			must(m.alarms[s.alarm] == s && s.deal.again() && s.partner == nil, "%d: promised, and doesn't wait", s.id)
		}
	}
	must(m.online == online && m.chatting == chatting, "%d online and %d chatting, not %d and %d", online, chatting, m.online, m.chatting)
	must(len(m.alarms) == armed, "%d alarms, %d seats with one", len(m.alarms), armed)
	for i, s := range m.alarms {
		must(m.alarms[max(0, (i-1)/2)].until <= s.until, "alarms are not a heap")
	}
	must(min(m.alarms.next(), m.nextOpening(), m.nextOffer()) >= m.planned, "Run sleeps past what is next")
	named := len(m.groups.interests) + len(m.groups.languages)
	must(named == len(users) && 1+named+len(m.groups.free) == len(m.groups.all), "%d groups, of which %d are named", named, len(users))
	for id, n := range users {
		g, name := m.groups.all[id], m.groups.names[id]
		must(int(g.users) == n && (m.groups.interests[name] == id || m.groups.languages[name] == id), "%q has %d users, not %d", name.Value(), g.users, n)
		found := make(map[uint32]bool)
		for _, e := range g.entries {
			if s := m.groups.at(e); s != nil {
				must(!found[e.number] && slices.Contains(m.wish(s)[:], id), "%q has %d wrongly", name.Value(), s.id)
				found[e.number] = true
			}
		}
		must(int(g.found) == len(found) && len(g.entries)-len(found) <= len(found)/2, "%q has %d entries of %d, not %d", name.Value(), len(g.entries), len(found), g.found)
	}
	awake := slices.Concat(m.awake, m.choosy)
	for i, a := range awake {
		for _, b := range awake[:i] {
			must(!stranger(a, b) || m.sleepy(a) || m.sleepy(b), "%d and %d wait side by side", a.id, b.id)
		}
	}
	for _, asker := range m.asking {
		for _, b := range m.discussing {
			for _, c := range m.discussing {
				three := []*Seat{asker, b, c}
				wait := fits(three[0], three[1]) && fits(three[0], three[2]) && fits(three[1], three[2])
				must(!wait || slices.ContainsFunc(three, m.sleepy), "%d, %d and %d wait side by side", three[0].id, three[1].id, three[2].id)
			}
		}
	}
	for _, w := range wrong {
		t.Error(w)
	}
}
