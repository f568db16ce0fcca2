package main

import (
	"encoding/json"
	"fmt"
	"io"
)

// A round is one run of each: the server under measurement, the yardstick.
type round [2]figures

// A report is what bench says in the end.
type report struct {
	Server  string                `json:"server"`
	Machine machine               `json:"machine"`
	Options options               `json:"options"`
	Figures map[string]comparison `json:"figures"` // by the keys of the profile's rows
}

// A comparison is one figure of both, and the first over the second, taken
// within each round.
type comparison struct {
	Unit      string  `json:"unit"`
	Server    *spread `json:"server"`
	Yardstick *spread `json:"yardstick"`
	Ratio     *spread `json:"ratio"`
}

func newReport(o options, server string, rounds []round) report {
	o.Runs = len(rounds)
	r := report{Server: server, Machine: thisMachine(), Options: o, Figures: map[string]comparison{}}
	for _, row := range o.profile.rows {
		var ours, yardstick, ratio []float64
		for _, round := range rounds {
			a, b := round[0].of(row), round[1].of(row)
			ours, yardstick, ratio = append(ours, a), append(yardstick, b), append(ratio, a/b)
		}
		r.Figures[row.key] = comparison{row.unit, newSpread(ours), newSpread(yardstick), newSpread(ratio)}
	}
	return r
}

// print writes a table of at most 100 columns, and with json the same as one
// object on the last line.
func (r report) print(w io.Writer) error {
	o := r.Options
	fmt.Fprintf(w, "%s\nmedian of runs (least–greatest): %d\n%v\n\n", o.profile.heading(o.plan), o.Runs, r.Machine)
	line := func(name string, ours, yardstick, ratio any) {
		fmt.Fprintf(w, "%-34s%22v", name, ours)
		if !o.profile.alone {
			fmt.Fprintf(w, "%22v%20v", yardstick, ratio)
		}
		fmt.Fprintln(w)
	}
	line("", r.Server, "yardstick", "ratio")
	for _, row := range o.profile.rows {
		f := r.Figures[row.key]
		line(row.String(), f.Server, f.Yardstick, f.Ratio)
	}
	if !o.json {
		return nil
	}
	return json.NewEncoder(w).Encode(r)
}
