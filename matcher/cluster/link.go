package cluster

import (
	"sync"
	"time"

	"strangerd/matcher"
)

const (
	// window is how many letters may be on their way, and windowBytes how many bytes of
	// messages: more than anybody can say in the time after which their partner's
	// machine is taken for gone.
	window      = 32
	windowBytes = 64 << 10
	// resendAfter is how long a letter waits for an answer before it is sent again, and
	// those that follow it with it. Once the chat is over here, it waits twice as long each
	// time, up to resendMost.
	resendAfter = 300 * time.Millisecond
	resendMost  = 5 * time.Second
	// ackAfter is how long an answer waits for a letter that it can go with.
	ackAfter = 20 * time.Millisecond
)

// A Parcel is what goes from one machine to another about a chat that has begun: a
// letter, an answer to letters, or both.
type Parcel struct {
	// N is the number of the letter, from 1, among those of the chat that go this way. It
	// is 0 of an answer alone, of notices of typing, which may be lost, and of
	// PartnerLeft where there is no such chat.
	N uint64
	// Ack is the highest N up to which all letters have come from the other side.
	Ack uint64
	matcher.Letter
}

// Links carry letters between this machine and others: each that has a number arrives
// once and in order, or is counted as lost to whom the chat ends for. What is sent is kept
// until it is answered for, and sent again. The side that a chat is over on doesn't
// wait: it says so until that is answered, and forgets the rest.
//
// Send and HangUp are called by a Matcher, as the same methods of its Transport; the
// others by one goroutine.
type Links struct {
	Pairs *matcher.Matcher
	Post  func(node uint64, p Parcel) // must not block; it may lose, double and delay
	Now   func() time.Time

	mu    sync.Mutex // guards what follows; no other lock is taken under it
	all   map[matcher.ChatID]*link
	busy  map[*link]struct{} // have something to send again, or an answer to give
	ended []Message
}

// link is a chat with another machine, on this one, in which there was a letter.
type link struct {
	chat       matcher.ChatID
	home       uint64
	with       matcher.Far
	sent       []Parcel // and not answered for, oldest first
	bytes      int      // of those
	said       uint64   // the N of the last one
	heard      uint64   // all letters up to this one have come
	owes       bool     // an answer
	leaving    time.Time
	resend     time.Time // when sent is sent again, if there are any
	wait       time.Duration
	leftByThem bool
}

// Send sends a letter, and tells whether there was room for it.
func (l *Links) Send(node uint64, letter matcher.Letter) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := Parcel{Letter: letter}
	if letter.Kind == matcher.TypingStarted || letter.Kind == matcher.TypingStopped {
		l.Post(node, p)
		return true
	}
	k := l.link(letter.Chat, letter.From, matcher.Far{Node: node, Seat: letter.To})
	if letter.Kind == matcher.PartnerLeft {
		k.leaving = l.Now()
	} else if len(k.sent) >= window || k.bytes+len(letter.Text) > windowBytes {
		return false
	}
	k.said++
	p.N, p.Ack, k.owes = k.said, k.heard, false
	if len(k.sent) == 0 {
		k.patient(l.Now())
	}
	k.sent = append(k.sent, p)
	k.bytes += len(letter.Text)
	l.busy[k] = struct{}{}
	l.Post(node, p)
	return true
}

// HangUp ends a chat without another word, and returns how many messages are not known
// to have arrived.
func (l *Links) HangUp(home uint64, with matcher.Far, chat matcher.ChatID) (lost uint8) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.all[chat]
	if k == nil || !k.leftByThem {
		l.ended = append(l.ended, Message{Kind: Over, Chat: chat, From: matcher.Far{Seat: home}, To: with})
	}
	if k == nil {
		return 0
	}
	for _, p := range k.sent {
		if p.Kind == matcher.Said {
			lost++
		}
	}
	l.forget(k)
	return lost
}

// Ended returns the chats that this side has ended since it was last asked, for reasons of
// its own, as what is to be said until it is answered. They lack the number of this node.
func (l *Links) Ended() (all []Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all, l.ended = l.ended, nil
	return all
}

