package moderation

import (
	"slices"
	"strings"
	"time"

	"strangerd/data"
)

// Memory is what the holder of a me@ key has remembered.
type Memory = data.Memory

// KeptBlock is how long somebody whom a me@ key has blocked stays blocked: as long as
// a report keeps two people apart.
const KeptBlock = KeptApart

const (
	// MaxBlocks is how many sources and keys one me@ key has blocked; then the oldest
	// block goes.
	MaxBlocks = data.MaxBlocks
	// maxMemories bounds the me@ keys of which something is remembered: 200 bytes of
	// most, and 10 KB of who blocks without end.
	maxMemories = 20_000
	// maxInterests bounds the interests of one, in bytes: ten of 40 characters of any
	// script, but not of pictures.
	maxInterests = 4 << 10
)

// Blocks are the sources and keys that somebody has blocked.
type Blocks map[data.Hash]struct{}

// Hold tells whether s is blocked.
func (b Blocks) Hold(s Subject) bool {
	if len(b) == 0 {
		return false
	}
	_, source := b[s.Source]
	_, key := b[s.Key]
	return source || key
}

// Memory returns what the key of s has remembered, and when that key first and last
// came; of a key that nothing is known of, these are zero.
func (g *Gate) Memory(s Subject) (m Memory, first, last time.Time, err error) {
	g.mu.RLock()
	seen := g.known.keys[s.Key]
	g.mu.RUnlock()
	m, err = g.db.Memory(s.Key)
	if !returned(seen) {
		seen = data.Known{}
	}
	return m, seen.First, seen.Last, err
}

// Remember changes what the key of s has remembered, and returns when that is synced.
// It changes what is there at that moment, so that two sessions of a key keep what
// each of them changed. Errors: ErrTooLong, data.ErrNotSaved.
func (g *Gate) Remember(s Subject, change func(*Memory)) error {
	g.lock()
	defer g.unlock()
	m, err := g.db.Memory(s.Key)
	if err != nil {
		return err
	}
	before := m.At
	change(&m)
	if len(strings.Join(m.Interests, "")) > maxInterests {
		return ErrTooLong
	}
	seen := g.remember(s)
	m.At = after(after(g.now(), before), seen.Forgot)
	if m.Empty() && g.Alone() {
		m.At = time.Time{} // nobody has to be told that there is nothing
	}
	return g.commit(seen, m)
}

// Block has the key of s never meet other again, for KeptBlock, as far as other can be
// told from others, and returns when that is synced. Errors: ErrNobody if other can't be,
// data.ErrNotSaved.
func (g *Gate) Block(s, other Subject) error {
	g.lock()
	defer g.unlock()
	others := slices.DeleteFunc(nonzero(other.Source, other.Key), func(h data.Hash) bool { return h == s.Key })
	if len(others) == 0 {
		return ErrNobody
	}
	seen := g.remember(s)
	at := after(g.now(), seen.Forgot)
	blocked, err := g.db.Blocks(s.Key)
	if err != nil {
		return err
	}
	for _, b := range blocked {
		at = after(at, b.At)
	}
	records := []data.Record{seen}
	for _, h := range others {
		records = append(records, data.Block{Owner: s.Key, Other: h, Until: at.Add(KeptBlock), At: at})
	}
	return g.commit(records...)
}

// remember returns what is known of a key of which something is remembered from now on.
// The caller holds change.
func (g *Gate) remember(s Subject) data.Known {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.known.remember(s.Key, g.now()) // before it is on the disk, so that no sweep takes it
}

// Blocks returns whom the key of s has blocked.
func (g *Gate) Blocks(s Subject) (Blocks, error) {
	all, err := g.BlocksUntil(s)
	if len(all) == 0 {
		return nil, err
	}
	blocks := make(Blocks)
	for _, b := range all {
		blocks[b.Other] = struct{}{}
	}
	return blocks, err
}

// BlocksUntil returns the blocks in force of the key of s, that which ends first at
// the beginning.
func (g *Gate) BlocksUntil(s Subject) ([]data.Block, error) {
	now := g.now()
	all, err := g.db.Blocks(s.Key)
	all = slices.DeleteFunc(all, func(b data.Block) bool { return !b.Until.After(now) })
	slices.SortStableFunc(all, func(a, b data.Block) int { return a.Until.Compare(b.Until) })
	return all, err
}

// comes tells whether a key has come after then.
func (g *Gate) comes(key data.Hash, then time.Time) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.known.comes(key, then)
}

// Forget removes all that is known and remembered of the key of s, and returns when
// that is synced. What its bytes were is gone from the file with the next sweep.
// Error: data.ErrNotSaved.
func (g *Gate) Forget(s Subject) error {
	g.lock()
	defer g.unlock()
	g.forgot.Store(true)
	if !g.Alone() {
		return g.forgetEverywhere(s.Key)
	}
	if err := g.db.Forget(s.Key); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.known.drop(s.Key)
	return nil
}

// forgetEverywhere leaves of a key when it was forgotten, for machines that tell later of what
// was before. The caller holds change.
func (g *Gate) forgetEverywhere(key data.Hash) error {
	m, err := g.db.Memory(key)
	if err != nil {
		return err
	}
	blocked, err := g.db.Blocks(key)
	if err != nil {
		return err
	}
	g.mu.RLock()
	seen := g.known.keys[key]
	g.mu.RUnlock()
	last := slices.MaxFunc([]time.Time{g.now(), m.At, seen.Last, after(time.Time{}, seen.Forgot)}, time.Time.Compare)
	for _, b := range blocked {
		if b.At.After(last) {
			last = b.At
		}
	}
	return g.commit(data.Known{Key: key, First: last, Last: last, Forgot: last})
}
