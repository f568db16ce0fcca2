// Bench is the load generator: it measures what one person costs the server
// and prints the same figures for a yardstick beside it.
//
//	go run ./bench              # at most four minutes on two cores
//	go run ./bench -n 5000 -idle 1m
//	go run ./bench -addr HOST:PORT
//
// The yardstick is two bare golang.org/x/crypto/ssh sessions joined by
// io.Copy: what the protocol alone costs in Go, so that each figure is also a
// ratio that holds on any machine. Server and yardstick are started afresh in
// turn, each in a process of its own; all clients live in this process, use
// the same handshake and send the same bytes to both.
//
// One run, against one server:
//
//  1. Everyone connects, at most [doors] at a time, logs in with the method
//     none, asks for a terminal and a shell, accepts the rules with Enter and
//     waits for the words that a stranger is there. CPU a connect is the
//     server's CPU time until the last one is paired, over the sessions; the
//     time to be paired starts at the dial.
//  2. Everyone says all but the last few lines, no faster than one a second
//     each.
//  3. The last lines follow at -rate, which leaves the server mostly idle, so
//     that no queue builds. CPU a message and the latencies are taken here: a
//     latency is the time from the write of the keys on one side to the read
//     of the bytes that show them on the other.
//  4. When the resident set has stopped moving, memory a session is what the
//     process holds now, less what it held before the first connection, over
//     the sessions. The server's collector is left as it is.
//  5. Nobody does anything; idle CPU is the percentage of one core that every
//     1,000 sessions take. What a server does once a minute shows for sure only
//     with -idle 1m.
//
// A figure is the median of the runs, with the least and the greatest in
// brackets; a ratio is taken within each pair of runs and summed up the same
// way. CPU time and memory are the server process's own (utime + stime in
// /proc/PID/stat, in steps of 10 ms; VmRSS in /proc/PID/status), so with -addr
// only what the clients see is filled in. A KB is 1,024 bytes.
package main
