package matcher

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unique"
	"weak"
)

// seek has somebody search for what the words name: interests, and languages that
// begin with @; @@ insists on them.
func (h *hall) seek(name, words string) *person {
	p := h.join(name)
	p.Find(asks(words))
	return p
}

func asks(words string) (c Criteria) {
	for _, word := range strings.Fields(words) {
		language, ok := strings.CutPrefix(word, "@")
		switch {
		case !ok:
			c.Interests = append(c.Interests, unique.Make(word))
		case language == "@":
			c.OnlyLanguages = true
		default:
			c.Languages = append(c.Languages, unique.Make(language))
		}
	}
	return c
}

func names(all ...string) (names []Name) {
	for _, name := range all {
		names = append(names, unique.Make(name))
	}
	return names
}

func TestWhoMeetsAtOnceAndWhoAfterTheWait(t *testing.T) {
	const never = time.Hour
	for _, row := range []struct {
		a, b string
		wait time.Duration
	}{
		{"", "", 0},
		{"go", "go", 0},
		{"go jazz", "jazz tea", 0},
		{"go", "tea", 10 * time.Second},
		{"go", "", 10 * time.Second},
		{"", "go", 10 * time.Second},
		{"@en", "@en", 0},
		{"@en @id", "@id", 0},
		{"@en", "@id", 10 * time.Second},
		{"@en", "", 10 * time.Second},
		{"@en @@", "@id", never},
		{"@en @@", "", never},
		{"@en @@", "@en @id", 0},
		{"@@", "", 0}, // insists on nothing
		{"go @en", "go @en", 0},
		{"go @en", "go @id", 10 * time.Second},
		{"go @en", "tea @en", 10 * time.Second},
		{"go @en", "@en", 10 * time.Second},
		{"go @en @@", "tea @en", 10 * time.Second},
		{"go @en @@", "go @id", never},
		{"go go @en @en", "go @en", 0},
	} {
		inHall(t, nil, func(h *hall) {
			a, b := h.seek("a", row.a), h.seek("b", row.b)
			if row.wait > 0 {
				h.pass(min(row.wait, time.Minute) - time.Millisecond)
				h.want(a, "")
				h.want(b, "")
				h.pass(time.Millisecond)
			}
			wanted := "matched"
			if row.wait == never {
				wanted = ""
			}
			t.Logf("%q and %q", row.a, row.b)
			h.want(a, wanted)
			h.want(b, wanted)
		})
	}
}

func TestBothWaitsMustBeOver(t *testing.T) {
	inHall(t, nil, func(h *hall) {
		a := h.seek("a", "go")
		h.pass(6 * time.Second)
		b := h.seek("b", "tea")
		h.pass(9 * time.Second) // a's wait is over, b's isn't
		h.want(a, "")
		h.pass(time.Second)
		h.want(a, "matched")
		h.want(b, "matched")
	})
}

func TestAnyoneEndsTheWait(t *testing.T) {
	inHall(t, nil, func(h *hall) {
		a, b := h.seek("a", "go @en"), h.seek("b", "tea @en")
		a.Anyone()
		h.want(a, "")
		b.Anyone()
		h.want(a, "matched")
		h.together(a, b)
		b.Anyone() // says nothing in a chat
		h.together(a, b)
	})
}

func TestSharedInterestsAreNamed(t *testing.T) {
	inHall(t, nil, func(h *hall) {
		a, b := h.seek("a", "jazz go tea"), h.seek("b", "go jazz")
		for _, p := range []*person{a, b} {
			h.want(p, "matched")
			if got := p.begun.Shared; len(got) != 2 || !slices.Contains(got, unique.Make("go")) || !slices.Contains(got, unique.Make("jazz")) {
				t.Errorf("%s shares %v", p.name, got)
			}
		}
		a.Find(Criteria{})
		c := h.find("c")
		h.want(a, "matched")
		h.together(a, c)
		if got := a.begun.Shared; got != nil {
			t.Errorf("who asked for nothing shares %v", got)
		}
	})
}

