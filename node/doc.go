// Package node is this machine as one of several that serve the same people: its
// connection to NATS, what it says there, and which other nodes there are.
//
// It must not know what people, chats, bans or reports are: what the nodes have to
// tell each other is made and read by whoever imports it.
//
// All that a node sends is sealed ([Sealer]) with a key made from the secret that the
// nodes share, so whoever gets into NATS, or reads its disks, learns nothing and can
// say nothing. A node that finds another secret there than its own ([ErrSecret])
// joins nothing.
//
// Without NATS a node is alone, and goes on: [Join] fails only where it is certain
// that it must not take part. Run tries until it can.
//
// Nodes are told apart by a number that each start draws, and shown to people by their
// names. A node says twice a second that it is there ([Beat]). The times of others'
// clocks are never compared with our own.
//
// Run starts and owns one goroutine's worth of work, in its caller's goroutine; the
// NATS client has a few of its own until the connection is closed, which Run does.
package node
