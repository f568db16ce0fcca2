package matcher

import (
	"container/heap"
	"math"
	"time"
)

// never is the deadline of what has none.
const never = time.Duration(math.MaxInt64)

// alarms is a heap of the seats for which something is under way, that whose
// time is up first at the top. A seat is in it unless its until is never.
type alarms []*Seat

func (a alarms) Len() int           { return len(a) }
func (a alarms) Less(i, j int) bool { return a[i].until < a[j].until }
func (a alarms) Swap(i, j int) {
	a[i], a[j] = a[j], a[i]
	a[i].alarm, a[j].alarm = int32(i), int32(j)
}

func (a *alarms) Push(x any) {
	s := x.(*Seat)
	s.alarm = int32(len(*a))
	*a = append(*a, s)
}

func (a *alarms) Pop() any {
	end := len(*a) - 1
	s := (*a)[end]
	(*a)[end] = nil
	*a = (*a)[:end]
	return s
}

// next is when the first alarm is due.
func (a alarms) next() time.Duration {
	if len(a) == 0 {
		return never
	}
	return a[0].until
}

// wait gives what begins for s until then.
func (m *Matcher) wait(s *Seat, until time.Duration) {
	s.until = until
	heap.Push(&m.alarms, s)
}

// rest says that nothing is under way for s any more.
func (m *Matcher) rest(s *Seat) {
	if s.until != never {
		s.until = never
		heap.Remove(&m.alarms, int(s.alarm))
	}
}

// expire ends whatever has had its time.
func (m *Matcher) expire() {
	for m.alarms.next() <= m.now {
		m.timeout(m.alarms[0])
	}
	m.openDue()
	m.offerDue()
}
