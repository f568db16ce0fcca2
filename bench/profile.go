package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"strings"
)

// A profile is what everyone does in a run, and what is measured of it.
type profile struct {
	name    string
	preset  map[string]string // flags that are not given
	rows    []row             // in the order of the table
	measure measure
	heading func(plan) string
	own     bool // it needs a server that bench starts
	grows   bool // people who grow are measured meanwhile
	alone   bool // there is nothing to compare with
}

// A measure takes the figures of one run, and says which stage it is at.
type measure func(ctx context.Context, s *server, p plan, stage func(string)) (figures, error)

// A row is one figure.
type row struct{ key, name, unit string }

func (r row) String() string {
	if r.unit == "" {
		return r.name
	}
	return r.name + ", " + r.unit
}

// of is the figure of a row, if it could be had.
func (f figures) of(r row) float64 {
	if v, ok := f[r.key]; ok {
		return v
	}
	return math.NaN()
}

// doors is how many clients log in at the same time: enough to keep the server
// at work, too few to make one wait for its turn.
const doors = 16

// profiles are those of -profile.
func profiles() []profile {
	return []profile{
		{name: "chat", rows: chatRows, measure: chat, heading: chatHeading, grows: true},
		{
			name: "idle", rows: chatRows, measure: chat, heading: chatHeading,
			preset: map[string]string{"lines": "1", "idle": "1m", "runs": "1"},
		},
		{
			name: "typing", rows: typingRows, measure: typing,
			preset: map[string]string{"for": "20s"},
			heading: func(p plan) string {
				return fmt.Sprintf("%d people in pairs, one of which types %d keys a second for %v", p.Sessions, keyRate, p.For)
			},
		},
		{
			name: "connect-storm", rows: stormRows, measure: storm, own: true,
			heading: func(p plan) string {
				return fmt.Sprintf("%d people, each from an address of their own, who all come back at once after a restart", p.Sessions)
			},
		},
		{
			name: "messy", rows: messyRows, measure: messy, own: true, alone: true,
			preset: map[string]string{"n": "300", "runs": "1"},
			heading: func(p plan) string {
				return fmt.Sprintf("%d people who connect, chat, skip, report, stall and vanish for %v", p.Sessions, p.For)
			},
		},
	}
}

func chatHeading(p plan) string {
	return fmt.Sprintf("%d people at %d×%d, in pairs, %d lines each", p.Sessions, p.Columns, p.Rows, p.Lines)
}

var chatRows = []row{
	{"memory_silent", "memory a session, before a line", "KB"},
	{"memory", "memory a session", "KB"},
	{"resident", "memory, all told", "MB"},
	{"peak", "memory at most, all told", "MB"},
	{"connect_cpu", "CPU a connect", "ms"},
	{"message_cpu", "CPU a message", "µs"},
	{"burst_cpu", "CPU a message, many at once", "µs"},
	{"idle_cpu", "idle CPU per 1,000", "% of a core"},
	{"latency_p50", "message latency p50", "ms"},
	{"latency_p99", "message latency p99", "ms"},
	{"latency_p999", "message latency p99.9", "ms"},
	{"paired_p50", "time to be paired p50", "ms"},
	{"paired_p99", "time to be paired p99", "ms"},
	{"connects", "connects a second", ""},
	{"messages", "messages a second", ""},
	{"limit_cpu", "CPU a refusal at the limit", "ms"},
}

var typingRows = []row{{"key_cpu", "CPU a key", "µs"}}

var stormRows = []row{
	{"back", "all are back and paired", "s"},
	{"alone", "CPU of the server, over all cores", "s"},
	{"clients", "CPU of the clients, likewise", "s"},
	{"paired_p50", "time to be paired p50", "ms"},
	{"paired_p99", "time to be paired p99", "ms"},
	{"connect_cpu", "CPU a connect", "ms"},
	{"peak", "memory at most, all told", "MB"},
	{"refused", "refused, and back later", ""},
}

var messyRows = []row{
	{"visits", "visits", ""},
	{"chats", "chats in which somebody spoke", ""},
	{"lines", "lines that arrived", ""},
	{"reports", "reports", ""},
	{"late", "got in at the second try", ""},
	{"stalled", "people who stalled", ""},
	{"vanished", "people who vanished", ""},
	{"latency_p50", "message latency p50", "ms"},
	{"latency_p99", "message latency p99", "ms"},
	{"latency_p999", "message latency p99.9", "ms"},
	{"answer_p99", "one's own line is shown p99", "ms"},
	{"peak", "memory at most", "MB"},
	{"resident", "memory, after all have left", "MB"},
	{"goroutines", "goroutines left behind", ""},
	{"descriptors", "descriptors left behind", ""},
	{"heap", "heap left behind", "MB"},
	{"recovered", "as before after", "s"},
}

func profileNames() string {
	var names []string
	for _, p := range profiles() {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}

// preset finds the profile, and sets what it wants of the flags that are not given.
func (o *options) preset(flags *flag.FlagSet) error {
	given := make(map[string]bool)
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	known := profiles()
	if o.Nodes > 0 {
		if given["profile"] {
			return errors.New("-profile: -nodes has one of its own")
		}
		known = []profile{nodesProfile(o.Nodes)}
		o.Profile = known[0].name
	}
	for _, p := range known {
		if p.name == o.Profile {
			o.profile = p
			for name, value := range p.preset {
				if !given[name] {
					if err := flags.Set(name, value); err != nil {
						return err
					}
				}
			}
			return nil
		}
	}
	return fmt.Errorf("-profile %s: give one of %s", o.Profile, profileNames())
}
