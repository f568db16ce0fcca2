package matcher

import "testing"

func TestDozing(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    func(h *hall)
	}{
		{"the partner learns that it begins, and that it ends", func(h *hall) {
			a, b := h.pair("a", "b")
			a.Dozing(true)
			h.want(b, "asleep")
			a.Dozing(true)
			h.want(b, "")
			a.Dozing(false)
			h.want(b, "awake")
			h.want(a, "")
		}},
		{"what was over before they looked is never told", func(h *hall) {
			a, b := h.pair("a", "b")
			a.Dozing(true)
			a.Dozing(false)
			h.want(b, "")
			a.Dozing(true)
			h.want(b, "asleep")
			a.Dozing(false)
			a.Dozing(true)
			h.want(b, "")
		}},
		{"a full inbox loses nothing of it, and nobody the seat", func(h *hall) {
			a, b := h.pair("a", "b")
			for range inboxSize {
				h.says(a, "x", nil)
			}
			for range inboxSize {
				a.Dozing(false)
				a.Dozing(true)
			}
			events := b.take()
			if n := len(events); n != inboxSize+1 || events[n-1].Kind != PartnerAsleep {
				h.t.Errorf("got %v", events)
			}
			h.together(a, b)
		}},
		{"both can be", func(h *hall) {
			a, b := h.pair("a", "b")
			a.Dozing(true)
			b.Dozing(true)
			h.want(a, "asleep")
			h.want(b, "asleep")
		}},
		{"it ends with the chat, and the next begins without", func(h *hall) {
			a, b := h.pair("a", "b")
			a.Dozing(true)
			a.Find(Criteria{})
			h.want(b, "left")
			c := h.find("c")
			h.want(c, "matched")
			h.want(a, "matched")
			c.Dozing(true)
			h.want(a, "asleep")
			a.Leave()
			h.want(c, "left")
		}},
		{"it is about nobody outside of a chat", func(h *hall) {
			a, b := h.pair("a", "b")
			b.Leave()
			a.Dozing(true)
			b.Dozing(true)
			h.want(a, "left")
			h.want(b, "")
			a.Dozing(false)
			a.Find(Criteria{})
			a.Dozing(true)
			h.want(a, "")
		}},
		{"nobody is taken for whom they have yet to learn of", func(h *hall) {
			a, b := h.pair("a", "b")
			b.Leave()
			b.Again()
			h.want(a, "left")
			a.Again()
			a.Dozing(true) // since the chat before
			h.want(b, "reunited")
			h.want(a, "reunited")
			a.Dozing(true)
			h.want(b, "asleep")
		}},
		{"who is away is not asleep, and learns on coming back who is", func(h *hall) {
			a, b := h.pair("a", "b")
			a.Dozing(true)
			b.Dozing(true)
			h.want(a, "asleep")
			h.want(b, "asleep")
			h.gone(a)
			h.want(b, "away")
			h.back(a, true)
			h.want(a, "asleep")
			h.want(b, "back")
			h.gone(a)
			b.Dozing(false)
			h.back(a, true)
			h.want(a, "")
			h.want(b, "away back")
		}},
		{"an absence that comes at the same time is all that is told", func(h *hall) {
			a, b := h.pair("a", "b")
			a.Dozing(true)
			h.gone(a)
			h.want(b, "away")
		}},
		{"who watches is told who it is, and the two nothing of who watches", func(h *hall) {
			x, _, _ := h.watched()
			a, b := x.begun.Topic.Strangers[0].(*person), x.begun.Topic.Strangers[1].(*person)
			a.Dozing(true)
			h.want(x, "1:asleep")
			h.want(b, "asleep")
			b.Dozing(true)
			a.Dozing(false)
			h.want(x, "1:awake 2:asleep")
			x.Dozing(true)
			h.want(a, "asleep")
			h.want(b, "awake")
			h.gone(b)
			h.want(x, "2:away")
			h.back(b, true)
			b.Dozing(true)
			b.Leave()
			h.want(x, "2:back 2:left")
			h.want(a, "away back left")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inHall(t, nil, func(h *hall) { h.t = t; tt.f(h) })
		})
	}
}
