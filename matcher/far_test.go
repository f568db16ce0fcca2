package matcher

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A wire joins halls. What a Matcher sends lies on it until it is carried.
type wire struct {
	halls []*hall

	mu      sync.Mutex // guards what follows
	letters []parcel
	said    []string // of offers, in order
	full    bool     // takes nothing
	unheard uint8    // of any chat, messages
	hungUp  int
	hoped   []string // who said what they hope for
}

type parcel struct {
	node uint64
	Letter
}

// An end is a Transport: the wire as one hall sees it.
type end struct {
	*wire
	node uint64
}

func (e *end) Offer(o Offer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	said := fmt.Sprintf("%s offered turn %d, open %v, after %v", o.Subject.(*person).name, o.Turn, o.Open, o.Idle)
	if len(o.Declined) > 0 {
		said += fmt.Sprint(", but for ", o.Declined)
	}
	e.said = append(e.said, said)
}

func (e *end) Withdraw(seat uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.said = append(e.said, e.halls[e.node].m.byID[seat].subject.(*person).name+" withdrawn")
}

func (e *end) Hope(seat uint64, chat ChatID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hoped = append(e.hoped, fmt.Sprint(e.halls[e.node].m.byID[seat].subject.(*person).name, chat[0]))
}

func (e *end) Send(node uint64, l Letter) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.full {
		e.letters = append(e.letters, parcel{node, l})
	}
	return !e.full
}

func (e *end) HangUp(home uint64, with Far, chat ChatID) uint8 {
	e.hungUp++
	return e.unheard
}

// inHalls runs f with n halls, which are the nodes from 0 on.
func inHalls(t *testing.T, n int, o Options, f func(w *wire)) {
	synctest.Test(t, func(t *testing.T) {
		w := new(wire)
		for i := range n {
			opts := o
			opts.Transport = &end{w, uint64(i)}
			h := &hall{t, New(&opts)}
			w.halls = append(w.halls, h)
			defer run(t, h.m)()
		}
		f(w)
		w.carry()
		for _, h := range w.halls {
			h.m.check(t)
		}
	})
}

// carry brings the letters to where they go, also those that come of it, and returns how
// many were of no chat any more.
func (w *wire) carry() (strays int) {
	for {
		p, ok := w.next()
		if !ok {
			return strays
		}
		if !w.halls[p.node].m.Receive(p.Letter) {
			strays++
		}
	}
}

func (w *wire) next() (p parcel, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ok = len(w.letters) > 0; ok {
		p, w.letters = w.letters[0], w.letters[1:]
	}
	return p, ok
}

// offers compares what was offered since it was last asked.
func (w *wire) offers(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.said, want) {
		t.Fatalf("offered %q, want %q", w.said, want)
	}
	w.said = nil
}

// side is one of two who are to meet.
type side struct {
	*person
	*hall
	node uint64
}

func (w *wire) side(node uint64, name string) side {
	h := w.halls[node]
	return side{h.find(name), h, node}
}

func (s side) deal(chat ChatID, with side) Deal {
	return Deal{Chat: chat, Turn: s.turn, With: Far{with.node, with.person.id}, Subject: with.person}
}

// meet pairs two of different machines.
func meet(a, b side, chat ChatID) {
	a.t.Helper()
	for _, pair := range [][2]side{{a, b}, {b, a}} {
		if !pair[0].m.Promise(pair[0].id, pair[0].deal(chat, pair[1]), time.Second) {
			a.t.Fatalf("%s doesn't wait", pair[0].name)
		}
	}
	for _, s := range []side{a, b} {
		for range 2 { // repeated, as it may be
			if !s.m.Begin(s.id, chat) {
				a.t.Fatalf("%s doesn't begin", s.name)
			}
		}
		s.want(s.person, "matched")
	}
	if a.begun.Partner != b.person || b.begun.Partner != a.person {
		a.t.Fatal("they don't know with whom")
	}
}

