package matcher

import (
	"testing"
	"time"
)

const (
	second = time.Second
	minute = time.Minute
)

func TestRematch(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    func(t *testing.T, h *hall)
	}{
		{"the last partner, if only they wait, after 5 s", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			a.Find(Criteria{})
			h.want(a, "")
			b.Find(Criteria{})
			h.want(a, "offered")
			h.want(b, "offered")
			h.pass(5*second - 1)
			h.want(a, "")
			h.want(b, "")
			h.pass(1)
			h.want(a, "matched")
			h.want(b, "matched")
			h.together(a, b)
		}},
		{"not while anyone else waits", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			c, d := h.pair("c", "d")
			a.Find(Criteria{})
			c.Find(Criteria{})
			h.together(a, c)
			b.Find(Criteria{})
			d.Find(Criteria{})
			h.together(b, d)
			_, _ = h.pair("e", "f")
		}},
		{"one who met someone else since is no stranger to the other", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			b.Find(Criteria{})
			c := h.find("c")
			h.want(b, "matched")
			c.Leave()
			h.want(b, "left")
			h.want(a, "left")
			b.Find(Criteria{})
			a.Find(Criteria{}) // b's last is c, a's last is b
			h.want(a, "offered")
			h.want(b, "offered")
		}},
		{"a third comes first", func(t *testing.T, h *hall) {
			a, b := h.parted("a", "b")
			h.want(a, "offered")
			h.want(b, "offered")
			h.pass(4 * second)
			c := h.find("c")
			h.want(c, "matched")
			if c.begun.Partner == any(b) {
				a, b = b, a
			}
			h.want(a, "matched")
			h.want(b, "cancelled")
			h.pass(minute)
			h.want(a, "")
			h.want(b, "")
		}},
		{"one declines", func(t *testing.T, h *hall) {
			a, b := h.parted("a", "b")
			h.want(a, "offered")
			h.want(b, "offered")
			a.Decline()
			a.Decline()
			h.want(a, "")
			h.want(b, "cancelled")
			h.pass(minute)
			a.Touch()
			b.Touch()
			h.want(a, "")
			h.want(b, "")
			b.Find(Criteria{})
			h.want(a, "offered")
			h.want(b, "offered")
		}},
		{"one declines and a third comes", func(t *testing.T, h *hall) {
			a, b := h.parted("a", "b")
			b.Decline()
			c := h.find("c")
			h.want(c, "matched")
			if !h.chats(c) || h.chats(a) == h.chats(b) {
				t.Error("alone")
			}
		}},
		{"one leaves", func(t *testing.T, h *hall) {
			a, b := h.parted("a", "b")
			h.want(b, "offered")
			a.Close()
			h.want(b, "cancelled")
			h.pass(minute)
			c := h.find("c")
			h.together(b, c)
		}},
		{"a decline of nothing", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			a.Decline()
			a.Find(Criteria{})
			a.Decline()
			b.Find(Criteria{})
			h.want(a, "offered")
		}},
		{"an offer stands when its time ends the two minutes", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			a.Find(Criteria{})
			h.pass(2*minute - 2*second)
			b.Find(Criteria{})
			h.want(a, "offered")
			h.pass(5 * second)
			h.want(a, "matched")
			h.together(a, b)
		}},
		{"but a third calls who sleeps by now", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			a.Find(Criteria{})
			h.pass(2*minute - 2*second)
			b.Find(Criteria{})
			h.pass(3 * second)
			c := h.find("c")
			h.together(b, c)
			h.want(a, "offered cancelled")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inHall(t, nil, func(h *hall) { tt.f(h.t, h) })
		})
	}
}

func TestOfferIsNotTakenOver(t *testing.T) {
	inHall(t, &Options{RematchDelay: 3 * minute}, func(h *hall) {
		x, z := h.pair("x", "z")
		z.Leave()
		x.Find(Criteria{})
		y := h.find("y")
		h.together(x, y)
		x.Find(Criteria{})
		y.Find(Criteria{})
		h.pass(90 * second)
		x.Touch()
		h.pass(31 * second)
		z.Find(Criteria{}) // calls y, who sleeps by now; x is z's last partner
		h.want(y, "offered called")
		h.pass(minute)
		h.together(x, y)
		h.want(z, "")
	})
}

