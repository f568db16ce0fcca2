package main

import (
	"encoding/json"
	"fmt"
	"os"
)

const (
	// worse is how many times a ratio may be the one that is kept before the check fails.
	worse = 1.2
	// checks is how often all is measured, at most, until nothing is worse. What counts
	// is the calm ratio of all the runs.
	checks = 3
)

// worseError says which ratio is worse than the one that is kept.
type worseError struct {
	row         row
	ratio, kept float64
	file        string
}

func (e worseError) Error() string {
	return fmt.Sprintf("%s: %.2f times the yardstick's, and %s has %.2f, of which 20 %% more is allowed", e.row.name, e.ratio, e.file, e.kept)
}

// calm is the ratio on a calm machine, as far as the runs tell: a busy one only adds to
// what a program takes, so it is that of the least of each, or the median where that is
// lower, as when the least of the yardstick is an exception. A program that got worse is
// so by both.
func (c comparison) calm() float64 {
	return min(c.Server.Min/c.Yardstick.Min, c.Ratio.Median)
}

// check compares the ratios with those kept in a file, by the keys of the rows, and
// returns the first that is too much worse.
func (r report) check(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var kept map[string]float64
	if err := json.Unmarshal(text, &kept); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, row := range r.Options.profile.rows {
		most, ok := kept[row.key]
		if !ok {
			continue
		}
		delete(kept, row.key)
		figure := r.Figures[row.key]
		if figure.Ratio == nil {
			return fmt.Errorf("%s: there is no ratio to compare with the %.2f in %s", row.name, most, file)
		}
		if ratio := figure.calm(); ratio > most*worse {
			return worseError{row, ratio, most, file}
		}
	}
	for key := range kept {
		return fmt.Errorf("%s: %q is no figure of this profile", file, key)
	}
	return nil
}
