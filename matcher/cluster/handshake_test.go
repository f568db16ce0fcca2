package cluster

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/matcher"
)

// A world is some machines, the people on them, and a network that loses, doubles, delays
// and reorders what they say.
type world struct {
	t        *testing.T
	mu       sync.Mutex // held by whoever does something
	rand     *rand.Rand
	loss     float64
	machines []*machine
	people   []*someone
	words    []*word // that were said
	met      int
	reunited int
	heard    int     // words of other machines
	dealer   *Dealer // of the first machine; nil: chance deals
}

type machine struct {
	w     *world
	node  uint64
	dealt int // chats
	hand  *Handshake
	links *Links
	hopes *Hopes
	hoped []hoping
	stand map[uint64]matcher.Offer
	said  time.Time // all that stand
	cut   time.Time // since when from all others; zero: it isn't

	blocks map[any]any // who of this machine has blocked whom, which no other knows
}

type someone struct {
	*matcher.Seat
	name    string
	at      *machine
	id      uint64
	turn    uint32
	partner *someone // as they were told
	talk    *talk
	dozes   bool // in this chat
	sees    bool // that the partner does
	offered int  // times that they were to meet somebody again
}

// talk is a chat, as one of the two knows it.
type talk struct {
	said, heard int
	left        bool // by the other one
	lost        int  // as was told then
}

type word struct {
	in    *talk
	by    *someone
	to    *someone
	n     int // from 1, in its talk
	heard bool
}

func (m *machine) Offer(o matcher.Offer) {
	p := o.Subject.(*someone)
	p.id, p.turn = o.Seat, o.Turn
	m.stand[o.Seat] = o
	m.offer(o)
}

func (m *machine) offer(o matcher.Offer) {
	if d := m.w.dealer; d != nil {
		m.send(0, func(*machine) { d.Offer(m.node, o) })
	}
}

func (m *machine) Withdraw(seat uint64) {
	delete(m.stand, seat)
	if d := m.w.dealer; d != nil {
		m.send(0, func(*machine) { d.Withdraw(m.node, seat) })
	}
}
func (m *machine) Hope(seat uint64, chat matcher.ChatID) {
	m.hoped = append(m.hoped, hoping{seat, chat})
}
func (m *machine) Send(node uint64, l matcher.Letter) bool { return m.links.Send(node, l) }
func (m *machine) HangUp(home uint64, with matcher.Far, chat matcher.ChatID) uint8 {
	return m.links.HangUp(home, with, chat)
}

// send has another machine take something. It loses, doubles and delays.
func (m *machine) send(node uint64, take func(to *machine)) {
	w := m.w
	for copies := 1 + w.rand.IntN(5)/4; copies > 0; copies-- {
		if w.rand.Float64() < w.loss || !m.cut.IsZero() || !w.machines[node].cut.IsZero() {
			continue
		}
		delay := time.Duration(w.rand.IntN(5)) * time.Millisecond
		if w.rand.IntN(10) == 0 {
			delay = time.Duration(w.rand.IntN(2500)) * time.Millisecond
		}
		time.AfterFunc(delay, func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			to := w.machines[node]
			take(to)
			to.abandon()
		})
	}
}

func (m *machine) post(msg Message) {
	if msg.Kind == Dealt {
		m.dealt++
	}
	m.send(msg.To.Node, func(to *machine) { to.hand.Take(msg) })
}

func (m *machine) carry(node uint64, p Parcel) {
	m.send(node, func(to *machine) { to.links.Take(m.node, p) })
}

// hope says what somebody hopes for to another machine.
func (m *machine) hope(seat uint64, h matcher.Hope) {
	m.send(h.With.Node, func(to *machine) { to.hopes.Take(matcher.Far{Node: m.node, Seat: seat}, h) })
}

// abandon says which chats are over for reasons of this machine, and who hopes for what.
func (m *machine) abandon() {
	for _, over := range m.links.Ended() {
		m.hand.Abandon(over)
	}
	for len(m.hoped) > 0 {
		one := m.hoped[0]
		m.hoped = m.hoped[1:]
		m.hopes.Say(one.seat, one.chat)
	}
}

