package data

import (
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Kinds of page, and of what lies on one; see meta.go.
const (
	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	elementSize  = 16 // of a branch page and of a leaf page
	bucketHeader = 16 // root page, sequence
	bucketFlag   = 0x01
	countBelow   = 0xFFFF // from here on the count is the first number of the list
)

// A walk visits every page that is in use, through reads and not through the
// memory map, and looks whether each reference stays inside its page and its
// file and whether each page is used once. A file that passes can be handed to
// bbolt: it can cause no fault there, and no endless recursion.
type walk struct {
	f    io.ReaderAt
	meta meta
	used []uint32 // a bit for each page, set atomically

	mu       sync.Mutex // guards what follows
	next     [][]uint64 // pages referred to and not visited yet, by the page that does
	found    *sync.Cond // next has more, or walking is 0
	walking  int        // how many look at pages, and may find more
	problems []error
}

// A walker is one of those who walk together.
type walker struct {
	*walk
	buf []byte // a page, with those it overflows into
}

// walkPages returns what is wrong with the pages of a file that passed examine.
// It reads about 1 GB a second from memory on each core, and keeps a bit for each page.
func walkPages(f io.ReaderAt, m meta) (problems []error) {
	w := &walk{f: f, meta: m, used: make([]uint32, m.end/32+1), next: [][]uint64{{m.root}}}
	w.found = sync.NewCond(&w.mu)
	(&walker{walk: w}).freelist(m.freelist)
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go((&walker{walk: w}).run)
	}
	all.Wait()
	return w.problems
}

// run visits pages until none is left that anybody could find.
func (w *walker) run() {
	for pages := w.take(false); pages != nil; pages = w.take(true) {
		for _, id := range pages {
			w.tree(id)
		}
	}
}

// take returns the pages that one page refers to, or nil when all were visited. The
// caller says whether it has just looked at some.
func (w *walker) take(walked bool) []uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if walked {
		w.walking--
	}
	for len(w.next) == 0 && w.walking > 0 {
		w.found.Wait()
	}
	if len(w.next) == 0 {
		w.found.Broadcast()
		return nil
	}
	pages := w.next[len(w.next)-1]
	w.next = w.next[:len(w.next)-1]
	w.walking++
	return pages
}

// refer has pages visited.
func (w *walk) refer(pages []uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next = append(w.next, pages)
	w.found.Signal()
}

func (w *walk) report(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.problems = append(w.problems, fmt.Errorf(format, args...))
}

// page reads page id with those it overflows into, or reports why not. The
// bytes are good until the next call.
func (w *walker) page(id uint64) []byte {
	if id < 2 || id >= w.meta.end {
		w.report("page %d is referred to, but there are %d", id, w.meta.end)
		return nil
	}
	if err := w.read(id, 0); err != nil {
		w.report("page %d: %w", id, err)
		return nil
	}
	more := u32(w.buf[12:])
	if u64(w.buf) != id || more >= w.meta.end-id {
		w.report("page %d is not the page it should be", id)
		return nil
	}
	for i := id; i <= id+more; i++ {
		if bit := uint32(1) << (i % 32); atomic.OrUint32(&w.used[i/32], bit)&bit != 0 {
			w.report("page %d is used twice", i)
			return nil
		}
	}
	if more > 0 {
		if err := w.read(id, more); err != nil {
			w.report("page %d: %w", id, err)
			return nil
		}
	}
	return w.buf
}

// read fills the buffer with page id and more pages after it.
func (w *walker) read(id, more uint64) error {
	n := int((1 + more) * w.meta.pageSize)
	w.buf = slices.Grow(w.buf[:0], n)[:n]
	_, err := w.f.ReadAt(w.buf, int64(id*w.meta.pageSize))
	return err
}

func (w *walker) freelist(id uint64) {
	b := w.page(id)
	if b == nil {
		return
	}
	kind, count, list := kindOf(b), countOf(b), b[pageHeader:]
	if count == countBelow {
		count, list = u64(list), list[8:]
	}
	if kind != freelistPage || count > uint64(len(list)/8) {
		w.report("page %d is not the list of free pages", id)
		return
	}
	for ; count > 0; count, list = count-1, list[8:] {
		if free := u64(list); free < 2 || free >= w.meta.end {
			w.report("page %d is free, but there are %d", free, w.meta.end)
		}
	}
}

func (w *walker) tree(id uint64) {
	b := w.page(id)
	if b == nil {
		return
	}
	switch {
	case kindOf(b) == leafPage:
		w.leaf(id, b, false)
	case kindOf(b) == branchPage && countOf(b) > 0:
		w.branch(id, b)
	default:
		w.report("page %d holds neither records nor pages", id)
	}
}

func (w *walker) branch(id uint64, b []byte) {
	pages := make([]uint64, 0, countOf(b))
	for i := range countOf(b) {
		e := span(b, i, 0, elementSize)
		if e == nil || span(b, i, u32(e), u32(e[4:])) == nil {
			w.report("page %d: element %d leaves it", id, i)
			break
		}
		pages = append(pages, u64(e[8:]))
	}
	w.refer(pages)
}

// leaf looks at records, and at the buckets among them. A small bucket has no
// page: its records lie inline, on a leaf inside its parent's, and hold no buckets.
func (w *walker) leaf(id uint64, b []byte, inline bool) {
	for i := range countOf(b) {
		e := span(b, i, 0, elementSize)
		if e == nil || span(b, i, u32(e[4:]), u32(e[8:])+u32(e[12:])) == nil {
			w.report("page %d: element %d leaves it", id, i)
			return
		}
		if u32(e)&bucketFlag == 0 {
			continue
		}
		bucket := span(b, i, u32(e[4:])+u32(e[8:]), u32(e[12:]))
		switch {
		case inline || len(bucket) < bucketHeader:
			w.report("page %d: element %d is no bucket", id, i)
		case u64(bucket) != 0:
			w.refer([]uint64{u64(bucket)})
		case len(bucket) < bucketHeader+pageHeader || kindOf(bucket[bucketHeader:]) != leafPage:
			w.report("page %d: element %d is no bucket", id, i)
		default:
			w.leaf(id, bucket[bucketHeader:], true)
		}
	}
}

// span is the n bytes of page b that lie pos bytes after the beginning of its
// element i, or nil where they leave the page.
func span(b []byte, i, pos, n uint64) []byte {
	from := pageHeader + i*elementSize + pos
	if from+n > uint64(len(b)) {
		return nil
	}
	return b[from : from+n]
}

func kindOf(page []byte) uint16  { return binary.NativeEndian.Uint16(page[8:]) }
func countOf(page []byte) uint64 { return uint64(binary.NativeEndian.Uint16(page[10:])) }
func u32(b []byte) uint64        { return uint64(binary.NativeEndian.Uint32(b)) }
func u64(b []byte) uint64        { return binary.NativeEndian.Uint64(b) }
