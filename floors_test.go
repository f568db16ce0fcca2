package main

import (
	"fmt"
	"runtime/debug"
	"slices"
	"testing"
)

// Row 18 of the threats, and two more: below these versions a single packet of anybody
// ends the process (CVE-2026-46597), and the time to log in is not bounded.
func TestRow18NoDependencyBelowItsFloor(t *testing.T) {
	floors := map[string][]int{
		"golang.org/x/crypto": {0, 58, 0},
		"charm.land/ssh":      {0, 4, 3},
		"charm.land/wish/v2":  {2, 0, 3},
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("this program doesn't know what it is built from")
	}
	for _, module := range info.Deps {
		if floor, ok := floors[module.Path]; ok {
			delete(floors, module.Path)
			version := make([]int, 3)
			_, err := fmt.Sscanf(module.Version, "v%d.%d.%d", &version[0], &version[1], &version[2])
			if err != nil || slices.Compare(version, floor) < 0 {
				t.Errorf("%s is %s, below %v", module.Path, module.Version, floor)
			}
		}
	}
	for path := range floors {
		t.Errorf("%s is not among what this program is built from", path)
	}
}
