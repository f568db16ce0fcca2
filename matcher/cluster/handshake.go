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
	// memory is how long a chat that is over is remembered: a message about it that comes
	// late must not begin it again. None is later, since none is kept while NATS is away.
	memory = time.Minute
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
	After      matcher.ChatID // as of a matcher.Deal
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
	repeat   time.Time // when it is said again
}

// Handshake begins the chats of one machine with others. One goroutine owns it.
type Handshake struct {
	Node  uint64
	Pairs *matcher.Matcher
	Post  func(Message) // must not block
	Now   func() time.Time

	openings map[matcher.ChatID]*opening
	past     map[matcher.ChatID]time.Time // since when a chat is over that was not confirmed
}

// Take does what a message asks for.
func (h *Handshake) Take(m Message) {
	h.age(m.Chat) // it may have had its time since the last Tick
	o := h.openings[m.Chat]
	_, past := h.past[m.Chat]
	_, live := h.Pairs.Stage(m.To.Seat, m.Chat)
	switch m.Kind {
	case Dealt:
		// From is the host, and Who theirs; To is the guest here.
		if !past && h.promise(m, promiseTime) {
			h.answer(m, Accepted, m.Whose)
		}
	case Accepted:
		switch {
		case live || o != nil: // it was said twice
		case !past && h.promise(m, holdTime):
			h.put(m, asked, Begin, holdTime)
		default:
			h.refuse(m)
		}
	case Begin:
		switch {
		case live: // it was said twice, and what answers it is repeated
		case h.Pairs.Begin(m.To.Seat, m.Chat):
			h.put(m, begun, Begun, halfOpen)
		default:
			h.refuse(m)
		}
	case Begun:
		if h.Pairs.Begin(m.To.Seat, m.Chat) {
			delete(h.openings, m.Chat)
			h.answer(m, Confirmed, nil)
		} else if o == nil || o.stage != over { // the guest was told that it began
			h.end(m)
			h.put(m, over, Over, giveUp)
		}
	case Confirmed:
		if o != nil && o.stage == begun {
			delete(h.openings, m.Chat)
		}
	case Over:
		delete(h.openings, m.Chat)
		h.end(m)
		h.answer(m, Ended, nil)
	case Ended:
		if o != nil && o.stage == over {
			delete(h.openings, m.Chat)
		}
	}
}

// refuse says that what m is about isn't, or isn't any more.
func (h *Handshake) refuse(m Message) {
	if o := h.openings[m.Chat]; o != nil && o.stage == over {
		return // that is being said
	}
	delete(h.openings, m.Chat)
	h.end(m)
	h.answer(m, Over, nil)
}

// Tick repeats what isn't answered for repeatEvery, and ends what has had its time. It is
// to be called as often.
func (h *Handshake) Tick() {
	for chat := range h.openings {
		h.age(chat)
	}
	now := h.Now()
	for chat, since := range h.past {
		if now.Sub(since) >= memory {
			delete(h.past, chat)
		}
	}
}

// age is Tick of one chat, if it begins or has to be ended.
func (h *Handshake) age(chat matcher.ChatID) {
	o := h.openings[chat]
	if o == nil {
		return
	}
	now := h.Now()
	late := !now.Before(o.deadline)
	promised, live := h.Pairs.Stage(o.say.From.Seat, chat)
	switch {
	case o.stage == begun && (late || !live), o.stage == asked && !late && !promised: // or the owner has left
		h.end(Message{Chat: chat, From: o.say.To, To: o.say.From})
		o.stage, o.deadline = over, now.Add(giveUp)
		o.say.Kind, o.repeat = Over, now
	case late:
		delete(h.openings, chat) // the Matcher ends the promise
		return
	}
	if !now.Before(o.repeat) {
		o.repeat = now.Add(repeatEvery)
		h.Post(o.say)
	}
}

// Abandon says, until it is answered, that a chat is over for a reason of this machine's own.
// It takes the message as HangUp made it.
func (h *Handshake) Abandon(m Message) {
	if _, past := h.past[m.Chat]; !past {
		m.From.Node = h.Node
		h.say(m, over, giveUp)
	}
}

// put says what is to be repeated, for the first time.
func (h *Handshake) put(m Message, at stage, kind Kind, lasts time.Duration) {
	h.say(h.reply(m, kind, nil), at, lasts)
}

func (h *Handshake) say(m Message, at stage, lasts time.Duration) {
	if h.openings == nil {
		h.openings = make(map[matcher.ChatID]*opening)
	}
	now := h.Now()
	h.openings[m.Chat] = &opening{stage: at, say: m, deadline: now.Add(lasts), repeat: now.Add(repeatEvery)}
	h.Post(m)
}

func (h *Handshake) promise(m Message, lasts time.Duration) bool {
	return h.Pairs.Promise(m.To.Seat, matcher.Deal{
		Chat: m.Chat, After: m.After, Turn: m.Turn, With: m.From, Theirs: m.FromTurn, Subject: m.Who, Shared: m.Shared,
	}, lasts)
}

// end takes the seat that m is to out of the chat, or of the promise of it, for good.
func (h *Handshake) end(m Message) {
	if h.past == nil {
		h.past = make(map[matcher.ChatID]time.Time)
	}
	h.past[m.Chat] = h.Now()
	h.Pairs.Release(m.To.Seat, m.Chat)
	h.Pairs.Receive(matcher.Letter{Chat: m.Chat, From: m.From.Seat, To: m.To.Seat, Kind: matcher.PartnerLeft})
}

func (h *Handshake) answer(m Message, kind Kind, who any) { h.Post(h.reply(m, kind, who)) }

// reply is a message to whom m came from.
func (h *Handshake) reply(m Message, kind Kind, who any) Message {
	return Message{
		Kind: kind, Chat: m.Chat, After: m.After, From: m.To, To: m.From, Turn: m.FromTurn, FromTurn: m.Turn, Who: who, Shared: m.Shared,
	}
}
