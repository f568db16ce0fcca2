//go:build !faults

package terminal

import tea "charm.land/bubbletea/v2"

// What a build with the tag faults puts into a session so that it can be made to
// panic (see fault_on.go). In any other build it is not there.

func withFaults(_ *Channel, model tea.Model) tea.Model { return model }
func fault(any)                                        {}
