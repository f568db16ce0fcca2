package matcher

import (
	"errors"
	"testing"
	"time"
)

// ask returns somebody who asks a question.
func (h *hall) ask(name, question string) *person {
	p := h.join(name)
	p.Find(Criteria{Ask: question})
	return p
}

// discuss returns somebody who wants to discuss one.
func (h *hall) discuss(name string) *person {
	p := h.join(name)
	p.Find(Criteria{Discuss: true})
	return p
}

// watched returns one who watches the two others, all of whom have read so.
func (h *hall) watched() (asker, x, y *person) {
	h.t.Helper()
	asker, x, y = h.ask("asker", "why?"), h.discuss("x"), h.discuss("y")
	for _, p := range []*person{asker, x, y} {
		h.want(p, "matched")
	}
	h.together(x, y)
	return asker, x, y
}

func TestQuestion(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    func(t *testing.T, h *hall)
	}{
		{"three meet, in whatever order they come", func(t *testing.T, h *hall) {
			for _, order := range []string{"aXX", "XaX", "XXa"} {
				var asker *person
				var two []*person
				for _, who := range order {
					if who == 'a' {
						asker = h.ask("asker", "why?")
					} else {
						two = append(two, h.discuss("x"))
					}
				}
				h.together(two[0], two[1])
				for _, p := range append(two, asker) {
					h.want(p, "matched")
					topic := p.begun.Topic
					if topic.Question != "why?" || topic.Asker != any(asker) || topic.Strangers[0] == topic.Strangers[1] {
						t.Errorf("%s: %+v", p.name, topic)
					}
					defer p.Close()
				}
				if asker.begun.Partner != nil || h.chats(asker) {
					t.Error("who asks is in a chat")
				}
				if s := h.m.Stats(); s.Waiting+s.Asking+s.Discussing != 0 || s.Chatting*3 != s.Online*2 {
					t.Errorf("%+v", s)
				}
			}
		}},
		{"who asks hears each line once, and who said it", func(t *testing.T, h *hall) {
			asker, x, y := h.watched()
			first, second := x, y
			if asker.begun.Topic.Strangers[0] == any(y) {
				first, second = y, x
			}
			first.Say("one", 0)
			second.Typing(true)
			second.Say("two", 0)
			first.Say("three", 0)
			h.want(asker, "1:said:one 2:said:two 1:said:three")
			h.want(second, "said:one said:three")
			if messages, _ := h.m.Said(); messages != 3 {
				t.Error(messages, "messages")
			}
		}},
		{"who asks can't speak", func(t *testing.T, h *hall) {
			asker, x, y := h.watched()
			asker.Typing(true)
			if err := asker.Say("hello", 0); !errors.Is(err, ErrNoPartner) {
				t.Error(err)
			}
			h.want(x, "")
			h.want(y, "")
		}},
		{"the chat outlives who asks", func(t *testing.T, h *hall) {
			for _, leave := range []func(*person){
				func(p *person) { p.Leave() },
				func(p *person) { p.Close() },
				func(p *person) { p.Find(Criteria{Ask: "and why?"}) },
			} {
				asker, x, y := h.watched()
				leave(asker)
				x.Say("still there?", 0)
				h.want(x, "unwatched")
				h.want(y, "unwatched said:still there?")
				y.Leave()
				h.want(x, "left")
				h.want(asker, "")
				asker.Close()
			}
		}},
		{"who leaves ends it for both and for who asks", func(t *testing.T, h *hall) {
			asker, x, y := h.watched()
			x.Say("bye", 0)
			x.Leave()
			who := "1"
			if asker.begun.Topic.Strangers[1] == any(x) {
				who = "2"
			}
			h.want(asker, who+":said:bye "+who+":left")
			h.want(y, "said:bye left")
			y.Find(Criteria{})
			h.find("z").Say("of no concern to who asked", 0)
			asker.Leave()
			h.want(y, "matched said:of no concern to who asked")
			h.want(asker, "")
		}},
		{"a full inbox ends who watches, and nothing else", func(t *testing.T, h *hall) {
			asker, x, y := h.watched()
			for range inboxSize {
				x.Say("x", 0)
				h.want(y, "said:x")
			}
			if err := x.Say("one too many", 0); err != nil {
				t.Fatal(err)
			}
			h.want(y, "said:one too many unwatched")
			h.want(x, "unwatched")
			if asker.evicted != 1 || x.evicted+y.evicted != 0 {
				t.Error("evicted:", asker.evicted, x.evicted, y.evicted)
			}
		}},
		{"what the partner has no room for, nobody hears", func(t *testing.T, h *hall) {
			asker, x, y := h.watched()
			for range inboxSize {
				x.Say("x", 0)
				asker.Events()
			}
			if err := x.Say("one too many", 0); !errors.Is(err, ErrNoPartner) {
				t.Error(err)
			}
			if y.evicted != 1 || asker.evicted != 0 {
				t.Error("evicted:", y.evicted, asker.evicted)
			}
			h.want(x, "left")
			if events, _ := asker.Events(); len(events) != 1 || events[0].Kind != PartnerLeft || events[0].By == 0 {
				t.Error(events)
			}
		}},
		{"the two kinds of search don't meet", func(t *testing.T, h *hall) {
			asker, x, z := h.ask("asker", "why?"), h.discuss("x"), h.find("z")
			h.want(asker, "")
			h.want(x, "")
			h.want(z, "")
			if s := h.m.Stats(); s != (Stats{Online: 3, Waiting: 3, Asking: 1, Discussing: 1}) {
				t.Errorf("%+v", s)
			}
			x.Find(Criteria{})
			h.together(x, z)
		}},
		{"two who just talked come last", func(t *testing.T, h *hall) {
			var x, y, z *person
			for range 20 { // chance would do it now and then
				x, y = h.pair("x", "y")
				x.Find(Criteria{Discuss: true})
				y.Find(Criteria{Discuss: true})
				z = h.discuss("z")
				h.ask("asker", "why?")
				h.want(z, "matched")
				defer x.Close()
				defer y.Close()
				z.Leave()
				if left := z.begun.Partner.(*person); left == x {
					y.Leave()
				} else {
					x.Leave()
				}
			}
			x, y = h.pair("x", "y")
			x.Find(Criteria{Discuss: true})
			y.Find(Criteria{Discuss: true})
			z = h.discuss("z")
			asker := h.ask("asker", "why?")
			h.want(z, "matched")
			z.Leave()
			left := z.begun.Partner.(*person)
			left.Find(Criteria{Discuss: true})
			asker.Find(Criteria{Ask: "why not?"})
			h.together(x, y)
		}},
		{"who asked only once is asked no more", func(t *testing.T, h *hall) {
			asker := h.ask("asker", "why?")
			asker.Leave()
			h.discuss("x")
			y := h.discuss("y")
			h.want(y, "")
			if s := h.m.Stats(); s.Asking != 0 || s.Discussing != 2 {
				t.Errorf("%+v", s)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inHall(t, nil, func(h *hall) { tt.f(h.t, h) })
		})
	}
}

