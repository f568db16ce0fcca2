package moderation

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// usual are the limits that the program has by default.
var usual = limits{live: 16, count: 60, per: 10 * time.Minute}

// A doorway is an admission with a clock that the test moves.
type doorway struct {
	*admission
	t     testing.TB
	clock *clock
	house identity
}

func newDoorway(t testing.TB, l limits) *doorway {
	c := &clock{now: start}
	return &doorway{newAdmission(l, c.Now), t, c, identity{shared: shared}}
}

func (d *doorway) pass(by time.Duration) { d.clock.now = d.clock.now.Add(by) }

// try lets a connection come, and returns why not.
func (d *doorway) try(addr string) (*Arrival, *Limited) {
	d.t.Helper()
	a, err := d.admit(ip(addr), d.house.isShared(ip(addr)), func() bool { return true })
	limited := new(Limited)
	if err != nil && !errors.As(err, &limited) {
		d.t.Fatal(err)
	}
	if err != nil {
		return nil, limited
	}
	return a, nil
}

// come lets a connection come that has to be let in, and speaks.
func (d *doorway) come(addr string) *Arrival {
	d.t.Helper()
	a, limited := d.try(addr)
	if limited != nil {
		d.t.Fatalf("%s: %v", addr, limited)
	}
	a.Spoke()
	return a
}

// The formula as docs/operating.md tells it. In a script, v is a visit: a
// connection with a session; x one without, a one that is answered that it gets none,
// f one that floods its session, t a try, whatever comes of it; a duration passes. What
// a try after it finds is on the right.
func TestDebtOfASource(t *testing.T) {
	tests := []struct {
		limits limits
		script string
		want   string
	}{
		{usual, "", "in"},
		{usual, "v*59", "in"},
		{usual, "v*60", "10s"},
		{usual, "v*60 9.999s", "1ms"},
		{usual, "v*60 10s", "in"},
		{usual, "v*60 10s v", "10s"},
		{usual, "v*60 10m v*59", "in"},
		{usual, "v*60 5m v*30", "10s"},
		{usual, "v*60 t", "20s"}, // who is refused owes for it
		{usual, "v*60 t*20", "3m30s"},
		{usual, "v*60 t*1000", "1h0m0s"}, // at most
		{usual, "v*60 t*1000 59m59s", "11s"},
		{usual, "v*60 t*1000 1h10s", "in"},
		{usual, "x*5", "in"}, // 50 s for connections, 310 s for strikes
		{usual, "x*6", "1m40s misbehaved"},
		{usual, "x*6 1m41s", "in"},
		{usual, "x*6 1m41s x", "10m49s misbehaved"}, // of 640 s, and 10 s that this try costs
		{usual, "x*6 11m30s", "in"},
		{usual, "x*6 11m30s x", "in"}, // forgotten: the first again
		{usual, "x*5 v x", "in"},      // a session takes one back
		{usual, "x*5 v*5 x*4", "10s misbehaved"},
		{usual, "f*6", "1m40s misbehaved"},
		{usual, "a*59", "in"}, // costs what any connection does
		{usual, "a*60", "10s"},
		{usual, "x*5 a*5 x", "2m30s misbehaved"}, // and takes nothing back
		{usual, "x*6 1m41s x 10m51s x", "21m28s misbehaved"},
		{usual, "x*6 1m41s x 10m51s x 21m30s x", "42m48s misbehaved"},
		{usual, "x*6 1m41s x 10m51s x 21m30s x 42m50s x", "1h0m0s misbehaved"}, // at most
		{usual, "x*6 1m41s x 10m51s x 21m30s x 42m50s x 1h10s", "in"},
		{limits{count: 3, per: time.Minute}, "v*3", "20s"},
		{limits{count: 1, per: time.Second}, "v", "1s"},
		{limits{count: 1_000_000, per: time.Second}, "v*1000", "in"},
		{limits{live: 16}, "x*1000 v*1000 t*1000", "in"}, // no rate, no penalties
	}
	for _, test := range tests {
		d := newDoorway(t, test.limits)
		t.Log(test.script)
		for step := range strings.FieldsSeq(test.script) {
			what, times := step, 1
			if before, after, found := strings.Cut(step, "*"); found {
				what = before
				fmt.Sscan(after, &times)
			}
			for range times {
				d.step(what)
			}
		}
		got := "in"
		if _, limited := d.try("192.0.2.1"); limited != nil {
			got = limited.Again.String()
			if limited.Misbehaved {
				got += " misbehaved"
			}
		}
		if got != test.want {
			t.Errorf("%+v, %q: %s, want %s", test.limits, test.script, got, test.want)
		}
	}
}

