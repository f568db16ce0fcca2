package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"

	bolt "go.etcd.io/bbolt"
)

type boltTx = bolt.Tx

func foreignDB(path string) error {
	b, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		return err
	}
	return errors.Join(b.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucket([]byte("theirs"))
		return err
	}), b.Close())
}

func TestOpenMakesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	_, err := Open(path, nil)
	wantError(t, err, path, "is missing")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("Open made the file it missed")
	}
}

func TestReplacedFile(t *testing.T) {
	dir := newFolder(t, nil)
	path := filepath.Join(dir, databaseName)
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	if !sameFile(f, path) {
		t.Error("the file isn't itself")
	}
	mustWrite(t, scratch(path), mustRead(t, path))
	must(t, install(path))
	if sameFile(f, path) {
		t.Error("a replaced file passes for its successor")
	}
}

func TestClosed(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	mustClose(t, f)
	if err := f.DB().Refuse(alice, now); !errors.Is(err, ErrNotSaved) {
		t.Errorf("Refuse after Close: %v", err)
	}
	if _, _, err := f.DB().RefusedUntil(alice); err == nil {
		t.Error("RefusedUntil after Close: no error")
	}
	if _, _, err := f.DB().Compact(); err == nil {
		t.Error("Compact after Close: no error")
	}
	must(t, f.DB().Close())
}

// The file shrinks under an open database, as on a disk that fails: reading
// what is gone raises SIGBUS.
func TestFault(t *testing.T) {
	write := func(db *DB) error { return db.Refuse(bob, now) }
	read := func(db *DB) error { _, _, err := db.RefusedUntil(numbered(2000)); return err }
	compact := func(db *DB) error { _, _, err := db.Compact(); return err }
	for name, first := range map[string]func(*DB) error{"read": read, "write": write, "compact": compact} {
		t.Run(name, func(t *testing.T) {
			f := mustOpen(t, t.TempDir())
			fill(t, f.DB(), 4000)
			must(t, os.Truncate(f.path(databaseName), 8192))
			for _, use := range []func(*DB) error{first, read, write, compact, (*DB).Writable} {
				wantError(t, use(f.DB()), "damaged", "strangerd db check FILE")
			}
			if err := write(f.DB()); !errors.Is(err, ErrNotSaved) {
				t.Errorf("a write on a damaged file: %v", err)
			}
			must(t, f.Close())
		})
	}
}

func TestGuardLeavesNoTrace(t *testing.T) {
	before := debug.SetPanicOnFault(false)
	defer debug.SetPanicOnFault(before)
	err := guard(func() error { panic("hello, stranger") })
	if !errors.Is(err, errDamaged) || strings.Contains(err.Error(), "hello") {
		t.Errorf("a panic became %v", err)
	}
	if debug.SetPanicOnFault(false) {
		t.Error("guard left faults as panics")
	}
}

// After a failed sync nothing more is acknowledged, and everything still read.
func TestFailedSync(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	db := f.DB()
	mustRefuse(t, db, alice, now)
	db.write.Lock()
	err := db.notSaved(syscall.EIO)
	db.write.Unlock()
	wantError(t, err, "not saved", "input/output error", "start strangerd again")
	for _, err := range []error{db.Writable(), db.Refuse(bob, now)} {
		if !errors.Is(err, ErrNotSaved) || !errors.Is(err, syscall.EIO) {
			t.Errorf("after a failed sync: %v", err)
		}
	}
	wantRefused(t, db, alice, now)

	for err, want := range map[error]bool{
		syscall.EIO: true,
		&fs.PathError{Op: "sync", Err: syscall.EIO}:     true,
		&fs.PathError{Op: "write", Err: syscall.ENOSPC}: false,
		errors.New("file resize error"):                 false,
	} {
		if syncFailed(fmt.Errorf("commit: %w", err)) != want {
			t.Errorf("syncFailed(%#v) = %v", err, !want)
		}
	}
}

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
		err := db.update(func(tx *bolt.Tx) error {
			key := numbered(saved)
			return tx.Bucket(refusals).Put(key[:], formatTime(now))
		})
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
	if err := errors.Join(db.Writable(), db.Refuse(alice, now), f.Close()); err != nil {
		return fmt.Errorf("after making room: %w", err)
	}
	return Check(f.path(databaseName))
}

func TestFullDisk(t *testing.T) {
	out, err := play(t, "full", t.TempDir()).CombinedOutput()
	t.Logf("%s", out)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatal(err)
	}
	must(t, err)
}
