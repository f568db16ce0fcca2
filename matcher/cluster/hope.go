package cluster

import (
	"time"

	"strangerd/matcher"
)

// hopeEvery is how often it is said again that somebody hopes to meet another one again.
const hopeEvery = 2 * time.Second

// Hopes brings together those of different machines who both ask to meet again. Whoever
// hopes, and is free, has their machine say so to that of the other, every now and then; if
// that is mutual, the machine with the higher number begins the chat. Nothing that is said is kept:
// what is lost is said again. One goroutine owns it.
type Hopes struct {
	Hand *Handshake
	Post func(seat uint64, h matcher.Hope) // must not block

	said map[hoping]time.Time // when each was said last
}

// hoping is a seat that hopes to meet another one again after a chat.
type hoping struct {
	seat uint64
	chat matcher.ChatID
}

// Say says what somebody hopes for, until it is so no more.
func (h *Hopes) Say(seat uint64, chat matcher.ChatID) {
	one := hoping{seat, chat}
	hope, still := h.Hand.Pairs.Hopes(seat, chat)
	if !still {
		delete(h.said, one)
		return
	}
	if h.said == nil {
		h.said = make(map[hoping]time.Time)
	}
	h.said[one] = h.Hand.Now()
	h.Post(seat, hope)
}

// Take takes what somebody on another machine hopes for.
func (h *Hopes) Take(from matcher.Far, theirs matcher.Hope) {
	ours, mutual := h.Hand.Pairs.Hopes(theirs.With.Seat, theirs.Chat)
	switch {
	case !mutual || ours.With != from:
	case from.Node > h.Hand.Node:
		h.Say(theirs.With.Seat, theirs.Chat)
	default:
		h.Hand.Take(Message{
			Kind: Dealt, Chat: newChat(), After: theirs.Chat,
			From: from, To: theirs.With, Who: theirs.Subject, Whose: ours.Subject,
		})
	}
}

// Tick says again what hasn't been said for a while.
func (h *Hopes) Tick() {
	now := h.Hand.Now()
	for one, said := range h.said {
		if now.Sub(said) >= hopeEvery {
			h.Say(one.seat, one.chat)
		}
	}
}
