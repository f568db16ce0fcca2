package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// A history is what all people of a test did and read, told by themselves.
type history []*conversation

// conversation is a chat as one of the two knows it. Times are since the test began; the
// server did in the meantime of From and To what somebody saw.
type conversation struct {
	me, nth int // that of the me-th person, from 0; their first is 0

	began, ended span
	said         []string // words, in the order in which they were typed
	heard        []hearing
	told         int  // how many words may not have arrived, as they were told
	unsaid       bool // some that were typed last were not said, as they were told
	left         bool // they left, or wanted to
	cut          bool // their machine died
}

type span struct{ from, to time.Duration }

type hearing struct {
	word string
	at   time.Duration
}

// word is the nth word that is said in c: it tells who says it, and in which chat.
func (c *conversation) word(nth int) string { return fmt.Sprintf("w.%d.%d.%d", c.me, c.nth, nth) }

func readWord(word string) (who, chat, nth int, ok bool) {
	n, err := fmt.Sscanf(word, "w.%d.%d.%d", &who, &chat, &nth)
	return who, chat, nth, n == 3 && err == nil
}

// faults are what a server must not have let happen.
func (h history) faults() (all []string) {
	all, others := h.couples()
	for c, other := range others {
		all = append(all, c.words(other)...)
	}
	slices.Sort(all)
	if len(all) == 0 {
		switch h.linear(others) {
		case porcupine.Illegal:
			all = []string{"somebody was in two chats at once"}
		case porcupine.Unknown:
			all = []string{"it takes too long to find out whether somebody was in two chats at once"}
		}
	}
	return all
}

// couples finds out which conversations are two sides of one chat, by the words that were
// heard in them.
func (h history) couples() (faults []string, others map[*conversation]*conversation) {
	all := make(map[[2]int]*conversation)
	for _, c := range h {
		all[[2]int{c.me, c.nth}] = c
	}
	others = make(map[*conversation]*conversation)
	join := func(a, b *conversation) {
		if c := others[a]; c != nil && c != b {
			faults = append(faults, fmt.Sprintf("%v is with %v and with %v", a, b, c))
		}
		others[a] = b
	}
	for _, c := range h {
		for _, heard := range c.heard {
			who, chat, _, ok := readWord(heard.word)
			other := all[[2]int{who, chat}]
			if !ok || other == nil || other.me == c.me {
				faults = append(faults, fmt.Sprintf("%v hears %q, which nobody says to them", c, heard.word))
				continue
			}
			join(c, other)
			join(other, c)
		}
	}
	return faults, others
}

func (c *conversation) String() string { return fmt.Sprintf("chat %d of person %d", c.nth, c.me) }

// words checks what the other heard of what was said in c: the first words of it, in
// order, each once. Those that are missing its speaker was told of, unless one of the two
// left first or lost their machine.
func (c *conversation) words(other *conversation) (faults []string) {
	var heard []string
	for _, h := range other.heard {
		heard = append(heard, h.word)
	}
	missing := len(c.said) - len(heard)
	if missing < 0 || !slices.Equal(heard, c.said[:len(heard)]) {
		return []string{fmt.Sprintf("%v: said %q, heard %q", c, c.said, heard)}
	}
	excused := c.left || c.cut || c.unsaid || other.left || other.cut
	if missing > c.told && !excused {
		faults = append(faults, fmt.Sprintf("%v: %d of %d words are missing, and %d were told to be", c, missing, len(c.said), c.told))
	}
	return faults
}

// step is what happens to somebody, for porcupine.
type step struct {
	kind       stepKind
	me, nth    int
	with, thei int // the other person, and which chat of theirs it is; with -1: nobody knows
}

type stepKind string

const (
	begins stepKind = "begins"
	ends   stepKind = "ends"
	hears  stepKind = "hears"
)

// inChat is the state of everybody: twice how many chats they have had, and one more
// while they are in the next.
type inChat string

// linear tells whether everything can have happened in some order, in which nobody is in
// two chats. Somebody who begins a chat is in none; the other is in it, has been, or is in
// none and it is their next. What somebody hears is said by who is in that chat or has been.
// No step that can happen makes another one impossible, so what can be in order is found at
// once.
func (h history) linear(others map[*conversation]*conversation) porcupine.CheckResult {
	people := 0
	var operations []porcupine.Operation
	for _, c := range h {
		people = max(people, c.me+1)
		s := step{me: c.me, nth: c.nth, with: -1}
		if other := others[c]; other != nil {
			s.with, s.thei = other.me, other.nth
		}
		add := func(kind stepKind, when span) {
			s.kind = kind
			operations = append(operations, porcupine.Operation{
				ClientId: c.me, Input: s, Call: int64(when.from), Return: int64(when.to),
			})
		}
		add(begins, c.began)
		if len(c.heard) > 0 {
			add(hears, span{c.began.from, c.heard[0].at})
		}
		if c.ended != (span{}) {
			add(ends, c.ended)
		}
	}
	model := porcupine.Model{
		Init: func() any { return inChat(strings.Repeat("\x00", people)) },
		Step: func(state, input, _ any) (bool, any) {
			at, s := []byte(state.(inChat)), input.(step)
			mine, known := int(at[s.me]), s.with >= 0
			switch s.kind {
			case begins:
				if mine != 2*s.nth || known && int(at[s.with]) < 2*s.thei {
					return false, state
				}
				at[s.me]++
			case hears:
				return mine > 2*s.nth && int(at[s.with]) > 2*s.thei, state
			case ends:
				if mine != 2*s.nth+1 {
					return false, state
				}
				at[s.me]++
			}
			return true, inChat(at)
		},
	}
	return porcupine.CheckOperationsTimeout(model, operations, patience)
}

