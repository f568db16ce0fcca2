package moderation

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/data"
)

func TestSubjectIsTheSource(t *testing.T) {
	h := newHouse(t)
	same := [][2]string{
		{"192.0.2.1", "::ffff:192.0.2.1"},
		{"2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff"},
		{"fe80::1%eth0", "fe80::1"},
	}
	for _, pair := range same {
		if h.from(pair[0]) != h.from(pair[1]) {
			t.Errorf("%s and %s are two subjects", pair[0], pair[1])
		}
	}
	if h.from("192.0.2.1").Is(h.from("192.0.2.2")) || h.from("2001:db8:0:1::1").Is(h.from("2001:db8:0:2::1")) {
		t.Error("two sources are one subject")
	}
	for _, addr := range []string{"127.0.0.1", "::ffff:127.0.0.1", "10.1.2.3"} {
		if s := h.from(addr); !s.Nobody() || s != (Subject{}) {
			t.Errorf("%s is not shared", addr)
		}
	}
	if h.from("127.0.0.2").Nobody() {
		t.Error("127.0.0.2 is shared")
	}
	other := identity{secret: []byte("another")}
	if other.subject(ip("192.0.2.1"), nil) == h.from("192.0.2.1") {
		t.Error("the secret makes no difference")
	}
}

func TestAThousandAddressesOfOneHouseholdAreOneSource(t *testing.T) {
	h := newHouse(t)
	sources := make(map[Subject]bool)
	for i := range 1000 {
		sources[h.from(fmt.Sprintf("2001:db8:0:7::%x", i+1))] = true
	}
	if len(sources) != 1 {
		t.Errorf("%d sources", len(sources))
	}
}

func TestSubjectHoldsKeyAndWiderNetworks(t *testing.T) {
	h := newHouse(t)
	near := [][3]string{ // same nearer network, same farther network only
		{"192.0.2.1", "192.0.2.99", "192.0.77.1"},
		{"2001:db8:0:1::", "2001:db8:0:ff::", "2001:db8:0:1ff::"},
	}
	for _, n := range near {
		a, b, c := h.from(n[0]), h.from(n[1]), h.from(n[2])
		if a.Wider != b.Wider || a.Wider[0] == c.Wider[0] || a.Wider[1] != c.Wider[1] {
			t.Errorf("wider networks of %v", n)
		}
	}
	withKey, again := h.Subject(ip("192.0.2.1"), []byte("key")), h.Subject(ip("198.51.100.1"), []byte("key"))
	if !withKey.Is(again) || withKey == h.from("192.0.2.1") || withKey.Key == h.Subject(ip("192.0.2.1"), []byte("other")).Key {
		t.Error("a key doesn't tell people apart")
	}
	if h.Subject(ip("127.0.0.1"), []byte("key")).Nobody() {
		t.Error("a key at a shared source is nobody")
	}
}

func TestAdmitCountsWhoIsInside(t *testing.T) {
	h := newHouse(t)
	h.max = 2
	first := h.enter("192.0.2.1")
	h.enter("192.0.2.2")
	full := func(when string) {
		t.Helper()
		if _, err := h.Admit(ip("192.0.2.3"), h.from("192.0.2.3")); !errors.Is(err, ErrFull) {
			t.Fatalf("%s: %v", when, err)
		}
	}
	full("the third of two")
	first.Close()
	first.Close() // counts once
	h.enter("192.0.2.3")
	full("after a pass that was closed twice")
}

func TestRefuseAgeHoldsForTheSource(t *testing.T) {
	h := newHouse(t)
	young, other, nobody := h.from("192.0.2.1"), h.from("192.0.2.2"), h.from("127.0.0.1")
	must(t, h.RefuseAge(young))
	must(t, h.RefuseAge(nobody))
	for s, wanted := range map[Subject]error{young: ErrTooYoung, other: nil, nobody: nil} {
		_, err := h.Admit(ip("192.0.2.9"), s)
		wantIs(t, err, wanted)
	}
	h.clock.now = start.Add(12 * time.Hour) // midnight
	_, err := h.Admit(ip("192.0.2.9"), young)
	must(t, err)
}

