package matcher

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unique"
)

// A tenure is one person's time on one seat, and what they saw of it. Only its
// owner touches it until the end.
type tenure struct {
	seat    *Seat
	id      int64
	evicted atomic.Int32

	chatting bool
	partner  any      // nil: they only watch
	said     int      // in this chat
	sent     []string // what Say took
	got      []Event
}

// TestOwners lets many people do anything at once, then asks of their logs
// what the package promises.
func TestOwners(t *testing.T) {
	synctest.Test(t, owners)
}

func owners(t *testing.T) {
	const people, moves = 16, 6000 // far more than "too little" needs, however they are scheduled
	m := New(&Options{RematchDelay: 2 * time.Millisecond, AsleepAfter: 10 * time.Millisecond, CallTimeout: 4 * time.Millisecond, InterestWait: 3 * time.Millisecond})
	stop := run(t, m)
	var (
		ids  atomic.Int64
		all  = make([][]*tenure, people)
		busy sync.WaitGroup
	)
	for i := range people {
		busy.Go(func() {
			chance := rand.New(rand.NewPCG(uint64(i), 7))
			join := func() *tenure {
				p := &tenure{id: ids.Add(1)}
				p.seat = m.Join(p.profile())
				all[i] = append(all[i], p)
				return p
			}
			p := join()
			for range moves {
				if p.move(chance) {
					continue
				}
				p.drain()
				p = join()
				m.check(t)
			}
			p.seat.Close()
			p.drain()
		})
	}
	busy.Wait()
	stop()
	m.check(t)
	if s := m.Stats(); s != (Stats{}) {
		t.Errorf("everybody has gone, but %+v", s)
	}
	judge(t, slices.Concat(all...))
}

func (p *tenure) profile() Profile {
	return Profile{Subject: p.id, Evict: func() { p.evicted.Add(1) }}
}

// move does one random thing, and reports whether the seat is still there.
func (p *tenure) move(chance *rand.Rand) bool {
	if chance.IntN(2) == 0 { // else they act on what they knew before
		events, open := p.seat.Events()
		for _, e := range events {
			p.read(e)
		}
		if !open {
			return false
		}
	}
	switch chance.IntN(16) {
	case 0, 1:
		p.seat.Find(whim(chance))
		p.chatting = false
	case 2:
		if chance.IntN(3) == 0 {
			p.seat.Leave()
			p.chatting = false
		}
	case 3:
		if chance.IntN(20) == 0 {
			p.seat.Close()
			return false
		}
	case 4:
		switch chance.IntN(8) {
		case 0, 1:
			p.seat.Decline()
		case 2, 3, 4:
			p.seat.Again()
		}
		if chance.IntN(2) == 0 && p.seat.Away(4*time.Millisecond) {
			time.Sleep(time.Duration(chance.IntN(6)) * time.Millisecond)
			return p.seat.Back(p.profile())
		}
	case 5:
		p.seat.Typing(chance.IntN(2) == 0)
		p.seat.Dozing(chance.IntN(2) == 0)
	case 6:
		p.seat.Touch()
	case 7:
		if p.seat.Touch(); chance.IntN(10) == 0 {
			p.seat.Anyone()
		}
	case 8:
		time.Sleep(time.Duration(chance.IntN(3)) * time.Millisecond)
	case 9:
		switch chance.IntN(100) {
		case 0:
			time.Sleep(15 * time.Millisecond) // falls asleep if alone
		case 1:
			time.Sleep(50 * time.Millisecond) // reads nothing meanwhile
		}
	default:
		p.say()
		if chance.IntN(200) == 0 {
			for range inboxSize {
				p.say()
			}
		}
	}
	return true
}

// whim asks for anything, or for nothing.
func whim(chance *rand.Rand) (c Criteria) {
	for range chance.IntN(4) {
		c.Interests = append(c.Interests, unique.Make(string(rune('a'+chance.IntN(6)))))
	}
	for range chance.IntN(3) {
		c.Languages = append(c.Languages, unique.Make(string(rune('a'+chance.IntN(3)))))
	}
	c.OnlyLanguages = chance.IntN(4) == 0
	switch chance.IntN(6) {
	case 0:
		c.Ask = "why?"
	case 1, 2:
		c.Discuss = true
	}
	return c
}

// say tells the partner from whom to whom a message goes, and its number in
// the chat.
func (p *tenure) say() {
	if !p.chatting {
		return
	}
	text := fmt.Sprintf("%d>%d #%d", p.id, p.partner, p.said+1)
	if p.partner == nil {
		text = fmt.Sprintf("%d asked, and spoke", p.id)
	}
	if p.seat.Say(text, 0) == nil {
		p.said++
		p.sent = append(p.sent, text)
	}
}

func (p *tenure) read(e Event) {
	p.got = append(p.got, e)
	if p.seat.Stale(e) {
		return
	}
	switch e.Kind {
	case Matched, Reunited:
		p.chatting, p.partner, p.said = true, e.Partner, 0
	case PartnerLeft:
		p.chatting = false
	}
}

