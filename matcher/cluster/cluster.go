package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"strangerd/matcher"
	"strangerd/node"
)

const (
	// offerEvery is how often an offer is said again that stands, should it be lost.
	offerEvery = 5 * time.Second
	// pause is how long this machine must have stood still to doubt what it knows of
	// others: their beats may lie here unread.
	pause = time.Second
	// queued is how many messages may wait to be sent, and as many to be read. More are
	// lost, and said again.
	queued = 8192

	// What nodes send each other; the number of the node it is to follows, and that of the
	// seat.
	dealSubject = "strangerd.deal."
	seatSubject = "strangerd.seat."
)

// The kinds of what goes on dealSubject.
const (
	aboutDeal byte = iota + 1
	aboutOffer
	aboutWithdrawal
	aboutNews
	aboutHope
)

// Config is what a Cluster is made of.
type Config struct {
	Node    *node.Node
	Cards   Cards
	MayMeet func(a, b any) bool // as that of a Matcher; nil: all may
	Log     *slog.Logger
}

// A Cluster is the Transport of a Matcher to those of other nodes, and while this node has
// the lease it deals for all. Run must be called once, and owns all its goroutines.
type Cluster struct {
	config Config
	links  Links
	term   atomic.Uint64 // of the lease, while it is ours
	out    chan sending
	wake   chan struct{}

	mu      sync.Mutex // guards what follows; no other lock is taken under it
	changes []change

	// What follows is the loop's.
	hand   Handshake
	dealer *Dealer // nil: another node is
	offers map[uint64]*standing
	hopes  Hopes
	to     node.Peer            // who deals; Start 0: nobody
	heard  map[uint64]time.Time // the nodes that chats may be with; since when, if no beat has come
	ticked time.Time
	own    []func() // what this node has for itself
}

// A change is of what is offered: nil is a withdrawal. If there is a chat it is a hope.
type change struct {
	seat  uint64
	offer *matcher.Offer
	after matcher.ChatID
}

// standing is an offer that stands.
type standing struct {
	matcher.Offer
	said time.Time
}

// sending is a message that waits to be sent.
type sending struct {
	subject string
	plain   []byte
}

// New returns a Cluster that does nothing until Run.
func New(config Config) *Cluster {
	c := &Cluster{
		config: config,
		out:    make(chan sending, queued),
		wake:   make(chan struct{}, 1),
		offers: make(map[uint64]*standing),
		heard:  make(map[uint64]time.Time),
	}
	c.links = Links{Post: c.parcel, Now: time.Now}
	c.hand = Handshake{Node: config.Node.Number(), Post: c.post, Now: time.Now}
	c.hopes = Hopes{Hand: &c.hand, Post: c.hope}
	return c
}

// Offer, Withdraw, Hope, Send and HangUp are those of a matcher.Transport.
func (c *Cluster) Offer(o matcher.Offer) { c.change(change{seat: o.Seat, offer: &o}) }
func (c *Cluster) Withdraw(seat uint64)  { c.change(change{seat: seat}) }
func (c *Cluster) Hope(seat uint64, chat matcher.ChatID) {
	c.change(change{seat: seat, after: chat})
}
func (c *Cluster) Send(to uint64, l matcher.Letter) bool { return c.links.Send(to, l) }
func (c *Cluster) HangUp(home uint64, with matcher.Far, chat matcher.ChatID) (lost uint8) {
	defer c.look()
	return c.links.HangUp(home, with, chat)
}

func (c *Cluster) change(one change) {
	c.mu.Lock()
	c.changes = append(c.changes, one)
	c.mu.Unlock()
	c.look()
}

// look has the loop look for what has come from the Matcher.
func (c *Cluster) look() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Term is that of the lease by which this node deals; 0: it doesn't.
func (c *Cluster) Term() uint64 { return c.term.Load() }

// Run carries what the people of pairs have for those of other nodes, until ctx ends.
func (c *Cluster) Run(ctx context.Context, pairs *matcher.Matcher) {
	c.links.Pairs, c.hand.Pairs = pairs, pairs
	in := make(chan *nats.Msg, queued)
	us := fmt.Sprintf("%016x", c.config.Node.Number())
	for _, subject := range []string{dealSubject + us, seatSubject + us + ".*"} {
		stop, err := c.config.Node.Listen(subject, in)
		if err != nil {
			c.config.Log.Error("this node can't hear the others", "error", err)
			return
		}
		defer stop()
	}
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { c.lease(ctx) })
	running.Go(func() { c.publish(ctx) })
	c.loop(ctx, in)
}

