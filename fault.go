//go:build !faults

package main

// fault panics in a build with the tag faults (see fault_on.go), and is not there in
// any other.
func fault(string) {}
