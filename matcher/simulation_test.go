package matcher

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
	"unique"
)

// How people of a small town behave: means of what is drawn (exponential), and
// shares. They are guesses; a rule has to pay for all that are sensible.
const (
	stay       = 12 * minute // about; a town of n has n arrivals in that time
	patience   = 4 * minute  // of who waits at the keys; then they give up
	attention  = 3 * minute  // of who waits; then they look elsewhere
	absence    = 6 * minute  // of who looks elsewhere
	hearsBell  = 0.4         // of those, when called
	noAnswer   = 30 * second // after which is left who doesn't answer
	liked      = 7 * minute  // a chat that both like
	disliked   = 12 * second // a chat until somebody is left who is disliked
	picky      = 0.35        // of chats, for each of the two
	bothSpoke  = 10 * second // into a chat
	goesOn     = 0.8         // after a chat: search again
	declines   = 0.7         // of offers to meet again who was disliked
	namesLikes = 0.5         // of people
)

// What a new source may do, as moderation has it: so many partners in that time,
// until so many chats are behind it in which both spoke.
const (
	newPartners  = 3
	newWindow    = 10 * minute
	settledChats = 2
)

// A town is a server with a few people, under a fake clock.
type town struct {
	t       *testing.T
	m       *Matcher
	size    int
	free    bool // new sources may do what all may
	chance  *rand.Rand
	began   time.Time
	plans   plans
	planned int
	woken   []*citizen // guarded by m.mu
	bell    chan struct{}

	online            time.Duration   // of all people together
	waits             []time.Duration // from the search to the answer
	gaveUp, beside    share           // of searches; beside: while another one waited
	unanswered, again share           // of meetings; again: with the last one,
	unwanted          share           // who was disliked
	shared            share           // of meetings of two who name interests
}

// A citizen searches from the start of a first search until a partner answers.
type citizen struct {
	*Seat
	w                            *town
	criteria                     Criteria
	state                        int           // counts; a plan is for one
	began, searched, talked      time.Duration // since when; never: not now
	away, offered                bool
	partner, previous, disdained *citizen
	shared                       []Name          // with partner
	met                          []time.Duration // partners of whose source is new
	settled                      int
}

// A plan is what somebody does at a time, unless something came between.
type plan struct {
	at            time.Duration
	number, state int
	c             *citizen
	do            func()
}

type plans []plan

func (p plans) Len() int      { return len(p) }
func (p plans) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p plans) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(p[i].at, p[j].at), cmp.Compare(p[i].number, p[j].number)) < 0
}
func (p *plans) Push(x any) { *p = append(*p, x.(plan)) }
func (p *plans) Pop() any {
	end := len(*p) - 1
	last := (*p)[end]
	*p = (*p)[:end]
	return last
}

func (w *town) now() time.Duration { return time.Since(w.began) }

func (w *town) happens(share float64) bool { return w.chance.Float64() < share }

// about draws a time whose mean is d.
func (w *town) about(d time.Duration) time.Duration {
	return 1 + time.Duration(w.chance.ExpFloat64()*float64(d))
}

// soon draws how long somebody takes to react.
func (w *town) soon() time.Duration { return second + time.Duration(w.chance.Int64N(int64(4*second))) }

// live lets the town live that long.
func (w *town) live(long time.Duration) {
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error)
	go func() { stopped <- w.m.Run(ctx) }()
	w.began = time.Now()
	arrivals := &citizen{w: w}
	var arrive func()
	arrive = func() {
		arrivals.plan(w.about(stay/time.Duration(w.size)), arrive)
		w.arrive()
	}
	arrivals.plan(0, arrive)
	for w.now() < long {
		select {
		case <-w.bell:
		case <-time.After(w.plans[0].at - w.now()):
			p := heap.Pop(&w.plans).(plan)
			if p.state == p.c.state {
				p.do()
			}
		}
		w.listen()
	}
	cancel()
	<-stopped
	w.m.check(w.t)
}

// listen has everybody learn what has come for them.
func (w *town) listen() {
	for {
		w.m.mu.Lock()
		woken := w.woken
		w.woken = nil
		w.m.mu.Unlock()
		if len(woken) == 0 {
			return
		}
		for _, c := range woken {
			for _, e := range c.take() {
				if !c.Stale(e) {
					c.learn(e)
				}
			}
		}
	}
}

func (w *town) arrive() {
	c := &citizen{w: w, began: w.now(), searched: never, talked: never}
	c.criteria.Languages = names("en")
	if w.happens(namesLikes) {
		for range 1 + w.chance.IntN(3) {
			c.criteria.Interests = append(c.criteria.Interests, unique.Make(fmt.Sprint(int(w.chance.ExpFloat64()*8))))
		}
	}
	c.Seat = w.m.Join(Profile{Subject: c, Wake: func() {
		w.woken = append(w.woken, c)
		select {
		case w.bell <- struct{}{}:
		default:
		}
	}})
	c.search()
}

