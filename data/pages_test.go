package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// use does with the database in dir everything that reads or writes pages, and
// returns the first error. What it must never do is end the process.
func use(dir string) error {
	f, err := OpenFolder(dir, nil)
	if err != nil {
		return err
	}
	defer f.Close()
	for i := range 3000 {
		if _, _, err := f.DB().RefusedUntil(numbered(i)); err != nil {
			return err
		}
	}
	if err := f.DB().Save(Refusal{alice, now}); err != nil {
		return err
	}
	_, _, err = f.DB().Compact()
	return err
}

// Every page border, and lengths beside it: a cut file is refused, or nothing
// that counts was cut off.
func TestCutFile(t *testing.T) {
	dir := newFolder(t, func(db *DB) { fill(t, db, 3000) })
	path := filepath.Join(dir, databaseName)
	whole := mustRead(t, path)
	m, ok := parseMeta(whole)
	if other, _ := parseMeta(whole[m.pageSize:]); other.txid > m.txid {
		m = other
	}
	if !ok || m.end < 50 {
		t.Fatalf("not worth cutting: %+v", m)
	}
	var lengths []int
	for at := 0; at <= len(whole); at += int(m.pageSize) {
		lengths = append(lengths, at-1, at, at+1, at+79, at+80, at+81, at+1000)
	}
	for _, n := range lengths {
		if n < 0 || n > len(whole) {
			continue
		}
		mustWrite(t, path, whole[:n])
		f, err := OpenFolder(dir, nil)
		if uint64(n) < m.end*m.pageSize {
			wantError(t, err, path, "strangerd db restore FILE")
			if info, _ := os.Stat(path); info.Size() != int64(n) {
				t.Fatalf("cut to %d bytes, and opening made it %d", n, info.Size())
			}
			continue
		}
		if err != nil {
			t.Fatalf("cut to %d bytes, of which %d count: %v", n, m.end*m.pageSize, err)
		}
		wantRefused(t, f.DB(), numbered(2999), now)
		mustClose(t, f)
	}
}

// One meta page may be torn, as by a crash while it was written: that is what
// the other is for.
func TestTornMeta(t *testing.T) {
	dir := newFolder(t, func(db *DB) { fill(t, db, 3000); mustRefuse(t, db, alice, now) })
	path := filepath.Join(dir, databaseName)
	whole := mustRead(t, path)
	m, _ := parseMeta(whole)
	for _, at := range []uint64{0, m.pageSize} {
		torn := bytes.Clone(whole)
		clear(torn[at+pageHeader+32 : at+pageHeader+48]) // its numbers, not what makes it known
		mustWrite(t, path, torn)
		f := mustOpen(t, dir)
		wantRefused(t, f.DB(), numbered(7), now)
		mustRefuse(t, f.DB(), bob, now)
		mustRefuse(t, f.DB(), bob, now) // once in each meta page
		mustClose(t, f)
	}

	clear(whole[pageHeader:100])
	clear(whole[m.pageSize+pageHeader : m.pageSize+100])
	mustWrite(t, path, whole)
	_, err := OpenFolder(dir, nil)
	wantError(t, err, path, "its beginning is lost", "strangerd db restore FILE")
}

// Pages that are zero, as after a crash of a file system, or noise.
func TestDamagedPages(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	dir := newFolder(t, func(db *DB) { fill(t, db, 3000) })
	path := filepath.Join(dir, databaseName)
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	m, err := examine(file)
	must(t, err)
	whole := mustRead(t, path)
	found := 0
	for i := range 400 {
		b := bytes.Clone(whole)
		page := 2 + random.IntN(int(m.end)-2)
		at := page * int(m.pageSize)
		switch i % 4 {
		case 0:
			clear(b[at : at+int(m.pageSize)])
		case 1: // in the header or the first elements, where it hurts
			b[at+random.IntN(64)] ^= 1 << random.IntN(8)
		case 2:
			binary.NativeEndian.PutUint64(b[at+random.IntN(512):], random.Uint64())
		case 3:
			other := 2 + random.IntN(int(m.end)-2)
			copy(b[at:at+int(m.pageSize)], b[other*int(m.pageSize):])
		}
		mustWrite(t, path, b)
		if Check(path) != nil {
			found++
		}
		use(dir)
	}
	if found < 200 {
		t.Errorf("Check found %d of 400 damages", found)
	}
	t.Logf("Check found %d of 400 damages", found)
}

