package data

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/crypto/ssh"
)

// The files of a folder.
const (
	databaseName = "strangerd.db"
	secretName   = "secret"
	hostKeyName  = "host_ed25519"
)

// A Folder is a data folder that this process alone uses.
type Folder struct {
	dir        string
	lock       *os.File
	secret     []byte
	drafted    bool // the secret doesn't have its name yet
	db         *DB
	hostKey    ssh.Signer
	newHostKey bool
	// lostHostKey is set if there must have been another one before.
	lostHostKey bool
}

// OpenFolder opens the folder dir for this process alone, and makes it and what
// belongs in it on first start. Every refusal is one line that names the file
// and says what to do.
func OpenFolder(dir string, o *Options) (*Folder, error) {
	dir = filepath.Clean(dir)
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	held, err := lockFolder(dir, o.timeout())
	if err != nil {
		return nil, err
	}
	f := &Folder{dir: dir, lock: held}
	for _, step := range f.steps(o) {
		if err := step(); err != nil {
			f.Close()
			return nil, f.advised(err)
		}
	}
	return f, nil
}

// steps are what a start consists of. A start that is killed after any of them,
// or in the middle of one, is continued by the next.
//
// The secret takes its name after the database was made for it, and the host key.
// So a secret without one of them is never the rest of a first start but a loss, and
// a database without a secret is one only if its secret lies beside it unnamed.
func (f *Folder) steps(o *Options) []func() error {
	return []func() error{
		f.openSecret,
		func() error { return f.openDB(o) },
		f.openHostKey,
		f.nameSecret,
	}
}

func (f *Folder) openSecret() (err error) {
	path := f.path(secretName)
	f.secret, err = readSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f.drafted = true
	if _, err := os.Lstat(f.path(databaseName)); errors.Is(err, fs.ErrNotExist) {
		f.secret, err = draftSecret(path)
		return err
	}
	f.secret, err = readSecret(scratch(path))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is missing, and %s is worth nothing without it: put that file back", path, databaseName)
	}
	return err
}

func (f *Folder) openDB(o *Options) error {
	path := f.path(databaseName)
	if _, err := os.Lstat(path); f.drafted && errors.Is(err, fs.ErrNotExist) {
		if err := createDB(path, f.secret); err != nil {
			return err
		}
	}
	db, err := Open(path, o)
	if err != nil {
		return err
	}
	f.db = db
	if err := private(path); err != nil {
		return err
	}
	if err := db.belongsTo(f.secret); err != nil {
		return err
	}
	// What a compaction that was killed left: records that no sweep reaches.
	os.Remove(scratch(path))
	return nil
}

func (f *Folder) nameSecret() error {
	if !f.drafted {
		return nil
	}
	return install(f.path(secretName))
}

func (f *Folder) openHostKey() (err error) {
	path := f.path(hostKeyName)
	f.hostKey, err = readHostKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeHostKey(path); err != nil {
		return err
	}
	f.newHostKey, f.lostHostKey = true, !f.drafted
	f.hostKey, err = readHostKey(path)
	return err
}

// Secret returns the secret, 32 bytes.
func (f *Folder) Secret() []byte { return bytes.Clone(f.secret) }

// HostKey returns the server's host key.
func (f *Folder) HostKey() ssh.Signer { return f.hostKey }

// NewHostKey tells whether this start made the host key, so that nobody can
// know it yet.
func (f *Folder) NewHostKey() bool { return f.newHostKey }

// LostHostKey tells whether this start made the host key in place of one that was
// lost, so that clients which know that one warn of an attack.
func (f *Folder) LostHostKey() bool { return f.lostHostKey }

// DB returns the database, which the folder closes.
func (f *Folder) DB() *DB { return f.db }

// Close closes the database and lets the folder go.
func (f *Folder) Close() error {
	var err error
	if f.db != nil {
		err = f.db.Close()
	}
	return errors.Join(err, f.lock.Close())
}

func (f *Folder) path(name string) string { return filepath.Join(f.dir, name) }

// advised adds to an error what the operator can do about it.
func (f *Folder) advised(err error) error {
	return advised(err, f.dir)
}

// advised adds to an error about the database in dir what the operator can do about it.
func advised(err error, dir string) error {
	if u := new(unusable); errors.As(err, &u) {
		return fmt.Errorf("%w: put a backup back with strangerd db restore FILE --data %s", err, dir)
	}
	return denied(err, dir)
}

// Usable says what is wrong with a folder that is there, or could not be made. It
// changes nothing.
func Usable(dir string) error {
	dir = filepath.Clean(dir)
	info, err := os.Stat(dir)
	switch {
	case err == nil && !info.IsDir(), errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%s is not a folder: name another one", dir)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return denied(err, dir)
	}
	d, err := openFolder(dir)
	if err != nil {
		return err
	}
	return errors.Join(guarded(dir), d.Close())
}

// makeFolder makes the folder dir unless it is there.
func makeFolder(dir string) error {
	if err := Usable(dir); err != nil {
		return err
	}
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("uid %d can't make the folder (%w): make it, and chown %[1]d %[3]s", os.Getuid(), err, dir)
	}
	return syncFolder(filepath.Dir(dir))
}