// Two of different machines talk as two of one do.
func TestFarChat(t *testing.T) {
	inHalls(t, 2, Options{}, func(w *wire) {
		a, b := w.side(0, "a"), w.side(1, "b")
		meet(a, b, ChatID{1})
		for _, h := range w.halls {
			if s := h.m.Stats(); s != (Stats{Online: 1, Chatting: 1}) {
				t.Errorf("%+v", s)
			}
		}
		a.Typing(true)
		for i := range 3 {
			if err := a.Say(fmt.Sprint(i), 0); err != nil {
				t.Fatal(err)
			}
		}
		b.Say("x", 7)
		b.Dozing(true)
		w.carry()
		b.want(b.person, "typing said:0 said:1 said:2")
		a.want(a.person, "said:x asleep")
		b.Dozing(false)
		w.carry()
		a.want(a.person, "awake")

		if !b.Away(time.Minute) {
			t.Fatal("nothing to come back to")
		}
		w.carry()
		a.want(a.person, "away")
		if err := a.Say("lost", 0); err != ErrAway {
			t.Fatal(err)
		}
		if !b.Back(Profile{Subject: b.person}) {
			t.Fatal("not back")
		}
		w.carry()
		a.want(a.person, "back")
		b.want(b.person, "")

		b.Leave()
		if err := a.Say("late", 0); err != nil { // b's leaving is still on its way
			t.Fatal(err)
		}
		if strays := w.carry(); strays != 1 {
			t.Errorf("%d letters of no chat", strays)
		}
		a.want(a.person, "left")
		b.want(b.person, "")
		if err := a.Say("nobody", 0); err != ErrNoPartner {
			t.Error(err)
		}
		if left := a.Again(); left != AgainFor {
			t.Errorf("can ask for them again for %v", left)
		}
	})
}

// A word of a chat never reaches the next one.
func TestFarWordsOfAnotherChat(t *testing.T) {
	inHalls(t, 3, Options{}, func(w *wire) {
		a, b, c := w.side(0, "a"), w.side(1, "b"), w.side(2, "c")
		meet(a, b, ChatID{1})
		b.Say("old", 0)
		a.Find(Criteria{})
		meet(a, c, ChatID{2})
		c.Say("new", 0)
		if strays := w.carry(); strays != 1 {
			t.Errorf("%d letters of no chat", strays)
		}
		a.want(a.person, "said:new")
		b.want(b.person, "left")
		forged := Letter{Chat: ChatID{2}, From: b.person.id, To: a.person.id, Kind: Said, Text: "of another seat"}
		if a.m.Receive(forged) {
			t.Error("another seat spoke in the chat")
		}
		a.want(a.person, "")
	})
}

// Who is promised is out of everybody's reach until the chat begins, the promise ends or
// the owner thinks otherwise; and is told nothing.
func TestPromise(t *testing.T) {
	inHalls(t, 2, Options{}, func(w *wire) {
		a, b := w.side(0, "a"), w.side(1, "b")
		deal := a.deal(ChatID{1}, b)
		promise := func(d Deal, want bool) {
			t.Helper()
			if got := a.m.Promise(a.id, d, time.Second); got != want {
				t.Fatalf("promised: %v, want %v", got, want)
			}
		}
		promise(deal, true)
		promise(deal, true)
		other := deal
		other.Chat = ChatID{2}
		promise(other, false) // one at a time
		x := a.join("x")
		x.Find(Criteria{})
		a.want(x, "")
		if s := a.m.Stats(); s != (Stats{Online: 2, Waiting: 2}) || !a.Waits() {
			t.Errorf("%+v", s)
		}
		a.m.check(t)
		a.pass(time.Second - 1)
		a.want(a.person, "")
		a.pass(1) // and the search goes on
		a.want(a.person, "matched")
		a.want(x, "matched")
		if a.m.Begin(a.id, ChatID{1}) {
			t.Error("a chat began whose promise was over")
		}
		promise(deal, false) // of a search that is over

		x.Leave()
		a.Find(Criteria{})
		a.take()
		promise(deal, false) // likewise
		promise(a.deal(ChatID{3}, b), true)
		a.m.Release(a.id, ChatID{2}) // of another one
		promise(a.deal(ChatID{3}, b), true)
		a.Leave()
		if a.m.Begin(a.id, ChatID{3}) {
			t.Error("a chat began that nobody looks for any more")
		}
		a.Find(Criteria{})
		promise(a.deal(ChatID{4}, b), true)
		x.Find(Criteria{})
		a.m.Release(a.id, ChatID{4})
		a.want(a.person, "offered") // the rules are as ever
		a.want(x, "offered")
	})
}

