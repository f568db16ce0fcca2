//go:build faults

package main

import (
	"os"
	"strings"
)

// faultFile names, in its first word, the place that is to panic next. All of it is
// in the panic's value.
const faultFile = "panic"

// fault panics, once, if this is the place that faultFile names.
func fault(place string) {
	said, _ := os.ReadFile(faultFile)
	if words := strings.Fields(string(said)); len(words) > 0 && words[0] == place && os.Remove(faultFile) == nil {
		panic(string(said))
	}
}
