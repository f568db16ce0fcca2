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
	// is the median of all the runs: a program that is worse is so in most of them.
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
		switch ratio := r.Figures[row.key].Ratio; {
		case ratio == nil:
			return fmt.Errorf("%s: there is no ratio to compare with the %.2f in %s", row.name, most, file)
		case ratio.Median > most*worse:
			return worseError{row, ratio.Median, most, file}
		}
	}
	for key := range kept {
		return fmt.Errorf("%s: %q is no figure of this profile", file, key)
	}
	return nil
}
