package cluster

import (
	"time"

	"strangerd/matcher"
)

const (
	// promiseTime is how long a guest is promised: the host must answer within it.
	promiseTime = time.Second
	// halfOpen is how long a guest's chat lasts that the host's machine doesn't confirm.
	halfOpen = time.Second
	// holdTime is how long a host is promised. It begins after the guest's promise did,
	// and outlives that and the chat that may have come of it. Each machine counts by its
	// own clock; a tenth of a second is for those that run at different speeds.
	holdTime = promiseTime + halfOpen + 100*time.Millisecond
	// repeatEvery is how often is said again what isn't answered.
	repeatEvery = 100 * time.Millisecond
	// giveUp is how long Over is repeated. A machine that doesn't answer for so long is
	// gone, and all chats with it end.
	giveUp = 5 * time.Second
)

// Kind says what a Message is; none is zero.
type Kind uint8

const (
	Dealt Kind = iota + 1
	Accepted
	Begin
	Begun
	Confirmed
	Over
	Ended // the answer to Over
)

// A Message is a step of how a chat begins, from one machine to another.
type Message struct {
	Kind       Kind
	Chat       matcher.ChatID
	From, To   matcher.Far
	Turn       uint32 // of To's search, as far as From was told
	FromTurn   uint32 // of From's, likewise
	Who, Whose any    // the Subjects of From and, in Dealt, of To's partner
	Shared     []matcher.Name
}

// A stage is how far a chat has come, on one machine.
type stage uint8

const (
	asked stage = iota + 1 // the host is promised, and Begin is repeated
	begun                  // the guest is in the chat, and Begun is repeated
	over                   // the guest is out of it, and Over is repeated
)

// An opening is a chat that begins, or has to be ended.
type opening struct {
	stage    stage
	say      Message   // what is repeated
	deadline time.Time // of the stage
}

// Handshake begins the chats of one machine with others. One goroutine owns it.
type Handshake struct {
	Node  uint64
	Pairs *matcher.Matcher
	Post  func(Message) // must not block
	Now   func() time.Time

	openings map[matcher.ChatID]*opening
}

// Take does what a message asks for.
func (h *Handshake) Take(m Message) {
	o := h.openings[m.Chat]
	switch m.Kind {
	case Dealt:
		// From is the host, and Who theirs; To is the guest here.
		if o == nil && h.promise(m, promiseTime) {
			h.answer(m, Accepted, m.Whose)
		}
	case Accepted:
		switch {
		case o != nil: // it was said twice
		case h.promise(m, holdTime):
			h.put(m.Chat, &opening{asked, h.reply(m, Begin, nil), h.Now().Add(promiseTime)})
		default:
			h.answer(m, Over, nil)
		}
	case Begin:
		switch {
		case o != nil && o.stage == begun:
			h.Post(o.say)
		case o == nil && h.Pairs.Begin(m.To.Seat, m.Chat):
			h.put(m.Chat, &opening{begun, h.reply(m, Begun, nil), h.Now().Add(halfOpen)})
		case o == nil:
			h.answer(m, Over, nil)
		}
	case Begun:
		if h.Pairs.Begin(m.To.Seat, m.Chat) {
			delete(h.openings, m.Chat)
			h.answer(m, Confirmed, nil)
		} else {
			h.answer(m, Over, nil)
		}
	case Confirmed:
		if o != nil && o.stage == begun {
			delete(h.openings, m.Chat)
		}
	case Over:
		delete(h.openings, m.Chat)
		h.leave(m)
		h.answer(m, Ended, nil)
	case Ended:
		if o != nil && o.stage == over {
			delete(h.openings, m.Chat)
		}
	}
}

// Tick repeats what isn't answered, and ends what has had its time. It is to be called
// every repeatEvery, and before Take.
func (h *Handshake) Tick() {
	now := h.Now()
	for chat, o := range h.openings {
		late := !now.Before(o.deadline)
		switch {
		case o.stage == begun && (late || !h.Pairs.Begin(o.say.From.Seat, chat)): // or the guest has left
			h.leave(Message{Chat: chat, From: o.say.To, To: o.say.From})
			o.stage, o.deadline = over, now.Add(giveUp)
			o.say.Kind = Over
		case late:
			delete(h.openings, chat) // the Matcher ends the promise
			continue
		}
		h.Post(o.say)
	}
}

func (h *Handshake) put(chat matcher.ChatID, o *opening) {
	if h.openings == nil {
		h.openings = make(map[matcher.ChatID]*opening)
	}
	h.openings[chat] = o
	h.Post(o.say)
}

func (h *Handshake) promise(m Message, lasts time.Duration) bool {
	return h.Pairs.Promise(m.To.Seat, matcher.Deal{
		Chat: m.Chat, Turn: m.Turn, With: m.From, Subject: m.Who, Shared: m.Shared,
	}, lasts)
}

// leave takes the seat that m is to out of the chat, or of the promise of it.
func (h *Handshake) leave(m Message) {
	h.Pairs.Release(m.To.Seat, m.Chat)
	h.Pairs.Receive(matcher.Letter{Chat: m.Chat, From: m.From.Seat, To: m.To.Seat, Kind: matcher.PartnerLeft})
}

func (h *Handshake) answer(m Message, kind Kind, who any) { h.Post(h.reply(m, kind, who)) }

// reply is a message to whom m came from.
func (h *Handshake) reply(m Message, kind Kind, who any) Message {
	return Message{
		Kind: kind, Chat: m.Chat, From: m.To, To: m.From, Turn: m.FromTurn, FromTurn: m.Turn, Who: who, Shared: m.Shared,
	}
}