// Whom the house keeps apart is not promised, nor who sleeps, nor who isn't there.
func TestNoPromise(t *testing.T) {
	o := Options{MayMeet: func(a, b any) bool { return a.(*person).name+b.(*person).name != "ab" }}
	inHalls(t, 2, o, func(w *wire) {
		a, b, c := w.side(0, "a"), w.side(1, "b"), w.side(1, "c")
		promised := func(d Deal) bool { return a.m.Promise(a.id, d, time.Second) }
		a.pass(time.Second)
		w.said = nil
		for turn := range uint32(MaxDeclined + 1) {
			d := a.deal(ChatID{1}, b)
			d.Theirs = turn
			for range 2 { // which is noted once
				if promised(d) {
					t.Error("to whom they may not meet")
				}
			}
		}
		if len(w.said) != MaxDeclined+1 {
			t.Fatalf("whoever deals was told %d times", len(w.said))
		}
		last := ""
		for turn := range MaxDeclined {
			last += fmt.Sprintf(" {%d %d}", b.person.id, turn+1)
		}
		w.said = w.said[MaxDeclined:]
		w.offers(t, "a offered turn 1, open false, after 1s, but for ["+last[1:]+"]")
		a.pass(AsleepAfter)
		if promised(a.deal(ChatID{2}, c)) {
			t.Error("for who sleeps")
		}
		a.m.check(t)
		a.Touch()
		if !promised(a.deal(ChatID{2}, c)) {
			t.Error("not for who has woken")
		}
		a.Close()
		if a.m.Begin(a.id, ChatID{2}) || promised(a.deal(ChatID{3}, c)) {
			t.Error("for who is gone")
		}
	})
}

// When a machine is gone, or takes no more letters, those who talk with somebody there
// are told, once; others aren't.
func TestFarMachineIsLost(t *testing.T) {
	inHalls(t, 3, Options{}, func(w *wire) {
		a, b := w.side(0, "a"), w.side(1, "b")
		meet(a, b, ChatID{1})
		c, d := w.side(0, "c"), w.side(2, "d")
		meet(c, d, ChatID{2})
		w.unheard = 3
		a.m.Lose(1)
		a.m.Lose(1)
		if all := a.take(); len(all) != 1 || all[0].Kind != PartnerLeft || all[0].Lost != 3 {
			t.Errorf("%+v", all)
		}
		if len(w.letters) > 0 {
			t.Errorf("%d letters to nobody", len(w.letters))
		}
		w.full = true
		if err := c.Say("unheard", 0); err != ErrNoPartner {
			t.Error(err)
		}
		c.want(c.person, "left")
		if w.hungUp != 2 {
			t.Errorf("%d chats were hung up", w.hungUp)
		}
	})
}

// A message that finds no room is not taken, and ends the chat of who doesn't read.
func TestFarWordsWithoutRoom(t *testing.T) {
	inHalls(t, 2, Options{}, func(w *wire) {
		a, b := w.side(0, "a"), w.side(1, "b")
		meet(a, b, ChatID{1})
		for i := range inboxSize + 1 {
			l := Letter{Chat: ChatID{1}, From: b.person.id, To: a.person.id, Kind: Said, Text: "x"}
			if took := a.m.Receive(l); took != (i < inboxSize) {
				t.Fatalf("message %d is taken: %v", i, took)
			}
		}
		w.carry()
		b.want(b.person, "left")
		if a.evicted != 1 {
			t.Errorf("evicted %d times", a.evicted)
		}
	})
}

