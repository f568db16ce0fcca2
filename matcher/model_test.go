package matcher

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// A soul is what a plain model knows of a person: the rules without the pool,
// the heap and the lock. What chance decides it learns from events, and judges.
type soul struct {
	seat          *Seat
	waiting       bool
	touched       time.Time
	partner, last *soul
	declined      bool

	side   string // "ask" or "discuss", while they wait for that
	debate *debate
	former hope // of the last chat that ended
	hopes  []hope
	aside  bool
	away   time.Time // since when, unless it is zero
	dozes  bool      // in a chat
	sees   [3]bool   // who of the others in it does, by their numbers

	called  time.Time // when, while a call is unanswered
	rematch *soul
	offered time.Time

	inbox []string // what must have come from the partner
}

func (s *soul) awake() bool { return time.Since(s.touched) < 2*time.Minute }

func (s *soul) met(o *soul) bool { return s.last == o || o.last == s }

// A debate is a chat about a question.
type debate struct {
	asker *soul // nil once they left
	pair  [2]*soul
}

// told is an event of s's as who asked learns it.
func (d *debate) told(s *soul, event string) {
	if d.asker == nil {
		return
	}
	by := "1:"
	if s == d.pair[1] {
		by = "2:"
	}
	d.asker.inbox = append(d.asker.inbox, by+event)
}

// hopes tells whether s hopes to meet o again, after the same chat as o does.
func (s *soul) mutual(o *soul) bool {
	for _, h := range s.hopes {
		if h.with == o.seat && slices.Contains(o.hopes, hope{s.seat, h.until}) && h.until > s.seat.m.age() {
			return true
		}
	}
	return false
}

// free tells whether s can be met again: a watcher can't.
func (s *soul) free() bool { return s.partner == nil && s.debate == nil && !s.aside && !s.isAway() }

func (s *soul) isAway() bool { return !s.away.IsZero() }

// meet begins a chat for s and for the other, whose event may come later. Neither has
// anything left to hope for from before.
func (s *soul) meet(p *soul) {
	s.partner, s.last, s.rematch = p, p, nil
	for _, o := range []*soul{s, p} {
		other := map[*soul]*Seat{s: p.seat, p: s.seat}[o]
		o.hopes = slices.DeleteFunc(o.hopes, func(h hope) bool { return h.with == other })
		if o.former.with == other {
			o.former.until = 0
		}
	}
}

// age is the time as m counts it.
func (m *Matcher) age() time.Duration { return time.Since(m.start) }

type model struct {
	*rapid.T
	m     *Matcher
	souls []*soul
	room  int // for as many: of a few, the same meet more often
}

func TestModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The wrapper hides Deadline, which a bubble's T doesn't have.
		rapid.Check(struct{ testing.TB }{t}, func(rt *rapid.T) {
			seed := rapid.Uint64().Draw(rt, "seed")
			room := rapid.IntRange(2, 7).Draw(rt, "room")
			w := &model{T: rt, m: New(&Options{Rand: rand.NewPCG(seed, 0)}), room: room}
			defer run(t, w.m)()
			rt.Repeat(map[string]func(*rapid.T){
				"":        func(*rapid.T) { w.observe(); w.m.check(t) },
				"join":    w.join,
				"find":    w.each(w.find),
				"ask":     w.each(w.ask),
				"discuss": w.each(w.discuss),
				"leave":   w.each(w.leave),
				"close":   w.each(w.close),
				"say":     w.each(w.say),
				"typing":  w.each(w.typing),
				"touch":   w.each(w.touch),
				"decline": w.each(w.decline),
				"again":   w.each(w.again),
				"both":    w.each(w.bothAgain),
				"forgo":   w.each(w.forgo),
				"aside":   w.each(w.aside),
				"away":    w.each(w.goAway),
				"doze":    w.each(w.doze),
				"time":    w.time,
			})
		})
	})
}

func (w *model) each(f func(*soul)) func(*rapid.T) {
	return func(t *rapid.T) {
		if len(w.souls) == 0 { // rapid gives up where too many actions in a row are skipped
			w.join(t)
			return
		}
		s := rapid.SampledFrom(w.souls).Draw(t, "who")
		if s.isAway() { // nothing else can be done there
			w.back(s)
			return
		}
		f(s)
	}
}