func newWorld(t *testing.T, seed uint64, machines, people int) *world {
	w := &world{t: t, rand: rand.New(rand.NewPCG(seed, 1)), loss: 0.2}
	for i := range machines {
		m := &machine{w: w, node: uint64(i), stand: make(map[uint64]matcher.Offer)}
		mayMeet := func(a, b any) bool { return m.blocks[a] != b && m.blocks[b] != a }
		pairs := matcher.New(&matcher.Options{Transport: m, OfferAfter: 1, MayMeet: mayMeet, Rand: rand.NewPCG(seed, uint64(i)+2)})
		m.links = &Links{Pairs: pairs, Post: m.carry, Now: time.Now}
		m.hand = &Handshake{Node: m.node, Pairs: pairs, Post: m.post, Now: time.Now}
		m.hopes = &Hopes{Hand: m.hand, Post: m.hope}
		w.machines = append(w.machines, m)
	}
	for i := range people {
		p := &someone{name: fmt.Sprint("p", i), at: w.machines[i%machines]}
		p.Seat = p.at.hand.Pairs.Join(matcher.Profile{Subject: p})
		w.people = append(w.people, p)
	}
	return w
}

// elect has the first machine deal.
func (w *world) elect() {
	first := w.machines[0]
	w.dealer = newDealer(nil, first.post, func(node uint64, n News) {
		first.send(node, func(to *machine) { to.hand.Pairs.Tell(n.Of, n.Kind, n.With, n.Whose) })
	}, time.Now)
}

// look has everybody take what has come.
func (w *world) look() {
	for _, p := range w.people {
		events, open := p.Events()
		if !open {
			w.t.Fatalf("%s was thrown out", p.name)
		}
		for _, e := range events {
			switch {
			case e.Kind == matcher.Said:
				w.hear(p, e)
			case p.Stale(e):
			case e.Kind == matcher.Matched, e.Kind == matcher.Reunited:
				p.partner, p.talk = e.Partner.(*someone), new(talk)
				p.dozes, p.sees = false, false
				if e.Kind == matcher.Reunited {
					w.reunited++
				}
				if p.partner.at != p.at {
					w.met++
				}
			case e.Kind == matcher.RematchOffered:
				p.offered++
			case e.Kind == matcher.Called:
				p.Touch()
			case e.Kind == matcher.PartnerAsleep, e.Kind == matcher.PartnerAwake:
				p.sees = e.Kind == matcher.PartnerAsleep
			case e.Kind == matcher.PartnerLeft:
				p.partner = nil
				p.talk.left, p.talk.lost = true, int(e.Lost)
			}
		}
	}
}

// say has somebody say the next word.
func (w *world) say(p *someone) {
	if p.partner == nil || p.Say(fmt.Sprint(len(w.words)), 0) != nil {
		return
	}
	p.talk.said++
	w.words = append(w.words, &word{in: p.talk, by: p, to: p.partner, n: p.talk.said})
}

// hear holds what is said to somebody to this: it comes once, and nothing before it is
// missing.
func (w *world) hear(p *someone, e matcher.Event) {
	w.t.Helper()
	var number int
	fmt.Sscan(e.Text, &number)
	said := w.words[number]
	if said.to != p || said.heard {
		w.t.Fatalf("%s hears word %d, which is to %s; heard before: %v", p.name, number, said.to.name, said.heard)
	}
	said.heard = true
	if said.to.at != said.by.at {
		w.heard++
	}
	if p.Stale(e) {
		return
	}
	if p.talk.heard++; said.n != p.talk.heard {
		w.t.Fatalf("%s hears the %dth word of %s as the %dth", p.name, said.n, p.partner.name, p.talk.heard)
	}
}

// account holds the world, in which nothing is on its way any more, to this: whose partner
// has left was told of all that the partner never heard.
func (w *world) account() {
	w.t.Helper()
	unheard := make(map[*talk]int)
	for _, said := range w.words {
		if !said.heard {
			unheard[said.in]++
		}
	}
	for in, n := range unheard {
		if in.left && n > in.lost {
			w.t.Fatalf("%d words are lost, and who said them was told of %d", n, in.lost)
		}
	}
}

// check holds the world to this: who is in a chat with somebody is the one whom that one
// is in a chat with; or that one has left, and the news is on their way; or has yet to
// begin, and is with nobody.
func (w *world) check() {
	w.t.Helper()
	for _, p := range w.people {
		q := p.partner
		if q == nil || q.partner == p || q.partner == nil {
			continue
		}
		if q.at == p.at {
			w.t.Fatalf("%s is with %s, who is with %s", p.name, q.name, q.partner.name)
		}
		if !q.at.ends(p.id) {
			w.t.Fatalf("%s is with %s, who is with %s, and nobody tells", p.name, q.name, q.partner.name)
		}
	}
}

