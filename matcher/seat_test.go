package matcher

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unsafe"
)

func TestChat(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    func(t *testing.T, h *hall)
	}{
		{"two who search meet", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			h.together(a, b)
			if s := h.m.Stats(); s != (Stats{Online: 2, Chatting: 2}) {
				t.Error(s)
			}
		}},
		{"who sits idle is not paired", func(t *testing.T, h *hall) {
			a, b := h.join("a"), h.find("b")
			h.want(a, "")
			h.want(b, "")
			if s := h.m.Stats(); s != (Stats{Online: 2, Waiting: 1}) {
				t.Error(s)
			}
		}},
		{"messages and notices keep their order", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			a.Typing(true)
			a.Typing(true)
			a.Typing(false)
			a.Typing(true)
			a.Say("one", 0)
			a.Typing(false) // Said has told it
			a.Say("two", 0)
			h.want(b, "typing typing stopped typing said:one said:two")
			h.want(a, "")
		}},
		{"leaving tells the other once", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			a.Say("bye", 0)
			a.Leave()
			a.Leave()
			a.Close()
			h.want(b, "said:bye left")
			b.Leave()
			h.want(a, "")
		}},
		{"find leaves, close leaves", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			a.Find(Criteria{})
			h.want(b, "left")
			c := h.find("c")
			h.want(a, "matched")
			h.together(a, c)
			c.Close()
			h.want(a, "left")
			events, open := c.Events()
			if len(events) != 1 {
				t.Error("what the inbox held is lost")
			}
			if open {
				t.Error("open after Close")
			}
		}},
		{"nothing is searched after a chat", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			a.Leave()
			h.want(b, "left")
			h.find("c")
			h.want(a, "")
			h.want(b, "")
		}},
		{"leave ends a search", func(t *testing.T, h *hall) {
			a := h.find("a")
			a.Leave()
			b := h.find("b")
			h.want(a, "")
			h.want(b, "")
		}},
		{"a message reaches the partner or nobody", func(t *testing.T, h *hall) {
			a := h.join("a")
			none := func() {
				t.Helper()
				if err := a.Say("anyone?", 0); !errors.Is(err, ErrNoPartner) {
					t.Errorf("said to nobody: %v", err)
				}
			}
			none()
			a.Find(Criteria{})
			none()
			b := h.find("b")
			if err := a.Say("hello", 0); err != nil {
				t.Error(err)
			}
			b.Find(Criteria{})
			c := h.find("c")
			none() // a has not read yet that b left
			h.together(b, c)
			h.want(b, "matched")
			h.want(c, "matched")
		}},
		{"what the owner has left is stale", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			b.Say("late", 0)
			a.Find(Criteria{})
			c := h.find("c")
			c.Say("new", 0)
			var got []string
			for _, e := range a.take() {
				got = append(got, fmt.Sprint(e, a.Stale(e)))
			}
			if s := strings.Join(got, " "); s != "said:late true matched false said:new false" {
				t.Error(s)
			}
		}},
		{"a match that the owner has left is stale", func(t *testing.T, h *hall) {
			a, b := h.find("a"), h.find("b")
			h.want(b, "matched")
			a.Leave()
			h.want(a, "")
			h.want(b, "left")
		}},
		{"a closed seat does nothing", func(t *testing.T, h *hall) {
			a := h.find("a")
			a.Close()
			a.Close()
			a.Find(Criteria{})
			b := h.find("b")
			a.Touch()
			a.Typing(true)
			a.Decline()
			a.Leave()
			h.want(b, "")
			if a.evicted != 0 {
				t.Error("Close evicts")
			}
			if err := a.Say("x", 0); !errors.Is(err, ErrNoPartner) {
				t.Error(err)
			}
			if s := h.m.Stats(); s != (Stats{Online: 1, Waiting: 1}) {
				t.Error(s)
			}
		}},
		{"a full inbox costs its owner the seat", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			for i := range inboxSize {
				if err := a.Say(fmt.Sprint(i), 0); err != nil {
					t.Fatal(i, err)
				}
			}
			h.want(a, "")
			if err := a.Say("one too many", 0); !errors.Is(err, ErrNoPartner) {
				t.Error(err)
			}
			h.want(a, "left")
			if b.evicted != 1 || a.evicted != 0 {
				t.Error("evicted", a.evicted, b.evicted)
			}
			events, open := b.Events()
			for i, e := range events {
				if e.Text != fmt.Sprint(i) {
					t.Error(i, e)
				}
			}
			if len(events) != inboxSize || open {
				t.Error("kept", len(events), "and is open:", open)
			}
			b.Close()
			if s := h.m.Stats(); s != (Stats{Online: 1}) {
				t.Error(s)
			}
		}},
		{"who overflows while being told that the chat ended is lost, too", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			for range inboxSize {
				a.Say("x", 0)
				b.Say("y", 0)
			}
			a.Say("one too many", 0)
			if a.evicted != 1 || b.evicted != 1 {
				t.Error("evicted", a.evicted, b.evicted)
			}
		}},
		{"nobody is lost twice in a move", func(t *testing.T, h *hall) {
			m := New(nil) // without Run, what is due waits for the next move
			evicted := 0
			x, y := m.Join(Profile{Evict: func() { evicted++ }}), m.Join(Profile{})
			x.Find(Criteria{})
			y.Find(Criteria{})
			for len(x.inbox) < inboxSize-2 {
				y.Say("x", 0)
			}
			y.Find(Criteria{}) // x is told,
			x.Find(Criteria{}) // and gets an offer: that was the last room
			h.pass(5 * second)
			y.Leave() // they meet, and y leaves
			if evicted != 1 || m.Stats().Online != 1 {
				t.Errorf("evicted %d times, %+v", evicted, m.Stats())
			}
		}},
		{"evict may use the matcher", func(t *testing.T, h *hall) {
			b := h.m.Join(Profile{Evict: func() { h.m.Stats() }})
			b.Find(Criteria{})
			a := h.find("a")
			for range inboxSize + 1 {
				a.Say("x", 0)
			}
		}},
		{"notices never crowd out words", func(t *testing.T, h *hall) {
			a, b := h.pair("a", "b")
			for range inboxSize {
				a.Typing(true)
				a.Typing(false)
			}
			if n := len(b.inbox); n != noticeLimit {
				t.Error(n, "notices")
			}
			for range inboxSize - noticeLimit {
				if err := a.Say("x", 0); err != nil {
					t.Fatal(err)
				}
			}
		}},
		{"a notice for nobody is no news later", func(t *testing.T, h *hall) {
			a := h.find("a")
			a.Typing(true)
			b := h.find("b")
			a.Typing(true)
			h.want(b, "matched typing")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inHall(t, nil, func(h *hall) { tt.f(h.t, h) })
		})
	}
}

func TestSeatIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(Seat{}); n > 256 {
		t.Error("a seat has", n, "bytes")
	}
}

func TestDefaults(t *testing.T) {
	o := New(nil).opts
	if o.RematchDelay != 5*time.Second || o.AsleepAfter != 2*time.Minute || o.CallTimeout != 30*time.Second {
		t.Errorf("%+v", o)
	}
}
