package data

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func init() { roles["full"] = fillUp }

// fillUp writes, in a process of its own, until the disk is full: first its own
// limit on the size of files, then, where it may mount one, a small disk.
func fillUp(dir string) error {
	if err := fillUntil(dir, func() error { return limit(1 << 17) }, func() error { return limit(1 << 30) }); err != nil {
		return fmt.Errorf("limited: %w", err)
	}
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		return err
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=256k"); err != nil {
		fmt.Println("no small disk:", err)
		return nil
	}
	defer syscall.Unmount(disk, syscall.MNT_DETACH)
	larger := func() error { return syscall.Mount("", disk, "", syscall.MS_REMOUNT, "size=64m") }
	if err := fillUntil(disk, func() error { return nil }, larger); err != nil {
		return fmt.Errorf("small disk: %w", err)
	}
	return nil
}

func limit(bytes uint64) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		return err
	}
	l.Cur = bytes
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l)
}

// fillUntil fills the disk, narrowed by narrow, and expects every write to be
// there or to have failed; after widen, writes work again.
func fillUntil(dir string, narrow, widen func() error) error {
	f, err := OpenFolder(dir, nil)
	if err != nil {
		return err
	}
	defer f.Close()
	db := f.DB()
	if err := narrow(); err != nil {
		return err
	}
	saved := 0
	for ; ; saved++ {
		err := db.Save(Refusal{numbered(saved), now})
		if err == nil && saved < 1<<14 {
			continue
		}
		if !errors.Is(err, ErrNotSaved) {
			return fmt.Errorf("after %d records: %v", saved, err)
		}
		fmt.Println(saved, "records, then:", err)
		break
	}
	if err := db.Writable(); !errors.Is(err, ErrNotSaved) {
		return fmt.Errorf("on a full disk Writable says %v", err)
	}
	for i := range saved {
		if _, ok, err := db.RefusedUntil(numbered(i)); !ok || err != nil {
			return fmt.Errorf("record %d of %d is lost: %v", i, saved, err)
		}
	}
	if err := widen(); err != nil {
		return err
	}
	if err := errors.Join(db.Writable(), db.Save(Refusal{alice, now}), f.Close()); err != nil {
		return fmt.Errorf("after making room: %w", err)
	}
	return Check(f.path(databaseName))
}

func TestFullDisk(t *testing.T) {
	out, err := play(t, "full", t.TempDir()).CombinedOutput()
	t.Logf("%s", out)
	must(t, err)
}
