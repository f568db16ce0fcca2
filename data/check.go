package data

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// Check reads all of the database file at path, which no process may be
// writing, and returns every problem it finds, one a line. It changes nothing.
func Check(path string) error { return advised(check(path, nil), filepath.Dir(path)) }

// check is Check, and with a secret also whether the database belongs to it.
func check(path string, secret []byte) error {
	f, err := openLocked(path, os.O_RDONLY, defaultTimeout)
	if err != nil {
		return err
	}
	defer release(f) // also when bbolt can't be asked to
	m, err := examine(f)
	if err != nil {
		return err
	}
	// bbolt's own check runs in a goroutine of its own, where a fault can't be
	// caught: it must not see a file that could cause one.
	problems := walkPages(f, m)
	if len(problems) == 0 {
		problems, err = checkMapped(f, secret)
	}
	for i := range problems {
		problems[i] = fmt.Errorf("%s: %w", path, problems[i])
	}
	return errors.Join(append(problems, err)...)
}

// checkMapped asks bbolt what is wrong with f's pages, and looks at the records.
func checkMapped(f *os.File, secret []byte) (problems []error, err error) {
	b, err := mapped(f, true)
	if err != nil {
		return nil, err
	}
	err = guard(func() error {
		return b.View(func(tx *bolt.Tx) error {
			for err := range tx.Check() {
				problems = append(problems, err)
			}
			records, err := checkRecords(tx, f.Name(), secret)
			problems = append(problems, records...)
			return err
		})
	})
	if errors.Is(err, errDamaged) {
		return problems, unusableIf(err, f.Name())
	}
	return problems, errors.Join(err, b.Close())
}

// checkRecords returns what is wrong with the records, whatever the pages say;
// the error is that they can't be read at all.
func checkRecords(tx *bolt.Tx, path string, secret []byte) (problems []error, err error) {
	version, err := versionOf(tx, path)
	if err == nil {
		err = knows(version, path, migrations)
	}
	if err == nil && secret != nil {
		err = belongs(tx, path, secret)
	}
	if err == nil {
		problems = checkKinds(tx, version)
	}
	if err == nil && version >= outboxVersion {
		problems = append(problems, checkOutbox(tx)...)
	}
	return problems, err
}
