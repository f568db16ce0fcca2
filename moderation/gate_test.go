package moderation

import (
	"errors"
	"net/netip"
	"path/filepath"
	"testing"

	"strangerd/data"
)

func newGate(t *testing.T, max int) *Gate {
	t.Helper()
	folder, err := data.OpenFolder(filepath.Join(t.TempDir(), "data"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := folder.Close(); err != nil {
			t.Error(err)
		}
	})
	return NewGate(Config{
		DB:          folder.DB(),
		Secret:      []byte("secret"),
		Shared:      []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")},
		MaxSessions: max,
	})
}

func TestSubjectIsTheSource(t *testing.T) {
	g := newGate(t, 0)
	of := func(s string) Subject { return g.Subject(netip.MustParseAddr(s)) }
	same := [][2]string{
		{"192.0.2.1", "::ffff:192.0.2.1"},
		{"2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff"},
		{"fe80::1%eth0", "fe80::1"},
	}
	for _, pair := range same {
		if of(pair[0]) != of(pair[1]) {
			t.Errorf("%s and %s are two subjects", pair[0], pair[1])
		}
	}
	if of("192.0.2.1") == of("192.0.2.2") || of("2001:db8:0:1::1") == of("2001:db8:0:2::1") {
		t.Error("two sources are one subject")
	}
	for _, shared := range []string{"127.0.0.1", "::ffff:127.0.0.1", "10.1.2.3"} {
		if !of(shared).shared() {
			t.Errorf("%s is not shared", shared)
		}
	}
	if of("127.0.0.2").shared() {
		t.Error("127.0.0.2 is shared")
	}
	other := identity{secret: []byte("another")}
	if other.subject(netip.MustParseAddr("192.0.2.1")) == of("192.0.2.1") {
		t.Error("the secret makes no difference")
	}
}

func TestAdmitCountsWhoIsInside(t *testing.T) {
	g := newGate(t, 2)
	first, err := g.Admit(Subject{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Admit(Subject{}); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Admit(Subject{}); !errors.Is(err, ErrFull) {
		t.Fatalf("the third of two got %v", err)
	}
	first.Close()
	first.Close() // counts once
	if _, err := g.Admit(Subject{}); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Admit(Subject{}); !errors.Is(err, ErrFull) {
		t.Fatalf("a pass that was closed twice made room for two: %v", err)
	}
	g.Drain()
	if _, err := g.Admit(Subject{}); !errors.Is(err, ErrDraining) {
		t.Fatalf("draining: %v", err)
	}
}

func TestRefuseAgeHoldsForTheSource(t *testing.T) {
	g := newGate(t, 0)
	young := g.Subject(netip.MustParseAddr("192.0.2.1"))
	other := g.Subject(netip.MustParseAddr("192.0.2.2"))
	if err := g.RefuseAge(young); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Admit(young); !errors.Is(err, ErrTooYoung) {
		t.Errorf("the refused source got %v", err)
	}
	if _, err := g.Admit(other); err != nil {
		t.Errorf("another source got %v", err)
	}
	shared := g.Subject(netip.MustParseAddr("127.0.0.1"))
	if err := g.RefuseAge(shared); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Admit(shared); err != nil {
		t.Errorf("a shared source got %v", err)
	}
}