// Whoever may not meet never does, in any of the three relations, and costs nobody
// else a meeting.
func TestQuestionKeepsApart(t *testing.T) {
	for _, apart := range [][2]string{{"asker", "x"}, {"asker", "y"}, {"x", "y"}} {
		mayMeet := func(a, b any) bool {
			p, q := a.(*person).name, b.(*person).name
			return [2]string{p, q} != apart && [2]string{q, p} != apart
		}
		inHall(t, &Options{MayMeet: mayMeet}, func(h *hall) {
			asker, x, y := h.ask("asker", "why?"), h.discuss("x"), h.discuss("y")
			h.want(asker, "")
			h.want(x, "")
			h.want(y, "")
			z := h.discuss("z")
			w := h.ask("w", "who?")
			v := h.discuss("v")
			h.want(z, "matched")
			h.want(w, "matched")
			h.want(v, "matched")
			for _, p := range []*person{asker, x, y} {
				h.want(p, "matched")
			}
			for _, p := range []*person{asker, x, y, z, w, v} {
				topic := p.begun.Topic
				a, b, c := topic.Asker, topic.Strangers[0], topic.Strangers[1]
				if !mayMeet(a, b) || !mayMeet(a, c) || !mayMeet(b, c) {
					t.Errorf("%v are together", apart)
				}
			}
		})
	}
}

