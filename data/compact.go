package data

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// compactBatch is how many bytes of records one transaction of a compaction
// copies: it bounds memory, and costs two syncs each.
const compactBatch = 8 << 20

// Compact compacts the database file at path, which no process may be using,
// and returns its size in bytes before and after.
func Compact(path string) (before, after int64, err error) {
	folder, err := lockFolder(filepath.Dir(path), defaultTimeout)
	if err != nil {
		return 0, 0, err
	}
	defer folder.Close()
	db, err := Open(path, nil)
	if err != nil {
		return 0, 0, advised(err, filepath.Dir(path))
	}
	defer db.Close()
	return db.Compact()
}

// Compact writes the records into a new file, without the bytes of removed
// ones, and puts it in place of the old. Reads go on, writes wait. When it fails
// the old file is as it was. The sizes are in bytes.
func (d *DB) Compact() (before, after int64, err error) {
	d.write.Lock()
	defer d.write.Unlock()
	if err := d.writeError(); err != nil {
		return 0, 0, err
	}
	// Opened first: once the file is renamed, only the sync may fail.
	folder, err := os.Open(filepath.Dir(d.path))
	if err != nil {
		return 0, 0, err
	}
	defer folder.Close()
	file, copied, err := d.copyRecords()
	if err != nil {
		return 0, 0, fmt.Errorf("compacting %s: %w", d.path, err)
	}
	before = size(d.path)
	// The new file has been locked since it was made: there is no moment at
	// which another process could take it.
	if err := os.Rename(scratch(d.path), d.path); err != nil {
		copied.Close()
		os.Remove(scratch(d.path))
		return 0, 0, err
	}
	d.mu.Lock()
	old := d.bolt
	d.bolt, d.file = copied, file
	d.mu.Unlock()
	if err := folder.Sync(); err != nil {
		// After a crash the name might mean the old file, without what is
		// written from now on.
		return 0, 0, errors.Join(d.notSaved(err), old.Close())
	}
	return before, size(d.path), old.Close()
}

// copyRecords copies all records into the scratch file, which it leaves open.
func (d *DB) copyRecords() (*os.File, *bolt.DB, error) {
	f, err := createScratch(d.path)
	if err != nil {
		return nil, nil, denied(err, filepath.Dir(d.path))
	}
	b, err := mapped(f, false)
	if err != nil {
		return nil, nil, err
	}
	err = d.noted(guard(func() error { return bolt.Compact(b, d.bolt, compactBatch) }))
	if err == nil {
		return f, b, nil
	}
	if !errors.Is(err, errDamaged) {
		b.Close()
	}
	release(f)
	os.Remove(scratch(d.path))
	return nil, nil, err
}

// size is for the reports to people, so an error is zero.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
