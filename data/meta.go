package data

import (
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// bbolt's file format, as in its internal/common (v1.5.0): a file is pages, the
// first two are meta pages, and the newer valid one says what the file holds.
// Numbers are in the byte order of the machine.
const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2
	pageHeader  = 16 // id, flags, count, overflow
	metaSize    = 64
	noFreelist  = 1<<64 - 1
	minPage     = 1 << 10
	maxPage     = 1 << 24
)

// A meta is what one meta page says.
type meta struct {
	pageSize uint64
	root     uint64 // page of the root bucket
	freelist uint64 // page of the list of free pages
	end      uint64 // the first page never used yet
	txid     uint64 // the transaction that wrote it
}

// parseMeta reads a meta page, or reports that b is none.
func parseMeta(b []byte) (m meta, ok bool) {
	if len(b) < pageHeader+metaSize {
		return m, false
	}
	b = b[pageHeader:]
	sum := fnv.New64a()
	sum.Write(b[:metaSize-8])
	if u32(b) != boltMagic || u32(b[4:]) != boltVersion || u64(b[56:]) != sum.Sum64() {
		return m, false
	}
	m = meta{pageSize: u32(b[8:]), root: u64(b[16:]), freelist: u64(b[32:]), end: u64(b[40:]), txid: u64(b[48:])}
	return m, m.pageSize >= minPage && m.pageSize <= maxPage && m.pageSize&(m.pageSize-1) == 0
}

func readMetaAt(r io.ReaderAt, offset uint64) (meta, bool) {
	b := make([]byte, pageHeader+metaSize)
	if _, err := r.ReadAt(b, int64(offset)); err != nil {
		return meta{}, false
	}
	return parseMeta(b)
}

// readMetas reads the valid meta pages. Where the second lies depends on the
// page size, which only the first tells: without it every size is tried.
func readMetas(r io.ReaderAt) (metas []meta) {
	if m, ok := readMetaAt(r, 0); ok {
		metas = append(metas, m)
		if n, ok := readMetaAt(r, m.pageSize); ok && n.pageSize == m.pageSize {
			metas = append(metas, n)
		}
		return metas
	}
	for size := uint64(minPage); size <= maxPage; size *= 2 {
		if m, ok := readMetaAt(r, size); ok && m.pageSize == size {
			return append(metas, m)
		}
	}
	return nil
}

// examine compares what f's meta pages say with the file itself, and returns
// the current one. It must precede the mapping: bbolt takes an empty file for a
// new database, and touching a page that was cut off is a fault.
func examine(f *os.File) (meta, error) {
	info, err := f.Stat()
	if err != nil {
		return meta{}, err
	}
	size := uint64(info.Size())
	switch {
	case !info.Mode().IsRegular():
		return meta{}, &unusable{f.Name(), "is not a regular file"}
	case size == 0:
		return meta{}, &unusable{f.Name(), "is empty"}
	}
	metas := readMetas(f)
	if len(metas) == 0 {
		return meta{}, &unusable{f.Name(), "is not a database, or its beginning is lost"}
	}
	current := metas[0]
	for _, m := range metas {
		if m.end > size/m.pageSize {
			return meta{}, &unusable{f.Name(), fmt.Sprintf("is cut short (%d bytes of %d pages of %d)", size, m.end, m.pageSize)}
		}
		if m.txid > current.txid {
			current = m
		}
	}
	// Without a list of free pages bbolt looks for them in a goroutine of its
	// own, where a fault can't be caught. We always keep the list.
	if current.freelist == noFreelist {
		return meta{}, &unusable{f.Name(), "is a database, but not strangerd's"}
	}
	return current, nil
}

// An unusable file is one that can't be used as the database, whoever asks;
// what helps is a backup.
type unusable struct{ path, why string }

func (u *unusable) Error() string { return u.path + " " + u.why }
