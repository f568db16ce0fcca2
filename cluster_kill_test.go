package main

import (
	"slices"
	"testing"
	"time"
)

// A machine that is killed takes only its own people with it. Whoever chats with one of
// them is told within five seconds, also of what may not have arrived; chats of others go on;
// and people of those that are left meet, also when it was the one that deals, as another one
// does within three seconds.
func TestClusterNodeDies(t *testing.T) {
	t.Parallel()
	w := startTown(t)
	for len(w.nodes) > 1 {
		at := w.dealer()
		if len(w.nodes) == 2 { // the first one was a dealer
			at = 1 - at
		}
		dies := w.nodes[at]
		w.nodes = slices.Delete(w.nodes, at, at+1)
		p, q := w.nodes[0].program, w.nodes[len(w.nodes)-1].program
		a, _ := pairNodes(t, p, dies.program)
		b, c := pairNodes(t, p, q)
		clock := startMetronome(t)
		died := time.Now()
		dies.kill()
		a.send("is anybody there?\n")
		w.dealer()
		deals := time.Since(died)
		a.expect("-- Stranger has left the chat\n")
		told := time.Since(died)
		t.Logf("another one deals after %v, and who talked with them is told after %v", deals.Round(time.Millisecond), told.Round(time.Millisecond))
		if deals > clock.allow(3*time.Second) || told > clock.allow(5*time.Second) {
			t.Errorf("%v until another one deals, %v until who talked with them is told", deals, told)
		}
		// Only on a machine that is very busy can the line have come after the end.
		until(t, "it is told of the line that is lost", func() bool {
			return a.shows("-- Your last line may not have arrived.\n", "-- Kept: 1 line")
		})
		exchange(b, c)
		b.send("/stop\n")
		c.expect("-- Stranger has left the chat\n")
		leave(a, b, c)
		leave(pairNodes(t, p, q))
		w.dealer()
	}
}

// A machine that reaches no NATS server pairs its own people. Those whom it was talked
// with are told on both sides, of what may not have arrived, too; when it is over, people
// of all machines meet.
func TestClusterParted(t *testing.T) {
	t.Parallel()
	w := startTown(t)
	for _, told := range []bool{false, true} {
		apart, other := w.nodes[2], w.nodes[0]
		a, b := pairNodes(t, apart.program, other.program)
		c, d := pairNodes(t, apart.program, apart.program)
		exchange(a, b)
		part(apart.ways, told)
		a.send("does it arrive?\n")
		a.expect("-- Stranger has left the chat\n-- Your last line may not have arrived.\n")
		b.expect("-- Stranger has left the chat\n")
		exchange(c, d)
		leave(a, b, c, d)
		leave(pairNodes(t, apart.program, apart.program))
		leave(pairNodes(t, w.nodes[0].program, w.nodes[1].program))
		heal(apart.ways)
		w.found()
		if b.shows("does it arrive?") {
			t.Error("what was told as lost was heard")
		}
		a, b = pairNodes(t, apart.program, other.program)
		exchange(a, b)
		leave(a, b)
	}
}

// Two of three servers of NATS may die: people of one machine meet and talk as if nothing
// had been. Those of different machines go on talking, without JetStream, unless they are
// told that the other has left; then they meet others. When the servers are back, so is
// everything.
func TestClusterOutlivesNATS(t *testing.T) {
	t.Parallel()
	w := startTown(t)
	p, q := w.nodes[0].program, w.nodes[1].program
	for dead := range 2 {
		a, b := pairNodes(t, p, q)
		c, d := pairNodes(t, p, p)
		w.servers[dead].Kill()
		a.send("still there?\n")
		// Only a machine that is very busy needs so long for another connection that each
		// takes the other for gone.
		until(t, "it is heard, or it is told that not", func() bool {
			return b.shows("stranger: still there?\n") || a.shows("-- Your last line may not have arrived.\n", "-- Kept: 1 line")
		})
		exchange(c, d)
		leave(a, b, c, d)
		leave(pairNodes(t, p, p))
		leave(pairNodes(t, p, q))
	}
	for dead := range 2 {
		w.servers[dead].Run()
	}
	w.found()
	leave(pairNodes(t, p, q))
}
