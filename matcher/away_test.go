package matcher

import (
	"strings"
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
				h.t.Error("who watched is away from a chat that is over")
			}
		}},
		{"who watches comes back to all that was said", func(h *hall) {
			x, a, b := h.watched()
			h.gone(x)
			h.counts(2, 2)
			var all []string
			for range 2 * inboxSize { // a and b read in time
				h.says(x.begun.Topic.Strangers[0].(*person), "one", nil)
				all = append(all, "1:said:one")
				a.take()
				b.take()
			}
			h.pass(backWithin - 1)
			h.back(x, true)
			h.says(x.begun.Topic.Strangers[1].(*person), "two", nil)
			h.want(x, strings.Join(append(all, "2:said:two"), " "))
			h.counts(3, 2)
			h.together(a, b)
			if x.evicted > 0 {
				h.t.Error("who is back is thrown out")
			}
		}},
		{"who watched is not waited for any longer", func(h *hall) {
			x, a, b := h.watched()
			h.gone(x)
			h.pass(backWithin - 1)
			h.want(a, "")
			h.pass(1)
			h.want(a, "unwatched")
			h.want(b, "unwatched")
			h.back(x, false)
			h.together(a, b)
			h.counts(2, 2)
		}},
		{"who watched comes back to the end", func(h *hall) {
			x, a, b := h.watched()
			h.gone(x)
			x.begun.Topic.Strangers[1].(*person).Leave()
			h.back(x, true)
			h.want(x, "2:left")
			h.counts(3, 0)
			a.Find(Criteria{})
			x.Find(Criteria{})
			h.want(x, "matched")
			h.together(a, x)
			b.Close()
		}},
		{"an inbox has room for so much, even of who is away", func(h *hall) {
			x, a, b := h.watched()
			h.gone(x)
			for range awayInbox {
				h.says(a, "x", nil)
				b.take()
			}
			h.want(a, "")
			h.says(a, "x", nil)
			h.want(a, "unwatched")
			h.back(x, false)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inHall(t, nil, func(h *hall) { h.t = t; tt.f(h) })
		})
	}
}
