package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// scratch is the name under which a file is made before it takes its own. What
// a crash leaves there is never read again, but for the secret's.
func scratch(path string) string { return path + ".unfinished" }

// createScratch makes the scratch file of path, for its owner alone, in place
// of one that a crash left.
func createScratch(path string) (*os.File, error) {
	if err := os.Remove(scratch(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(scratch(path), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
}

// writeScratch writes b to the scratch file of path and syncs it, name included.
func writeScratch(path string, b []byte) error {
	f, err := createScratch(path)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// install gives the scratch file of path, already synced, its name for good.
func install(path string) error {
	if err := os.Rename(scratch(path), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes the names in dir durable: syncing a file does not.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// sameFile tells whether path names the file that f is.
func sameFile(f *os.File, path string) bool {
	held, errHeld := f.Stat()
	named, errNamed := os.Stat(path)
	return errHeld == nil && errNamed == nil && os.SameFile(held, named)
}

// lock takes flock's lock on f, shared or exclusive, and waits up to timeout
// while another descriptor has it. Closing f releases it, unless f is mapped,
// and so does the end of the process, however it ends.
func lock(f *os.File, how int, timeout time.Duration) error {
	for deadline := time.Now().Add(timeout); ; time.Sleep(20 * time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return fmt.Errorf("locking %s: %w", f.Name(), err)
		case time.Now().After(deadline):
			return fmt.Errorf("another strangerd is using %s: stop it first", f.Name())
		}
	}
}

// release closes f and gives up its lock, which a map left behind would keep.
func release(f *os.File) error {
	syscall.Flock(int(f.Fd()), syscall.LOCK_UN) // fails where bbolt closed f
	return f.Close()
}

// openFolder opens dir. It refuses a folder in which it can make no file.
func openFolder(dir string) (*os.File, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, denied(err, dir)
	}
	const writable = 2 // W_OK of access(2)
	if err := syscall.Access(dir, writable); err != nil {
		d.Close()
		return nil, denied(err, dir)
	}
	return d, nil
}

// lockFolder locks dir, so that one process at a time makes, replaces and uses
// the files in it.
func lockFolder(dir string, timeout time.Duration) (*os.File, error) {
	d, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	if err := lock(d, syscall.LOCK_EX, timeout); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// denied adds to a refusal of the system what an operator needs to lift it: who
// the process is, which in a container is not who started it, and the command.
func denied(err error, path string) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("uid %d may not use %s (%v): chown -R %[1]d %[2]s", os.Getuid(), path, err)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("uid %d can't write in %s (%v): mount it writable", os.Getuid(), path, err)
	}
	return err
}

// guarded refuses a folder in which others can replace files. What they can only list
// is no secret: the files in it are their owner's alone.
func guarded(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if perm := info.Mode().Perm(); perm&0o022 != 0 && info.Mode()&fs.ModeSticky == 0 {
		return fmt.Errorf("%s can be written by others (mode %04o): chmod 700 %[1]s", dir, perm)
	}
	return nil
}

// private refuses a file that anyone but its owner can read or write.
func private(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if perm := info.Mode().Perm(); perm&^0o600 != 0 {
		return fmt.Errorf("%s is open to others (mode %04o): chmod 600 %[1]s", path, perm)
	}
	return nil
}
