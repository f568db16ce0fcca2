package matcher

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// hold puts idle seats into the pool as if they didn't fit each other.
func (m *Matcher) hold(seats ...*Seat) {
	m.lock()
	defer m.unlock()
	for _, s := range seats {
		s.touched = m.now
		m.beginSearch(s)
	}
	clear(m.retry)
	m.retry = m.retry[:0]
}

// sigmas says how far a chi-square statistic lies from what its degrees of
// freedom make likely (Wilson and Hilferty): p > 0.001 means below 3.09.
func sigmas(chi2, degrees float64) float64 {
	v := 2 / (9 * degrees)
	return (math.Cbrt(chi2/degrees) - (1 - v)) / math.Sqrt(v)
}

// TestFairPairs makes 100,000 matches among 50 equals and counts how often
// each two met.
func TestFairPairs(t *testing.T) {
	const people, rounds = 50, 4000
	m := New(&Options{Rand: rand.NewPCG(1, 2)})
	var met [people][people]int
	seats := make([]*Seat, people)
	for range rounds {
		for i := range seats {
			seats[i] = m.Join(Profile{Subject: i})
		}
		m.hold(seats...)
		m.lock()
		for _, s := range seats {
			m.lookAgain(s)
		}
		m.unlock()
		for i, s := range seats {
			met[i][s.take()[0].Partner.(int)]++
		}
		for _, s := range seats {
			s.Close()
		}
	}
	const expected = float64(rounds) / (people - 1)
	chi2 := 0.0
	for i := range people {
		for j := range i {
			d := float64(met[i][j]) - expected
			chi2 += d * d / expected
			if met[i][j] != met[j][i] {
				t.Fatal("half a pair")
			}
		}
	}
	// Each round pairs everyone once: that takes a degree of freedom for each
	// person, and makes the rest of the variance larger by (n-2)/(n-3).
	degrees := float64(people*(people-1)/2 - people)
	z := sigmas(chi2*(people-3)/(people-2), degrees)
	t.Logf("%.2f sigma", z)
	if math.Abs(z) > 3.09 {
		t.Errorf("not random: chi-square is %.2f sigma off", z)
	}
}

// TestFairPick is the same for one pick, among a few of a larger pool, where
// both the samples and the scan have their part.
func TestFairPick(t *testing.T) {
	const size, picks = 300, 10_000
	for _, fit := range []int{3, 10, 30, size} {
		m := New(&Options{Rand: rand.NewPCG(1, uint64(fit))})
		var p pool
		for range size {
			s := new(Seat)
			p.add(s)
		}
		counts := make([]int, size)
		for range picks {
			counts[m.pick(len(p), p.at, func(s *Seat) bool { return int(s.place)%(size/fit) == 0 }).place]++
		}
		expected, chi2 := float64(picks)/float64(fit), 0.0
		for i, n := range counts {
			if i%(size/fit) != 0 {
				continue
			}
			chi2 += (float64(n) - expected) * (float64(n) - expected) / expected
		}
		if z := sigmas(chi2, float64(fit-1)); math.Abs(z) > 3.09 {
			t.Errorf("%d of 300: chi-square is %.2f sigma off", fit, z)
		}
	}
}

func TestPickNobody(t *testing.T) {
	m := New(nil)
	p := pool{new(Seat)}
	for _, p := range []pool{nil, p} {
		if m.pick(len(p), p.at, func(*Seat) bool { return false }) != nil {
			t.Error("picked someone")
		}
	}
}

// BenchmarkMatch is a newcomer's join and match while 100,000 others wait. Most
// of it is memory that isn't in the cache, so it wants a machine to itself.
func BenchmarkMatch(b *testing.B) {
	const batch = 10_000
	m := New(&Options{AsleepAfter: 24 * time.Hour})
	waiting := make([]*Seat, 100_000)
	for i := range waiting {
		waiting[i] = m.Join(Profile{})
	}
	m.hold(waiting...)
	come := make([]*Seat, 0, batch)
	b.ReportAllocs()
	watch := newStopwatch(b)
	for i := range b.N {
		s := m.Join(Profile{})
		s.Find(Criteria{})
		if come = append(come, s); len(come) == batch || i == b.N-1 {
			watch.stop() // those who were found go back to the pool
			for _, s := range come {
				p := s.partner
				s.Close()
				p.take()
				m.hold(p)
			}
			come = come[:0]
			watch.start()
		}
	}
}

func BenchmarkSay(b *testing.B) {
	m := New(nil)
	x, y := m.Join(Profile{}), m.Join(Profile{})
	x.Find(Criteria{})
	y.Find(Criteria{})
	y.take()
	b.ReportAllocs()
	for b.Loop() {
		if err := x.Say("hello", 0); err != nil {
			b.Fatal(err)
		}
		y.take()
	}
}