// A search is offered to other machines when nobody here was found for a while, and anew
// when it asks for something else; once it doesn't wait it is withdrawn.
func TestOffers(t *testing.T) {
	inHalls(t, 1, Options{InterestWait: time.Second}, func(w *wire) {
		h := w.halls[0]
		h.pair("x", "y") // found at once
		h.pass(time.Second)
		w.offers(t)
		a := h.join("a")
		a.Find(Criteria{Interests: names("go")})
		h.pass(300*time.Millisecond - 1)
		w.offers(t)
		h.pass(1)
		w.offers(t, "a offered turn 1, open false, after 300ms")
		h.pass(700 * time.Millisecond)
		w.offers(t, "a offered turn 1, open true, after 1s")
		a.Find(Criteria{})
		w.offers(t, "a withdrawn")
		h.pass(time.Second)
		w.offers(t, "a offered turn 2, open false, after 300ms")
		if !h.m.Promise(a.id, Deal{Chat: ChatID{1}, Turn: 2}, time.Second) {
			t.Fatal("not promised")
		}
		w.offers(t)
		h.pass(time.Second)
		w.offers(t, "a offered turn 2, open false, after 2s")
		h.pass(AsleepAfter)
		c := h.join("c")
		c.Find(Criteria{Interests: names("go")})                // for which nobody is woken
		w.offers(t, "a offered turn 2, open false, after 2m0s") // who was found asleep
		c.Leave()
		a.Touch()
		w.offers(t, "a offered turn 2, open false, after 0s")
		h.pass(300 * time.Millisecond)
		w.offers(t, "a offered turn 2, open false, after 300ms")
		b := h.find("b")
		w.offers(t, "a withdrawn")
		h.want(a, "matched")
		h.want(b, "matched")
	})
}

// A Matcher that takes in the searches of others finds for them what it would find for
// people of its own.
func TestTake(t *testing.T) {
	inHall(t, nil, func(h *hall) {
		take := func(name string, o Offer) *person {
			p := &person{name: name}
			p.Seat = h.m.Take(o, Profile{Subject: p})
			return p
		}
		go1 := Criteria{Interests: names("go")}
		a := take("a", Offer{Seat: 1, Last: 2, Criteria: go1})
		b := take("b", Offer{Seat: 2, Last: 1, Criteria: go1})
		h.want(a, "offered") // they talked to each other last
		h.want(b, "offered")
		c := take("c", Offer{Seat: 3, Criteria: Criteria{Interests: names("rust")}})
		h.want(c, "")
		d := take("d", Offer{Seat: 4, Criteria: go1, Open: true})
		h.want(d, "matched")
		s := take("s", Offer{Seat: 5, Idle: AsleepAfter})
		h.want(s, "")
		if home := s.home; home != &h.m.asleep {
			t.Error("who sleeps is awake here")
		}
		e := take("e", Offer{Seat: 6})
		h.want(s, "called")
		e.Close()
		h.want(s, "missed")
		s.Close()
		e = take("e", Offer{Seat: 7})
		s = take("s", Offer{Seat: 8, Idle: AsleepAfter}) // who comes last
		h.want(s, "called")
		s.Touch()
		h.want(e, "matched")
	})
}

// after is s.deal for two who asked to meet again after a chat.
func (s side) after(over, chat ChatID, with side) Deal {
	d := s.deal(chat, with)
	d.After = over
	return d
}

// hopes compares who said what they hope for since it was last asked.
func (w *wire) hopes(t *testing.T, want ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.hoped, want) {
		t.Fatalf("hoped %q, want %q", w.hoped, want)
	}
	w.hoped = nil
}

// parted are two of different machines who had a chat, which b left.
func (w *wire) parted(chat ChatID) (a, b side) {
	a, b = w.side(0, "a"), w.side(1, "b")
	meet(a, b, chat)
	b.Leave()
	w.carry()
	a.want(a.person, "left")
	return a, b
}

