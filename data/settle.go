//go:build !(linux && (amd64 || arm64))

package data

import "os"

// settle writes to the disk what an earlier process left in memory.
func settle(f *os.File) error { return f.Sync() }
