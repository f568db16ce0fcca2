package data

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Restore puts the database file backup in place of the folder's, which no
// process may be using. The backup is checked first, to the last page, and must
// belong to the folder's secret. A database that is there is kept, under a name
// that ends in .before-restore.
func Restore(dir, backup string) error {
	folder, err := lockFolder(dir, defaultTimeout)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not there: make it (mode 0700), and put the secret that the backup was made with into it first", dir)
	}
	if err != nil {
		return err
	}
	defer folder.Close()
	secret, err := readSecret(filepath.Join(dir, secretName))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is missing, and a backup is worth nothing without its secret: put that file back first", filepath.Join(dir, secretName))
	}
	if err != nil {
		return denied(err, dir)
	}
	if err := check(backup, secret); err != nil {
		first, _, more := strings.Cut(err.Error(), "\n")
		if more {
			first += fmt.Sprintf(", and more: strangerd db check %s", backup)
		}
		return fmt.Errorf("nothing restored: %s: give another backup", first)
	}
	path := filepath.Join(dir, databaseName)
	if err := copyFile(backup, path); err != nil {
		return fmt.Errorf("nothing restored: %w", denied(err, dir))
	}
	if err := setAside(path); err != nil {
		return err
	}
	return install(path)
}

// copyFile copies from to the scratch file of path and syncs it.
func copyFile(from, path string) error {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := createScratch(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, w.Sync(), w.Close())
}

// setAside renames what is at path, if anything is, to a name that is free.
func setAside(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err := lock(f, syscall.LOCK_EX, defaultTimeout); err != nil {
		return err
	}
	kept := path + ".before-restore"
	for n := 2; ; n++ {
		_, err := os.Lstat(kept)
		if errors.Is(err, fs.ErrNotExist) {
			return os.Rename(path, kept)
		}
		if err != nil {
			return err
		}
		kept = fmt.Sprintf("%s.before-restore-%d", path, n)
	}
}
