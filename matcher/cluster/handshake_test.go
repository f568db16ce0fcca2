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

// A world is some machines, the people on them, and a network that loses, doubles and
// delays what they say to begin chats. The letters of a chat it only delays, in order.
type world struct {
	t        *testing.T
	mu       sync.Mutex // held by whoever does something
	rand     *rand.Rand
	loss     float64
	machines []*machine
	people   []*someone
	letters  []parcel // on their way
	met      int
}

type machine struct {
	w    *world
	node uint64
	hand *Handshake
	cut  time.Time // since when from all others; zero: it isn't
}

type someone struct {
	*matcher.Seat
	name    string
	at      *machine
	id      uint64
	turn    uint32
	partner *someone // as they were told
}

type parcel struct {
	node uint64
	matcher.Letter
}

func (m *machine) Offer(o matcher.Offer) {
	p := o.Subject.(*someone)
	p.id, p.turn = o.Seat, o.Turn
}
func (m *machine) Withdraw(uint64) {}
func (m *machine) Send(node uint64, l matcher.Letter) bool {
	m.w.letters = append(m.w.letters, parcel{node, l})
	return true
}

// post loses, doubles and delays.
func (m *machine) post(msg Message) {
	w := m.w
	for copies := 1 + w.rand.IntN(5)/4; copies > 0; copies-- {
		if w.rand.Float64() < w.loss || !m.cut.IsZero() || !w.machines[msg.To.Node].cut.IsZero() {
			continue
		}
		delay := time.Duration(w.rand.IntN(5)) * time.Millisecond
		if w.rand.IntN(10) == 0 {
			delay = time.Duration(w.rand.IntN(2500)) * time.Millisecond
		}
		time.AfterFunc(delay, func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.machines[msg.To.Node].take(msg)
		})
	}
}

func (m *machine) take(msg Message) {
	m.hand.Tick()
	m.hand.Take(msg)
}

func newWorld(t *testing.T, seed uint64, machines, people int) *world {
	w := &world{t: t, rand: rand.New(rand.NewPCG(seed, 1)), loss: 0.2}
	for i := range machines {
		m := &machine{w: w, node: uint64(i)}
		pairs := matcher.New(&matcher.Options{Transport: m, Rand: rand.NewPCG(seed, uint64(i)+2)})
		m.hand = &Handshake{Node: m.node, Pairs: pairs, Post: m.post, Now: time.Now}
		w.machines = append(w.machines, m)
	}
	for i := range people {
		p := &someone{name: fmt.Sprint("p", i), at: w.machines[i%machines]}
		p.Seat = p.at.hand.Pairs.Join(matcher.Profile{Subject: p})
		w.people = append(w.people, p)
	}
	return w
}

// carry brings some of the letters to where they go.
func (w *world) carry(n int) {
	for ; n > 0 && len(w.letters) > 0; n-- {
		p := w.letters[0]
		w.letters = w.letters[1:]
		w.machines[p.node].hand.Pairs.Receive(p.Letter)
	}
}

// look has everybody take what has come.
func (w *world) look() {
	for _, p := range w.people {
		events, _ := p.Events()
		for _, e := range events {
			switch {
			case p.Stale(e):
			case e.Kind == matcher.Matched:
				if p.partner = e.Partner.(*someone); p.partner.at != p.at {
					w.met++
				}
			case e.Kind == matcher.PartnerLeft:
				p.partner = nil
			}
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
		left := func(l parcel) bool { return l.Kind == matcher.PartnerLeft && l.To == p.id && l.node == p.at.node }
		if !slices.ContainsFunc(w.letters, left) && !q.at.ends(p.id) {
			w.t.Fatalf("%s is with %s, who is with %s, and nobody tells", p.name, q.name, q.partner.name)
		}
	}
}

// ends tells whether m repeats that a chat of a seat is over.
func (m *machine) ends(seat uint64) bool {
	for _, o := range m.hand.openings {
		if o.stage == over && o.say.To.Seat == seat {
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
		for _, other := range w.machines {
			if other != m && !m.cut.IsZero() && time.Since(m.cut) > 4*time.Second {
				m.hand.Pairs.Lose(other.node)
				other.hand.Pairs.Lose(m.node)
			}
		}
	}
}

// deal brings two searches together, as a dealer may who knows what was once offered.
func (w *world) deal() {
	a, b := w.people[w.rand.IntN(len(w.people))], w.people[w.rand.IntN(len(w.people))]
	if a.at == b.at || a.id == 0 || b.id == 0 {
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
	switch w.rand.IntN(12) {
	case 0:
		p.partner = nil
		p.Find(matcher.Criteria{})
	case 1:
		if w.rand.IntN(3) == 0 {
			p.partner = nil
			p.Leave()
		}
	case 2:
		m := w.machines[w.rand.IntN(len(w.machines))]
		if m.cut.IsZero() && w.rand.IntN(4) == 0 {
			m.cut = time.Now()
		} else {
			m.cut = time.Time{}
		}
	case 3, 4, 5, 6:
		w.deal()
	default:
		w.carry(w.rand.IntN(4))
	}
	w.tick()
	w.look()
	w.check()
}

// Whatever is lost, doubled, late or cut off, nobody is in a chat with somebody who is in
// another one; and people of different machines meet nevertheless.
func TestNobodyIsInTwoChats(t *testing.T) {
	met := 0
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, seed, 3, 7)
			w.loss = float64(seed%5) / 10
			for range 1000 {
				w.step()
			}
			met += w.met
		})
		if t.Failed() {
			t.Fatal("seed", seed)
		}
	}
	if met < 100 {
		t.Errorf("only %d began a chat", met)
	}
	t.Log(met, "began a chat with somebody on another machine")
}