func TestKick(t *testing.T) {
	h := newHouse(t)
	p, other := h.enter("192.0.2.1"), h.enter("192.0.2.1")
	wantIs(t, h.Kick("ann", "S-nobody", "why"), ErrUnknown)
	wantIs(t, h.Kick("ann", p.ID(), " "), ErrReason)
	wantLive(t, p)
	must(t, h.Kick("ann", p.ID(), "ads"))
	<-p.Context().Done()
	if k := new(Kicked); !errors.As(p.Why(), &k) || k.Reason != "ads" || k.By != "ann" {
		t.Errorf("ended by %v", p.Why())
	}
	wantLive(t, other)
	h.wantAudit("ann kick " + p.ID() + ": ads")
	p.Close()
	if list := want(h.Sessions("ann"))(t); len(list) != 1 || list[0].ID != other.ID() || list[0].Since != start {
		t.Errorf("sessions: %v", list)
	}
}

// Row 23: in a raid only those who were there before get in.
func TestDoor(t *testing.T) {
	h := newHouse(t)
	h.enter("192.0.2.1", 1).Close()
	h.saveKnown()
	h.pass(6 * 24 * time.Hour)
	h.enter("192.0.2.2", 2).Close()
	inside := h.enter("192.0.2.3")
	h.pass(24*time.Hour + time.Second)
	for _, row := range []struct {
		door  Door
		wants [3]error // key 1, key 2, no key
	}{
		{DoorOpen, [3]error{}},
		{DoorKnown, [3]error{nil, ErrDoorKnown, ErrDoorKnown}},
		{DoorClosed, [3]error{ErrDoorClosed, ErrDoorClosed, ErrDoorClosed}},
	} {
		must(t, h.SetDoor("ann", row.door))
		h.restart()
		if h.Door() != row.door {
			t.Errorf("the door is %s after a restart, want %s", h.Door(), row.door)
		}
		for i, key := range [][]byte{{1}, {2}, nil} {
			p, err := h.Admit(ip("198.51.100.1"), h.Subject(ip("198.51.100.1"), key))
			wantIs(t, err, row.wants[i])
			if err != nil {
				wantIs(t, err, ErrDoor)
				continue
			}
			p.Close()
		}
	}
	wantLive(t, inside)
	h.wantAudit("ann door closed")
	if h.SetDoor("ann", "ajar") == nil {
		t.Error("the door is ajar")
	}
}

func TestKeyIsSeenFromItsFirstDayOn(t *testing.T) {
	h := newHouse(t)
	h.enter("192.0.2.1", 1).Close()
	h.saveKnown()
	if len(h.Gate.known.unsaved) != 0 {
		t.Error("what is saved is saved again")
	}
	h.pass(48 * time.Hour)
	h.enter("192.0.2.1", 1).Close()
	h.saveKnown()
	h.restart()
	key := h.Subject(ip("192.0.2.1"), []byte{1}).Key
	if k := h.Gate.known.keys[key]; k != (data.Known{Key: key, First: start, Last: start.Add(48 * time.Hour)}) {
		t.Errorf("known since %v, last %v", k.First, k.Last)
	}
}

func TestDrain(t *testing.T) {
	for _, leave := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			p := h.enter("192.0.2.1")
			done := want(h.Drain("ann", time.Hour))(t)
			_, err := h.Admit(ip("192.0.2.2"), h.from("192.0.2.2"))
			wantIs(t, err, ErrDraining)
			wantLive(t, p)
			began := time.Now()
			if leave {
				p.Close()
			}
			<-done
			if took := time.Since(began); leave != (took == 0) || !leave && took != time.Hour {
				t.Errorf("drained after %v, all left: %v", took, leave)
			}
			want(h.Drain("ann", time.Hour))(t) // once more does no harm
			h.wantAudit("ann drain 1h0m0s")
		})
	}
}

// Who is gone and may come back takes no place, and a ban that hits them is told.
func TestWaitingPass(t *testing.T) {
	h := newHouse(t)
	h.max = 1
	p := h.enter("192.0.2.1")
	p.Wait()
	h.enter("192.0.2.2").Close() // else it were full
	h.ban(BanRequest{Network: net("192.0.2.1/32"), Reason: "Enough"})
	if p.Why() == nil {
		t.Error("who waits doesn't learn of a ban")
	}
	p.Close()
	if len(h.waiting) > 0 || len(h.passes) > 0 {
		t.Error("a closed pass is kept")
	}
}
