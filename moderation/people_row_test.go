package moderation

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// Row 19: one person who reports from phone, home and VPN is three sources, and
// gets one hour, once: what they do in the week after moves nothing.
func TestRow19OnePersonFromManyPlaces(t *testing.T) {
	h := newHouse(t)
	places := []string{"198.51.100.7", "2001:db8:1:100::1", "192.0.2.9"}
	for i := range 9 { // the same household has 256 sources in IPv6
		places = append(places, fmt.Sprintf("2001:db8:1:1%02x::1", i+1))
	}
	report := func(place string) {
		h.report("harassment", place, bad)
	}
	for _, place := range places[1:] {
		report(place)
	}
	h.wantPaused(time.Time{}) // home and VPN
	report(places[0])
	h.wantPaused(start.Add(time.Hour))
	h.pass(time.Hour)
	for range 6 * 4 {
		for _, place := range places {
			report(place)
		}
		h.wantPaused(time.Time{})
		h.pass(6 * time.Hour)
	}
	pauses := 0
	for _, b := range want(h.Bans("ann", true))(t) {
		if b.Machine {
			pauses++
		}
	}
	if pauses != 1 {
		t.Errorf("%d pauses before a human has looked", pauses)
	}
}

// Row 21: a false report of underage is looked at first, and weighs what any does:
// as much against the one reported, and as much for its reporter when dismissed.
func TestRow21FalseUnderage(t *testing.T) {
	for _, category := range []string{"spam", CategoryUnderage} {
		h := newHouse(t)
		h.report("spam", "198.51.100.1", "198.51.100.2")
		h.pass(time.Second)
		two := h.reports(category, 1, 2)
		h.wantPaused(time.Time{})
		queue := h.find(Filter{})
		if first := queue[0].Category; first != category && category == CategoryUnderage {
			t.Errorf("%s is before underage", first)
		}
		h.resolve(two[0].ID, ActionNone)
		if w := h.weight(h.from("192.0.2.1")); w != 0.5 {
			t.Errorf("after a false report of %s its reporter weighs %v", category, w)
		}
		h.reports(category, 1, 3) // 1/2, 1 and the 1 of before
		h.wantPaused(time.Time{})
		h.reports(category, 4)
		h.wantPaused(h.now().Add(time.Hour))
	}
}

// Row 22: however many report somebody in need, nothing happens to them, and what
// a moderator has for them is help.
func TestRow22SelfharmNeverCounts(t *testing.T) {
	h := newHouse(t)
	live := h.enter(bad)
	var ids []string
	for i := range 20 {
		f := h.filing(CategorySelfharm, fmt.Sprint("192.0.2.", i), bad)
		f.ReportedSession = live.ID()
		filed := h.file(f)
		if ids = append(ids, filed.ID); filed.Paused {
			t.Fatalf("%d reports paused them", i+1)
		}
	}
	h.reports("spam", 101, 102) // two others still are two
	wantLive(t, live)
	h.wantPaused(time.Time{})
	h.resolve(ids[0], ActionHelp)
	if w, ok := h.Warning(live); !ok || w.Kind != WarningHelp {
		t.Errorf("they are shown %+v", w)
	}
	wantLive(t, live)
	if len(want(h.Bans("ann", true))(t)) != 0 {
		t.Error("somebody was banned")
	}
}

// Row 24: behind a campus' address, a carrier's NAT or an onion are many people.
// None is banned, paused, refused or counted for another.
func TestRow24SharedSources(t *testing.T) {
	for _, addr := range []string{"127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3"} {
		h := newHouse(t)
		abuser, other := h.enter(addr), h.enter(addr)
		id := ""
		for i := range 6 {
			f := h.filing("threat", fmt.Sprint("192.0.2.", i), addr)
			f.ReportedSession = abuser.ID()
			id = h.file(f).ID
		}
		if err := second(h.Desk.Ban("ann", BanRequest{Report: id, Wider: 24, Reason: "why", Yes: true})); err == nil {
			t.Errorf("%s: the network around it is banned", addr)
		}
		must(t, h.RefuseAge(abuser.Subject()))
		wantLive(t, other)
		h.enter(addr)
		want(h.Desk.Ban("ann", BanRequest{Report: id, Reason: "why"}))(t)
		if list := want(h.Bans("ann", true))(t); len(list) != 0 {
			t.Errorf("%s: banned: %v", addr, list)
		}
		if abuser.Why() == nil || other.Why() != nil {
			t.Errorf("%s: kicked: %v, and the other: %v", addr, abuser.Why(), other.Why())
		}
	}
}

// Row 24: --wider says before it bans which sessions and earlier cases it hits.
func TestRow24WiderPreview(t *testing.T) {
	for _, row := range []struct {
		addr string
		bits int
		hit  []string
		miss []string
	}{
		{"192.0.2.1", 24, []string{"192.0.2.1", "192.0.2.255", "::ffff:192.0.2.7"}, []string{"192.0.3.1", "192.1.2.1", "2001:db8::1"}},
		{"192.0.2.1", 16, []string{"192.0.2.1", "192.0.3.1", "192.0.255.255", "::ffff:192.0.9.9"}, []string{"192.1.2.1", "193.0.2.1"}},
		{"::ffff:192.0.2.1", 24, []string{"192.0.2.9"}, []string{"192.0.3.1"}},
		{"2001:db8:1:101::1", 56, []string{"2001:db8:1:101::2", "2001:db8:1:1ff::1"}, []string{"2001:db8:1:201::1", "192.0.2.1"}},
		{"2001:db8:1:101::1", 48, []string{"2001:db8:1:101::2", "2001:db8:1:ffff::1"}, []string{"2001:db8:2:101::1"}},
	} {
		h := newHouse(t)
		id := h.report("spam", "203.0.113.1", row.addr).ID
		passes := make(map[string]*Pass)
		var cases []string
		for _, addr := range slices.Concat(row.hit, row.miss) {
			passes[addr] = h.enter(addr)
			earlier := h.report("hate", "203.0.113.2", addr).ID
			if slices.Contains(row.hit, addr) {
				cases = append(cases, earlier)
			}
		}
		req := BanRequest{Report: id, Wider: row.bits, Reason: "why"}
		preview := asked(t, second(h.Desk.Ban("ann", req))).Preview
		if len(preview.Sessions) != len(row.hit) || len(preview.Cases) != len(cases) {
			t.Errorf("%s/%d hits %v and %v", row.addr, row.bits, preview.Sessions, preview.Cases)
		}
		for _, addr := range row.hit {
			if !slices.ContainsFunc(preview.Sessions, func(s Session) bool { return s.ID == passes[addr].ID() }) {
				t.Errorf("%s/%d doesn't name %s", row.addr, row.bits, addr)
			}
		}
		for _, one := range cases {
			if !slices.Contains(preview.Cases, one) {
				t.Errorf("%s/%d doesn't name the case %s", row.addr, row.bits, one)
			}
		}
		req.Yes = true
		b := want(h.Desk.Ban("ann", req))(t)
		for _, addr := range row.hit {
			wantRevoked(t, passes[addr], b.ID)
		}
		for _, addr := range row.miss {
			wantLive(t, passes[addr])
		}
	}
}
