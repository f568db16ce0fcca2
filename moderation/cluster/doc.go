// Package cluster brings what moderation has written down on one machine to all others: what
// is reported, banned, lifted, appealed, decided and set.
//
// It must not know what any of it means. It carries [data.Event]s, which a Desk makes and
// takes, and imports nothing of how people are paired.
//
// # How an event travels
//
// A Desk saves an event together with an entry of the outbox, in one transaction, and only
// then tells [Cluster.Share]. From there it goes two ways, sealed on both:
//
//   - At once to whoever listens, on a subject of core NATS. It takes milliseconds, also while
//     JetStream elects a leader, which takes seconds, and may be lost. Whoever was silent
//     meanwhile is told again.
//   - Into one stream of JetStream, of three copies, from the outbox, which it leaves when the
//     stream has acknowledged it. So it is delayed by whatever happens, and not lost.
//
// Each node reads the stream by its own cursor, which lies in the same transaction as the
// records. An event may come by both ways, several times, and in any order: records join, so
// all nodes end with the same ones.
//
// # How the stream stays short
//
// One node, that which deals, says again what it has, all of it, as events like others, when
// the stream has more than so many that aren't of that kind, or once a day. Then it purges what
// came before it began. So a snapshot is nothing but a stream to replay, a new node needs no
// other way in, and what an older node couldn't read comes to it again. What is forgotten on
// every node is out of NATS a day later.
//
// In the same way a node says all that it has when it first finds a stream: a machine that was
// alone brings its bans and reports, and a NATS that has lost its disks gets all back.
//
// # Who does it
//
// Run owns four goroutines, whatever the load: one that tells and hears what is told at once,
// one for the outbox, one that reads the stream, one that keeps it short. Each may wait for
// the network; none does so while it holds a lock of moderation's.
package cluster