// plan has c do something in a while, unless its state changes before.
func (c *citizen) plan(in time.Duration, do func()) {
	c.w.planned++
	heap.Push(&c.w.plans, plan{c.w.now() + in, c.w.planned, c.state, c, do})
}

func (c *citizen) likes() bool { return len(c.criteria.Interests) > 0 }

func (c *citizen) search() {
	w := c.w
	c.state++
	c.away, c.offered = false, false
	if c.searched == never {
		c.searched = w.now()
		w.gaveUp.of++
		w.beside.of++
	}
	c.plan(w.about(patience), c.giveUp)
	if wait := c.held(); wait > 0 {
		c.plan(wait, c.search)
		return
	}
	c.plan(w.about(attention), c.lookAway)
	c.Find(c.criteria)
}

// held is how long c has to wait before its search, whose source is new.
func (c *citizen) held() time.Duration {
	now := c.w.now()
	c.met = slices.DeleteFunc(c.met, func(at time.Duration) bool { return now-at >= newWindow })
	if c.w.free || c.settled >= settledChats || len(c.met) < newPartners {
		return 0
	}
	return c.met[0] + newWindow - now
}

func (c *citizen) giveUp() {
	if c.away {
		return
	}
	c.w.gaveUp.n++
	if c.w.m.Stats().Waiting > 1 {
		c.w.beside.n++
	}
	c.goHome()
}

func (c *citizen) goHome() {
	c.state++
	c.Close()
	c.w.online += c.w.now() - c.began
}

func (c *citizen) lookAway() {
	c.away = true
	c.plan(c.w.about(absence), c.back)
}

// back is what ends lookAway.
func (c *citizen) back() {
	c.away = false
	c.Touch()
	switch {
	case c.partner == nil:
		c.plan(c.w.about(patience), c.giveUp)
	case c.partner.away:
		c.plan(noAnswer, c.unanswered)
	default:
		c.w.talk(c, c.partner)
	}
}

func (c *citizen) learn(e Event) {
	w := c.w
	switch e.Kind {
	case Matched:
		c.state++
		c.partner, c.shared = e.Partner.(*citizen), e.Shared
		if c.partner.partner == c {
			w.meet(c, c.partner)
		}
	case PartnerLeft:
		c.ended()
	case RematchOffered:
		c.offered = true
		if !c.away && c.disdained == c.previous && w.happens(declines) {
			c.plan(w.soon(), c.Decline)
		}
	case RematchCancelled:
		c.offered = false
	case Called:
		if !c.away || w.happens(hearsBell) {
			c.plan(w.soon(), c.back)
		}
	}
}

// meet is the beginning of a chat.
func (w *town) meet(a, b *citizen) {
	if a.likes() && b.likes() {
		w.shared.add(len(a.shared) > 0)
	}
	again := a.previous == b || b.previous == a
	w.again.add(again)
	w.unwanted.add(again && (a.disdained == b || b.disdained == a))
	if again {
		w.mustBeAlone(a, b)
	}
	w.unanswered.add(a.away || b.away)
	if !a.away && !b.away {
		w.talk(a, b)
		return
	}
	for _, c := range []*citizen{a, b} {
		if c.away {
			c.plan(w.about(absence), c.back)
		} else {
			c.plan(noAnswer, c.unanswered)
		}
	}
}

// mustBeAlone fails if one of two who meet again could have met somebody else.
func (w *town) mustBeAlone(a, b *citizen) {
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	for _, c := range []*citizen{a, b} {
		if !c.offered && w.m.opts.RematchDelay > 0 {
			w.t.Error("two met again without an offer")
		}
		open := (!c.likes() || c.waited) && !w.m.sleepy(c.Seat)
		for _, other := range w.m.awake {
			if open && !w.m.sleepy(other) && other.last != c.id && c.previous.Seat != other {
				w.t.Error("two met again while somebody else waited")
			}
		}
	}
}

// talk is the chat of two who are both here.
func (w *town) talk(a, b *citizen) {
	happy := true
	for _, c := range []*citizen{a, b} {
		c.state++
		if c.searched != never {
			w.waits = append(w.waits, w.now()-c.searched)
		}
		c.searched, c.talked = never, w.now()
		c.met = append(c.met, w.now())
		if w.happens(picky) {
			happy = false
			c.plan(w.about(disliked), func() {
				c.disdained = c.partner
				c.leave()
			})
		}
	}
	if happy {
		a.plan(w.about(liked), a.leave)
	}
}

