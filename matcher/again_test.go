package matcher

import (
	"fmt"
	"testing"
	"time"
)

func TestAgain(t *testing.T) {
	// ended returns two whose chat has ended and who rest.
	ended := func(h *hall) (a, b *person) {
		a, b = h.pair("a", "b")
		a.Leave()
		h.want(b, "left")
		return a, b
	}
	asks := func(h *hall, p *person, want time.Duration) {
		h.t.Helper()
		if left := p.Again(); left != want {
			h.t.Errorf("%s can be met again for %v, want %v", p.name, left, want)
		}
	}
	for _, tt := range []struct {
		name string
		f    func(h *hall)
	}{
		{"both ask", func(h *hall) {
			a, b := ended(h)
			asks(h, a, AgainFor)
			asks(h, a, AgainFor)
			h.pass(AgainFor - 1)
			h.want(a, "")
			h.want(b, "")
			asks(h, b, 1)
			h.want(a, "reunited")
			h.want(b, "reunited")
			h.together(a, b)
		}},
		{"one asks", func(h *hall) {
			a, b := ended(h)
			asks(h, a, AgainFor)
			h.pass(AgainFor)
			asks(h, b, 0)
			asks(h, a, 0)
			h.want(a, "")
			h.want(b, "")
		}},
		{"nobody to ask for", func(h *hall) {
			asks(h, h.join("a"), 0)
			b, c := h.pair("b", "c")
			asks(h, b, 0)
			b.Close()
			asks(h, b, 0)
			h.want(c, "left")
		}},
		{"the answer is the same if the other is gone, has met others, or forgoes", func(h *hall) {
			a, b := ended(h)
			b.Close()
			asks(h, a, AgainFor)
			c, d := ended(h)
			d.Forgo()
			asks(h, d, 0)
			asks(h, c, AgainFor)
			e, f := ended(h)
			asks(h, f, AgainFor)
			f.Find(Criteria{})
			g := h.find("g")
			h.want(f, "matched")
			h.want(g, "matched")
			asks(h, e, AgainFor)
			h.want(f, "")
			h.want(e, "")
		}},
		{"one is in a chat, which goes on until it ends", func(h *hall) {
			a, b := ended(h)
			asks(h, a, AgainFor)
			a.Find(Criteria{})
			c := h.find("c")
			h.want(a, "matched")
			h.pass(minute)
			asks(h, b, AgainFor-minute)
			b.Find(Criteria{})
			h.want(a, "")
			h.want(b, "")
			h.pass(minute)
			d := h.find("d") // b, too, meets somebody meanwhile
			h.want(b, "matched")
			c.Leave()
			h.want(a, "left")
			h.want(d, "matched")
			d.Close()
			h.want(b, "left reunited")
			h.want(a, "reunited")
			h.together(a, b)
		}},
		{"not too late, if they are not free in time", func(h *hall) {
			a, b := ended(h)
			asks(h, a, AgainFor)
			a.Find(Criteria{})
			c := h.find("c")
			h.want(a, "matched")
			asks(h, b, AgainFor)
			h.pass(AgainFor)
			c.Close()
			h.want(a, "left")
			h.want(b, "")
		}},
		{"who searches meets them before any stranger", func(h *hall) {
			a, b := ended(h)
			c, d := h.pair("c", "d")
			asks(h, a, AgainFor)
			a.Find(Criteria{})
			c.Find(Criteria{})
			h.want(a, "matched")
			h.together(a, c)
			asks(h, b, AgainFor)
			e := h.asleep("e") // whom nobody calls first
			h.want(e, "")
			h.want(d, "left")
			a.Find(Criteria{})
			h.want(a, "reunited")
			h.want(b, "reunited")
			_ = d
		}},
		{"an offer and a call end", func(h *hall) {
			a, b := h.parted("a", "b")
			h.want(a, "offered")
			h.want(b, "offered")
			asks(h, a, AgainFor)
			asks(h, b, AgainFor)
			h.want(a, "reunited")
			h.want(b, "reunited")
			c := h.asleep("c")
			h.want(c, "")
			a.Leave()
			h.want(b, "left")
			a.Find(Criteria{})
			h.want(c, "called")
			asks(h, a, AgainFor)
			asks(h, b, AgainFor)
			h.want(c, "missed")
			h.together(a, b)
		}},
		{"whoever is aside is met when they are not", func(h *hall) {
			a, b := ended(h)
			asks(h, a, AgainFor)
			a.Aside(true)
			asks(h, b, AgainFor)
			h.want(a, "")
			a.Aside(false)
			h.want(a, "reunited")
			h.want(b, "reunited")
			a.Leave()
			asks(h, a, AgainFor)
			asks(h, b, AgainFor)
			h.want(b, "left reunited")
		}},
		{"a chat leaves nothing to ask for of the one before with the same", func(h *hall) {
			a, b := ended(h)
			asks(h, a, AgainFor)
			asks(h, b, AgainFor)
			h.want(a, "reunited")
			h.want(b, "reunited")
			asks(h, a, 0)
			asks(h, b, 0)
			a.Find(Criteria{})
			h.want(a, "")
			h.want(b, "left")
		}},
		{"each chat is told of by its own event, however short it was", func(h *hall) {
			a, b := ended(h)
			asks(h, a, AgainFor)
			a.Find(Criteria{})
			c := h.find("c")
			asks(h, b, AgainFor)
			c.Leave() // and a, who has looked at nothing so far, meets b
			h.together(a, b)
			h.wantFirst(a, "matched left")
			if a.begun.Partner != any(c) {
				h.t.Error("matched with another")
			}
			h.want(a, "reunited")
			if a.begun.Partner != any(b) {
				h.t.Error("reunited with another")
			}
		}},
		{"nothing is said to somebody before one knows of them", func(h *hall) {
			a, b := ended(h)
			asks(h, a, AgainFor)
			a.Find(Criteria{})
			c := h.find("c")
			h.want(a, "matched")
			asks(h, b, AgainFor)
			c.Leave()
			says := func(ok bool) {
				h.t.Helper()
				a.Typing(true)
				if err := a.Say("to c", 0); (err == nil) != ok {
					h.t.Error(err)
				}
			}
			says(false)
			h.want(b, "reunited")
			b.Say("to a", 0)
			h.wantFirst(a, "left")
			says(false)
			h.want(a, "reunited said:to a")
			says(true)
			h.want(b, "typing said:to c")
		}},
		{"who is aside before they know of a meeting has had none", func(h *hall) {
			a, b := ended(h)
			asks(h, a, AgainFor)
			a.Find(Criteria{})
			c := h.find("c")
			h.want(a, "matched")
			asks(h, b, AgainFor)
			c.Leave()
			h.want(b, "reunited")
			b.Say("hello", 0)
			a.Aside(true)
			h.want(a, "left")
			h.want(b, "left")
			asks(h, b, AgainFor)
			asks(h, a, AgainFor) // for c, as far as a knows
			a.Aside(false)
			h.want(a, "")
			asks(h, c, AgainFor)
			h.want(a, "reunited")
			a.Aside(true) // changes nothing once it is known
			h.together(a, c)
		}},
		{"who forgoes somebody before they know of the meeting has had none", func(h *hall) {
			a, b := ended(h)
			asks(h, a, AgainFor)
			asks(h, b, AgainFor)
			a.Forgo()
			h.want(a, "")
			h.want(b, "reunited left")
			asks(h, a, 0)
			asks(h, b, AgainFor)
			h.want(a, "")
			c, d := ended(h)
			asks(h, c, AgainFor)
			c.Find(Criteria{})
			e := h.find("e")
			asks(h, d, AgainFor)
			e.Leave()
			h.want(d, "reunited")
			c.Forgo() // e, and not d
			h.want(c, "matched left reunited")
			h.together(c, d)
		}},
		{"the one before the present partner", func(h *hall) {
			a, b := ended(h)
			a.Find(Criteria{})
			c := h.find("c")
			h.want(a, "matched")
			asks(h, b, AgainFor)
			asks(h, a, AgainFor)
			h.want(a, "")
			c.Close()
			h.want(a, "left reunited")
			h.want(b, "reunited")
		}},
		{"a chat in between makes nothing of an older hope", func(h *hall) {
			a, b := ended(h)
			asks(h, a, AgainFor)
			a.Find(Criteria{})
			b.Find(Criteria{})
			h.pass(5 * second)
			h.want(a, "offered matched")
			h.want(b, "offered matched")
			a.Leave()
			asks(h, b, AgainFor)
			h.want(b, "left")
			h.want(a, "")
		}},
		{"after a question, without it; and not while one watches", func(h *hall) {
			x, a, b := h.watched()
			asks(h, x, 0)
			a.Leave()
			h.want(b, "left")
			asks(h, b, AgainFor)
			a.Find(Criteria{Ask: "who?"}) // and waits for others
			asks(h, a, AgainFor)
			h.want(a, "reunited")
			h.want(b, "reunited")
			if a.begun.Topic != nil || b.begun.Topic != nil {
				h.t.Error("the chat is about a question")
			}
			a.Leave()
			asks(h, a, AgainFor)
			a.Find(Criteria{Ask: "when?"})
			c, d := h.join("c"), h.join("d")
			c.Find(Criteria{Discuss: true})
			d.Find(Criteria{Discuss: true})
			h.want(a, "matched")
			asks(h, b, AgainFor)
			h.want(a, "")
			by := 1
			if a.begun.Topic.Strangers[1] == any(d) {
				by = 2
			}
			d.Close()
			h.want(a, fmt.Sprintf("%d:left reunited", by))
			h.want(b, "left reunited")
		}},
		{"who closes as the last of two that both ask", func(h *hall) {
			a, b := ended(h)
			a.Find(Criteria{})
			h.find("c")
			h.want(a, "matched")
			asks(h, a, AgainFor)
			asks(h, b, AgainFor)
			a.Close()
			h.want(b, "")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inHall(t, nil, func(h *hall) { h.t = t; tt.f(h) })
		})
	}
}

// Who may not meet does not, whoever asks.
func TestAgainOnlyWhoMay(t *testing.T) {
	may := true
	inHall(t, &Options{MayMeet: func(a, b any) bool { return may }}, func(h *hall) {
		a, b := h.pair("a", "b")
		a.Leave()
		may = false
		if a.Again() != b.Again() {
			t.Error("the answers differ")
		}
		h.want(a, "")
		h.want(b, "left")
	})
}
