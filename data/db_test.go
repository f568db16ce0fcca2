package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

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

// The file is replaced while Open waits for its lock, as a compaction does.
func TestReplacedFile(t *testing.T) {
	path := filepath.Join(newFolder(t, nil), databaseName)
	held, err := os.Open(path)
	must(t, err)
	must(t, lock(held, syscall.LOCK_EX, 0))
	mustWrite(t, scratch(path), mustRead(t, path))

	opened := make(chan error)
	go func() {
		db, err := Open(path, &Options{Timeout: time.Minute})
		if err == nil {
			db.Close()
		}
		opened <- err
	}()
	for descriptors(t, path) < 2 {
		runtime.Gosched()
	}
	must(t, install(path))
	held.Close()
	wantError(t, <-opened, path, "was replaced", "try again")
}

// descriptors counts how often this process has the file at path open.
func descriptors(t *testing.T, path string) (n int) {
	t.Helper()
	fds, err := filepath.Glob("/proc/self/fd/*")
	must(t, err)
	if len(fds) == 0 {
		t.Skip("no /proc to see what Open waits for")
	}
	for _, fd := range fds {
		if name, _ := os.Readlink(fd); name == path {
			n++
		}
	}
	return n
}

func TestClosed(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	mustClose(t, f)
	if err := f.DB().Save(Refusal{alice, now}); !errors.Is(err, ErrNotSaved) {
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
	write := func(db *DB) error { return db.Save(Refusal{bob, now}) }
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
	for _, err := range []error{db.Writable(), db.Save(Refusal{bob, now})} {
		if !errors.Is(err, ErrNotSaved) || !errors.Is(err, syscall.EIO) {
			t.Errorf("after a failed sync: %v", err)
		}
	}
	wantRefused(t, db, alice, now)

	for err, want := range map[error]bool{
		syscall.EIO: true,
		&fs.PathError{Op: "sync", Err: syscall.EIO}:     true,
		&fs.PathError{Op: "write", Err: syscall.ENOSPC}: false,
		errors.New("file resize error: no room"):        false,
		errors.New("file sync error: i/o error"):        true,
	} {
		if syncFailed(fmt.Errorf("commit: %w", err)) != want {
			t.Errorf("syncFailed(%#v) = %v", err, !want)
		}
	}
}
