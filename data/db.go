package data

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
)

// ErrNotSaved is wrapped, with its cause, by every write that the disk refused
// or that a damaged file made impossible. The record may be on the disk or not.
var ErrNotSaved = errors.New("not saved")

// errDamaged means that the file, or the disk under it, contradicted itself.
var errDamaged = errors.New("the database is damaged: stop strangerd and run strangerd db check FILE")

// defaultTimeout is long enough for a process that is just ending, and leaves
// half of the two seconds in which a second one has to give up.
const defaultTimeout = time.Second

// Options are what Open and OpenFolder leave to choose; nil means the defaults.
type Options struct {
	// Timeout is how long to wait for another process to let go of the files.
	// Zero means one second.
	Timeout time.Duration
}

func (o *Options) timeout() time.Duration {
	if o == nil || o.Timeout == 0 {
		return defaultTimeout
	}
	return o.Timeout
}

// A DB is an open database. Its methods may be called by any number of
// goroutines; writes happen one after the other.
type DB struct {
	path string

	// write is held by the one writer, and by Compact, which keeps writers out
	// while it copies. It is taken before mu.
	write    sync.Mutex
	unsynced error // a sync failed: the disk no longer tells what it holds

	mu   sync.RWMutex // held shared by a transaction, alone to replace or close these
	bolt *bolt.DB
	file *os.File // which bolt owns

	// A transaction panicked. It may have left bbolt's locks taken, so from
	// then on nothing calls bbolt again.
	damaged atomic.Bool
}

