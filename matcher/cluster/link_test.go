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
	now   time.Time
}

// Who is far, and their machine.
var there = matcher.Far{Node: 2, Seat: 7}

func (d *desk) Offer(o matcher.Offer)                   { d.home, d.turn = o.Seat, o.Turn }
func (d *desk) Withdraw(uint64)                         {}
func (d *desk) Send(node uint64, l matcher.Letter) bool { return d.links.Send(node, l) }
func (d *desk) HangUp(home uint64, with matcher.Far, chat matcher.ChatID) uint8 {
	return d.links.HangUp(home, with, chat)
}

// newDesk returns a desk whose person waits, or is in a chat.
func newDesk(t *testing.T, chats bool) *desk {
	d := &desk{t: t, now: time.Now()}
	clock := func() time.Time { return d.now }
	d.pairs = matcher.New(&matcher.Options{Transport: d, OfferAfter: 1})
	d.links = Links{Pairs: d.pairs, Now: clock, Post: func(node uint64, p Parcel) {
		if node != there.Node {
			t.Errorf("a parcel to node %d", node)
		}
		d.sent = append(d.sent, p)
	}}
	d.hand = Handshake{Node: 1, Pairs: d.pairs, Now: clock, Post: func(m Message) { d.said = append(d.said, m.Kind) }}
	d.h = d.pairs.Join(matcher.Profile{Subject: "h"})
	d.h.Find(matcher.Criteria{})
	for d.home == 0 {
		d.pairs.Release(0, matcher.ChatID{}) // has what is due carried out
	}
	d.hand.Take(Message{Kind: Dealt, Chat: chat, From: there, To: d.us(), Turn: d.turn, Who: "far", Whose: "h"})
	if chats {
		d.hand.Take(Message{Kind: Begin, Chat: chat, From: there, To: d.us()})
		d.hand.Take(Message{Kind: Confirmed, Chat: chat, From: there, To: d.us()})
		d.hears("matched")
	}
	d.said = nil
	return d
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
	d.now = d.now.Add(t)
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

// What isn't answered for is sent again, all of it and in order; what is, isn't.
func TestLinkResends(t *testing.T) {
	d := newDesk(t, true)
	d.say("a", "b")
	d.sends("1a/0", "2b/0")
	d.after(resendAfter - 1)
	d.sends()
	d.after(1)
	d.sends("1a/0", "2b/0")
	d.after(1)
	d.comes(0, 1, 0, "")
	d.after(resendAfter - 1)
	d.sends() // there is an answer, so it waits anew
	d.after(1)
	d.sends("2b/0")
	d.comes(1, 2, matcher.Said, "x")
	d.hears("x")
	d.after(time.Hour)
	d.sends()
	d.links.Answer()
	d.sends("0/1")
	d.links.Answer()
	d.sends()
}

// A letter that comes twice, or before another one, isn't taken, and is answered for by
// what was taken; the next letter is an answer, too.
func TestLinkTakesInOrder(t *testing.T) {
	d := newDesk(t, true)
	d.comes(2, 0, matcher.Said, "y")
	d.hears("")
	d.comes(1, 0, matcher.Said, "x")
	d.comes(1, 0, matcher.Said, "x")
	d.comes(0, 0, matcher.TypingStarted, "")
	d.comes(2, 0, matcher.Said, "y")
	d.hears("x typing y")
	d.say("a")
	d.sends("1a/2")
	d.links.Answer()
	d.sends()
	d.comes(1, 0, matcher.Said, "x") // the answer was lost
	d.links.Answer()
	d.sends("0/2")
}

// Who leaves says so until it is answered, by whatever; who said something that isn't
// answered for is told when the other leaves.
func TestLinkLeaves(t *testing.T) {
	d := newDesk(t, true)
	d.say("a")
	d.h.Leave()
	d.sends("1a/0", "2left/0")
	d.comes(0, 1, 0, "")
	d.after(resendAfter)
	d.sends("2left/0")
	d.after(resendAfter)
	d.sends("2left/0")
	d.after(resendAfter)
	d.sends() // it waits longer each time
	d.comes(0, 2, 0, "")
	d.empty()
	d.comes(1, 2, matcher.Said, "late")
	d.hears("")
	d.sends("0left/0") // and that isn't answered
	d.empty()

	d = newDesk(t, true)
	d.say("a", "b", "c")
	d.sends("1a/0", "2b/0", "3c/0")
	d.comes(1, 1, matcher.PartnerLeft, "")
	d.hears("left:2")
	d.sends("0/1")
	d.empty()
	d.comes(1, 1, matcher.PartnerLeft, "") // the answer was lost
	d.sends("0left/0")
	d.empty()
	if ended := d.links.Ended(); len(ended) > 0 {
		t.Errorf("told of what the other side has told: %v", ended)
	}

	d = newDesk(t, true)
	d.h.Leave()
	d.sends("1left/0")
	d.comes(1, 0, matcher.PartnerLeft, "") // both left
	d.sends("0left/0")
	d.empty()

	d = newDesk(t, true)
	d.h.Leave()
	for range int(memory / resendMost) {
		d.after(resendMost)
	}
	d.empty() // nobody answers any more
}

// Where there is no such chat any more, both sides come to know; where it is about to
// begin, what is said in it waits.
func TestLinkOfNoChat(t *testing.T) {
	d := newDesk(t, true)
	d.say("a")
	d.comes(0, 0, matcher.PartnerLeft, "")
	d.hears("left:1")
	d.empty()
	if ended := d.links.Ended(); len(ended) > 0 {
		t.Errorf("told of what the other side has told: %v", ended)
	}
	d.comes(0, 0, matcher.PartnerLeft, "")
	d.empty()

	d = newDesk(t, false)
	d.comes(1, 0, matcher.Said, "early")
	d.sends()
	d.hand.Take(Message{Kind: Begin, Chat: chat, From: there, To: d.us()})
	d.comes(1, 0, matcher.Said, "early")
	d.hears("matched early")
}

// When this machine takes the other one for gone, it says so, if that should be wrong, and
// the person is told what may be lost. So it is when nothing more finds room.
func TestLinkIsHungUp(t *testing.T) {
	d := newDesk(t, true)
	d.say("a", "b")
	d.h.Dozing(true) // nobody misses that
	d.pairs.Lose(there.Node)
	d.hears("left:2")
	d.empty()
	ended := d.links.Ended()
	if len(ended) != 1 || len(d.links.Ended()) != 0 {
		t.Fatalf("%d chats have ended", len(ended))
	}
	d.hand.Abandon(ended[0])
	for range 3 {
		d.now = d.now.Add(repeatEvery)
		d.hand.Tick()
	}
	if want := []Kind{Over, Over, Over, Over}; !slices.Equal(d.said, want) {
		t.Errorf("said %v, want %v", d.said, want)
	}
	d.hand.Take(Message{Kind: Ended, Chat: chat, From: there, To: d.us()})
	d.said = nil
	d.now = d.now.Add(repeatEvery)
	if d.hand.Tick(); len(d.said) > 0 {
		t.Errorf("said %v after it was answered", d.said)
	}

	d = newDesk(t, true)
	for range window {
		d.say("a")
	}
	if err := d.h.Say("b", 0); err != matcher.ErrNoPartner {
		t.Errorf("there was room: %v", err)
	}
	d.hears(fmt.Sprint("left:", window))

	d = newDesk(t, true)
	d.say(strings.Repeat("a", windowBytes))
	if err := d.h.Say("b", 0); err != matcher.ErrNoPartner {
		t.Errorf("there was room: %v", err)
	}
	d.hears("left:1")

	d = newDesk(t, true)
	d.hand.Take(Message{Kind: Over, Chat: chat, From: there, To: d.us()})
	d.hears("left")
	for _, over := range d.links.Ended() {
		d.hand.Abandon(over)
	}
	if want := []Kind{Ended}; !slices.Equal(d.said, want) {
		t.Errorf("said %v of what the other side has said, want %v", d.said, want)
	}
}
