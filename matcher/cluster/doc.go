// Package cluster pairs people across machines: what one Matcher has for another, how a
// chat between two of them begins, and how what is said in it arrives.
//
// It must not know who people are, what they read, or anything of moderation.
//
// A [Cluster] is the Transport of this machine's Matcher. Its loop owns all that is here
// but for what a Matcher gives it under its lock: that is queued, or kept by [Links]. A
// second goroutine is the only one that publishes, which may block; a third one tries for
// the [Lease], which waits for JetStream. Nothing else does, so while that elects, people are
// paired and talk. While this node has the lease it is the [Dealer]; offers are said again
// to whoever is, and every now and then, so that none that is lost is missed for long.
//
// # How a chat begins
//
// Somebody who has brought two searches together says so to the guest's machine, that
// of the second seat, and has no part in what follows, so it may die at any moment. The
// guest is promised, and their machine accepts; the host is promised, and theirs says
// begin; the guest is in the chat, and their machine says so; then the host is, too.
//
//	dealer → guest  Dealt      the guest is promised, for promiseTime
//	guest  → host   Accepted   the host is promised, for holdTime
//	host   → guest  Begin      the guest is in the chat; repeated
//	guest  → host   Begun      the host is in the chat; repeated
//	host   → guest  Confirmed  it is a chat as any other
//
// Any step can be answered by Over, and then both go on as if nothing had been, or the
// guest, who was told already, is told that the other left. Over is repeated where the
// other may believe in the chat. Every message may be lost, doubled or late; a chat that
// is over is remembered, so that none begins it again. The guest's machine ends what
// isn't confirmed halfOpen after it began, and the host's keeps its promise until that
// must have happened, so nobody meets somebody else while the other believes in this
// chat, unless by leaving it; then the news are on their way, as in any chat.
//
// Who asked for the other after a chat needs nobody to deal: their machine says so to that
// of the other, every now and then, and where it is mutual one of the two begins a chat by
// the same steps ([Hopes]). What is not heard is said again, so nothing is kept of it.
//
// # How what is said arrives
//
// A chat in which something was said has a link on both machines. Its letters are
// numbered, and taken in that order alone; what has come is answered for together with
// the next letter, or a moment later. A letter is kept until then, and sent again. So each
// arrives once and in order, or is counted for who said it when the chat ends
// ([matcher.Event].Lost): the other left, their machine was silent for [node.Gone], or
// nothing more found room. Whoever leaves says so until that is answered; a letter of no
// chat is answered by that there is none.
package cluster
