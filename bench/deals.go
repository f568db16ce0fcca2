package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// dealRow is what a dealer makes in all, on one core.
var dealRow = row{"deals", "matches at the dealer", "k/s"}

var dealtASecond = regexp.MustCompile(`\s(\S+) matches/s`)

// deals is how many thousands of matches a second a dealer makes, as the benchmark of its package
// measures it: with all that it does for them but the socket to NATS.
func deals(ctx context.Context) (float64, error) {
	bench := exec.CommandContext(ctx, "go", "test", "strangerd/matcher/cluster", "-run", "^$", "-bench", "^BenchmarkDeal$", "-count", "1")
	output, err := bench.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("matches a second: %w\n%s", err, output)
	}
	found := dealtASecond.FindSubmatch(output)
	if found == nil {
		return 0, errors.New("matches a second: the benchmark doesn't say")
	}
	a, err := strconv.ParseFloat(string(found[1]), 64)
	return a / 1000, err
}
