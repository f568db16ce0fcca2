package data

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// Backup writes the database as it is at this moment to w: a whole file, which
// Restore takes. It goes through a nameless file in the folder, so that a slow
// w holds no transaction open: behind one, every write that needs a larger
// memory map waits, and behind that write every read.
func (d *DB) Backup(w io.Writer) error {
	f, err := os.CreateTemp(filepath.Dir(d.path), "backup-*")
	if err != nil {
		return denied(err, filepath.Dir(d.path))
	}
	defer f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	if err := d.writeTo(f); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}

// BackupFile puts a backup at path, whole and synced or not at all. What was
// there before is replaced.
func (d *DB) BackupFile(path string) error {
	if d.isAt(path) {
		return fmt.Errorf("%s is the database itself: name another file", path)
	}
	f, err := createScratch(path)
	if err != nil {
		return denied(err, filepath.Dir(path))
	}
	if err := errors.Join(d.writeTo(f), f.Sync(), f.Close()); err != nil {
		os.Remove(scratch(path))
		return err
	}
	return install(path)
}

func (d *DB) isAt(path string) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return sameFile(d.file, path)
}

func (d *DB) writeTo(w io.Writer) error {
	return d.view(func(tx *bolt.Tx) error {
		_, err := tx.WriteTo(w)
		return err
	})
}
