//go:build linux && (amd64 || arm64)

package data

import (
	"fmt"
	"os"
	"syscall"
)

// settle has what is read of f from now on be what the disk holds. After a failed
// sync the system keeps pages in memory as if they were written; a process that
// starts on them would build on a state that the next crash takes back.
func settle(f *os.File) error {
	if err := f.Sync(); err != nil {
		return fmt.Errorf("%s can't be written to its disk: %w", f.Name(), err)
	}
	const dontNeed = 4 // POSIX_FADV_DONTNEED: pages that are written leave memory
	_, _, errno := syscall.Syscall6(syscall.SYS_FADVISE64, f.Fd(), 0, 0, dontNeed, 0, 0)
	if errno != 0 {
		return fmt.Errorf("%s can't be read anew: %w", f.Name(), errno)
	}
	return nil
}
