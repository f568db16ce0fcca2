// Bench is the load generator: it measures what one person costs the server
// and prints the same figures for a yardstick beside it.
//
//	go run ./bench              # at most four minutes on two cores
//	go run ./bench -n 5000 -idle 1m
//	go run ./bench -runs 1 -growth=false
//	go run ./bench -size 200x60 -lines 200
//	go run ./bench -profile idle
//	go run ./bench -profile typing
//	go run ./bench -profile connect-storm -n 10000
//	go run ./bench -profile messy -n 2000 -for 30m
//	go run ./bench -nodes 3
//	go run ./bench -addr HOST:PORT
//
// The yardstick is two bare golang.org/x/crypto/ssh sessions joined by
// io.Copy: what the protocol alone costs in Go, so that each figure is also a
// ratio that holds on any machine. Server and yardstick are started afresh in
// turn, each in a process of its own; all clients live in this process, use
// the same handshake and send the same bytes to both.
//
// One run of the profile chat, against one server:
//
//  1. Everyone connects, at most [doors] at a time, logs in with the method
//     none, asks for a terminal and a shell, accepts the rules with Enter and
//     waits for the words that a stranger is there. CPU a connect is the
//     server's CPU time until the last one is paired, over the sessions; the
//     time to be paired starts at the dial. Connects a second, as messages a
//     second below, are what server and clients do together on one machine.
//  2. Everyone says [burst] lines at once, of which [backlog] are on their way
//     at a time: messages a second. Then all but the last few, no faster than
//     strangerd takes them of one person: one a second. The yardstick takes all at once.
//  3. As many of them as -rate says the last lines, one a second each, and the
//     others theirs after that. That leaves the server mostly idle, so
//     that no queue builds. CPU a message and the latencies are taken here: a
//     latency is the time from the write of the keys on one side to the read
//     of the bytes that show them on the other.
//  4. When the resident set has stopped moving, memory a session is what the
//     process holds now, less what it held before the first connection, over
//     the sessions. The server's collector is left as it is.
//  5. Nobody does anything; idle CPU is the percentage of one core that every
//     1,000 sessions take. What a server does once a minute shows for sure only
//     with -idle 1m, which is what the profile idle does.
//  6. The server is full now: [knocks] more people come one after the other,
//     each of whom has to be told so. The yardstick has no limit.
//  7. The server is started anew, and everyone connects and says nothing: the
//     memory of who reads the rules, and of the yardstick's silent pairs.
//
// Meanwhile [growing] people at each size of a terminal, and as many of the yardstick's, grow
// up, once: their memory is taken at the rules, and when the two of a chat have said 20 and 200 lines,
// which takes two minutes, because nobody may say more than a line a second. Their
// servers have the lowest priority. With -growth=false nobody does.
//
// In a connect-storm everyone has an address of their own, is inside, loses the
// connection by a restart, and dials again at the same moment as all others; who
// is refused counts, and comes again after a second. Server and clients share the cores,
// so the CPU time of each is printed too, over the number of cores: with the clients
// elsewhere, the server needs no less than its part.
//
// The messy profile has nothing to compare with. Its people come from a new
// address each time, in a full screen or in line mode, and chat, skip, report,
// quit, stall (their client reads nothing more) or vanish (a FIN, a RST, or
// nothing at all) until -for is over. What is said tells who said it and in which
// chat, and a [ledger] finds out whether anybody was ever in two. It fails, in
// one line, when somebody was, when somebody honest was refused or thrown out, when
// more than one in 10,000 (and more than one) got in at the second try only,
// when the server logged an error, and when it does not hold within ten seconds
// what it held before (±2 goroutines, ±2 descriptors, 50 MB of heap).
//
// With -nodes N it measures 1, 2 … N nodes that are one pool (--cluster), with three NATS
// servers between them: built by the go tool from node/natstest's module, or the one that
// -nats names, with sync_interval: always. All are processes of this machine, so CPU time says more
// here than latencies do. First nobody is there, and what nodes and NATS take for each
// other is measured. Then everyone comes in twos who like the same thing and nobody
// else does, once to one node and once to two, and talks as in 1 to 3 above. CPU a message
// is that of all nodes together; that of NATS is over all lines, less what it takes for
// nobody. The time to be paired across nodes has --cluster-after in it, 300 ms.
// How many matches a second a dealer makes is measured at last, by itself, by the benchmark
// of its package: for that many, thousands would have to come and go each second.
//
// With -check FILE it fails when a ratio is 20 % worse than the one in FILE.
//
// A figure is the median of the runs, with the least and the greatest in
// brackets; a ratio is taken within each pair of runs and summed up the same
// way. CPU time and memory are the server process's own (its CPU clock, in nanoseconds;
// VmRSS and VmHWM in /proc/PID/status), so with -addr
// only what the clients see is filled in. A KB is 1,024 bytes.
package main