func (w *model) join(t *rapid.T) {
	if len(w.souls) == w.room {
		t.Skip("full")
	}
	s := new(soul)
	s.seat = w.m.Join(Profile{Subject: s})
	w.souls = append(w.souls, s)
}

// part is what Find, Leave and Close have in common.
func (w *model) part(s *soul) {
	if p := s.partner; p != nil {
		p.inbox = append(p.inbox, "left")
		p.partner, p.dozes = nil, false
		until := w.m.age() + AgainFor
		s.former, p.former = hope{p.seat, until}, hope{s.seat, until}
	}
	if d := s.debate; d != nil && d.asker == s {
		d.asker = nil
		for _, p := range d.pair {
			p.inbox = append(p.inbox, "unwatched")
		}
	} else if d != nil {
		d.told(s, "left")
		if d.asker != nil {
			d.asker.debate = nil
		}
		d.pair[0].debate, d.pair[1].debate = nil, nil
	}
	s.partner, s.rematch, s.debate = nil, nil, nil
	s.waiting, s.side, s.called = false, "", time.Time{}
	s.dozes, s.sees = false, [3]bool{}
}

func (w *model) find(s *soul) {
	w.part(s)
	s.waiting, s.declined, s.aside = true, false, false
	s.touched = time.Now()
	s.seat.Find(Criteria{})
}

func (w *model) ask(s *soul) {
	w.part(s)
	s.side, s.aside, s.touched = "ask", false, time.Now()
	s.seat.Find(Criteria{Ask: "why?"})
}

func (w *model) discuss(s *soul) {
	w.part(s)
	s.side, s.aside, s.touched = "discuss", false, time.Now()
	s.seat.Find(Criteria{Discuss: true})
}

func (w *model) leave(s *soul) { w.part(s); s.seat.Leave() }

func (w *model) close(s *soul) {
	w.part(s)
	s.seat.Close()
	w.souls = slices.DeleteFunc(w.souls, func(o *soul) bool { return o == s })
}

func (w *model) again(s *soul) {
	left := s.seat.Again()
	want := max(0, s.former.until-w.m.age())
	if left != want {
		w.Fatalf("Again can be for %v, want %v", left, want)
	}
	if left > 0 && !slices.Contains(s.hopes, s.former) {
		s.hopes = append(s.hopes, s.former)
	}
}

// bothAgain has the two of the last chat, or of the present one, ask to meet again.
func (w *model) bothAgain(s *soul) {
	for _, o := range []*soul{s, s.last} {
		if slices.Contains(w.souls, o) {
			w.again(o)
			w.observe()
		}
	}
}

func (w *model) forgo(s *soul) {
	s.hopes = slices.DeleteFunc(s.hopes, func(h hope) bool { return h == s.former })
	s.former.until = 0
	s.seat.Forgo()
}

// tell has the partner of s, and who watches them, be told what became of s.
func (w *model) tell(s *soul, what string) {
	s.partner.inbox = append(s.partner.inbox, what)
	if s.debate != nil {
		s.debate.told(s, what)
	}
}

func (w *model) goAway(s *soul) {
	inChat := s.partner != nil || s.debate != nil
	if gone := s.seat.Away(backWithin); gone != inChat {
		w.Fatal("in a chat: ", inChat, ", away: ", gone)
	}
	if inChat {
		s.away, s.dozes = time.Now(), false
	}
	if s.partner != nil {
		w.tell(s, "away")
	}
}

func (w *model) back(s *soul) {
	if !s.seat.Back(Profile{Subject: s}) {
		w.Fatal("away, and can't be back")
	}
	s.away, s.sees = time.Time{}, [3]bool{}
	if s.partner != nil {
		w.tell(s, "back")
	}
}

func (w *model) doze(s *soul) {
	s.dozes = !s.dozes && s.partner != nil
	s.seat.Dozing(s.dozes)
}

// others are those in a chat with s, by the numbers they have to s; nil is nobody.
func (s *soul) others() (all [3]*soul) {
	if all[0] = s.partner; s.debate != nil && s == s.debate.asker {
		all[1], all[2] = s.debate.pair[0], s.debate.pair[1]
	}
	return all
}