func TestAsleep(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    func(t *testing.T, h *hall)
	}{
		{"awake until two minutes have passed", func(t *testing.T, h *hall) {
			a := h.find("a")
			h.pass(2*minute - 1)
			b := h.find("b")
			h.together(a, b)
		}},
		{"a key keeps awake", func(t *testing.T, h *hall) {
			a := h.find("a")
			h.pass(minute)
			a.Touch()
			h.pass(2*minute - 1)
			b := h.find("b")
			h.together(a, b)
		}},
		{"called, answers, and only then is seen", func(t *testing.T, h *hall) {
			a := h.asleep("a")
			b := h.find("b")
			h.want(a, "called")
			h.want(b, "")
			h.pass(30*second - 1)
			h.want(b, "")
			a.Touch()
			h.want(a, "matched")
			h.want(b, "matched")
			h.together(a, b)
		}},
		{"called, doesn't answer: the search goes on", func(t *testing.T, h *hall) {
			a := h.asleep("a")
			b := h.find("b")
			h.want(a, "called")
			h.pass(30 * second)
			h.want(a, "missed")
			h.want(b, "")
			h.pass(minute) // once in a search
			h.want(a, "")
			c := h.find("c")
			h.together(b, c)
		}},
		{"who comes back later is matched in the ordinary way", func(t *testing.T, h *hall) {
			a := h.asleep("a")
			b := h.find("b")
			h.pass(minute)
			h.want(a, "called missed")
			a.Touch()
			h.want(a, "matched")
			h.together(a, b)
		}},
		{"a new search may call again", func(t *testing.T, h *hall) {
			a := h.asleep("a")
			b := h.find("b")
			h.pass(30 * second)
			h.want(a, "called missed")
			b.Find(Criteria{})
			h.want(a, "called")
		}},
		{"a call reserves nobody", func(t *testing.T, h *hall) {
			a := h.asleep("a")
			b := h.find("b")
			h.want(a, "called")
			c := h.find("c")
			h.together(b, c)
			h.want(a, "missed")
			d := h.find("d")
			h.want(a, "called")
			d.Close()
			h.want(a, "missed")
		}},
		{"someone awake is preferred", func(t *testing.T, h *hall) {
			a := h.asleep("a")
			h.find("b").Leave()
			h.want(a, "called missed")
			b, c := h.find("b"), h.find("c")
			h.together(b, c)
			h.want(a, "called missed")
		}},
		{"one sleeper after the other, each once", func(t *testing.T, h *hall) {
			sleepers := h.sleepers(3)
			b := h.find("b")
			called := 0
			for range 3 {
				for _, a := range sleepers {
					if len(a.inbox) > 0 {
						h.want(a, "called")
						h.pass(30 * second)
						h.want(a, "missed")
						called++
						b.Touch()
						break
					}
				}
			}
			if called != 3 {
				t.Error(called, "were called")
			}
			h.pass(minute)
			for _, a := range sleepers {
				h.want(a, "")
			}
			h.want(b, "")
		}},
		{"the caller is preferred", func(t *testing.T, h *hall) {
			for range 20 {
				x, y := h.pair("x", "y")
				a := h.asleep("a")
				x.Find(Criteria{}) // calls a
				h.want(a, "called")
				y.Find(Criteria{}) // may not meet x at once
				h.want(a, "")
				a.Touch()
				h.together(a, x)
				h.want(y, "")
				a.Close()
				x.Close()
				y.Close()
			}
		}},
		{"the call of one passes to the other who waits for it", func(t *testing.T, h *hall) {
			x, y := h.pair("x", "y")
			a := h.asleep("a")
			x.Find(Criteria{})
			y.Find(Criteria{})
			x.Close()
			h.want(a, "called missed")
			h.pass(30 * second)
			h.want(a, "called")
			a.Touch()
			h.together(a, y)
		}},
		{"who falls asleep calls no more", func(t *testing.T, h *hall) {
			sleepers := h.sleepers(5)
			b := h.find("b")
			called := func() (n int) {
				for _, a := range sleepers {
					for _, e := range a.take() {
						if e.Kind == Called {
							n++
						}
					}
				}
				return n
			}
			h.pass(10 * minute)
			if n := called(); n != 4 { // 30 s each until b sleeps
				t.Error(n, "were called")
			}
			b.Touch()
			h.pass(10 * minute)
			if n := called(); n != 4 {
				t.Error(n, "were called after b woke")
			}
		}},
		{"who falls asleep while calling stops calling", func(t *testing.T, h *hall) {
			sleepers := h.sleepers(5)
			b := h.find("b")
			h.pass(10 * second)
			b.Touch()
			h.pass(125 * second)
			if n := h.calls(sleepers); n != 1 {
				t.Error(n, "calls are out")
			}
			h.find("c").Close()
			if n := h.calls(sleepers); n != 0 {
				t.Error(n, "calls for a sleeper")
			}
		}},
		{"a call that ends because the called one leaves", func(t *testing.T, h *hall) {
			s := h.sleepers(2)
			h.find("b")
			if len(s[0].inbox) == 0 {
				s[0], s[1] = s[1], s[0]
			}
			h.want(s[0], "called")
			s[0].Leave()
			h.want(s[0], "")
			h.want(s[1], "called")
		}},
		{"after an offer both go on calling", func(t *testing.T, h *hall) {
			x, y := h.pair("x", "y")
			sleepers := h.sleepers(3)
			x.Find(Criteria{})
			h.pass(10 * second)
			y.Find(Criteria{})
			if n := h.calls(sleepers); n != 2 {
				t.Error(n, "calls for two")
			}
			h.pass(20 * second)
			h.want(x, "offered")
			h.want(y, "offered")
			if n := h.calls(sleepers); n != 0 {
				t.Error(n, "calls during the offer")
			}
			x.Decline()
			if n := h.calls(sleepers); n != 2 {
				t.Error(n, "calls after the offer")
			}
		}},
		{"two who sleep: who wakes calls the other", func(t *testing.T, h *hall) {
			a := h.asleep("a")
			b := h.find("b")
			h.pass(3 * minute)
			h.want(a, "called missed")
			h.want(b, "")
			b.Touch()
			h.want(a, "called")
			h.want(b, "")
			a.Touch()
			h.together(a, b)
		}},
		{"a sleeper is called before two who parted meet again", func(t *testing.T, h *hall) {
			x, y := h.pair("x", "y")
			a := h.asleep("a")
			x.Find(Criteria{})
			y.Find(Criteria{})
			h.want(a, "called")
			h.want(x, "")
			h.want(y, "")
			h.pass(30 * second)
			h.want(a, "missed")
			h.want(x, "offered")
			h.want(y, "offered")
			h.pass(5 * second)
			h.together(x, y)
		}},
		{"and again in a new search", func(t *testing.T, h *hall) {
			x, y := h.pair("x", "y")
			a := h.asleep("a")
			x.Find(Criteria{})
			y.Find(Criteria{})
			h.pass(30 * second)
			h.want(x, "offered")
			h.want(a, "called missed")
			x.Decline()
			x.Find(Criteria{})
			h.want(a, "called")
			h.want(x, "")
		}},
		{"but not one sleeper after the other", func(t *testing.T, h *hall) {
			x, y := h.pair("x", "y")
			h.sleepers(5)
			x.Find(Criteria{})
			y.Find(Criteria{})
			h.pass(30 * second)
			h.pass(5 * second)
			h.together(x, y)
		}},
		{"the last partner who sleeps is called, then offered", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			a.Find(Criteria{})
			h.pass(2 * minute)
			b.Find(Criteria{})
			h.want(a, "called")
			a.Touch()
			h.want(a, "offered")
			h.want(b, "offered")
			h.pass(5 * second)
			h.together(a, b)
		}},
		{"the last partner who sleeps and was declined is not called", func(t *testing.T, h *hall) {
			a, b := h.parted("a", "b")
			a.Decline()
			h.want(a, "offered")
			h.pass(minute)
			b.Touch()
			h.pass(minute)
			b.Touch()
			h.want(a, "")
		}},
		{"no deadline is missed without Run", func(t *testing.T, h *hall) {
			m := New(nil)
			a := m.Join(Profile{})
			a.Find(Criteria{})
			h.pass(2 * minute)
			m.Join(Profile{}).Find(Criteria{})
			if e := a.take(); len(e) != 1 || e[0].Kind != Called {
				t.Error(e)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inHall(t, nil, func(h *hall) { tt.f(h.t, h) })
		})
	}
}
