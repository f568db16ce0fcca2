package main

import "time"

// A plan says what everyone does in one run.
type plan struct {
	Sessions int           `json:"sessions"`
	Lines    int           `json:"lines"`
	Rate     int           `json:"rate"`
	Columns  int           `json:"columns"`
	Rows     int           `json:"rows"`
	Idle     time.Duration `json:"idle_ns"`
	For      time.Duration `json:"for_ns"`
	pace     float64       // lines a second that one person says at most
	doors    int           // how many log in at the same time
	stays    bool          // everyone stays at the rules
	ages     []age         // of who grows, in order
	again    bool          // who is refused comes again
	sources  bool          // everyone comes from an address of their own
	couples  bool          // each two like what nobody else does, and so find each other
	across   bool          // those two come to different nodes
}

// figures is what one run gave, by the keys of its profile's rows and in their units. NaN
// is a figure that could not be had.
type figures map[string]float64

const (
	maxSessions = 28000 // one loopback address has about as many ports
	maxLines    = 400   // so that a token can count all messages
)

// user is the name that somebody logs in with: what they like.
func (p plan) user(id int) string {
	if !p.couples {
		return guest
	}
	return "+couple" + letters(id/2, 4)
}

// node is to which one of several somebody comes.
func (p plan) node(id, nodes int) int {
	if p.across {
		return (id/2 + id%2) % nodes
	}
	return id / 2 % nodes
}
