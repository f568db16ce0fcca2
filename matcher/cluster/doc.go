// Package cluster pairs people across machines: what one Matcher has for another, and
// how a chat between two of them begins.
//
// It must not know who people are, what they read, or anything of moderation.
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
package cluster
