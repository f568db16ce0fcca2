// Package moderation decides who may enter and who may be paired, and keeps what
// was reported and what was decided.
//
// It knows people only as a [Subject]: keyed hashes that the same person gets
// again from the same place, and that nobody without the server's secret can
// make. It knows no SSH, no screens and no chats, and speaks no words to
// people: it returns errors, and the session finds the words for them.
//
// A [Gate] lets people in: bans, limits of each source (admission.go, conduct.go), the
// door, who is inside. A [Desk] takes reports
// and appeals and lets staff decide them; what the machine may do by itself
// stands in machine.go, and what is kept for how long in sweep.go. Both write to
// the disk first and change memory then, so what was acknowledged outlives a
// crash, and what the disk refused never happened. All that is in records goes
// through commit.go: there it is saved, and memory follows the records, whether they
// were made here or on another machine (Config.Share, Desk.Merge).
//
// Locks are taken in this order: Desk.sweeping, Desk.change, Gate.change, and
// then one of Desk.mu and Gate.mu, or Gate.mu under Desk.mu. The last two are
// never held over a write, so whoever looks in memory waits for no disk. The lock
// of admission is taken alone, that of conduct last. Other machines are told of what
// was changed under none of them.
package moderation
