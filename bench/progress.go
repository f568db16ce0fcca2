package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress is one line on a terminal that says what is going on; elsewhere, a
// line for each run.
type progress struct {
	w        io.Writer
	terminal bool
	start    time.Time
	run      string
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, start: time.Now()}
	if file, ok := w.(*os.File); ok {
		info, err := file.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// begin names the run that the stages to come are part of.
func (p *progress) begin(run string) {
	p.run = run
	if p.terminal {
		p.stage("")
	} else {
		fmt.Fprintln(p.w, run)
	}
}

// stage says how far the run is.
func (p *progress) stage(what string) {
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%v  %s  %s", time.Since(p.start).Round(time.Second), p.run, what)
	}
}

// clear takes the line away.
func (p *progress) clear() {
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
