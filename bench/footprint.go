package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// footprint is what a server holds. Its heap is what lies there, not the pages that it
// lies on: the room between is for whoever comes next, and part of the memory that a
// profile prints, too.
type footprint struct{ goroutines, descriptors, heap float64 }

// How near a footprint is to another for nothing to have been left behind, and how long
// that is waited for: how soon it was is a figure, and a busy machine no leak.
const (
	spareCount   = 2        // goroutines and descriptors
	spareHeap    = 50 << 20 // bytes
	recoveryTime = time.Minute
)

func (f footprint) near(g footprint) bool {
	return max(f.goroutines-g.goroutines, g.goroutines-f.goroutines) <= spareCount &&
		max(f.descriptors-g.descriptors, g.descriptors-f.descriptors) <= spareCount &&
		f.heap-g.heap <= spareHeap
}

func (f footprint) String() string {
	return fmt.Sprintf("%.0f goroutines, %.0f descriptors, %.0f MB of heap", f.goroutines, f.descriptors, f.heap/(1<<20))
}

// readFootprint asks the operator's address for it.
func readFootprint(ctx context.Context, operator string) (f footprint, err error) {
	err = readMetrics(ctx, operator, map[string]*float64{
		"go_goroutines":                &f.goroutines,
		"process_open_fds":             &f.descriptors,
		"go_memstats_heap_alloc_bytes": &f.heap,
	})
	return f, err
}

// readMetrics asks the operator's address for some figures, by name.
func readMetrics(ctx context.Context, operator string, figures map[string]*float64) error {
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+operator+"/metrics", nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		name, text, _ := strings.Cut(lines.Text(), " ")
		if figure := figures[name]; figure != nil {
			if *figure, err = strconv.ParseFloat(text, 64); err != nil {
				return err
			}
			delete(figures, name)
		}
	}
	if len(figures) > 0 {
		return fmt.Errorf("/metrics lacks %d figures", len(figures))
	}
	return lines.Err()
}

// restingFootprint waits until a server does nothing.
func restingFootprint(ctx context.Context, operator string) (last footprint, err error) {
	for range int(recoveryTime / time.Second) {
		now, err := readFootprint(ctx, operator)
		if err != nil || now.near(last) {
			return now, err
		}
		last = now
		time.Sleep(time.Second)
	}
	return last, fmt.Errorf("the server doesn't come to rest: %v", last)
}

// recovered waits until a server holds no more than it did. It asks once a second,
// because what the answers take would keep the server from coming to rest.
func recovered(ctx context.Context, operator string, before footprint) (after footprint, took time.Duration, err error) {
	for began := time.Now(); ; time.Sleep(time.Second) {
		after, err = readFootprint(ctx, operator)
		took = time.Since(began)
		switch {
		case err != nil || after.near(before):
			return after, took, err
		case took > recoveryTime:
			return after, took, fmt.Errorf("%v after the last has left: %v; before the first came: %v", recoveryTime, after, before)
		}
	}
}
