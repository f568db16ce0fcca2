package terminal

import "sync/atomic"

// The sizes a terminal may claim, in cells. Outside them the nearest bound
// holds; 0 means that the client doesn't know, which is taken for 80 × 24.
const (
	MinCols, MaxCols, DefaultCols = 10, 500, 80
	MinRows, MaxRows, DefaultRows = 5, 200, 24
)

// size is a window size that one goroutine writes and another reads.
type size struct{ packed atomic.Uint32 }

func (s *size) store(cols, rows uint32) {
	s.packed.Store(clamp(cols, MinCols, MaxCols, DefaultCols)<<16 | clamp(rows, MinRows, MaxRows, DefaultRows))
}

func (s *size) load() (cols, rows int) {
	packed := s.packed.Load()
	return int(packed >> 16), int(packed & 0xffff)
}

func clamp(n, low, high, unknown uint32) uint32 {
	if n == 0 {
		return unknown
	}
	return min(max(n, low), high)
}