// ends tells whether m repeats that a chat with a seat is over.
func (m *machine) ends(seat uint64) bool {
	for _, o := range m.hand.openings {
		if o.stage == over && o.say.To.Seat == seat {
			return true
		}
	}
	for _, k := range m.links.all {
		if k.with.Seat == seat && !k.leaving.IsZero() {
			return true
		}
	}
	return false
}

// tick is what each machine does by itself. One that was cut off for as long as takes a
// machine for gone has lost the others, and they have lost it.
func (w *world) tick() {
	for _, m := range w.machines {
		m.hand.Tick()
		m.hand.Pairs.Release(0, matcher.ChatID{}) // has what is due carried out
		m.links.Tick()
		m.links.Answer()
		m.hopes.Tick()
		for _, other := range w.machines {
			if other != m && !m.cut.IsZero() && time.Since(m.cut) > 4*time.Second {
				m.hand.Pairs.Lose(other.node)
				other.hand.Pairs.Lose(m.node)
			}
		}
		if w.dealer != nil && time.Since(m.said) >= offerEvery {
			m.said = time.Now()
			for _, o := range m.stand {
				m.offer(o)
			}
		}
	}
	if w.dealer != nil {
		w.dealer.Tick()
	}
	for _, m := range w.machines {
		m.abandon()
	}
}

// deal brings two searches together, as a dealer may who knows what was once offered.
func (w *world) deal() {
	a, b := w.people[w.rand.IntN(len(w.people))], w.people[w.rand.IntN(len(w.people))]
	if w.dealer != nil || a.at == b.at || a.id == 0 || b.id == 0 {
		return
	}
	var chat matcher.ChatID
	binary.BigEndian.PutUint64(chat[:], w.rand.Uint64())
	far := func(p *someone) matcher.Far { return matcher.Far{Node: p.at.node, Seat: p.id} }
	b.at.post(Message{
		Kind: Dealt, Chat: chat,
		From: far(a), To: far(b), FromTurn: a.turn, Turn: b.turn, Who: a, Whose: b,
	})
}

// step lets something happen.
func (w *world) step() {
	w.mu.Lock()
	pause := time.Duration(w.rand.IntN(60)) * time.Millisecond
	w.mu.Unlock()
	time.Sleep(pause)
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.people[w.rand.IntN(len(w.people))]
	switch w.rand.IntN(24) {
	case 0, 1:
		p.partner = nil
		p.Find(matcher.Criteria{})
	case 2:
		p.partner = nil
		p.Leave()
	case 3:
		m := w.machines[w.rand.IntN(len(w.machines))]
		if !m.cut.IsZero() && w.rand.IntN(2) == 0 {
			m.cut = time.Time{}
		} else if m.cut.IsZero() && w.rand.IntN(20) == 0 {
			m.cut = time.Now()
		}
	case 4, 5, 6, 7, 8:
		w.say(p)
	case 9, 10:
		p.Again()
	case 11:
		p.Forgo()
	case 12:
		p.Aside(w.rand.IntN(2) == 0)
	case 13:
		p.Decline()
	case 14:
		if p.partner != nil {
			p.Typing(true)
			p.dozes = w.rand.IntN(2) == 0
			p.Dozing(p.dozes)
		}
	default:
		w.deal()
	}
	w.tick()
	w.look()
	w.check()
}

// calm lets all that is on its way arrive.
func (w *world) calm() { w.calmFor(300 * calmStep) }

const calmStep = 250 * time.Millisecond

// calmFor lets time pass with a network that loses nothing.
func (w *world) calmFor(d time.Duration) {
	w.mu.Lock()
	w.loss = 0
	for _, m := range w.machines {
		m.cut = time.Time{}
	}
	w.mu.Unlock()
	for range d / calmStep {
		time.Sleep(calmStep)
		w.mu.Lock()
		w.tick()
		w.look()
		w.check()
		w.mu.Unlock()
	}
}

