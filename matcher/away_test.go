package matcher

import (
	"testing"
	"time"
)

// backWithin is how long who is away in these tests may be.
const backWithin = time.Minute

// gone has p be away.
func (h *hall) gone(p *person) {
	h.t.Helper()
	if !p.Away(backWithin) {
		h.t.Fatalf("%s can't be away", p.name)
	}
}

// back has p be back in time, or not.
func (h *hall) back(p *person, want bool) {
	h.t.Helper()
	if got := p.Back(Profile{Subject: p}); got != want {
		h.t.Fatalf("%s is back: %v, want %v", p.name, got, want)
	}
}

// says has p say something, with this error.
func (h *hall) says(p *person, text string, want error) {
	h.t.Helper()
	if err := p.Say(text, 0); err != want {
		h.t.Errorf("%s says %q: %v, want %v", p.name, text, err, want)
	}
}

// counts compares what is counted of people.
func (h *hall) counts(online, chatting int) {
	h.t.Helper()
	if s := h.m.Stats(); s.Online != online || s.Chatting != chatting {
		h.t.Errorf("%d online and %d chatting, want %d and %d", s.Online, s.Chatting, online, chatting)
	}
}

func TestAway(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    func(h *hall)
	}{
		{"back in time", func(h *hall) {
			a, b := h.pair("a", "b")
			h.says(b, "before", nil)
			h.gone(a)
			h.counts(1, 1)
			h.pass(backWithin - 1)
			h.want(b, "away")
			h.says(b, "meanwhile", ErrAway)
			b.Typing(true)
			h.back(a, true)
			h.counts(2, 2)
			h.says(b, "after", nil)
			h.says(a, "thanks", nil)
			h.want(a, "said:before said:after")
			h.want(b, "back said:thanks")
			h.together(a, b)
			h.pass(10 * backWithin)
			h.want(a, "")
			h.want(b, "")
		}},
		{"too late", func(h *hall) {
			a, b := h.pair("a", "b")
			h.gone(a)
			h.pass(backWithin)
			h.want(b, "away left")
			h.counts(1, 0)
			h.back(a, false)
			b.Find(Criteria{})
			c := h.find("c")
			h.want(b, "matched")
			h.together(b, c)
		}},
		{"the partner doesn't wait", func(h *hall) {
			a, b := h.pair("a", "b")
			h.gone(a)
			b.Find(Criteria{})
			c := h.find("c")
			h.want(b, "matched")
			h.together(b, c)
			h.counts(2, 2)
			h.back(a, true)
			h.want(a, "left")
			h.want(b, "")
			h.counts(3, 2)
		}},
		{"both are away", func(h *hall) {
			a, b := h.pair("a", "b")
			h.gone(a)
			h.pass(backWithin / 2)
			h.gone(b)
			h.counts(0, 0)
			h.back(a, true)
			h.want(a, "away")
			h.says(a, "anyone?", ErrAway)
			h.back(b, true)
			h.want(a, "back")
			h.want(b, "away back")
			h.together(a, b)
		}},
		{"both are away for good", func(h *hall) {
			a, b := h.pair("a", "b")
			h.gone(a)
			h.gone(b)
			h.pass(backWithin)
			h.back(a, false)
			h.back(b, false)
			h.counts(0, 0)
		}},
		{"only from a chat", func(h *hall) {
			a, b := h.pair("a", "b")
			a.Leave()
			c := h.find("c")
			d := h.join("d")
			d.Close()
			for _, p := range []*person{a, b, c, d} {
				if p.Away(backWithin) {
					h.t.Errorf("%s is away from no chat", p.name)
				}
				h.back(p, false)
			}
		}},
		{"who is away is not met again before they are back", func(h *hall) {
			a, b := h.pair("a", "b")
			h.gone(a)
			b.Leave()
			b.Again()
			h.pass(backWithin / 2)
			h.want(b, "")
			h.back(a, true)
			h.want(a, "left")
			h.want(b, "")
			a.Again()
			h.want(a, "reunited")
			h.want(b, "reunited")
		}},
		{"who watches is told, too", func(h *hall) {
			x, _, _ := h.watched()
			a, b := x.begun.Topic.Strangers[0].(*person), x.begun.Topic.Strangers[1].(*person)
			h.gone(a)
			h.want(x, "1:away")
			h.back(a, true)
			h.gone(b)
			h.want(x, "1:back 2:away")
			h.pass(backWithin)
			h.want(x, "2:left")
			h.want(a, "away left")
			if x.Away(backWithin) {
				h.t.Error("who only watches is away")
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inHall(t, nil, func(h *hall) { h.t = t; tt.f(h) })
		})
	}
}