// Open opens the database at path, which must be there and be strangerd's, and
// brings its records to this version. It makes no database: OpenFolder does.
func Open(path string, o *Options) (*DB, error) {
	f, err := openLocked(path, os.O_RDWR, o.timeout())
	if err != nil {
		return nil, err
	}
	err = settle(f)
	if err == nil {
		err = sound(f)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	b, err := mapped(f, false)
	if err != nil {
		return nil, err
	}
	db := &DB{path: path, bolt: b, file: f}
	err = db.noted(guard(func() error { return migrate(b, path, migrations) }))
	if err != nil {
		db.Close()
		return nil, unusableIf(err, path)
	}
	return db, nil
}

// openLocked opens the file at path and locks it: to write it for us alone, to
// read it together with other readers.
func openLocked(path string, flag int, timeout time.Duration) (*os.File, error) {
	how := syscall.LOCK_EX
	if flag == os.O_RDONLY {
		how = syscall.LOCK_SH
	}
	f, err := os.OpenFile(path, flag, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &unusable{path, "is missing"}
	}
	if err != nil {
		return nil, denied(err, path)
	}
	err = lock(f, how, timeout)
	if err == nil && !sameFile(f, path) {
		// It was replaced while we waited: what we would write is lost.
		err = fmt.Errorf("%s was replaced a moment ago: try again", path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// sound refuses a file that bbolt would die of.
func sound(f *os.File) error {
	m, err := examine(f)
	if err != nil {
		return err
	}
	// The walk asks for pages all over the file. A disk reads the whole of it, from
	// its beginning to its end, ten times as quickly.
	if err := fetch(f); err != nil {
		return err
	}
	if problems := walkPages(f, m); len(problems) > 0 {
		return &unusable{f.Name(), fmt.Sprintf("is damaged: %v", problems[0])}
	}
	return nil
}

// fetch has the system read all of f into memory.
func fetch(f *os.File) error {
	piece := make([]byte, 1<<20)
	for {
		switch _, err := f.Read(piece); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}

// mapped lets bbolt map f, which is bbolt's from then on. Unless it was made a
// moment ago, f is locked and examined.
func mapped(f *os.File, readOnly bool) (b *bolt.DB, err error) {
	err = guard(func() error {
		b, err = bolt.Open(f.Name(), 0, &bolt.Options{
			Timeout:         defaultTimeout, // for the lock, which we have
			ReadOnly:        readOnly,
			PreLoadFreelist: true, // in here, where a fault is caught
			OpenFile:        func(string, int, os.FileMode) (*os.File, error) { return f, nil },
		})
		return err
	})
	if err != nil {
		release(f) // bbolt did, unless it panicked
		return nil, unusableIf(err, f.Name())
	}
	return b, nil
}

// unusableIf words damage that showed while opening path.
func unusableIf(err error, path string) error {
	if errors.Is(err, errDamaged) {
		return &unusable{path, "is damaged"}
	}
	return err
}

// Close waits for running transactions and closes the file.
func (d *DB) Close() error {
	d.write.Lock()
	defer d.write.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.damaged.Load() {
		return release(d.file) // bbolt might wait for ever
	}
	return d.bolt.Close()
}

// probeSize is about a record with the longest transcript in it, in bytes.
const probeSize = 64 << 10

// Writable says whether the disk takes a large record now, by writing one: two
// syncs. The one before is replaced, so that its pages are free for a real
// record when there is no more room.
func (d *DB) Writable() error {
	return d.update(func(tx *bolt.Tx) error {
		return tx.Bucket(identity).Put(probeKey, make([]byte, probeSize))
	})
}

// view runs fn in a transaction that reads. Nothing that fn got from tx may
// outlive it.
func (d *DB) view(fn func(tx *bolt.Tx) error) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.damaged.Load() {
		return errDamaged
	}
	return d.noted(guard(func() error { return d.bolt.View(fn) }))
}

// update runs fn in a transaction that writes, and returns when it is synced.
// An error of fn itself undoes it and comes back as it is.
func (d *DB) update(fn func(tx *bolt.Tx) error) error {
	d.write.Lock()
	defer d.write.Unlock()
	d.mu.RLock()
	defer d.mu.RUnlock()
	if err := d.writeError(); err != nil {
		return err
	}
	var refused error
	err := d.noted(guard(func() error {
		return d.bolt.Update(func(tx *bolt.Tx) error {
			refused = fn(tx)
			return refused
		})
	}))
	if err == nil || refused != nil {
		return err
	}
	return d.notSaved(err)
}

// writeError is why writes are over, if they are. The caller holds write.
func (d *DB) writeError() error {
	if d.damaged.Load() {
		return fmt.Errorf("%w: %w", ErrNotSaved, errDamaged)
	}
	return d.unsynced
}

// notSaved words what a commit returned. The caller holds write.
//
// After a failed sync the system may forget what it couldn't write and report
// the next sync as a success. bbolt may by then use again the pages that the
// state on the disk still needs, so writes end until the file is opened anew.
func (d *DB) notSaved(err error) error {
	err = fmt.Errorf("%w: %w", ErrNotSaved, err)
	if syncFailed(err) {
		err = fmt.Errorf("%w: start strangerd again when the disk is well", err)
		d.unsynced = err
	}
	return err
}

// syncFailed tells a failed sync from a failed write, which is harmless. bbolt's
// fdatasync returns the bare errno, os.File a PathError; of the sync after it made
// the file larger, bbolt keeps nothing but words.
func syncFailed(err error) bool {
	if strings.Contains(err.Error(), "file sync error: ") {
		return true
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Op == "sync"
	}
	var errno syscall.Errno
	return errors.As(err, &errno)
}

// noted remembers damage.
func (d *DB) noted(err error) error {
	if errors.Is(err, errDamaged) {
		d.damaged.Store(true)
	}
	return err
}

// guard runs fn, and turns a memory fault, which would otherwise end the
// process whatever recovers, and every panic of bbolt into errDamaged. It works
// for this goroutine only. Of a panic that is not the runtime's the text is
// dropped: it may quote a page, and so somebody's words.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch p := recover().(type) {
		case nil:
		case runtime.Error:
			err = fmt.Errorf("%w (%v)", errDamaged, p)
		default:
			err = errDamaged
		}
	}()
	return fn()
}
