package trap

import "strings"

// minWord is how long a word has to be that the filter looks for, in bytes.
const minWord = 3

// filter finds the pieces that may match a text, by the words that have to be there.
type filter struct {
	needs  []uint8       // of each piece: a bit for each of its clauses
	begins [1 << 12]bool // by the hash of a word's first bytes
	words  map[[minWord]byte][]word
}

type word struct {
	text   string
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
		for _, w := range clause {
			key := [minWord]byte([]byte(w[:minWord]))
			f.begins[hash(w)] = true
			f.words[key] = append(f.words[key], word{w, piece, 1 << i})
		}
	}
	f.needs = append(f.needs, needs)
}

func hash(s string) uint32 {
	return (uint32(s[0])<<7 ^ uint32(s[1])<<3 ^ uint32(s[2])) & (1<<12 - 1)
}

// candidates calls visit for each piece that may match s, in their order.
func (f *filter) candidates(s string, visit func(piece int)) {
	has := make([]uint8, len(f.needs))
	for i := 0; i+minWord <= len(s); i++ {
		if !f.begins[hash(s[i:])] {
			continue
		}
		for _, w := range f.words[[minWord]byte([]byte(s[i:i+minWord]))] {
			if strings.HasPrefix(s[i:], w.text) {
				has[w.piece] |= w.clause
			}
		}
	}
	for piece, needs := range f.needs {
		if has[piece] == needs {
			visit(piece)
		}
	}
}