func (d *doorway) step(what string) {
	d.t.Helper()
	const addr = "192.0.2.1"
	switch what {
	case "v", "f":
		a := d.come(addr)
		a.Opened()
		if what == "f" {
			a.Flooded()
			a.Flooded() // counts once
		}
		a.Close()
	case "x":
		a := d.come(addr)
		a.Close()
		a.Close() // counts once
	case "a":
		a := d.come(addr)
		a.Answered()
		a.Close()
	case "t":
		if a, _ := d.try(addr); a != nil {
			a.Opened()
			a.Close()
		}
	default:
		pause, err := time.ParseDuration(what)
		if err != nil {
			d.t.Fatal(err)
		}
		d.pass(pause)
	}
}

func TestLiveConnectionsOfASource(t *testing.T) {
	d := newDoorway(t, limits{live: 16})
	for _, addrs := range [][2]string{{"192.0.2.1", "192.0.2.2"}, {"2001:db8::%x", "2001:db8:0:1::1"}, {"fc00:dead:beef:4dad::1", "fc00:dead:beef:4dad::2"}} {
		var inside []*Arrival
		for i := range 16 {
			addr := addrs[0]
			if strings.Contains(addr, "%") {
				addr = fmt.Sprintf(addr, i)
			}
			inside = append(inside, d.come(addr))
		}
		last := strings.Replace(addrs[0], "%x", "ffff:ffff:ffff:ffff", 1)
		if _, limited := d.try(last); limited == nil || limited.Most != 16 {
			t.Errorf("the 17th of %s: %v", last, limited)
		}
		d.come(addrs[1])
		inside[3].Close()
		inside[3].Close() // counts once
		d.come(last)
		if _, limited := d.try(last); limited == nil {
			t.Errorf("two of %s take the place of one", last)
		}
	}
	for range 1000 { // shared
		d.come("127.0.0.1")
		d.come("10.1.2.3")
	}
}

// A source with live connections is never forgotten, one that misbehaved is
// passed over for a while, and else the oldest goes first.
func TestSourcesAreForgotten(t *testing.T) {
	d := newDoorway(t, usual)
	d.sources.most = 100
	addr := func(i int) string { return fmt.Sprintf("192.0.2.%d", i) }
	stays := d.come(addr(0))
	for range 6 {
		d.come(addr(1)).Close()
	}
	known := func(i int) bool {
		slot := d.sources.buckets[d.sources.bucket(d.key(ip(addr(i))))]
		for slot != 0 && d.sources.at(slot).key != d.key(ip(addr(i))) {
			slot = d.sources.at(slot).next
		}
		return slot != 0
	}
	for i := 2; i < 100; i++ {
		a := d.come(addr(i))
		a.Opened()
		a.Close()
	}
	for i := range 98 {
		if !known(2 + i) {
			t.Fatalf("%d is forgotten while there is room", 2+i)
		}
		a := d.come(addr(100 + i))
		a.Opened()
		a.Close()
		if known(2+i) || i < 97 && !known(3+i) {
			t.Fatalf("after %d more, the oldest is not who was forgotten", 1+i)
		}
	}
	if !known(0) || !known(1) {
		t.Error("who is there, or misbehaved, is forgotten")
	}
	stays.Close()
	if len(d.sources.pages) != 1 || d.sources.used != 100 {
		t.Errorf("%d pages, %d sources", len(d.sources.pages), d.sources.used)
	}
}