// Two of different machines who both ask meet again, whether they search or not; who is
// free says so, and nobody is told but the machines.
func TestFarAgain(t *testing.T) {
	inHalls(t, 3, Options{}, func(w *wire) {
		a, b := w.parted(ChatID{1})
		promise := func(s, with side, over, chat ChatID, want bool) {
			t.Helper()
			if got := s.m.Promise(s.person.id, s.after(over, chat, with), time.Second); got != want {
				t.Fatalf("%s is promised: %v", s.name, got)
			}
		}
		promise(a, b, ChatID{1}, ChatID{9}, false) // who has not asked
		if left := a.Again(); left != AgainFor {
			t.Errorf("for %v", left)
		}
		w.hopes(t, "a1")
		c := w.side(2, "c")
		a.Find(Criteria{})
		w.hopes(t, "a1") // who is free still
		meet(a, c, ChatID{2})
		promise(a, b, ChatID{1}, ChatID{9}, false) // who is not
		b.Again()
		w.hopes(t, "b1")
		c.Leave()
		w.carry()
		a.want(a.person, "left")
		w.hopes(t, "a1")
		if h, ok := a.m.Hopes(a.person.id, ChatID{1}); !ok || h.With != (Far{1, b.person.id}) || h.Subject != any(a.person) {
			t.Fatalf("%+v, %v", h, ok)
		}
		promise(a, c, ChatID{1}, ChatID{9}, false) // somebody else
		promise(a, b, ChatID{2}, ChatID{9}, false) // another chat
		promise(a, b, ChatID{1}, ChatID{3}, true)
		promise(b, a, ChatID{1}, ChatID{3}, true)
		if s := a.m.Stats(); s.Waiting != 0 {
			t.Errorf("%+v", s)
		}
		for _, s := range []side{a, b} {
			s.m.check(t)
			if !s.m.Begin(s.person.id, ChatID{3}) {
				t.Fatalf("%s doesn't begin", s.name)
			}
			s.want(s.person, "reunited")
		}
		a.Say("you!", 0)
		w.carry()
		b.want(b.person, "said:you!")
		if left := a.Again(); left == 0 { // for c, whom a met before
			t.Error("can't ask for c")
		}
		if _, ok := b.m.Hopes(b.person.id, ChatID{1}); ok || b.Again() != 0 {
			t.Error("what came true is hoped for still")
		}
	})
}

// A promise of meeting again that comes to nothing leaves who was idle idle, and who waited
// waiting; they hope on.
func TestFarAgainComesToNothing(t *testing.T) {
	inHalls(t, 2, Options{}, func(w *wire) {
		a, b := w.parted(ChatID{1})
		a.Again()
		b.Again()
		w.hopes(t, "a1", "b1")
		promise := func() bool {
			return a.m.Promise(a.person.id, a.after(ChatID{1}, ChatID{2}, b), time.Second)
		}
		if !promise() {
			t.Fatal("not promised")
		}
		a.pass(time.Second)
		a.m.check(t)
		if a.Waits() {
			t.Error("waits, who was idle")
		}
		w.hopes(t, "a1")
		a.Find(Criteria{Discuss: true})
		w.hopes(t, "a1")
		if !promise() {
			t.Fatal("not promised while searching")
		}
		a.m.check(t)
		a.m.Release(a.person.id, ChatID{2})
		w.hopes(t, "a1")
		if s := a.m.Stats(); s.Discussing != 1 {
			t.Errorf("%+v", s)
		}
		a.Find(Criteria{})
		a.pass(AsleepAfter)
		if w.hopes(t, "a1"); !promise() {
			t.Fatal("not promised while asleep")
		}
		a.m.check(t)
		a.m.Release(a.person.id, ChatID{2})
		a.m.check(t)
		a.want(a.person, "")
		a.pass(AgainFor)
		if promise() {
			t.Error("promised after the time was up")
		}
	})
}