// unanswered leaves who doesn't answer.
func (c *citizen) unanswered() {
	c.leave()
	c.search()
}

func (c *citizen) leave() {
	if c.talked == never {
		c.met = append(c.met, c.w.now())
	}
	c.Leave()
	c.ended()
}

// ended is the end of a chat, whoever left.
func (c *citizen) ended() {
	w := c.w
	c.state++
	if c.talked != never && w.now()-c.talked > bothSpoke {
		c.settled++
	}
	c.previous, c.partner, c.talked = c.partner, nil, never
	next := c.search
	if !w.happens(goesOn) {
		next = c.goHome
	}
	if c.away {
		c.plan(w.about(absence), next)
	} else {
		c.plan(w.soon(), next)
	}
}

// A share is how many of how many.
type share struct{ n, of int }

func (s *share) add(is bool) {
	s.of++
	if is {
		s.n++
	}
}

func (s share) percent() float64 { return 100 * float64(s.n) / float64(max(s.of, 1)) }

func (s share) String() string { return fmt.Sprintf("%.1f%%", s.percent()) }

// waited is how long at most that part of the searches took.
func (w *town) waited(part float64) time.Duration {
	slices.Sort(w.waits)
	return w.waits[int(part*float64(len(w.waits)))].Round(second)
}

// TestSimulation lets towns of 3, 10 and 50 people live, with the rules that make
// pairing slower as they are, and with one of them off. With -v there are more changes
// to the rules and a longer time, and a table says what people met with.
func TestSimulation(t *testing.T) {
	personHours := 100
	if testing.Verbose() {
		personHours = 500
	}
	const line = "%-24s %7v %8v %9v %7v %7v %8v %8v %11v %7v %9v %7v"
	t.Logf(line, "", "people", "online", "searches", "median", "p90", "gave up", "beside", "unanswered", "again", "unwanted", "shared")
	towns := make(map[string]map[int]*town)
	for _, rules := range []struct {
		name string
		o    Options
		free bool
		more bool
	}{
		{name: "as it is"},
		{name: "again at once", o: Options{RematchDelay: 1}},
		{name: "again after 30 s", more: true, o: Options{RematchDelay: 30 * second}},
		{name: "nobody is asleep", o: Options{AsleepAfter: 1000 * time.Hour}},
		{name: "asleep after 30 s", more: true, o: Options{AsleepAfter: 30 * second}},
		{name: "10 s to answer a call", more: true, o: Options{CallTimeout: 10 * second}},
		{name: "no wait for interests", o: Options{InterestWait: 1}},
		{name: "30 s for interests", more: true, o: Options{InterestWait: 30 * second}},
		{name: "no hold of new sources", more: true, free: true},
	} {
		if rules.more && !testing.Verbose() {
			continue
		}
		towns[rules.name] = make(map[int]*town)
		for _, size := range []int{3, 10, 50} {
			synctest.Test(t, func(t *testing.T) {
				rules.o.Rand = rand.NewPCG(1, 1)
				w := &town{t: t, m: New(&rules.o), size: size, free: rules.free, chance: rand.New(rand.NewPCG(uint64(size), 2)), bell: make(chan struct{}, 1)}
				long := time.Duration(personHours) * time.Hour / time.Duration(size)
				w.live(long)
				online := fmt.Sprintf("%.1f", float64(w.online)/float64(long))
				t.Logf(line, rules.name, size, online, w.gaveUp.of, w.waited(.5), w.waited(.9), w.gaveUp, w.beside, w.unanswered, w.again, w.unwanted, w.shared)
				towns[rules.name][size] = w
			})
		}
	}
	must := func(ok bool, format string, args ...any) {
		t.Helper()
		if !ok {
			t.Errorf(format, args...)
		}
	}
	for size, w := range towns["as it is"] {
		must(w.waited(.5) <= 30*second, "%d people: every other one waits longer than %v", size, w.waited(.5))
		must(w.beside.percent() < 20, "%d people: %v give up beside somebody who waits", size, w.beside)
		must(w.unanswered.percent() < 30, "%d people: %v of the meetings are with nobody", size, w.unanswered)
		at := towns["again at once"][size]
		must(w.unwanted.percent() < at.unwanted.percent()/2, "%d people: %v meet again whom they disliked, and %v without a delay", size, w.unwanted, at.unwanted)
	}
	small, large := towns["as it is"][3], towns["as it is"][50]
	must(large.waited(.9) < small.waited(.9), "more people wait longer")
	must(small.unanswered.percent() < towns["nobody is asleep"][3].unanswered.percent(), "calls are for nothing")
	must(large.shared.percent() > towns["no wait for interests"][50].shared.percent(), "the wait for interests is for nothing")
}
