package moderation

import (
	"sync/atomic"
	"time"
)

// GateStats are counts for the operator.
type GateStats struct {
	Inside, Most int // sessions, and how many there may be; 0 means any number
	Silent       int // connections whose clients have not told their version
	Sources      int // that are remembered
	Draining     bool

	// Bans that were made since the start of the process, by kind.
	Networks, People, Pauses uint64
}

// bansMade counts new bans.
type bansMade struct{ networks, people, pauses atomic.Uint64 }

func (m *bansMade) count(b Ban) {
	switch {
	case b.Machine:
		m.pauses.Add(1)
	case b.Target.Network.IsValid():
		m.networks.Add(1)
	default:
		m.people.Add(1)
	}
}

// Stats counts at this moment.
func (g *Gate) Stats() GateStats {
	s := GateStats{
		Most:     g.max,
		Networks: g.made.networks.Load(),
		People:   g.made.people.Load(),
		Pauses:   g.made.pauses.Load(),
	}
	s.Silent, s.Sources = g.admission.stats()
	g.mu.RLock()
	defer g.mu.RUnlock()
	s.Inside, s.Draining = len(g.passes), g.draining
	return s
}

func (a *admission) stats() (silent, sources int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.silent), int(a.sources.used) + len(a.shared)
}

// DeskStats are counts for the operator. Those of what has happened are of the
// whole life of the database.
type DeskStats struct {
	Open    int           // cases that wait for a decision
	Oldest  time.Duration // how long the oldest of them does; 0 without any
	Appeals int           // that wait for an answer

	Reports map[string]int // that were filed, by category
	Flags   map[string]int // that the machine filed, by category
	People  map[string]int // decisions of people, by action
	Machine map[string]int // decisions of the machine: "pause 1h", "pause 24h"
	// Appeals that were filed, decided, and that reversed a decision.
	Filed, Decided, Reversed int
}

// Stats counts at this moment. It only looks in memory.
func (d *Desk) Stats() DeskStats {
	now := d.gate.now()
	d.mu.RLock()
	defer d.mu.RUnlock()
	s := DeskStats{
		Reports: zeros[int](Categories...),
		Flags:   zeros[int](Categories...),
		People:  zeros[int](actions...),
		Machine: zeros[int](pauses...),
	}
	for _, r := range d.reports {
		if d.matches(r, Filter{Status: StatusOpen}, now) {
			s.Open++
			s.Oldest = max(s.Oldest, now.Sub(r.Created))
		}
	}
	for _, a := range d.appeals {
		if a.Answer == nil {
			s.Appeals++
		}
	}
	for _, t := range d.tallies {
		sum(s.Reports, t.Reports)
		sum(s.Flags, t.Flags)
		sum(s.People, t.People)
		sum(s.Machine, t.Machine)
		s.Filed += t.Appeals
		s.Decided += t.Decided
		s.Reversed += t.Reversed
	}
	return s
}

// What decisions are counted as: those of people, and of the machine.
var (
	actions = []string{string(ActionNone), string(ActionWarn), string(ActionHelp), string(ActionBan), string(ActionKick)}
	pauses  = []string{pauseOnce, pauseTwice}
)

// zeros has all words count nothing yet.
func zeros[N ~int](words ...string) map[string]N {
	counts := make(map[string]N, len(words))
	for _, word := range words {
		counts[word] = 0
	}
	return counts
}

// sum adds counts to to.
func sum[N ~int](to map[string]N, counts map[string]int) {
	for what, n := range counts {
		to[what] += N(n)
	}
}