// expire ends the absences whose time is up.
func (w *model) expire() {
	for _, s := range slices.Clone(w.souls) {
		if s.isAway() && time.Since(s.away) >= backWithin {
			w.part(s)
			w.souls = slices.DeleteFunc(w.souls, func(o *soul) bool { return o == s })
		}
	}
}

func (w *model) aside(s *soul) {
	s.aside = !s.aside
	s.seat.Aside(s.aside)
}

func (w *model) say(s *soul) {
	err := s.seat.Say("x", 0)
	want := error(nil)
	switch {
	case s.partner == nil:
		want = ErrNoPartner
	case s.partner.isAway():
		want = ErrAway
	}
	if err != want {
		w.Fatalf("Say: %v, want %v", err, want)
	}
	if err == nil {
		s.partner.inbox = append(s.partner.inbox, "said:x")
		if s.debate != nil {
			s.debate.told(s, "said:x")
		}
	}
}

func (w *model) typing(s *soul) {
	on := !s.seat.typing
	s.seat.Typing(on)
	if p := s.partner; p != nil && !p.isAway() {
		p.inbox = append(p.inbox, map[bool]string{true: "typing", false: "stopped"}[on])
	}
}

func (w *model) touch(s *soul) {
	s.touched = time.Now()
	s.seat.Touch()
}

func (w *model) decline(s *soul) {
	if s.rematch != nil {
		s.declined, s.rematch.declined = true, true
		s.rematch = nil
	}
	s.seat.Decline()
}

// time passes a second a step: all delays are whole seconds, so that nothing
// happens between two looks.
func (w *model) time(t *rapid.T) {
	for range rapid.SampledFrom([]int{1, 4, 5, 30, 90, 120}).Draw(t, "seconds") {
		time.Sleep(time.Second)
		w.expire()
		w.observe()
	}
}

// observe reads all inboxes and judges what came and what didn't.
func (w *model) observe() {
	synctest.Wait()
	for _, s := range w.souls {
		if s.isAway() { // it waits in the inbox
			continue
		}
		for _, e := range s.seat.take() {
			if !s.seat.Stale(e) {
				w.learn(s, e)
			}
		}
		if len(s.inbox) > 0 {
			w.Fatalf("did not come: %v", s.inbox)
		}
	}
	for _, s := range w.souls {
		for number, o := range s.others() {
			if dozes := o != nil && o.dozes; !s.isAway() && s.sees[number] != dozes {
				w.Fatalf("takes %d to be asleep: %v, who is: %v", number, s.sees[number], dozes)
			}
		}
	}
	for i, s := range w.souls {
		if s.partner != nil && (s.partner.partner != s || s.partner == s || s.waiting) {
			w.Fatal("half a chat")
		}
		if r := s.rematch; r != nil && (r.rematch != s || !r.waiting || !s.waiting || time.Since(s.offered) >= 5*time.Second) {
			w.Fatal("half an offer, or an old one")
		}
		if !s.called.IsZero() && time.Since(s.called) >= 30*time.Second {
			w.Fatal("a call without end")
		}
		for _, o := range w.souls[:i] {
			if s.free() && o.free() && s.mutual(o) {
				w.Fatal("two hope to meet again, and don't")
			}
			if s.waiting && o.waiting && s.awake() && o.awake() && !s.met(o) {
				w.Fatal("two wait side by side")
			}
		}
		if d := s.debate; d != nil && (s.waiting || s.side != "" || d.asker != s && (s.partner == nil || s.partner.debate != d)) {
			w.Fatal("a debate that isn't one chat of two and whom they were asked by")
		}
	}
	sides := make(map[string]int)
	for _, s := range w.souls {
		if s.awake() {
			sides[s.side]++
		}
	}
	if sides["ask"] > 0 && sides["discuss"] > 1 {
		w.Fatal("three wait side by side")
	}
	w.offersMade()
}

// offersMade fails when the only two who wait could be offered to meet again.
func (w *model) offersMade() {
	var waiting []*soul
	for _, s := range w.souls {
		if s.waiting {
			waiting = append(waiting, s)
		}
	}
	if len(waiting) != 2 {
		return
	}
	a, b := waiting[0], waiting[1]
	if a.awake() && b.awake() && a.rematch == nil && !(a.declined && b.declined) {
		w.Fatal("two who parted wait side by side without an offer")
	}
}

