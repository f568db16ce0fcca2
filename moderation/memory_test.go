package moderation

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"strangerd/data"
)

// holder is who comes from an address as me@ with a key.
func (h *house) holder(addr string, key byte) Subject { return h.Subject(ip(addr), []byte{key}) }

func (h *house) remember(s Subject, change func(*Memory)) {
	h.t.Helper()
	must(h.t, h.Remember(s, change))
}

func like(interests ...string) func(*Memory) {
	return func(m *Memory) { m.Interests = interests }
}

func (h *house) wantMemory(s Subject, want Memory) {
	h.t.Helper()
	m, _, _, err := h.Memory(s)
	must(h.t, err)
	if m.At.Before(start) && !m.Empty() {
		h.t.Error("it isn't told when that was changed")
	}
	m.At = time.Time{}
	if want.Key = s.Key; !reflect.DeepEqual(m, want) {
		h.t.Errorf("remembered is %+v, want %+v", m, want)
	}
}

// wantBlocked expects that s has blocked, or not, who comes from there.
func (h *house) wantBlocked(s, other Subject, want bool) {
	h.t.Helper()
	blocks, err := h.Blocks(s)
	must(h.t, err)
	if blocks.Hold(other) != want {
		h.t.Errorf("blocked: %v, want %v", !want, want)
	}
}

// What a key has remembered outlives a crash, and is found by that key alone, from
// anywhere.
func TestRememberedByKey(t *testing.T) {
	h := newHouse(t)
	ann := h.holder("192.0.2.1", 1)
	h.remember(ann, like("go"))
	h.remember(ann, func(m *Memory) { m.BellOff = true })
	must(t, h.Block(ann, h.from("192.0.2.7")))
	must(t, h.Block(ann, h.holder("127.0.0.1", 7)))
	h.restart()
	elsewhere := h.holder("198.51.100.9", 1)
	h.wantMemory(elsewhere, Memory{Interests: []string{"go"}, BellOff: true})
	h.wantMemory(h.holder("192.0.2.1", 2), Memory{})
	h.wantBlocked(elsewhere, h.from("192.0.2.7"), true)
	h.wantBlocked(elsewhere, h.holder("203.0.113.1", 7), true)
	h.wantBlocked(elsewhere, h.from("192.0.2.8"), false)
	h.wantBlocked(elsewhere, h.from("127.0.0.1"), false) // of whom nothing can be told
	h.wantBlocked(h.holder("192.0.2.1", 2), h.from("192.0.2.7"), false)

	long := like(strings.Repeat("x", maxInterests+1))
	wantIs(t, h.Remember(ann, long), ErrTooLong)
	h.wantMemory(ann, Memory{Interests: []string{"go"}, BellOff: true})
}

// Who blocks themselves, by a second terminal, meets others still.
func TestOwnKeyIsNotBlocked(t *testing.T) {
	h := newHouse(t)
	ann := h.holder("127.0.0.1", 1)
	wantIs(t, h.Block(ann, ann), ErrNobody)
	wantIs(t, h.Block(ann, h.from("127.0.0.1")), ErrNobody)
	h.wantBlocked(ann, ann, false)
}

func TestBlockEnds(t *testing.T) {
	h := newHouse(t)
	ann, other := h.holder("192.0.2.1", 1), h.from("192.0.2.7")
	must(t, h.Block(ann, other))
	h.pass(KeptBlock - time.Minute)
	h.wantBlocked(ann, other, true)
	h.pass(time.Minute)
	h.wantBlocked(ann, other, false)
	want(h.Sweep(h.clock.Now()))(t)
	if left, err := h.folder.DB().Blocks(ann.Key); len(left) > 0 || err != nil {
		t.Errorf("blocks on the disk: %v, %v", left, err)
	}
}

// Nothing is left of who is forgotten, in memory or on the disk, and the minute's
// writing doesn't bring them back.
func TestForgotten(t *testing.T) {
	h := newHouse(t)
	ann, ben := h.holder("192.0.2.1", 1), h.holder("192.0.2.2", 2)
	for _, s := range []Subject{ann, ben} {
		h.remember(s, like("zanzibar"+s.String()))
		must(t, h.Block(s, h.from("192.0.2.7")))
	}
	must(t, h.saveKnown())
	h.enter("192.0.2.1", 1).Close()
	h.pass(25 * time.Hour)
	h.enter("192.0.2.1", 1).Close() // not written yet
	must(t, h.Forget(ann))
	must(t, h.saveKnown())
	for range 2 {
		m, first, last, err := h.Memory(ann)
		must(t, err)
		if !reflect.DeepEqual(m, Memory{Key: ann.Key}) || !first.IsZero() || !last.IsZero() {
			t.Errorf("there is %+v, from %v to %v", m, first, last)
		}
		h.wantBlocked(ann, h.from("192.0.2.7"), false)
		h.wantMemory(ben, Memory{Interests: []string{"zanzibar" + ben.String()}})
		h.wantBlocked(ben, h.from("192.0.2.7"), true)
		want(h.Sweep(h.clock.Now()))(t)
		file := want(os.ReadFile(filepath.Join(h.dir, "strangerd.db")))(t)
		if bytes.Contains(file, []byte("zanzibar"+ann.String())) || bytes.Contains(file, ann.Key[:]) {
			t.Error("the file still holds what was forgotten")
		}
		h.restart()
	}
	must(t, h.Forget(ann)) // who is not known
}

// What is remembered ends when its key hasn't come for KnownFor, and not while it
// comes.
func TestMemoryEnds(t *testing.T) {
	h := newHouse(t)
	ann, ben := h.holder("192.0.2.1", 1), h.holder("192.0.2.2", 2)
	h.remember(ann, like("go"))
	h.remember(ben, like("tea"))
	h.pass(50 * day)
	h.enter("192.0.2.2", 2).Close()
	must(t, h.saveKnown())
	h.pass(50 * day)
	want(h.Sweep(h.clock.Now()))(t)
	h.wantMemory(ann, Memory{})
	h.wantMemory(ben, Memory{Interests: []string{"tea"}})
}

// Whoever makes up keys and has something remembered of each pushes out nobody who
// comes back.
func TestMemoriesAreBounded(t *testing.T) {
	const max = 20
	h := newHouse(t)
	regular := h.holder("192.0.2.1", 1)
	h.remember(regular, like("go"))
	h.pass(25 * time.Hour)
	h.enter("192.0.2.1", 1).Close()
	must(t, h.saveKnown())
	h.Gate.known.maxRemembered = max
	for i := range max + 5 {
		h.pass(time.Second)
		made := regular
		made.Key = data.Hash{}
		binary.BigEndian.PutUint32(made.Key[:], uint32(i+1))
		h.remember(made, like("spam"))
	}
	must(t, h.saveKnown())
	for range 2 {
		h.wantMemory(regular, Memory{Interests: []string{"go"}})
		kept := 0
		must(t, h.folder.DB().EachMemory(func(Memory) { kept++ }))
		if kept != max || len(h.Gate.known.remembered) != max {
			t.Errorf("%d are remembered, and %d in memory", kept, len(h.Gate.known.remembered))
		}
		h.restart()
	}
}
