package moderation

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"strangerd/data"
)

// smallCount is the number from which on a count points at nobody.
const smallCount = 5

// Count is a number to publish. From 1 to 4 it may point at somebody: String and
// JSON say "<5".
type Count int

func (c Count) String() string {
	if 0 < c && c < smallCount {
		return "<" + strconv.Itoa(smallCount)
	}
	return strconv.Itoa(int(c))
}

// MarshalJSON writes a number, or "<5".
func (c Count) MarshalJSON() ([]byte, error) {
	if 0 < c && c < smallCount {
		return json.Marshal(c.String())
	}
	return json.Marshal(int(c))
}

// Transparency is what an operator may publish. It is counted when things
// happen, so it outlives what it counts. It has no totals: with one, a small
// count could be found by subtraction.
type Transparency struct {
	Since   time.Time        `json:"since"`   // the beginning of that day, in UTC
	Reports map[string]Count `json:"reports"` // by category, all of them
	Flags   map[string]Count `json:"flags"`   // what the machine brought before people, by category
	People  map[string]Count `json:"people"`  // decisions of people, by action
	Machine map[string]Count `json:"machine"` // decisions of the machine: "pause 1h", "pause 24h"
	// Median is the median time from a report to a decision of people, in
	// seconds; nil where fewer than 5 were made.
	Median   *int  `json:"medianSeconds"`
	Appeals  Count `json:"appeals"`
	Decided  Count `json:"appealsDecided"`
	Reversed Count `json:"decisionsReversed"` // by appeals that were accepted
}

// Transparency counts since the beginning of that day, in UTC.
func (d *Desk) Transparency(since time.Time) Transparency {
	day := since.UTC().Truncate(24 * time.Hour)
	t := Transparency{
		Since:   day,
		Reports: zeros[Count](Categories...),
		Flags:   zeros[Count](Categories...),
		People:  zeros[Count](actions...),
		Machine: zeros[Count](pauses...),
	}
	var waits []int
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, one := range d.tallies {
		if one.Day < day.Format(time.DateOnly) {
			continue
		}
		sum(t.Reports, one.Reports)
		sum(t.Flags, one.Flags)
		sum(t.People, one.People)
		sum(t.Machine, one.Machine)
		waits = append(waits, one.Waits...)
		t.Appeals += Count(one.Appeals)
		t.Decided += Count(one.Decided)
		t.Reversed += Count(one.Reversed)
	}
	if len(waits) >= smallCount {
		slices.Sort(waits)
		t.Median = &waits[len(waits)/2]
	}
	return t
}

// counted is which day, on which machine, a tally is of.
type counted struct{ day, node string }

// keepTally takes t into memory. The caller holds mu, or is alone.
func (d *Desk) keepTally(t data.Tally) { d.tallies[counted{t.Day, t.Node}] = t }

// tally returns a copy of this machine's counts of today to add to. The caller holds
// change.
func (d *Desk) tally(now time.Time) data.Tally {
	of := counted{now.Format(time.DateOnly), d.gate.node}
	t := d.tallies[of]
	t.Day, t.Node = of.day, of.node
	t.Reports, t.Flags, t.People, t.Machine = maps.Clone(t.Reports), maps.Clone(t.Flags), maps.Clone(t.People), maps.Clone(t.Machine)
	t.Waits = slices.Clone(t.Waits)
	return t
}

// add counts one more of what.
func add(counts *map[string]int, what string) {
	if *counts == nil {
		*counts = make(map[string]int)
	}
	(*counts)[what]++
}
