package trap

import (
	"math/bits"
	"slices"
	"strings"
	"sync"
)

// minWord is how long a word has to be that the filter looks for, in bytes.
const minWord = 3

// filter finds the pieces that may match a text, by the words that have to be there,
// and where in it they are.
type filter struct {
	needs  []uint8       // of each piece: a bit for each of its clauses
	begins [1 << 12]bool // by the hash of a word's first bytes
	words  map[[minWord]byte][]word
}

// word is a word of one or more pieces.
type word struct {
	text string
	of   []of
}

type of struct {
	piece  int
	clause uint8 // its bit
}

// add adds the next piece.
func (f *filter) add(clauses [][]string) {
	if f.words == nil {
		f.words = make(map[[minWord]byte][]word)
	}
	piece, needs := len(f.needs), uint8(0)
	for i, clause := range clauses {
		needs |= 1 << i
		for _, text := range clause {
			w := f.word(text)
			w.of = append(w.of, of{piece, 1 << i})
		}
	}
	f.needs = append(f.needs, needs)
}

// word returns the place of a word, until another one is added.
func (f *filter) word(text string) *word {
	key := [minWord]byte([]byte(text[:minWord]))
	words := f.words[key]
	for i := range words {
		if words[i].text == text {
			return &words[i]
		}
	}
	f.begins[hash(text)] = true
	f.words[key] = append(words, word{text: text})
	return &f.words[key][len(words)]
}

func hash(s string) uint32 {
	return (uint32(s[0])<<7 ^ uint32(s[1])<<3 ^ uint32(s[2])) & (1<<12 - 1)
}

// hit is where a word of a piece's clause is in a text.
type hit struct {
	from, to int
	clause   uint8
	next     int32 // hit of the same piece, further on in the text; 0 is none
}

// hits are those of a text.
type hits struct {
	all    []hit // the first one is none
	pieces []chain
}

// chain is the hits of a piece.
type chain struct {
	has         uint8 // the clauses of which there is one
	first, last int32
}

// spare holds hits for each text that is being looked at: whoever found them puts them back.
var spare = sync.Pool{New: func() any { return new(hits) }}

// find finds the words in s.
func (f *filter) find(s string) *hits {
	found := spare.Get().(*hits)
	found.all = append(found.all[:0], hit{})
	found.pieces = slices.Grow(found.pieces[:0], len(f.needs))[:len(f.needs)]
	clear(found.pieces)
	for i := 0; i+minWord <= len(s); i++ {
		if !f.begins[hash(s[i:])] {
			continue
		}
		for _, w := range f.words[[minWord]byte([]byte(s[i:i+minWord]))] {
			if strings.HasPrefix(s[i:], w.text) {
				for _, of := range w.of {
					found.add(of, i, i+len(w.text))
				}
			}
		}
	}
	return found
}

// may tells whether a piece may match the text of these hits.
func (f *filter) may(piece int, h *hits) bool { return h.pieces[piece].has == f.needs[piece] }

func (h *hits) add(of of, from, to int) {
	p := &h.pieces[of.piece]
	p.has |= of.clause
	this := int32(len(h.all))
	if p.first == 0 {
		p.first = this
	} else {
		h.all[p.last].next = this
	}
	p.last = this
	h.all = append(h.all, hit{from: from, to: to, clause: of.clause})
}

// of calls visit with each hit of a piece, in the order of the text.
func (h *hits) of(piece int, visit func(hit)) {
	for i := h.pieces[piece].first; i != 0; i = h.all[i].next {
		visit(h.all[i])
	}
}

// rarest is the clause of a piece that has the fewest hits.
func (h *hits) rarest(piece int) (clause uint8) {
	var counts [maxClauses]int
	h.of(piece, func(at hit) { counts[bits.TrailingZeros8(at.clause)]++ })
	least := 0
	for i, n := range counts {
		if n > 0 && (counts[least] == 0 || n < counts[least]) {
			least = i
		}
	}
	return 1 << least
}

// windows are the parts of a text in which all clauses of a piece have a hit: what is
// around those of the rarest one, joined where it meets.
func (h *hits) windows(piece int, around func(hit) window) (all []window) {
	rarest := h.rarest(piece)
	h.of(piece, func(at hit) {
		if at.clause != rarest {
			return
		}
		w := around(at)
		if n := len(all); n > 0 && w.from <= all[n-1].to {
			all[n-1] = window{min(w.from, all[n-1].from), max(w.to, all[n-1].to)}
		} else {
			all = append(all, w)
		}
	})
	return slices.DeleteFunc(all, func(w window) bool {
		has := uint8(0)
		h.of(piece, func(at hit) {
			if w.from <= at.from && at.to <= w.to {
				has |= at.clause
			}
		})
		return has != h.pieces[piece].has
	})
}