func (p *tenure) drain() {
	p.got = append(p.got, p.seat.take()...)
}

func judge(t *testing.T, all []*tenure) {
	var matched, again, left, evicted, said, watched, heard, unwatched, absences int
	missing := make(map[string]int)
	for _, p := range all {
		for _, text := range p.sent {
			missing[text]++
			said++
		}
		n := int(p.evicted.Load())
		if evicted += n; n > 1 {
			t.Errorf("%d was evicted %d times", p.id, n)
		}
	}
	for _, p := range all {
		var (
			turn          uint32
			inChat, ended bool
			from          int64
			number        int
			alone         bool    // who asked has left
			away          [3]bool // the partner, or those who are watched
			watches       bool
			debaters      [3]int // how many lines each of those who are watched has said
		)
		for _, e := range p.got {
			if e.turn != turn {
				turn, inChat, ended, alone, watches, away = e.turn, false, false, false, false, [3]bool{}
			}
			if ended && e.Kind == Reunited {
				inChat, ended, alone, watches, away = false, false, false, false, [3]bool{}
			}
			if ended {
				t.Fatalf("%d got %v after the partner left", p.id, e)
			}
			numbered := e.Kind == Said || e.Kind == PartnerLeft || e.Kind >= PartnerAway
			if (e.By != 0) != (watches && numbered) || e.By > 2 {
				t.Fatalf("%d got %v by %d", p.id, e, e.By)
			}
			if watches {
				switch e.Kind {
				case Said:
					var from, to int64
					var n int
					fmt.Sscanf(e.Text, "%d>%d #%d", &from, &to, &n)
					if debaters[e.By]++; from == p.id || to == p.id || n != debaters[e.By] {
						t.Fatalf("%d got %q after #%d of %d", p.id, e.Text, debaters[e.By]-1, e.By)
					}
					heard++
				case PartnerLeft:
					ended = true
				case PartnerAway, PartnerBack:
					away[e.By] = told(t, p, e, away[e.By])
				case PartnerAsleep, PartnerAwake:
				default:
					t.Fatalf("%d watches, and got %v", p.id, e)
				}
				continue
			}
			switch e.Kind {
			case Matched, Reunited:
				if e.Partner == nil {
					watched++
					watches, debaters = true, [3]int{}
					continue
				}
				matched++
				if e.Kind == Reunited {
					again++
				}
				if inChat {
					t.Fatalf("%d is in two chats", p.id)
				}
				inChat, from, number = true, 0, 0
			case PartnerLeft:
				left++
				if !inChat {
					t.Fatalf("%d: nobody was there to leave", p.id)
				}
				ended = true
			case Said:
				var f, to int64
				var n int
				fmt.Sscanf(e.Text, "%d>%d #%d", &f, &to, &n)
				if !inChat || to != p.id || f == to || from != 0 && f != from || n != number+1 {
					t.Fatalf("%d got %q after #%d of %d (in a chat: %v)", p.id, e.Text, number, from, inChat)
				}
				from, number = f, n
				missing[e.Text]--
			case AskerLeft:
				unwatched++
				if !inChat || alone {
					t.Fatalf("%d: nobody was there to watch", p.id)
				}
				alone = true
			case PartnerAway, PartnerBack:
				absences++
				away[0] = told(t, p, e, away[0] || !inChat && e.Kind == PartnerAway)
			case TypingStarted, TypingStopped, PartnerAsleep, PartnerAwake:
				if !inChat {
					t.Fatalf("%d: nobody was there for %v", p.id, e)
				}
			default:
				if inChat {
					t.Fatalf("%d got %v in a chat", p.id, e)
				}
			}
		}
	}
	for text, n := range missing {
		if n != 0 {
			t.Errorf("%q: %d are missing", text, n)
		}
	}
	t.Logf("%d chats, %d of them again, %d messages, %d evictions; %d were watched, %d messages heard, %d told that nobody watches any more, %d of an absence or its end", matched/2, again/2, said, evicted, watched, heard, unwatched, absences)
	chats := matched / 2
	// Who is evicted may miss a beginning or an end.
	if left > (matched+evicted)/2 || left+evicted < chats {
		t.Errorf("%d chats, but %d were told of an end", chats, left)
	}
	if chats < 100 || said < 1000 || evicted == 0 || watched < 100 || heard < 100 || unwatched < 100 || absences < 100 {
		t.Error("too little happened")
	}
}

// told judges an event that tells p of an absence or its end, and returns whether
// somebody is away from then on; was is whether they were before.
func told(t *testing.T, p *tenure, e Event, was bool) bool {
	t.Helper()
	if away := e.Kind == PartnerAway; away != was {
		return away
	}
	t.Fatalf("%d got %v again, or outside of a chat", p.id, e)
	return false
}
