package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// What docs/capacity.md says follows from its own figures.
func TestCapacity(t *testing.T) {
	t.Parallel()
	requireTool(t, "awk")
	page, err := os.ReadFile("docs/capacity.md")
	if err != nil {
		t.Fatal(err)
	}
	figured, err := exec.Command("awk", "-f", "docs/capacity.awk", "docs/capacity.md").CombinedOutput()
	if err != nil || len(figured) < 1000 {
		t.Fatalf("%v: %s", err, figured)
	}
	for line := range strings.Lines(string(figured)) {
		if !strings.Contains(string(page), line) {
			t.Errorf("docs/capacity.md lacks %s", line)
		}
	}
}
