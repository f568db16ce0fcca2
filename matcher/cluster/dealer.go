package cluster

import (
	"crypto/rand"
	"slices"
	"time"

	"strangerd/matcher"
)

const (
	// dealAgain is how long after it was dealt a search is dealt again that is still
	// offered: somebody withdrew, or may not meet the other, or a message was lost. Each
	// time it waits twice as long, up to dealMost.
	dealAgain = time.Second
	dealMost  = 8 * time.Second
	// offerLasts is how long a search is offered that isn't offered again.
	offerLasts = 3 * offerEvery
	// never is longer than anybody waits.
	never = 100 * 365 * 24 * time.Hour
)

// offered is a search of somebody on some machine, at the dealer.
type offered struct {
	matcher.Offer
	node  uint64
	seat  *matcher.Seat // nil once it is dealt
	heard time.Time
	again time.Time // when it is dealt again
	wait  time.Duration
}

// News is what a Dealer has for a search, but for a chat.
type News struct {
	Kind     matcher.Kind // Called, CallMissed, RematchOffered or RematchCancelled
	Of, With matcher.Search
	Whose    any // the Subject of With's, if there is one
}

// Dealer brings the searches of all machines together, by the rules of any Matcher: it has
// one of its own, in which they have seats; but for those that have to do with a question. It
// knows nothing of what comes of a deal but that the two are withdrawn. One goroutine owns
// it.
type Dealer struct {
	post   func(Message)             // must not block
	tell   func(node uint64, n News) // likewise
	now    func() time.Time
	pairs  *matcher.Matcher
	offers map[uint64]*offered // by seat
	woken  []*offered          // whose seat has events
}

func newDealer(mayMeet func(a, b any) bool, post func(Message), tell func(uint64, News), now func() time.Time) *Dealer {
	d := &Dealer{post: post, tell: tell, now: now, offers: make(map[uint64]*offered)}
	d.pairs = matcher.New(&matcher.Options{
		// Their own machines say who sleeps and whose wait for something shared is over.
		AsleepAfter:  never,
		InterestWait: -1, // their own machines tell when it is over
		MayMeet: func(x, y any) bool {
			a, b := x.(*offered), y.(*offered)
			return a.node != b.node && !slices.Contains(a.Declined, b.search()) && !slices.Contains(b.Declined, a.search()) &&
				(mayMeet == nil || mayMeet(a.Subject, b.Subject))
		},
	})
	return d
}

// Offer takes an offer of a node, and Withdraw takes one back.
func (d *Dealer) Offer(node uint64, offer matcher.Offer) {
	o := d.offers[offer.Seat]
	if o != nil && o.node == node && o.same(offer) {
		o.heard = d.now()
		return
	}
	var old *matcher.Seat
	if o != nil {
		old, o.seat = o.seat, nil
	}
	o = &offered{Offer: offer, node: node, heard: d.now(), wait: dealAgain}
	d.offers[offer.Seat] = o
	d.take(o)
	if old != nil { // not before: whoever calls them finds the new seat
		old.Close()
	}
	d.deal()
}

func (o *offered) search() matcher.Search { return matcher.Search{Seat: o.Seat, Turn: o.Turn} }

func (o *offered) asleep() bool { return o.Idle >= matcher.AsleepAfter }

// same tells whether two offers ask for the same.
func (o *offered) same(other matcher.Offer) bool {
	a, b := o.Criteria, other.Criteria
	return o.search() == (matcher.Search{Seat: other.Seat, Turn: other.Turn}) && o.Open == other.Open &&
		o.asleep() == (other.Idle >= matcher.AsleepAfter) && slices.Equal(o.Declined, other.Declined) && a.OnlyLanguages == b.OnlyLanguages &&
		slices.Equal(a.Interests, b.Interests) && slices.Equal(a.Languages, b.Languages)
}

func (d *Dealer) Withdraw(node, seat uint64) {
	if o := d.offers[seat]; o != nil && o.node == node {
		d.drop(o)
	}
}

// Lose takes back all that a node has offered.
func (d *Dealer) Lose(node uint64) {
	for _, o := range d.offers {
		if o.node == node {
			d.drop(o)
		}
	}
}

// Tick deals again what has come to nothing, and what is due. It is to be called often.
func (d *Dealer) Tick() {
	now := d.now()
	d.pairs.Release(0, matcher.ChatID{}) // nobody runs the Matcher
	for _, o := range d.offers {
		switch {
		case now.Sub(o.heard) >= offerLasts:
			d.drop(o)
		case o.seat == nil && !now.Before(o.again):
			d.take(o)
		}
	}
	d.deal()
}

// take has o be looked for.
func (d *Dealer) take(o *offered) {
	offer := o.Offer
	offer.Idle = 0
	if o.asleep() {
		offer.Idle = never
	}
	o.seat = d.pairs.Take(offer, matcher.Profile{Subject: o, Wake: func() { d.woken = append(d.woken, o) }})
}

func (d *Dealer) drop(o *offered) {
	if o == nil {
		return
	}
	delete(d.offers, o.Seat)
	d.close(o)
}

func (d *Dealer) close(o *offered) {
	if seat := o.seat; seat != nil {
		o.seat = nil
		seat.Close()
	}
}

// deal tells of all whom the Matcher has brought together.
func (d *Dealer) deal() {
	for len(d.woken) > 0 {
		o := d.woken[0]
		d.woken = d.woken[1:]
		if o.seat == nil {
			continue
		}
		events, _ := o.seat.Events()
		for _, e := range events {
			if e.Kind == matcher.Matched {
				d.dealt(o, e.Partner.(*offered), e.Shared)
				break
			}
			n := News{Kind: e.Kind, Of: o.search()}
			if with, ok := e.Partner.(*offered); ok {
				n.With, n.Whose = with.search(), with.Subject
			}
			d.tell(o.node, n)
		}
	}
}

// dealt has the machine of guest begin a chat with host.
func (d *Dealer) dealt(host, guest *offered, shared []matcher.Name) {
	for _, o := range []*offered{host, guest} {
		d.close(o)
		o.again = d.now().Add(o.wait)
		o.wait = min(2*o.wait, dealMost)
	}
	d.post(Message{
		Kind: Dealt, Chat: newChat(),
		From: matcher.Far{Node: host.node, Seat: host.Seat}, FromTurn: host.Turn, Who: host.Subject,
		To: matcher.Far{Node: guest.node, Seat: guest.Seat}, Turn: guest.Turn, Whose: guest.Subject,
		Shared: shared,
	})
}

// newChat draws the name of a chat.
func newChat() (chat matcher.ChatID) {
	rand.Read(chat[:]) // never fails
	return chat
}
