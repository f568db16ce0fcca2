package main

import (
	"math"
	"os"
	"runtime"
	"testing"
	"time"
	"unicode/utf8"
)

// Nodes give every figure, and the yardstick those of people who talk.
func TestNodesGiveEveryFigure(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a server's figures are read from /proc")
	}
	t.Parallel()
	if _, err := natsProgram(""); err != nil {
		if os.Getenv("STRANGERD_CI") == "" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	dir := t.TempDir()
	program, err := build(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	o := options{Runs: 1, Nodes: 2, plan: plan{
		Sessions: 8, Lines: 4, Rate: 100, Columns: 80, Rows: 24, Idle: 10 * time.Millisecond, pace: 1, doors: doors,
	}}
	rounds, err := o.nodesRounds(t.Context(), program, dir, newProgress(t.Output()))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range nodesRows(2) {
		if v, ok := rounds[0][0][row.key]; !ok || math.IsNaN(v) || v < 0 || v > 1e6 {
			t.Errorf("%s = %v", row.key, v)
		}
	}
	if thousands := rounds[0][0]["deals"]; thousands < 1 {
		t.Errorf("%v thousand matches a second", thousands)
	}
	for _, key := range []string{"nodes1_within_latency_p50", "nodes2_across_latency_p50", "nodes2_across_paired_p50"} {
		if rounds[0][0][key] == 0 || rounds[0][1][key] == 0 {
			t.Errorf("%s is nothing", key)
		}
	}
}

// The rows of as many nodes as can be asked for fit into the table, and are all different.
func TestNodesRows(t *testing.T) {
	keys, names := map[string]bool{}, map[string]bool{}
	for _, row := range nodesRows(maxNodes) {
		if keys[row.key] || names[row.name] || utf8.RuneCountInString(row.String()) > 34 {
			t.Errorf("%s: %v", row.key, row)
		}
		keys[row.key], names[row.name] = true, true
	}
}

// Two who find each other are on one node, or on two; and nobody else likes what they do.
func TestCouples(t *testing.T) {
	for nodes := 1; nodes <= maxNodes; nodes++ {
		seen := map[int]bool{}
		for id := 0; id < 40; id += 2 {
			within, across := plan{couples: true}, plan{couples: true, across: true}
			if a, b := within.node(id, nodes), within.node(id+1, nodes); a != b {
				t.Errorf("%d on %d nodes: %d and %d, want one", id, nodes, a, b)
			}
			if a, b := across.node(id, nodes), across.node(id+1, nodes); a == b && nodes > 1 {
				t.Errorf("%d on %d nodes: both on %d", id, nodes, a)
			}
			seen[across.node(id, nodes)] = true
			if within.user(id) != within.user(id+1) || within.user(id) == within.user(id+2) {
				t.Errorf("%d: %s, %s, %s", id, within.user(id), within.user(id+1), within.user(id+2))
			}
		}
		if len(seen) != nodes {
			t.Errorf("%d of %d nodes have people", len(seen), nodes)
		}
	}
}