// Take takes what has come from a node.
func (l *Links) Take(node uint64, p Parcel) {
	k := l.answered(node, p)
	if p.N == 0 {
		switch p.Kind {
		case matcher.PartnerLeft:
			l.gone(node, p)
		case matcher.TypingStarted, matcher.TypingStopped:
			l.Pairs.Receive(p.Letter)
		}
		return
	}
	promised, live := l.Pairs.Stage(p.To, p.Chat)
	switch {
	case promised: // what says that the chat has begun was lost, and is said again
	case live:
		l.receive(node, p)
	case k == nil || p.Kind == matcher.PartnerLeft: // nobody here says any more that it is over
		l.forgetAll(k)
		l.Post(node, Parcel{Letter: matcher.Letter{Chat: p.Chat, From: p.To, To: p.From, Kind: matcher.PartnerLeft}})
	}
}

// answered finds the link of p, if there is one, and takes out of it what p answers for.
func (l *Links) answered(node uint64, p Parcel) *link {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.all[p.Chat]
	if k == nil || k.with != (matcher.Far{Node: node, Seat: p.From}) || k.home != p.To {
		return nil
	}
	for len(k.sent) > 0 && k.sent[0].N <= p.Ack {
		k.bytes -= len(k.sent[0].Text)
		k.sent = k.sent[1:]
		k.patient(l.Now())
	}
	if len(k.sent) == 0 && !k.leaving.IsZero() {
		l.forget(k)
	}
	return k
}

// receive takes a letter of a chat that goes on.
func (l *Links) receive(node uint64, p Parcel) {
	l.mu.Lock()
	k := l.link(p.Chat, p.To, matcher.Far{Node: node, Seat: p.From})
	k.owes = true
	l.busy[k] = struct{}{}
	next := p.N == k.heard+1
	k.leftByThem = next && p.Kind == matcher.PartnerLeft
	l.mu.Unlock()
	received := next && l.Pairs.Receive(p.Letter)
	_, live := l.Pairs.Stage(p.To, p.Chat)
	l.mu.Lock()
	defer l.mu.Unlock()
	if received {
		k.heard = p.N
	}
	switch {
	case k.leftByThem && received:
		l.ack(k)
	case !live && k.leaving.IsZero(): // it was hung up meanwhile
		l.forget(k)
	}
}

// gone ends a chat that the other side knows nothing of.
func (l *Links) gone(node uint64, p Parcel) {
	l.mu.Lock()
	k := l.link(p.Chat, p.To, matcher.Far{Node: node, Seat: p.From})
	k.leftByThem = true
	l.mu.Unlock()
	l.Pairs.Receive(p.Letter)
	l.forgetAll(k)
}

// Tick sends again what isn't answered for, and forgets whom nobody answers.
func (l *Links) Tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.Now()
	for k := range l.busy {
		switch {
		case len(k.sent) == 0 && !k.owes:
			delete(l.busy, k)
		case !k.leaving.IsZero() && now.Sub(k.leaving) >= memory:
			l.forget(k)
		case len(k.sent) > 0 && !now.Before(k.resend):
			if k.resend = now.Add(k.wait); !k.leaving.IsZero() {
				k.wait = min(2*k.wait, resendMost)
			}
			for _, p := range k.sent {
				p.Ack, k.owes = k.heard, false
				l.Post(k.with.Node, p)
			}
		}
	}
}

// Answer answers for what has come and wasn't answered for yet.
func (l *Links) Answer() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for k := range l.busy {
		if k.owes {
			l.ack(k)
		}
	}
}

// ack answers for what has come. The caller holds mu.
func (l *Links) ack(k *link) {
	k.owes = false
	l.Post(k.with.Node, Parcel{Ack: k.heard, Letter: matcher.Letter{Chat: k.chat, From: k.home, To: k.with.Seat}})
}

// link returns the link of a chat, which may be new. The caller holds mu.
func (l *Links) link(chat matcher.ChatID, home uint64, with matcher.Far) *link {
	k := l.all[chat]
	if k == nil {
		if l.all == nil {
			l.all, l.busy = make(map[matcher.ChatID]*link), make(map[*link]struct{})
		}
		k = &link{chat: chat, home: home, with: with}
		l.all[chat] = k
	}
	return k
}

// patient has k wait for an answer as long as at first.
func (k *link) patient(now time.Time) {
	k.wait = resendAfter
	k.resend = now.Add(k.wait)
}

func (l *Links) forgetAll(k *link) {
	if k != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.forget(k)
	}
}

// forget ends k. The caller holds mu.
func (l *Links) forget(k *link) {
	if l.all[k.chat] == k {
		delete(l.all, k.chat)
	}
	delete(l.busy, k)
}
