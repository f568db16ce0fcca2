package main

import (
	"encoding/json"
	"fmt"
	"io"
)

// rows are the figures, in the order of the table.
var rows = []struct{ key, name, unit string }{
	{"memory", "memory a session", "KB"},
	{"resident", "memory, all told", "MB"},
	{"connect_cpu", "CPU a connect", "ms"},
	{"message_cpu", "CPU a message", "µs"},
	{"idle_cpu", "idle CPU per 1,000", "% of a core"},
	{"latency_p50", "message latency p50", "ms"},
	{"latency_p99", "message latency p99", "ms"},
	{"latency_p999", "message latency p99.9", "ms"},
	{"paired_p50", "time to be paired p50", "ms"},
	{"paired_p99", "time to be paired p99", "ms"},
}

// A round is one run of each: the server under measurement, the yardstick.
type round [2]figures

// A report is what bench says in the end.
type report struct {
	Server  string                `json:"server"`
	Machine machine               `json:"machine"`
	Options options               `json:"options"`
	Figures map[string]comparison `json:"figures"` // by the keys of rows
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
	r := report{Server: server, Machine: thisMachine(), Options: o, Figures: map[string]comparison{}}
	for _, row := range rows {
		var ours, yardstick, ratio []float64
		for _, round := range rounds {
			a, b := round[0][row.key], round[1][row.key]
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
	fmt.Fprintf(w, "%d people at %d×%d, in pairs, %d lines each\nmedian of runs (least–greatest): %d\n%v\n\n",
		o.Sessions, o.Columns, o.Rows, o.Lines, o.Runs, r.Machine)
	const layout = "%-34s%22v%22v%20v\n"
	fmt.Fprintf(w, layout, "", r.Server, "yardstick", "ratio")
	for _, row := range rows {
		f := r.Figures[row.key]
		fmt.Fprintf(w, layout, row.name+", "+row.unit, f.Server, f.Yardstick, f.Ratio)
	}
	if !o.json {
		return nil
	}
	return json.NewEncoder(w).Encode(r)
}
