// Package matcher pairs people who wait and carries what two of them say to
// each other. It lives in memory alone.
//
// It must not know how people are connected, what a screen shows, who may
// enter, or a single word of what people read: it reports kinds of events, and
// whoever owns a seat finds the words. A person is a [Seat] with an opaque
// Subject; nothing here looks into it, so two terminals of one source may meet.
//
// # Looking for a partner
//
// A seat is idle, waits in the pool, or is in a chat with one other seat. Who
// searches is given, in this order:
//
//  1. a chat with someone awake who fits: who shares the most interests, else who
//     shares a language, else anyone, at random among equals;
//  2. a call to someone asleep, at random, once in a search;
//  3. an offer to meet again the awake person of either one's last chat;
//  4. calls to the others who sleep, one after the other, who they last
//     talked to at the end.
//
// Somebody is asleep who waits and has pressed no key for Options.AsleepAfter. (Who
// chats can sleep, too: [Seat.Dozing]. The others in the chat are told, and that is all.)
// A call ([Called]) reserves nothing: the caller keeps searching and never
// learns of it, and whoever answers by a key within Options.CallTimeout is
// awake, and meets the caller. Who doesn't answer is passed over for all who
// were searching then, and stays in the pool: waiting never times out. Step 2
// gives one sleeper a fair chance before two people who just parted meet
// again; were all of them called first, a few abandoned terminals would keep
// two people apart for as many half minutes.
//
// An offer ([RematchOffered]) goes to both, who meet after
// Options.RematchDelay unless one declines or somebody else comes first.
//
// Two who had a chat meet again at once, before anybody else and without an offer, when
// both ask for it ([Seat.Again]) within AgainFor after its end: as soon as neither is in
// a chat, whether they search or not. Who asks is told the same whatever the other did,
// and nobody is told that they were asked for. Whoever meets, in whatever way, has no
// hope left for the other from before.
//
// Two people fit when each has what the other insists on. A search with interests or
// languages ([Criteria]) insists on sharing one for Options.InterestWait, or until
// [Seat.Anyone]; then it is open. So two who share nothing meet when both are open,
// and who is open can be kept waiting only by nobody else being. Those who can be
// found by an interest or a language lie in groups, so that a search looks at a few
// of those who share something, the rarest first, however many wait. Among more than
// that it is by chance whether the very best is found; somebody is.
//
// # Questions
//
// A search can also be for two people who discuss a question, or for a question to
// discuss ([Criteria]). These wait in pools of their own, on two sides, and meet nobody
// else. Three who fit each other and are awake meet at once, whichever of them comes
// last: two are in a chat as any other, and the third, who asked, watches it. Two who
// just talked to each other come last. Three of whom some sleep don't; those are called,
// and whoever answers finds the others, if they are still there.
//
// Whether two people fit is decided in one function, fits. What goes from one
// seat to another passes one function, deliver, be they of one machine or of two.
//
// # Absence
//
// Whoever is in a chat can be away from it for a while ([Seat.Away], [Seat.Back]). The
// chat goes on: the partner, and who watches, are told, and may leave as ever; what is
// said meanwhile is refused, not kept. What comes for the seat waits in its inbox, the
// end of the chat too. When the time is up the seat closes. Who is away is in no count.
//
// Who watches can be away, too. The two go on, and are told nothing unless the seat
// closes: what they say waits for who comes back, in an inbox that is larger meanwhile.
//
// # Requirements
//
//  1. A seat is in exactly one chat, or watches exactly one, or neither; it is never
//     with itself, and never waits meanwhile.
//  2. Say reaches the partner of that moment, or fails and reaches nobody.
//     Nothing said in a chat lands in the partner's next one, nor with somebody met
//     again of whom the speaker has yet to learn.
//  3. The end of a chat is told to the other once. Nothing of that chat comes
//     after it, and what comes before keeps its order.
//  4. Nobody meets the person they last talked to while anyone else who is
//     awake fits and waits, unless both ask for it; the fallback to a full scan
//     makes this exact.
//  5. Each of those who fit is equally likely to be picked.
//  6. Nobody is shown a partner who was asleep and hasn't answered, but for one
//     whom both asked to meet again, which is an answer given before.
//  7. No call waits for another person. An inbox that is full costs its owner
//     the seat (Evict), never the sender.
//  8. No two who are awake, fit and didn't just part ever wait side by side, and no
//     three for one question.
//  9. Who watches hears what the partner hears, each line once, in order and with
//     who said it, and of the end with who left; nothing of that chat comes after.
//     They say nothing. When they leave, the two are told once and go on.
//  10. No two who asked for each other after the same chat, and may meet, are both
//     free while that can be. No event tells one of them what the other asked for
//     before they meet.
//  11. Who is away is in the chat that they left, or watches it, or is in none, and
//     begins no other. An absence of who chats is told once, and so is its end, by
//     PartnerBack or PartnerLeft.
//  12. Whoever has taken all that came knows of each of the others in their chat
//     whether they sleep. A chat begins with everybody awake.
//
// # Other machines
//
// With a Transport, a partner may be on another machine. They have a seat here that stands
// for them, in one chat and then nowhere: what is delivered to it goes out as a [Letter],
// and a Letter that comes is its move. Such a chat begins by a promise on both machines:
// who is promised is in nobody's reach, is told nothing, and searches on if nothing
// comes of it. Whoever calls [Matcher.Promise] and what follows it answers for that both
// machines agree; each holds the requirements above for its own seats by itself.
//
// A search that has found nobody is offered to whoever deals for all machines, also while
// its owner sleeps; calls and offers to meet again that come from there ([Matcher.Tell]) are
// told as those from here are. Whom its owner must not meet, or would rather not meet again,
// is said with the offer from then on. Who asked for somebody of another machine (Again) has
// the Transport say so as long as it is so ([Matcher.Hopes]), and if it is mutual the chat
// begins by a promise, too, though a seat be idle; so what requirement 10 says takes a
// moment longer, in which a stranger may come first. Questions are discussed by people of
// one machine.
//
// # Locks and goroutines
//
// One mutex guards the pool, the pairs and the state of every seat. A move
// under it is short: no I/O, no blocking send, no callback but MayMeet, Wake and the
// Transport's, which are short, too. What a move sets
// off (others who must look again, seats that were lost) is put on a list and
// worked off before the lock is released, so moves never nest; evictions are
// called after it.
//
// The package starts no goroutine. The one that runs [Matcher.Run] carries out
// what is due while nobody moves; each move also begins with that, so none acts
// on a past state. Falling asleep is no event: whoever looks at a seat sees how
// long ago its last key was. A Seat belongs to one goroutine, its owner. Another
// may read its Events and hand them over; the owner asks [Seat.Stale] before it
// believes one.
package matcher
