package matcher

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A panic in the midst of a move, as in a MayMeet that has a fault, is its caller's,
// and leaves nobody else waiting for the lock.
func TestPanicInMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		faulty := false
		m := New(&Options{MayMeet: func(a, b any) bool {
			if faulty {
				panic("a fault")
			}
			return a != "apart" && b != "apart"
		}})
		a, b, c := m.Join(Profile{}), m.Join(Profile{}), m.Join(Profile{})
		a.Find(Criteria{})
		faulty = true
		if !panics(func() { b.Find(Criteria{}) }) {
			t.Error("the fault was not met")
		}
		faulty = false
		b.Close()
		c.Find(Criteria{})
		if got := m.Stats(); got.Chatting != 2 || got.Online != 2 {
			t.Errorf("after the panic: %+v, want a and c to chat", got)
		}

		// At a deadline it is the panic of Run's caller.
		a.Leave()
		c.Close()
		sleeper, caller := m.Join(Profile{}), m.Join(Profile{})
		sleeper.Find(Criteria{})
		time.Sleep(m.opts.AsleepAfter)
		caller.Find(Criteria{}) // calls who sleeps, and when the time is up looks who else is there
		m.Join(Profile{Subject: "apart"}).Find(Criteria{})
		faulty = true
		if !panics(func() { m.Run(context.Background()) }) {
			t.Error("Run met no fault")
		}
		faulty = false
		if m.Stats().Online != 4 {
			t.Errorf("after the panic: %+v", m.Stats())
		}
	})
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}