func TestMoreSharedInterestsComeFirst(t *testing.T) {
	for range 20 {
		inHall(t, nil, func(h *hall) {
			// Nobody here shares a language, and so they wait side by side.
			h.seek("one", "go @a")
			two := h.seek("two", "go jazz @b")
			h.seek("another", "jazz @c")
			h.seek("none", "tea @d")
			s := h.seek("s", "go jazz @a @b @c @d")
			h.together(s, two)
		})
	}
}

func TestLanguageBeforeAnyone(t *testing.T) {
	for range 20 {
		inHall(t, nil, func(h *hall) {
			a, b, c := h.seek("a", "@a"), h.seek("b", "@b"), h.seek("c", "@c")
			_ = c
			s := h.seek("s", "@d @b")
			h.want(a, "")
			h.together(s, b)
		})
	}
}

// Who waits and shares no language is counted, and never who shares one.
func TestForeign(t *testing.T) {
	m := New(nil)
	seek := func(words string) *Seat {
		s := m.Join(Profile{Subject: words})
		s.Find(asks(words))
		return s
	}
	a := seek("@a @@")
	b := seek("@b @@")
	seek("@c @d @@")
	both := seek("@b @d x @@")
	for s, want := range map[*Seat]int{a: 3, b: 2, both: 1} {
		if got := s.Foreign(); got != want {
			t.Errorf("%v counts %d as foreign, want %d", s.subject, got, want)
		}
	}
	b.Leave()
	if got := b.Foreign(); got != 0 {
		t.Errorf("who doesn't search counts %d as foreign", got)
	}
	if got := a.Foreign(); got != 2 {
		t.Errorf("a counts %d as foreign", got)
	}
}

// Of those who share as much, each is as likely.
func TestFairAmongThoseWhoShare(t *testing.T) {
	const rounds, people = 4000, 5
	counts := make([]int, people)
	m := New(&Options{Rand: rand.NewPCG(3, 4)})
	for range rounds {
		seats := make([]*Seat, people)
		for i := range seats {
			seats[i] = m.Join(Profile{Subject: i})
			seats[i].Find(asks(fmt.Sprintf("go @%d", i)))
		}
		s := m.Join(Profile{})
		s.Find(asks("go @0 @1 @2 @3"))
		if seats[4].partner != nil {
			t.Fatal("who shares no language was picked")
		}
		counts[s.take()[0].Partner.(int)]++
		for _, p := range append(seats, s) {
			p.Close()
		}
	}
	chi2, expected := 0.0, float64(rounds)/(people-1)
	for _, n := range counts[:4] {
		chi2 += (float64(n) - expected) * (float64(n) - expected) / expected
	}
	if z := sigmas(chi2, people-2); z > 3.09 {
		t.Errorf("%v: %.1f sigma", counts, z)
	}
}

// zipf draws the interests of many people, as they are likely to be.
type zipf struct {
	chance *rand.Rand
	ranks  *rand.Zipf
	names  []Name
}

func newZipf(seed uint64) *zipf {
	chance := rand.New(rand.NewPCG(seed, 1))
	names := make([]Name, 10_000)
	for i := range names {
		names[i] = unique.Make(fmt.Sprint("interest ", i))
	}
	return &zipf{chance, rand.NewZipf(chance, 1.1, 1, 9_999), names}
}