// learn judges one event and does to the model what it says.
func (w *model) learn(s *soul, e Event) {
	switch e.Kind {
	case PartnerAsleep, PartnerAwake:
		asleep := e.Kind == PartnerAsleep
		if len(s.inbox) > 0 || s.others()[e.By] == nil || s.sees[e.By] == asleep {
			w.Fatalf("got %v, which is no news, or too early", e)
		}
		s.sees[e.By] = asleep
		return
	case Said, TypingStarted, TypingStopped, PartnerLeft, AskerLeft, PartnerAway, PartnerBack:
		if len(s.inbox) == 0 || s.inbox[0] != e.String() {
			w.Fatalf("got %v, expected %v", e, s.inbox)
		}
		s.inbox = s.inbox[1:]
		switch e.Kind {
		case PartnerAway:
			s.sees[e.By] = false
		case PartnerLeft:
			s.sees = [3]bool{}
		}
		return
	}
	if !s.waiting && s.side == "" && e.Kind != Reunited {
		w.Fatalf("%v to someone who doesn't wait", e)
	}
	switch e.Kind {
	case Matched:
		if s.side != "" {
			w.debated(s, e.Topic)
			return
		}
		p := e.Partner.(*soul)
		switch {
		case p == s:
			w.Fatal("paired with themselves")
		case s.rematch == p:
			if time.Since(s.offered) != 5*time.Second {
				w.Fatal("met again after ", time.Since(s.offered))
			}
		case p.partner != s && s.met(p): // the first of the two to be looked at
			w.Fatal("met again without an offer")
		case !s.awake():
			w.Fatal("paired asleep")
		}
		s.meet(p)
		s.waiting, s.called = false, time.Time{}
	case Reunited:
		p := e.Partner.(*soul)
		if p.partner != s { // the first of the two to be looked at
			if s.partner != nil || !s.free() || !p.free() || !s.mutual(p) {
				w.Fatal("met again without a hope, or in the middle of something")
			}
		}
		s.meet(p)
		s.waiting, s.side, s.called = false, "", time.Time{}
	case Called:
		if s.awake() || !s.called.IsZero() {
			w.Fatal("called, but awake or called already")
		}
		s.called = time.Now()
	case CallMissed:
		if s.called.IsZero() {
			w.Fatal("missed no call")
		}
		s.called = time.Time{}
	case RematchOffered:
		if !s.awake() || s.rematch != nil {
			w.Fatal("offered, but asleep or offered already")
		}
		s.rematch, s.offered = s.seat.rematch.subject.(*soul), time.Now()
		if !s.met(s.rematch) {
			w.Fatal("offered a stranger")
		}
		if s.declined && s.rematch.declined {
			w.Fatal("offered what was declined")
		}
		for _, o := range w.souls {
			if o != s && o.waiting && o.awake() && !s.met(o) && o.seat.home != nil {
				w.Fatal("offered while a stranger waits")
			}
		}
	case RematchCancelled:
		if s.rematch == nil {
			w.Fatal("nothing was offered")
		}
		s.rematch = nil
	}
}

// debated judges that s learned of a chat about a question.
func (w *model) debated(s *soul, topic *Topic) {
	asker, first, second := topic.Asker.(*soul), topic.Strangers[0].(*soul), topic.Strangers[1].(*soul)
	d := s.debate
	if d == nil { // the first of the three to be looked at
		d = &debate{asker, [2]*soul{first, second}}
		asker.debate, first.debate, second.debate = d, d, d
	}
	switch {
	case d.asker != asker || d.pair != [2]*soul{first, second} || asker == first || asker == second || first == second:
		w.Fatal("not the same three to all")
	case s == asker && s.side != "ask", s != asker && s.side != "discuss":
		w.Fatal("on the wrong side")
	case !s.awake():
		w.Fatal("debating asleep")
	}
	if s == first {
		s.meet(second)
	} else if s == second {
		s.meet(first)
	}
	s.side, s.called = "", time.Time{}
}
