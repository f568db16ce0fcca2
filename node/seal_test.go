package node

import (
	"bytes"
	"testing"
)

// What was sealed is opened by who knows the secret, on its own subject, as it was made,
// and by nobody else.
func TestSealed(t *testing.T) {
	ours, others := NewSealer([]byte("ours")), NewSealer([]byte("others"))
	sealed := ours.Seal("strangerd.beat", []byte("hello"))
	if plain, err := ours.Open("strangerd.beat", sealed); err != nil || string(plain) != "hello" {
		t.Fatalf("%q, %v", plain, err)
	}
	if bytes.Contains(sealed, []byte("hello")) {
		t.Error("it can be read")
	}
	if bytes.Equal(sealed, ours.Seal("strangerd.beat", []byte("hello"))) {
		t.Error("the same twice is the same twice")
	}
	for i := range sealed {
		cut, changed := sealed[:i], bytes.Clone(sealed)
		changed[i] ^= 1
		for _, bad := range [][]byte{cut, changed} {
			if plain, err := ours.Open("strangerd.beat", bad); err == nil || plain != nil {
				t.Fatalf("byte %d: opened as %q", i, plain)
			}
		}
	}
	if _, err := ours.Open("strangerd.seat", sealed); err != errForged {
		t.Errorf("on another subject: %v", err)
	}
	if _, err := others.Open("strangerd.beat", sealed); err != errForged {
		t.Errorf("with another secret: %v", err)
	}
	ours.Malformed()
	const overhead = 1 + 24 + 16
	want := map[string]uint64{
		"short": overhead, "form": 1, "malformed": 1,
		"forged": uint64(2*len(sealed) - overhead - 1 + 1),
	}
	for why, n := range ours.Refused() {
		if n != want[why] {
			t.Errorf("%d refused as %s, want %d", n, why, want[why])
		}
	}
}

// The one label that is in use twice would make one thing of two.
func TestLabels(t *testing.T) {
	if bytes.Equal(labelled([]byte("x"), "a"), labelled([]byte("x"), "b")) || bytes.Equal(labelled([]byte("x"), "a"), labelled([]byte("y"), "a")) {
		t.Error("the label or the secret doesn't matter")
	}
}

func FuzzOpen(f *testing.F) {
	s := NewSealer([]byte("ours"))
	f.Add(s.Seal("a", nil))
	f.Add([]byte{form})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, err := s.Open("b", sealed); err == nil {
			t.Fatalf("opened as %q", plain)
		}
	})
}