func (z *zipf) interests(n int) []Name {
	var all []Name
	for len(all) < n {
		if name := z.names[z.ranks.Uint64()]; !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// Nobody starves: a crowd comes one after the other, each with interests of their
// own; all are paired, and the longest wait is told.
func TestNobodyStarves(t *testing.T) {
	inHall(t, nil, func(h *hall) {
		const people = 2001
		z := newZipf(5)
		begun := make(map[*person]time.Time)
		var longest time.Duration
		served := func() {
			for p, since := range begun {
				if h.chats(p) {
					longest = max(longest, time.Since(since))
					delete(begun, p)
				}
			}
		}
		for i := range people {
			p := h.join(fmt.Sprint(i))
			begun[p] = time.Now()
			p.Find(Criteria{Interests: z.interests(1 + z.chance.IntN(3)), Languages: names([]string{"en", "es", "id"}[z.chance.IntN(3)])})
			h.pass(100 * time.Millisecond)
			served()
		}
		h.pass(10 * time.Second)
		served()
		t.Logf("the longest wait was %v", longest)
		if len(begun) != 1 { // the odd one
			t.Errorf("%d wait", len(begun))
		}
		if longest > 30*time.Second {
			t.Errorf("somebody waited %v", longest)
		}
	})
}

// BenchmarkMatchInterests is a newcomer's join and match while 100,000 others wait,
// each with 10 interests out of 10,000.
func BenchmarkMatchInterests(b *testing.B) {
	const batch = 10_000
	m := New(&Options{AsleepAfter: 24 * time.Hour, InterestWait: 12 * time.Hour})
	z := newZipf(6)
	asks := make([]Criteria, 100_000)
	for i := range asks {
		asks[i].Interests = z.interests(MaxInterests)
	}
	wait := func(s *Seat) {
		m.lock()
		s.touched = m.now
		m.ask(s, asks[z.chance.IntN(len(asks))])
		m.beginSearch(s)
		m.gather(s)
		m.retry = m.retry[:0]
		m.unlock()
	}
	for range asks {
		wait(m.Join(Profile{}))
	}
	come := make([]*Seat, 0, batch)
	b.ReportAllocs()
	watch := newStopwatch(b)
	for i := range b.N {
		s := m.Join(Profile{})
		s.Find(asks[i%len(asks)])
		if come = append(come, s); len(come) == batch || i == b.N-1 {
			watch.stop() // those who were found go back to the pool
			for _, s := range come {
				p := s.partner
				s.Close()
				p.take()
				wait(p)
			}
			come = come[:0]
			watch.start()
		}
	}
}

// The seat of who is gone is kept by nothing, even when it had a wait of its own.
func TestWhoIsGoneIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(&Options{Rand: rand.NewPCG(1, 1)})
		var gone []weak.Pointer[Seat]
		for range 100 {
			s := m.Join(Profile{})
			s.Find(asks("go @en"))
			s.Close()
			gone = append(gone, weak.Make(s))
		}
		time.Sleep(m.opts.InterestWait + time.Second)
		m.Join(Profile{}).Close()
		runtime.GC()
		kept := slices.DeleteFunc(gone, func(p weak.Pointer[Seat]) bool { return p.Value() == nil })
		if len(kept) > 0 {
			t.Errorf("%d seats of 100 are kept", len(kept))
		}
		runtime.KeepAlive(m)
	})
}

// Whatever still knows a closed seat, a search that would open or a wish to meet again,
// it doesn't keep what the seat's owner held.
func TestWhoIsGoneKeepsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(&Options{Rand: rand.NewPCG(1, 1)})
		var gone []weak.Pointer[[1024]byte]
		for range 100 {
			held := new([1024]byte)
			holds := func() { held[0]++ }
			s := m.Join(Profile{Subject: held, Wake: holds, Evict: holds})
			s.Find(asks("go @en"))
			s.Close()
			gone = append(gone, weak.Make(held))
		}
		runtime.GC()
		kept := slices.DeleteFunc(gone, func(p weak.Pointer[[1024]byte]) bool { return p.Value() == nil })
		if len(kept) > 0 {
			t.Errorf("what %d of 100 held is kept", len(kept))
		}
		runtime.KeepAlive(m)
	})
}

// A search that never opens by itself doesn't, and isn't remembered for the time when it would.
func TestNeverOpens(t *testing.T) {
	m := New(&Options{InterestWait: -1})
	s := m.Join(Profile{})
	for range 100 {
		s.Leave()
		s.Find(Criteria{Languages: []Name{unique.Make("de")}})
	}
	m.Join(Profile{}).Close() // what is due is done with any move
	if n := len(m.openings); n != 0 || s.waited {
		t.Errorf("%d openings, and it is open: %v", n, s.waited)
	}
}
