package cluster

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"strangerd/matcher"
)

// desk is one machine with one person, h, and the links of it. What is sent lies on it.
type desk struct {
	t     *testing.T
	pairs *matcher.Matcher
	links Links
	hand  Handshake
	h     *matcher.Seat
	home  uint64
	turn  uint32
	sent  []Parcel
	said  []Kind // of messages
}

// Who is far, and their machine.
var there = matcher.Far{Node: 2, Seat: 7}

func (d *desk) Offer(o matcher.Offer)                   { d.home, d.turn = o.Seat, o.Turn }
func (d *desk) Withdraw(uint64)                         {}
func (d *desk) Hope(uint64, matcher.ChatID)             {}
func (d *desk) Send(node uint64, l matcher.Letter) bool { return d.links.Send(node, l) }
func (d *desk) HangUp(home uint64, with matcher.Far, chat matcher.ChatID) uint8 {
	return d.links.HangUp(home, with, chat)
}

// How far the person of a desk has come.
const (
	waits = iota
	guest // is promised
	chats
)

// newDesk returns a desk whose person has come so far, in a bubble.
func newDesk(t *testing.T, far int) *desk {
	d := &desk{t: t}
	d.pairs = matcher.New(&matcher.Options{Transport: d, OfferAfter: 1})
	d.links = Links{Pairs: d.pairs, Now: time.Now, Post: func(node uint64, p Parcel) {
		if node != there.Node {
			t.Errorf("a parcel to node %d", node)
		}
		d.sent = append(d.sent, p)
	}}
	d.hand = Handshake{Node: 1, Pairs: d.pairs, Now: time.Now, Post: func(m Message) { d.said = append(d.said, m.Kind) }}
	d.h = d.pairs.Join(matcher.Profile{Subject: "h"})
	d.h.Find(matcher.Criteria{})
	time.Sleep(time.Nanosecond)
	d.pairs.Release(0, matcher.ChatID{}) // has what is due carried out
	if far >= guest {
		d.told(Dealt)
		d.says(Accepted)
	}
	if far >= chats {
		d.told(Begin)
		d.says(Begun)
		d.told(Confirmed)
		d.hears("matched")
	}
	return d
}

// told takes a message from there.
func (d *desk) told(kind Kind) {
	d.hand.Tick()
	d.hand.Take(Message{Kind: kind, Chat: chat, From: there, To: d.us(), Turn: d.turn, Who: "far", Whose: "h"})
}

// says compares the messages that were sent.
func (d *desk) says(want ...Kind) {
	d.t.Helper()
	got := d.said
	if d.said = nil; !slices.Equal(got, want) {
		d.t.Fatalf("said %v, want %v", got, want)
	}
}

var chat = matcher.ChatID{1}

func (d *desk) us() matcher.Far { return matcher.Far{Node: 1, Seat: d.home} }

// comes takes a letter from there.
func (d *desk) comes(n, ack uint64, kind matcher.Kind, text string) {
	d.links.Take(there.Node, Parcel{N: n, Ack: ack, Letter: matcher.Letter{
		Chat: chat, From: there.Seat, To: d.home, Kind: kind, Text: text,
	}})
}

// after lets time pass.
func (d *desk) after(t time.Duration) {
	time.Sleep(t)
	d.pairs.Release(0, matcher.ChatID{})
	d.hand.Tick()
	d.links.Tick()
}

// hears compares what has come for the person.
func (d *desk) hears(want string) {
	d.t.Helper()
	names := map[matcher.Kind]string{matcher.Matched: "matched", matcher.PartnerLeft: "left", matcher.TypingStarted: "typing"}
	var all []string
	events, _ := d.h.Events()
	for _, e := range events {
		switch {
		case e.Kind == matcher.Said:
			all = append(all, e.Text)
		case e.Lost > 0:
			all = append(all, fmt.Sprintf("%s:%d", names[e.Kind], e.Lost))
		default:
			all = append(all, names[e.Kind])
		}
	}
	if got := strings.Join(all, " "); got != want {
		d.t.Fatalf("heard %q, want %q", got, want)
	}
}

// sends compares what was sent: the number, the text or "left", and what is answered for.
func (d *desk) sends(want ...string) {
	d.t.Helper()
	var all []string
	for _, p := range d.sent {
		text := p.Text
		if p.Kind == matcher.PartnerLeft {
			text = "left"
		}
		all = append(all, fmt.Sprintf("%d%s/%d", p.N, text, p.Ack))
	}
	if d.sent = nil; !slices.Equal(all, want) {
		d.t.Fatalf("sent %q, want %q", all, want)
	}
}

// empty expects that nothing is kept.
func (d *desk) empty() {
	d.t.Helper()
	if n := len(d.links.all) + len(d.links.busy); n > 0 {
		d.t.Fatalf("%d links are kept", n)
	}
}

func (d *desk) say(words ...string) {
	d.t.Helper()
	for _, word := range words {
		if err := d.h.Say(word, 0); err != nil {
			d.t.Fatal(err)
		}
	}
}