// settle has everybody leave, after those who are in no chat any more have, and holds the
// world to this: nobody believes in a chat that the other is not in, and nothing is left.
func (w *world) settle() {
	leave := func(in bool) {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, p := range w.people {
			if in == (p.partner != nil) {
				p.partner = nil
				p.Leave()
			}
			p.Aside(true) // nobody is met again
		}
	}
	leave(false)
	w.calm()
	for _, p := range w.people {
		if q := p.partner; q != nil && q.partner != p {
			w.t.Errorf("%s is with %s, who isn't with them", p.name, q.name)
		} else if q != nil && p.sees != q.dozes {
			w.t.Errorf("%s sees that %s sleeps: %v", p.name, q.name, p.sees)
		}
	}
	leave(true)
	w.calm()
	for _, m := range w.machines {
		left := []int{len(m.links.all), len(m.links.busy), len(m.hand.openings), len(m.hand.past), len(m.hopes.said)}
		if !slices.Equal(left, make([]int, 5)) {
			w.t.Errorf("node %d keeps links, busy links, openings, memories, hopes: %d", m.node, left)
		}
	}
}

// Whatever is lost, doubled, late or cut off, nobody is in a chat with somebody who is in
// another one; and people of different machines meet nevertheless. What they say arrives
// once and in order, or they are told that it may not have.
func TestNobodyIsInTwoChats(t *testing.T) {
	met, heard, reunited := 0, 0, 0
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, seed, 3, 3+int(seed%4))
			w.loss = float64(seed%5) / 10
			for range 1000 {
				w.step()
			}
			met, heard, reunited = met+w.met, heard+w.heard, reunited+w.reunited
			w.settle()
			w.account()
		})
		if t.Failed() {
			t.Fatal("seed", seed)
		}
	}
	if met < 100 || heard < 100 || reunited < 100 {
		t.Errorf("only %d began a chat, %d met again, and %d words were heard", met, reunited, heard)
	}
	t.Log(met, "began a chat with somebody on another machine;", reunited, "met again;", heard, "words were heard")
}

// waits is how many wait.
func (w *world) waits() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.people {
		if p.Waits() {
			n++
		}
	}
	return n
}

// Whatever was lost and cut off before, nobody waits for long while somebody else does on
// any machine: not though the two have just talked, nor though one of them sleeps.
func TestNobodyWaitsForever(t *testing.T) {
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, seed, 3, 3+int(seed%4))
			w.elect()
			search := func(who func(*someone) bool) {
				w.mu.Lock()
				defer w.mu.Unlock()
				for _, p := range w.people {
					if who(p) {
						p.partner = nil
						p.Find(matcher.Criteria{})
					}
				}
			}
			for range 300 {
				w.step()
			}
			search(func(p *someone) bool { return p.partner == nil })
			w.calm()
			if n := w.waits(); n > 1 {
				t.Fatalf("%d wait", n)
			}
			w.calm() // and whoever waits falls asleep
			first := w.people[0]
			search(func(p *someone) bool { return p == first })
			w.calm()
			if n := w.waits(); n > 1 {
				t.Fatalf("%d wait, some of them asleep", n)
			}
			w.settle()
			w.account()
		})
		if t.Failed() {
			t.Fatal("seed", seed)
		}
	}
}

// Who has blocked somebody, now or on an earlier visit, is not told that they are about to
// meet, though the machine that deals doesn't know of it: it learns whom not to bring
// together, and keeps neither of them from anybody else meanwhile.
func TestBlockedIsNotOffered(t *testing.T) {
	const few = 4 // in a minute: what comes late, and not in order, is said again
	for _, name := range []string{"now", "on an earlier visit"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1, 3, 3)
				w.loss = 0
				w.elect()
				find := func(people ...*someone) {
					w.mu.Lock()
					defer w.mu.Unlock()
					for _, p := range people {
						p.partner = nil
						p.Find(matcher.Criteria{})
					}
				}
				other, a, b := w.people[0], w.people[1], w.people[2]
				if name == "now" {
					find(a, b)
					w.calmFor(5 * time.Second)
					if a.partner != b {
						t.Fatal("they don't meet")
					}
				}
				w.mu.Lock()
				a.at.blocks = map[any]any{a: b}
				w.mu.Unlock()
				dealt := w.machines[0].dealt
				find(a, b)
				w.calmFor(time.Minute)
				dealt = w.machines[0].dealt - dealt
				if a.offered > 0 || b.offered > few || dealt > few {
					t.Errorf("who has blocked the other was offered to meet again %d times, and that one %d; %d were dealt",
						a.offered, b.offered, dealt)
				}
				find(other)
				w.calmFor(time.Second)
				if other.partner == nil {
					t.Error("nobody meets who comes then")
				}
				w.settle()
			})
		})
	}
}