// publish sends what waits to be sent, also after the end.
func (c *Cluster) publish(ctx context.Context) {
	for {
		select {
		case o := <-c.out:
			c.config.Node.Publish(o.subject, o.plain) // what is lost is said again
			continue
		default:
		}
		select {
		case o := <-c.out:
			c.config.Node.Publish(o.subject, o.plain)
		case <-ctx.Done():
			return
		}
	}
}

// lease has this node be the one that deals, if no other is, until ctx ends.
func (c *Cluster) lease(ctx context.Context) {
	var l *Lease
	ticker := time.NewTicker(LeaseEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			if l != nil {
				ending, stop := context.WithTimeout(context.Background(), LeaseEvery)
				defer stop()
				l.Yield(ending) // or it is found out
			}
			return
		case <-ticker.C:
		}
		if !c.config.Node.Inside() || !c.config.Node.Connected() {
			continue
		}
		trying, stop := context.WithTimeout(ctx, leaseTime)
		if l == nil {
			if kv, err := c.config.Node.Bucket(trying); err == nil {
				l = &Lease{KV: kv, Node: c.config.Node.Number()}
			}
		}
		if l != nil {
			term, _ := l.Try(trying, time.Now()) // after an error it is what it was
			c.term.Store(term)
		}
		stop()
	}
}

func (c *Cluster) loop(ctx context.Context, in <-chan *nats.Msg) {
	ticker := time.NewTicker(repeatEvery)
	defer ticker.Stop()
	answers := time.NewTimer(never)
	defer answers.Stop()
	answering := false
	c.ticked = time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			c.tick(time.Now())
		case <-answers.C:
			answering = false
			c.links.Answer()
		case <-c.wake:
		case msg := <-in:
			c.take(msg)
			if !answering {
				answering = true
				answers.Reset(ackAfter)
			}
		}
		c.settle()
	}
}

// tick does what time alone asks for.
func (c *Cluster) tick(now time.Time) {
	stood := now.Sub(c.ticked)
	c.ticked = now
	switch {
	case stood >= node.Gone: // all others have lost us
		for number := range c.heard {
			c.lose(number)
		}
	case stood < pause:
		c.watch(now)
	}
	c.hand.Tick()
	c.links.Tick()
	c.hopes.Tick()
	if c.dealer != nil {
		c.dealer.Tick()
	}
	for _, o := range c.offers {
		if now.Sub(o.said) >= offerEvery {
			c.offer(o, now)
		}
	}
}

// watch looks which nodes there are, which are gone, and which one deals. While this one
// isn't one of them none does for it: the others don't hear it, and would take it for gone.
func (c *Cluster) watch(now time.Time) {
	live := make(map[uint64]bool)
	dealer := node.Peer{}
	if term := c.term.Load(); c.config.Node.Inside() && term != 0 {
		dealer.Start, dealer.Term = c.config.Node.Number(), term
	}
	for _, peer := range c.config.Node.Peers() {
		if peer.Silent >= node.Gone {
			continue
		}
		live[peer.Start] = true
		c.heard[peer.Start] = time.Time{}
		if peer.Term > dealer.Term && c.config.Node.Inside() {
			dealer = peer
		}
	}
	for number, since := range c.heard {
		if !live[number] && (since.IsZero() || now.Sub(since) >= node.Gone) {
			c.lose(number)
		}
	}
	if dealer.Start != c.to.Start || dealer.Term != c.to.Term {
		c.follow(dealer, now)
	}
}

// lose ends what is between us and a node that is gone.
func (c *Cluster) lose(number uint64) {
	delete(c.heard, number)
	c.hand.Pairs.Lose(number)
	if c.dealer != nil {
		c.dealer.Lose(number)
	}
}

// follow has another node deal from now on, or nobody.
func (c *Cluster) follow(dealer node.Peer, now time.Time) {
	c.to, c.dealer = dealer, nil
	if dealer.Start == c.config.Node.Number() {
		c.dealer = newDealer(c.config.MayMeet, c.post, c.news, time.Now)
	}
	for _, o := range c.offers {
		c.offer(o, now)
	}
}

// settle does what has come from the Matcher, and what this node has for itself.
func (c *Cluster) settle() {
	for {
		c.mu.Lock()
		changes := c.changes
		c.changes = nil
		c.mu.Unlock()
		ended, own := c.links.Ended(), c.own
		c.own = nil
		if len(changes)+len(ended)+len(own) == 0 {
			return
		}
		for _, one := range changes {
			c.apply(one)
		}
		for _, m := range ended {
			c.hand.Abandon(m)
		}
		for _, do := range own {
			do()
		}
	}
}