// Whoever owes nothing makes room, so that the table doesn't grow with the years.
func TestSourcesMakeRoom(t *testing.T) {
	d := newDoorway(t, usual)
	d.come("192.0.2.1") // stays
	for i := range 100_000 {
		a := d.come(netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)}).String())
		a.Opened()
		a.Close()
		d.pass(time.Second)
	}
	if d.sources.used > 20 {
		t.Errorf("%d sources are remembered, of which 11 owe something", d.sources.used)
	}
}

// A million sources take 32 MB, and a few take next to nothing.
func TestMemoryOfSources(t *testing.T) {
	before := heap()
	d := newDoorway(t, usual)
	fill := func(n int) {
		for i := range n {
			var b [16]byte
			binary.BigEndian.PutUint64(b[:], 0x20010db8<<32|uint64(i))
			a, err := d.admit(netip.AddrFrom16(b), false, nil)
			must(t, err)
			a.Close()
		}
	}
	fill(1000)
	few := int(heap() - before)
	fill(maxSources + 10_000)
	many := int(heap() - before)
	t.Logf("1,000 sources take %d KB, a million %.1f MB", few>>10, float64(many)/1e6)
	if few > 100_000 || many > 32_000_000 || d.sources.used != maxSources {
		t.Errorf("%d bytes, and %d bytes of %d sources", few, many, d.sources.used)
	}
}

// A newcomer takes the place of the oldest silent connection of the source that
// holds most of them, and of nobody who has spoken.
func TestSilentConnectionsAreDisplaced(t *testing.T) {
	d := newDoorway(t, limits{})
	var gone []string
	silent := func(name, addr string) *Arrival {
		a, err := d.admit(ip(addr), d.house.isShared(ip(addr)), func() bool {
			if name == "busy" {
				return false
			}
			gone = append(gone, name)
			return true
		})
		must(t, err)
		return a
	}
	spoke := silent("spoke", "192.0.2.9")
	spoke.Spoke()
	busy := silent("busy", "10.0.0.1") // what it said isn't read yet
	alone := silent("alone", "192.0.2.7")
	for i := range 40 {
		silent(fmt.Sprint("a", i), "192.0.2.1")
	}
	for i := range 58 {
		silent(fmt.Sprint("b", i), "10.0.0.1") // shared, and silent all the same
	}
	if len(gone) > 0 {
		t.Fatalf("%v are displaced, of 100", gone)
	}
	for i := range 22 {
		silent(fmt.Sprint("c", i), fmt.Sprintf("198.51.100.%d", i))
	}
	var want []string // of 40 and 59, down to 38 and 39
	for i := range 19 {
		want = append(want, fmt.Sprint("b", i))
	}
	if want = append(want, "a0", "b19", "a1"); !slices.Equal(gone, want) {
		t.Errorf("displaced: %v, not %v", gone, want)
	}
	busy.Spoke()
	alone.Close()
	silent("room", "192.0.2.8")
	if len(gone) != len(want) {
		t.Error("there was room after one was gone")
	}
}

// Where every source has one silent connection, those go first that have been here
// before and opened no session, however late an honest client speaks.
func TestWhoIsLateToSpeakStays(t *testing.T) {
	d := newDoorway(t, usual)
	gone := make(map[string]bool)
	silent := func(addr string) *Arrival {
		a, err := d.admit(ip(addr), false, func() bool { gone[addr] = true; return true })
		must(t, err)
		return a
	}
	attacker := func(i int) string { return fmt.Sprintf("198.51.%d.%d", i/250, 1+i%250) }
	for i := range 200 { // the first time, nobody knows
		a := silent(attacker(i))
		a.Close()
	}
	late := []*Arrival{silent("192.0.2.1")}
	for i := range 1000 {
		silent(attacker(i % 200))
		d.pass(hush / 100)
		if i%100 == 0 {
			late = append(late, silent(fmt.Sprintf("192.0.2.%d", len(late)+1)))
		}
	}
	for i := range late {
		if gone[fmt.Sprintf("192.0.2.%d", i+1)] {
			t.Errorf("honest client %d made room", i+1)
		}
	}
}

