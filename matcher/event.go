package matcher

// A Kind says what happened to a seat; none is zero.
type Kind uint8

const (
	// Matched: a chat began.
	Matched Kind = iota + 1
	// Said: the partner said Text. It also ends their typing.
	Said
	TypingStarted
	TypingStopped
	// PartnerLeft: the chat is over. The seat is idle until its next Find.
	PartnerLeft
	// AskerLeft: who asked the question of this chat watches no more. It goes on.
	AskerLeft
	// RematchOffered: only the person of the last chat waits; the chat begins
	// after Options.RematchDelay unless one of the two declines.
	RematchOffered
	// RematchCancelled: the other one declined, left or found someone else. The
	// search goes on.
	RematchCancelled
	// Called: someone is here, and Touch is the answer. Matched, RematchOffered
	// or CallMissed follows.
	Called
	// CallMissed: Options.CallTimeout passed, or the caller is gone. The search
	// goes on.
	CallMissed
	// Reunited: a chat began with somebody of an earlier one; both asked for it
	// (Again). It may come while nothing is searched.
	Reunited
	// PartnerAway: the partner is gone, and may come back to this chat (Away). Nothing
	// said reaches them meanwhile. PartnerBack or PartnerLeft follows.
	PartnerAway
	// PartnerBack: they are back.
	PartnerBack
	// PartnerAsleep: the partner has pressed no key for AsleepAfter. PartnerAway ends
	// that, too.
	PartnerAsleep
	// PartnerAwake: they have again.
	PartnerAwake
)

// An Event is what a seat's owner learns.
type Event struct {
	Kind Kind
	// By is who said, left, is away or asleep, to who watches: the number, 1 or 2, of one
	// of those who discuss. It is 0 to everybody else.
	By   uint8
	Mark uint8 // of Said
	// Lost, of PartnerLeft, is how many messages to a partner on another machine may not
	// have arrived.
	Lost uint8
	turn uint32 // the recipient's turn when it was sent
	Text string // of Said

	// Of Matched, Reunited and RematchOffered: the Subject of the other, nil to who watches,
	// and where another machine offers a rematch. Of the first two: what both named as
	// interests; and what the chat is about, nil if it isn't about a question.
	Partner any
	Shared  []Name
	Topic   *Topic
}
