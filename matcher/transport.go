package matcher

import "time"

// A Transport carries what a Matcher has for others, on other machines. Its methods are
// called under the lock: they must not block, nor call back.
type Transport interface {
	// Offer says that somebody waits whom nobody here was found for within
	// Options.OfferAfter; it is said again when what is asked for changes. The seat
	// waits here meanwhile, and may be paired here at any moment.
	Offer(Offer)
	// Withdraw says that an offered seat doesn't wait any more.
	Withdraw(seat uint64)
	// Hope says that the owner of a seat hopes to meet somebody of another machine again,
	// and is free to. Matcher.Hopes tells as long as it is so.
	Hope(seat uint64, chat ChatID)
	// Send brings a letter to another machine, and tells whether there is room for it:
	// where there is none, the chat is over. For PartnerLeft there always is.
	Send(node uint64, l Letter) bool
	// HangUp says that a chat of the seat home is over since the other one left, or their
	// machine did. It returns how many messages are not known to have reached that.
	HangUp(home uint64, with Far, chat ChatID) (lost uint8)
}

// An Offer is a search, as another Matcher can know it.
type Offer struct {
	Seat, Last uint64 // ids; Last is that of who they last talked to, or 0
	Turn       uint32
	Criteria   Criteria
	Open       bool          // its time for shared interests and languages is over
	Idle       time.Duration // since the last key, up to AsleepAfter: then they sleep
	Declined   []Search      // whom they would rather not meet, or must not; up to MaxDeclined
	Subject    any
}

// A Search is one of a seat that may be of another machine.
type Search struct {
	Seat uint64
	Turn uint32
}

// A Hope is that of who had Chat with With, to meet them again.
type Hope struct {
	Chat    ChatID
	With    Far
	Subject any // whose hope it is
}

// ChatID names a chat between machines. It is drawn, and never used again.
type ChatID [16]byte

// A Far is a seat of another machine.
type Far struct{ Node, Seat uint64 }

// A Deal is a chat that two machines are to begin.
type Deal struct {
	Chat    ChatID
	Turn    uint32 // of the search that it was made for
	With    Far
	Theirs  uint32 // the turn of With's search
	Subject any    // whom With belongs to
	Shared  []Name // interests of both
	// After is the chat after which both asked to meet again: then it is for no search,
	// and the seat may be idle. It is zero otherwise.
	After ChatID

	offered bool // the owner was told that they meet again
}

// A Letter is what somebody did in a chat, on its way to the other. Of notices of typing
// any may be lost; what else is lost, doubled or comes late, whoever carries it puts right.
type Letter struct {
	Chat     ChatID
	From, To uint64 // seats
	Kind     Kind
	Mark     uint8  // of Said
	Text     string // of Said
}