// Who blocks or reports the other is not met again, also at the last moment; nor is who is
// to be left alone, or has left.
func TestFarAgainIsVoid(t *testing.T) {
	for name, do := range map[string]func(*person){
		"forgo": func(p *person) { p.Forgo() },
		"aside": func(p *person) { p.Aside(true) },
		"close": func(p *person) { p.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			inHalls(t, 2, Options{}, func(w *wire) {
				a, b := w.parted(ChatID{1})
				a.Again()
				b.Again()
				if !b.m.Promise(b.person.id, b.after(ChatID{1}, ChatID{2}, a), time.Second) {
					t.Fatal("not promised")
				}
				do(b.person)
				b.m.check(t)
				if b.m.Begin(b.person.id, ChatID{2}) || b.m.Promise(b.person.id, b.after(ChatID{1}, ChatID{3}, a), time.Second) {
					t.Error("met again")
				}
				b.want(b.person, "")
			})
		})
	}
	apart := false
	inHalls(t, 2, Options{MayMeet: func(a, b any) bool { return !apart }}, func(w *wire) {
		a, b := w.parted(ChatID{1})
		a.Again()
		apart = true
		if a.m.Promise(a.person.id, a.after(ChatID{1}, ChatID{2}, b), time.Second) {
			t.Error("met again whom the house keeps apart")
		}
	})
}

// What whoever deals for all machines has for a search is told as if it came from here,
// once, and only where it fits.
func TestTell(t *testing.T) {
	inHalls(t, 1, Options{}, func(w *wire) {
		h := w.halls[0]
		a := h.find("a")
		other := Search{99, 1}
		tell := func(what Kind, want string) {
			t.Helper()
			h.m.Tell(Search{a.id, a.turn}, what, other, nil)
			h.want(a, want)
			h.m.check(t)
		}
		h.pass(300 * time.Millisecond)
		w.offers(t, "a offered turn 1, open false, after 300ms")
		tell(Called, "") // who is awake
		tell(RematchCancelled, "")
		tell(RematchOffered, "offered")
		tell(RematchCancelled, "cancelled")
		tell(RematchOffered, "offered")
		h.m.Tell(Search{a.id, a.turn + 1}, RematchCancelled, other, nil)
		h.want(a, "")
		h.pass(5*time.Second + dealTime) // nobody says what became of it
		h.want(a, "cancelled")
		tell(RematchOffered, "offered")
		w.offers(t)
		a.Decline()
		w.offers(t, "a offered turn 1, open false, after 8.3s, but for [{99 1}]")
		tell(RematchOffered, "")
		other.Turn = 2 // who searches anew
		tell(RematchOffered, "offered")

		deal := Deal{Chat: ChatID{1}, Turn: 1, With: Far{1, 99}}
		if !h.m.Promise(a.id, deal, time.Second) {
			t.Fatal("not promised")
		}
		h.want(a, "")
		h.m.Release(a.id, ChatID{1})
		h.want(a, "cancelled")
		tell(RematchOffered, "offered")
		w.said = nil
		deal.Theirs, deal.Chat = 2, ChatID{2}
		if !h.m.Promise(a.id, deal, time.Second) {
			t.Fatal("not promised")
		}
		a.Decline() // at the last moment
		h.want(a, "")
		w.offers(t, "a offered turn 1, open false, after 8.3s, but for [{99 1} {99 2}]")
		if h.m.Begin(a.id, ChatID{2}) {
			t.Error("met again who declined")
		}
		tell(RematchOffered, "")
		other.Turn = 3
		tell(RematchOffered, "offered")
		b := h.find("b")
		h.want(a, "matched")
		h.want(b, "matched")
		tell(Called, "")

		b.Close()
		a.Find(Criteria{})
		h.pass(AsleepAfter)
		h.m.Release(0, ChatID{})
		tell(RematchOffered, "")
		c := h.join("c")
		c.Find(Criteria{Interests: names("go")}) // for which nobody is woken, but who sleeps is found to
		tell(Called, "called")
		tell(Called, "")
		tell(CallMissed, "missed")
		tell(CallMissed, "")
		tell(Called, "called")
		h.pass(30 * time.Second)
		c.Close()
		h.want(a, "missed")
		tell(Called, "called")
		w.said = nil
		a.Touch()
		w.offers(t, "a offered turn 2, open false, after 0s")
		tell(CallMissed, "")
		h.pass(AsleepAfter)
		x := h.find("x") // calls a, who was called from elsewhere
		h.want(a, "called")
		a.Touch()
		h.want(a, "matched")
		h.want(x, "matched")
	})
}