// Damage that a checksum covers is no accident, but it mustn't hang or end us.
func TestCraftedFile(t *testing.T) {
	for name, craft := range map[string]func(b []byte, m meta){
		"a cycle of pages": func(b []byte, m meta) {
			root := b[m.root*m.pageSize:]
			binary.NativeEndian.PutUint16(root[8:], branchPage)
			binary.NativeEndian.PutUint16(root[10:], 1)
			binary.NativeEndian.PutUint32(root[pageHeader:], elementSize)
			binary.NativeEndian.PutUint32(root[pageHeader+4:], 1)
			binary.NativeEndian.PutUint64(root[pageHeader+8:], m.root)
		},
		"a page far away": func(b []byte, m meta) {
			binary.NativeEndian.PutUint64(b[m.freelist*m.pageSize+pageHeader:], 1<<40)
			binary.NativeEndian.PutUint16(b[m.freelist*m.pageSize+10:], 1)
		},
		"a list without end": func(b []byte, m meta) {
			binary.NativeEndian.PutUint16(b[m.freelist*m.pageSize+10:], 0xFFFE)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := newFolder(t, func(db *DB) { fill(t, db, 3000) })
			path := filepath.Join(dir, databaseName)
			b := mustRead(t, path)
			f, err := os.Open(path)
			must(t, err)
			m, err := examine(f)
			f.Close()
			must(t, err)
			craft(b, m)
			mustWrite(t, path, b)
			wantError(t, Check(path), path, "page")
			use(dir)
		})
	}
}

func TestCheckNamesEveryProblem(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	must(t, f.DB().update(func(tx *bolt.Tx) error {
		return errors.Join(tx.Bucket(refusals).Put([]byte("one"), []byte("x")), tx.Bucket(known).Put([]byte("two"), []byte("y")))
	}))
	must(t, f.Close())
	err := Check(f.path(databaseName))
	var all interface{ Unwrap() []error }
	if !errors.As(err, &all) || len(all.Unwrap()) != 2 {
		t.Errorf("records of two kinds are wrong, and Check says %v", err)
	}
}

// FuzzDamage writes patch anywhere into a database.
func FuzzDamage(f *testing.F) {
	dir := filepath.Join(f.TempDir(), "strangerd-data")
	folder := mustOpen(f, dir)
	fill(f, folder.DB(), 300)
	mustClose(f, folder)
	path := filepath.Join(dir, databaseName)
	whole := mustRead(f, path)
	f.Add(uint32(8192), []byte{3, 0, 0, 0, 0, 0, 0, 0, 2, 0})
	f.Add(uint32(4*4096+8), []byte{1, 0, 255, 255})
	f.Add(uint32(5*4096+16), make([]byte, 64))
	f.Fuzz(func(t *testing.T, at uint32, patch []byte) {
		b := bytes.Clone(whole)
		copy(b[int(at)%len(b):], patch)
		mustWrite(t, path, b)
		Check(path)
		use(dir)
	})
}

func BenchmarkWalk(b *testing.B) {
	f := mustOpen(b, b.TempDir())
	fill(b, f.DB(), 1<<20)
	mustClose(b, f)
	file, err := os.Open(f.path(databaseName))
	must(b, err)
	defer file.Close()
	m, err := examine(file)
	must(b, err)
	b.SetBytes(int64(m.end * m.pageSize))
	for b.Loop() {
		walkPages(file, m)
	}
}
