package main

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// A spread is what several runs gave for one figure. Nil is a figure that could
// not be had.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// newSpread sums up at least one value. It returns nil when one of them is no
// number, or the quotient of something and nothing.
func newSpread(values []float64) *spread {
	if slices.ContainsFunc(values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
		return nil
	}
	sorted := slices.Sorted(slices.Values(values))
	last := len(sorted) - 1
	return &spread{
		Median: (sorted[last/2] + sorted[(last+1)/2]) / 2,
		Min:    sorted[0],
		Max:    sorted[last],
	}
}

func (s *spread) String() string {
	switch {
	case s == nil:
		return "–"
	case s.Min == s.Max:
		return short(s.Median)
	}
	return fmt.Sprintf("%s (%s–%s)", short(s.Median), short(s.Min), short(s.Max))
}

// short writes about three digits.
func short(v float64) string {
	switch {
	case v >= 100, v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// quantile returns, in milliseconds, the value that a share q of the sorted
// ones do not exceed.
func quantile(sorted []time.Duration, q float64) float64 {
	at := max(0, int(math.Ceil(q*float64(len(sorted))))-1)
	return sorted[at].Seconds() * 1000
}