func (c *Cluster) apply(one change) {
	if one.after != (matcher.ChatID{}) {
		c.hopes.Say(one.seat, one.after)
		return
	}
	if one.offer != nil {
		o := &standing{Offer: *one.offer}
		c.offers[one.seat] = o
		c.offer(o, time.Now())
		return
	}
	delete(c.offers, one.seat)
	switch {
	case c.dealer != nil:
		c.dealer.Withdraw(c.config.Node.Number(), one.seat)
	case c.to.Start != 0:
		w := c.writer(aboutWithdrawal)
		w.fixed(one.seat)
		c.send(dealSubject, c.to.Start, w)
	}
}

// offer says to who deals what is offered.
func (c *Cluster) offer(o *standing, now time.Time) {
	o.said = now
	switch {
	case c.dealer != nil:
		c.dealer.Offer(c.config.Node.Number(), o.Offer)
	case c.to.Start != 0:
		w := c.writer(aboutOffer)
		c.config.Cards.offer(w, o.Offer)
		c.send(dealSubject, c.to.Start, w)
	}
}

// hope has another machine told what somebody of ours hopes for.
func (c *Cluster) hope(seat uint64, h matcher.Hope) {
	w := c.writer(aboutHope)
	w.fixed(seat)
	c.config.Cards.hope(w, h)
	c.send(dealSubject, h.With.Node, w)
}

// writer begins a message of this node.
func (c *Cluster) writer(kind byte) *writer {
	w := new(writer)
	w.fixed(c.config.Node.Number())
	w.byte(kind)
	return w
}

// send has a message sent to a node, or lost.
func (c *Cluster) send(subject string, to uint64, w *writer) {
	c.enqueue(fmt.Sprintf("%s%016x", subject, to), w)
}

func (c *Cluster) enqueue(subject string, w *writer) {
	select {
	case c.out <- sending{subject, w.b}:
	default:
	}
}

// post has a message of a Handshake or a Dealer sent.
func (c *Cluster) post(m Message) {
	if m.To.Node == c.config.Node.Number() {
		c.own = append(c.own, func() { c.hand.Take(m) })
		return
	}
	w := c.writer(aboutDeal)
	c.config.Cards.message(w, m)
	c.send(dealSubject, m.To.Node, w)
}

// news has what a Dealer has for a search told.
func (c *Cluster) news(to uint64, n News) {
	if to == c.config.Node.Number() {
		c.own = append(c.own, func() { c.hand.Pairs.Tell(n.Of, n.Kind, n.With, n.Whose) })
		return
	}
	w := c.writer(aboutNews)
	c.config.Cards.news(w, n)
	c.send(dealSubject, to, w)
}

// parcel has a parcel of Links sent.
func (c *Cluster) parcel(to uint64, p Parcel) {
	w := new(writer)
	w.fixed(c.config.Node.Number())
	w.parcel(p)
	c.enqueue(fmt.Sprintf("%s%016x.%016x", seatSubject, to, p.To), w)
}

// take takes what another node sent.
func (c *Cluster) take(msg *nats.Msg) {
	seal := c.config.Node.Seal
	plain, err := seal.Open(msg.Subject, msg.Data)
	if err != nil {
		return
	}
	r := &reader{rest: plain}
	from := r.fixed()
	if strings.HasPrefix(msg.Subject, seatSubject) {
		p := r.parcel()
		if r.done() != nil {
			seal.Malformed()
			return
		}
		c.meet(from)
		c.links.Take(from, p)
		return
	}
	do := c.read(from, r)
	if r.done() != nil {
		seal.Malformed()
		return
	}
	c.meet(from)
	do()
}

// read reads what is not about a chat that has begun, and returns what it asks for.
func (c *Cluster) read(from uint64, r *reader) (do func()) {
	switch r.byte() {
	case aboutDeal:
		m := c.config.Cards.readMessage(r)
		if m.To.Node != c.config.Node.Number() || m.Kind != Dealt && m.From.Node != from {
			r.bad = true
		}
		return func() { c.hand.Take(m) }
	case aboutOffer:
		o := c.config.Cards.readOffer(r)
		return func() {
			if c.dealer != nil {
				c.dealer.Offer(from, o)
			}
		}
	case aboutWithdrawal:
		seat := r.fixed()
		return func() {
			if c.dealer != nil {
				c.dealer.Withdraw(from, seat)
			}
		}
	case aboutNews:
		n := c.config.Cards.readNews(r)
		return func() { c.hand.Pairs.Tell(n.Of, n.Kind, n.With, n.Whose) }
	case aboutHope:
		seat := r.fixed()
		h := c.config.Cards.readHope(r)
		if h.With.Node != c.config.Node.Number() {
			r.bad = true
		}
		return func() { c.hopes.Take(matcher.Far{Node: from, Seat: seat}, h) }
	}
	r.bad = true
	return nil
}

// meet notes that there is a node of which there may not have been a beat.
func (c *Cluster) meet(number uint64) {
	if _, known := c.heard[number]; !known {
		c.heard[number] = time.Now()
	}
}
