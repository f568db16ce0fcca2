//go:build linux && (amd64 || arm64)

package data

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"unsafe"
)

// What is in memory of a file, the disk may not hold; so it is read again.
func TestSettle(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	must(t, err)
	defer f.Close()
	_, err = f.Write(bytes.Repeat([]byte("page"), 1<<18))
	must(t, err)
	must(t, f.Sync())
	before := resident(t, f)
	must(t, settle(f))
	if after := resident(t, f); after > before/2 {
		var disk syscall.Statfs_t
		must(t, syscall.Fstatfs(int(f.Fd()), &disk))
		const tmpfs = 0x01021994
		if disk.Type == tmpfs {
			t.Skip("this file system has nothing but memory")
		}
		t.Errorf("%d pages of %d are in memory still", after, before)
	}
}

// resident counts the pages of f that are in memory.
func resident(t *testing.T, f *os.File) (pages int) {
	t.Helper()
	info, err := f.Stat()
	must(t, err)
	mapped, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	must(t, err)
	defer syscall.Munmap(mapped)
	in := make([]byte, (len(mapped)+os.Getpagesize()-1)/os.Getpagesize())
	_, _, errno := syscall.Syscall(syscall.SYS_MINCORE, uintptr(unsafe.Pointer(&mapped[0])), uintptr(len(mapped)), uintptr(unsafe.Pointer(&in[0])))
	if errno != 0 {
		t.Fatal(errno)
	}
	for _, page := range in {
		pages += int(page & 1)
	}
	return pages
}