// Where everybody returns at once, and whoever waited to be accepted has told their
// version meanwhile, nobody makes room who is late to tell it.
func TestStormDisplacesNobody(t *testing.T) {
	d := newDoorway(t, usual)
	come := func(i int, displace func() bool) {
		_, err := d.admit(netip.AddrFrom4([4]byte{192, 0, byte(i >> 8), byte(i)}), false, displace)
		must(t, err)
	}
	for i := range 10_000 {
		if i%102 == 0 { // 99 of them
			come(i, func() bool { t.Error("who is late makes room"); return true })
			continue
		}
		come(i, nil)
	}
}

// Where a thousand log in, the next one waits until one of them has a session, or is
// gone, but for no longer than a lull.
func TestStormLogsInByAndBy(t *testing.T) {
	d := newDoorway(t, limits{})
	var entering []*Arrival
	enter := func() {
		a := d.come("192.0.2.1")
		a.Enter()
		entering = append(entering, a)
	}
	for range maxEntering {
		if wait := d.busy(); wait > 0 {
			t.Fatalf("after %d, the next waits for %v", len(entering), wait)
		}
		enter()
	}
	if wait := d.busy(); wait != lull {
		t.Errorf("the next waits for %v", wait)
	}
	d.pass(lull)
	if wait := d.busy(); wait > 0 {
		t.Errorf("the next waits for %v more", wait)
	}
	enter()
	entering[0].Opened()
	entering[0].Opened() // counts once
	entering[0].Close()
	if d.busy() <= 0 {
		t.Error("the next doesn't wait")
	}
	entering[1].Close()
	entering[1].Close()
	entering[1].Enter() // after it was cut off
	if wait := d.busy(); wait > 0 || d.entering != maxEntering-1 {
		t.Errorf("the next waits for %v, for %d", wait, d.entering)
	}
}

// Five people at one shared address are a reason to ask, once.
func TestCrowdAtASharedAddress(t *testing.T) {
	d := newDoorway(t, limits{})
	open := func(addr string, n int) (hints int) {
		for range n {
			if d.come(addr).Opened() {
				hints++
			}
		}
		return hints
	}
	if open("192.0.2.1", 20)+open("10.0.0.1", 4)+open("10.0.0.2", 4)+open("fc00:dead:beef:4dad::1", 20) != 0 {
		t.Error("a hint without a crowd")
	}
	if open("10.0.0.1", 1) != 1 {
		t.Error("no hint at the fifth")
	}
	if open("10.0.0.1", 20)+open("10.0.0.2", 20) != 0 {
		t.Error("another hint")
	}
	d = newDoorway(t, usual)
	if open("172.17.0.1", 5) != 1 { // not said to be shared, and limited as one source
		t.Error("no hint at the fifth of a private address that isn't shared")
	}
}

// Circuits of an onion service are sources, whatever is said of the networks
// around them, and reports through several are as good as one.
func TestCircuitsAreSources(t *testing.T) {
	id := identity{secret: []byte("secret"), shared: []netip.Prefix{netip.MustParsePrefix("fc00::/7")}}
	a, b := id.subject(ip("fc00:dead:beef:4dad::1"), nil), id.subject(ip("fc00:dead:beef:4dad::2"), nil)
	if a.Nobody() || a.Is(b) {
		t.Error("two circuits are not two sources")
	}
	if origin(a) != origin(b) {
		t.Error("one person with two circuits reports twice")
	}
	if !id.subject(ip("fc00:dead:beef:4dae::1"), nil).Nobody() {
		t.Error("the network beside is not shared")
	}
}