// As for any search, a language is insisted on for a while, by all three; interests
// don't count.
func TestQuestionLanguages(t *testing.T) {
	inHall(t, nil, func(h *hall) {
		speaks := func(name string, c Criteria, languages ...string) *person {
			p := h.join(name)
			c.Languages, c.Interests = names(languages...), names(name)
			p.Find(c)
			return p
		}
		x := speaks("x", Criteria{Discuss: true}, "de", "en")
		speaks("y", Criteria{Discuss: true, OnlyLanguages: true}, "ja")
		asker := speaks("asker", Criteria{Ask: "why?"}, "en")
		z := speaks("z", Criteria{Discuss: true}, "id")
		h.pass(9 * time.Second)
		h.want(asker, "")
		h.pass(time.Second)
		h.want(asker, "matched")
		h.together(x, z)
	})
}

func TestQuestionAsleep(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    func(t *testing.T, h *hall)
	}{
		{"who sleeps is called, and takes part once awake", func(t *testing.T, h *hall) {
			x := h.discuss("x")
			h.pass(2 * time.Minute)
			asker := h.ask("asker", "why?")
			h.want(x, "")
			y := h.discuss("y")
			h.want(x, "called")
			h.want(asker, "")
			h.want(y, "")
			x.Touch()
			h.want(x, "matched")
			h.want(asker, "matched")
			h.want(y, "matched")
		}},
		{"who comes too late is told", func(t *testing.T, h *hall) {
			x := h.discuss("x")
			h.pass(2 * time.Minute)
			asker, y := h.ask("asker", "why?"), h.discuss("y")
			y.Leave()
			x.Touch()
			h.want(x, "called missed")
			y.Find(Criteria{Discuss: true})
			h.want(asker, "matched")
			h.together(x, y)
		}},
		{"a call ends by itself, and the next who come make another", func(t *testing.T, h *hall) {
			x := h.discuss("x")
			h.pass(2 * time.Minute)
			asker := h.ask("asker", "why?")
			h.discuss("y")
			h.pass(30 * time.Second)
			h.want(x, "called missed")
			h.discuss("z")
			h.want(asker, "matched")
			h.want(x, "")
			h.ask("another", "who?")
			h.want(x, "")
			h.discuss("w")
			h.want(x, "called")
			x.Leave()
			h.pass(time.Minute)
			h.want(x, "")
		}},
		{"who answers waits for the other who was called", func(t *testing.T, h *hall) {
			x, y := h.discuss("x"), h.discuss("y")
			h.pass(2 * time.Minute)
			asker := h.ask("asker", "why?")
			h.want(x, "called")
			h.want(y, "called")
			x.Touch()
			h.want(x, "")
			h.pass(29 * time.Second)
			y.Touch()
			h.want(x, "matched")
			h.want(asker, "matched")
			h.together(x, y)
		}},
		{"who answers in vain is told after the time of a call", func(t *testing.T, h *hall) {
			x, y := h.discuss("x"), h.discuss("y")
			h.pass(2 * time.Minute)
			h.ask("asker", "why?")
			x.Touch()
			h.pass(30 * time.Second)
			h.want(x, "called missed")
			h.want(y, "called missed")
		}},
		{"a question that sleeps is asked once its owner is awake", func(t *testing.T, h *hall) {
			asker := h.ask("asker", "why?")
			h.pass(2 * time.Minute)
			x, y := h.discuss("x"), h.discuss("y")
			h.want(asker, "called")
			h.want(x, "")
			asker.Touch()
			h.want(asker, "matched")
			h.together(x, y)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inHall(t, nil, func(h *hall) { tt.f(h.t, h) })
		})
	}
}
