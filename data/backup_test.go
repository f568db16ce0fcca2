package data

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestBackupAndRestore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "strangerd-data")
	path := filepath.Join(dir, databaseName)
	file := filepath.Join(t.TempDir(), "backup.db")
	f := mustOpen(t, dir)
	mustRefuse(t, f.DB(), alice, now)
	must(t, f.DB().BackupFile(file))
	wantError(t, f.DB().BackupFile(path), path, "is the database itself")
	mustRefuse(t, f.DB(), bob, now)
	wantError(t, Restore(dir, file), "another strangerd is using "+dir)
	mustClose(t, f)
	mustCheck(t, file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup is %v, %v", info.Mode(), err)
	}

	restored := func() {
		t.Helper()
		must(t, Restore(dir, file))
		f := mustOpen(t, dir)
		wantRefused(t, f.DB(), alice, now)
		wantRefused(t, f.DB(), bob, time.Time{})
		mustClose(t, f)
	}
	current := mustRead(t, path)
	restored()
	if kept := mustRead(t, path+".before-restore"); !bytes.Equal(kept, current) {
		t.Error("the database that was there wasn't kept")
	}
	must(t, os.Truncate(path, 0))
	restored()
	if kept := mustRead(t, path+".before-restore"); !bytes.Equal(kept, current) {
		t.Error("a second restore lost what the first kept")
	}
	if kept := mustRead(t, path+".before-restore-2"); len(kept) != 0 {
		t.Error("the empty database wasn't kept")
	}
	must(t, os.Remove(path))
	restored()
}

func TestRefusedRestore(t *testing.T) {
	dir := newFolder(t, func(db *DB) { mustRefuse(t, db, alice, now) })
	path := filepath.Join(dir, databaseName)
	whole := mustRead(t, path)
	cut := filepath.Join(t.TempDir(), "cut")
	mustWrite(t, cut, whole[:10000])
	damaged := filepath.Join(t.TempDir(), "damaged")
	mustWrite(t, damaged, append(whole[:len(whole)/4:len(whole)/4], make([]byte, len(whole)*3/4)...))
	foreign := filepath.Join(t.TempDir(), "foreign")
	must(t, foreignDB(foreign))

	for file, want := range map[string]string{
		cut:     "is cut short",
		damaged: "page",
		foreign: "not strangerd's",
		filepath.Join(newFolder(t, nil), databaseName): "another secret",
		filepath.Join(t.TempDir(), "none"):             "is missing",
	} {
		err := Restore(dir, file)
		if err == nil {
			t.Fatalf("restored from %s", file)
		}
		wantError(t, err, "nothing restored", file, want)
		if !bytes.Equal(mustRead(t, path), whole) {
			t.Fatalf("a refused restore from %s touched the database", file)
		}
	}
	if _, err := os.Stat(path + ".before-restore"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a refused restore set the database aside")
	}

	must(t, os.Remove(filepath.Join(dir, secretName)))
	wantError(t, Restore(dir, path), secretName, "is missing", "put that file back first")
	nowhere := filepath.Join(dir, "nowhere")
	wantError(t, Restore(nowhere, path), nowhere)
	if _, err := os.Stat(nowhere); err == nil {
		t.Error("Restore made a folder")
	}
}

func TestBackupDuringWrites(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	stop, done := make(chan struct{}), make(chan int)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				done <- n
				return
			default:
				if err := f.DB().Save(Refusal{numbered(n), now}); err != nil {
					t.Error(err)
				}
			}
		}
	}()
	file := filepath.Join(t.TempDir(), "backup.db")
	for range 10 {
		must(t, f.DB().BackupFile(file))
		mustCheck(t, file)
	}
	close(stop)
	n := <-done
	for i := range n {
		wantRefused(t, f.DB(), numbered(i), now)
	}
}

// Whoever asked for a backup reads none of it. Writes that make the file grow
// go on all the same.
func TestBackupToASlowReader(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	mustRefuse(t, f.DB(), alice, now)
	r, w := io.Pipe()
	done := make(chan error)
	go func() {
		err := f.DB().Backup(w)
		w.CloseWithError(err)
		done <- err
	}()
	first := make([]byte, 1)
	_, err := io.ReadFull(r, first)
	must(t, err)
	fill(t, f.DB(), 20000)
	rest, err := io.ReadAll(r)
	must(t, err)
	must(t, <-done)

	file := filepath.Join(t.TempDir(), "backup.db")
	mustWrite(t, file, append(first, rest...))
	mustCheck(t, file)
	if files, _ := os.ReadDir(f.dir); len(files) != 3 {
		t.Errorf("the backup left something behind: %v", files)
	}
}

func TestCompact(t *testing.T) {
	canary := Hash([]byte("a canary of just thirty-two byte"))
	f := mustOpen(t, t.TempDir())
	db, path := f.DB(), f.path(databaseName)
	fill(t, db, 20000)
	mustRefuse(t, db, canary, now)
	mustRefuse(t, db, alice, now.Add(time.Hour))
	if !bytes.Contains(mustRead(t, path), canary[:]) {
		t.Fatal("the canary isn't in the file to begin with")
	}
	if _, err := db.Sweep(now, Ended{}); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, db, bob, now) // the removed page is free by now
	if !bytes.Contains(mustRead(t, path), canary[:]) {
		t.Error("the removed canary left the file by itself: this test shows nothing")
	}
	before, after, err := db.Compact()
	if err != nil || after >= before {
		t.Errorf("Compact() = %d, %d, %v", before, after, err)
	}
	if b := mustRead(t, path); bytes.Contains(b, canary[:]) || int64(len(b)) != after {
		t.Error("the canary outlived the compaction")
	}
	// The database goes on in the new file, still locked.
	wantRefused(t, db, alice, now.Add(time.Hour))
	mustRefuse(t, db, canary, now)
	_, err = Open(path, &Options{Timeout: time.Millisecond})
	wantError(t, err, "another strangerd is using "+path)
	mustClose(t, f)

	_, _, err = Compact(path)
	must(t, err)
	f = mustOpen(t, f.dir)
	wantRefused(t, f.DB(), alice, now.Add(time.Hour))
	wantRefused(t, f.DB(), bob, now)
	wantRefused(t, f.DB(), canary, now)
	mustClose(t, f)
}

func TestCompactDuringReadsAndWrites(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	stop, done := make(chan struct{}), make(chan int)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				done <- n
				return
			default:
				mustRefuse(t, f.DB(), numbered(n), now)
				wantRefused(t, f.DB(), numbered(n/2), now)
			}
		}
	}()
	for range 10 {
		if _, _, err := f.DB().Compact(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	n := <-done
	for i := range n {
		wantRefused(t, f.DB(), numbered(i), now)
	}
}

// A compaction that was killed leaves a copy of every record; the next start
// removes it.
func TestLeftoverCopy(t *testing.T) {
	dir := newFolder(t, nil)
	left := scratch(filepath.Join(dir, databaseName))
	mustWrite(t, left, []byte("records"))
	mustClose(t, mustOpen(t, dir))
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there", left)
	}
}