// The checker finds what it is for, and nothing where there is nothing.
func TestHistories(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(h history) history
		fault  string // "": none
	}{
		{"as it should be", func(h history) history { return h }, ""},
		{"one is told late, when the other talks to a third", func(h history) history {
			h[0].ended.to = 45 * time.Second
			return h
		}, ""},
		{"one begins when the other has left again", func(h history) history {
			h[0].began.to, h[0].ended = 28*time.Second, span{27 * time.Second, 29 * time.Second}
			h[0].heard, h[1].heard, h[0].said = nil, nil, nil
			return h
		}, ""},
		{"the last word is lost, and told", func(h history) history {
			h[1].heard = h[1].heard[:1]
			h[0].told = 1
			return h
		}, ""},
		{"the last word is lost", func(h history) history {
			h[1].heard = h[1].heard[:1]
			return h
		}, "1 of 2 words are missing"},
		{"two words are lost, and one told", func(h history) history {
			h[0].said = append(h[0].said, h[0].word(2))
			h[1].heard = h[1].heard[:1]
			h[0].told = 1
			return h
		}, "2 of 3 words are missing"},
		{"a word is lost, and the next one not", func(h history) history {
			h[1].heard = h[1].heard[1:]
			h[0].told = 1
			return h
		}, "said"},
		{"a word comes twice", func(h history) history {
			h[1].heard = append(h[1].heard, h[1].heard[1])
			return h
		}, "said"},
		{"words change places", func(h history) history {
			slices.Reverse(h[1].heard)
			return h
		}, "said"},
		{"a word comes that nobody said", func(h history) history {
			h[1].heard = append(h[1].heard, hearing{"w.7.0.0", 15 * time.Second})
			return h
		}, "nobody says"},
		// As with a promise that doesn't keep others away: the dealer's guest is in a chat
		// of two others, who hear each other, too.
		{"a third person is heard", func(h history) history {
			third := &conversation{me: 3, began: span{8 * time.Second, 9 * time.Second}, ended: span{10 * time.Second, 30 * time.Second}}
			third.said = []string{third.word(0)}
			third.heard = []hearing{{h[0].word(1), 13 * time.Second}}
			h[0].heard = append(h[0].heard, hearing{third.word(0), 12 * time.Second})
			return append(h, third)
		}, "is with"},
		// As without the second accept: the host is in the chat when the guest, whose
		// promise is over, has just met somebody else.
		{"one is in a chat before the other is out of the last", func(h history) history {
			// Person 1 is in two chats one after the other, as they see it. The other one of
			// the second was in it before the first was over.
			h[2].began = span{15 * time.Second, 16 * time.Second}
			return h
		}, "in two chats"},
		{"a chat begins within another", func(h history) history {
			h[1].ended = span{}
			return h
		}, "in two chats"},
		{"a chat begins twice", func(h history) history {
			h[3].nth = 0
			return h
		}, "is with"},
		{"a word is heard after the end", func(h history) history {
			h[3].began = span{46 * time.Second, 47 * time.Second}
			h[2].heard[0].at = 42 * time.Second
			return h
		}, "in two chats"},
	} {
		t.Run(test.name, func(t *testing.T) {
			faults := test.change(exampleHistory()).faults()
			if got := strings.Join(faults, "\n"); (got == "") != (test.fault == "") || !strings.Contains(got, test.fault) {
				t.Errorf("%q, and it should be %q", got, test.fault)
			}
		})
	}
}

// exampleHistory is of a chat of 0 and 1, who then talks to 2.
func exampleHistory() history {
	second := time.Second
	a := &conversation{me: 0, nth: 0, began: span{5 * second, 10 * second}, ended: span{10 * second, 20 * second}}
	b := &conversation{me: 1, nth: 0, began: span{6 * second, 9 * second}, ended: span{18 * second, 20 * second}}
	c := &conversation{me: 2, nth: 0, began: span{30 * second, 40 * second}, ended: span{40 * second, 50 * second}}
	d := &conversation{me: 1, nth: 1, began: span{25 * second, 41 * second}, ended: span{41 * second, 50 * second}}
	for _, pair := range [][2]*conversation{{a, b}, {b, a}, {c, d}, {d, c}} {
		for n := range 2 {
			pair[0].said = append(pair[0].said, pair[0].word(n))
			pair[1].heard = append(pair[1].heard, hearing{pair[0].word(n), pair[1].began.to + time.Duration(n+1)*second})
		}
	}
	return history{a, b, c, d}
}
