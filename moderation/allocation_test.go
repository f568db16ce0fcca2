package moderation

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"strangerd/data"
)

// What is asked for each connection and each log-in takes no memory that it need not:
// unlike its time, that is the same on every machine. See BenchmarkScreen and
// BenchmarkBanOfPerson for the time.
func TestAllocations(t *testing.T) {
	g := gateOf(nil)
	g.identity, g.people = identity{secret: []byte("secret")}, make(people)
	for i := range 1000 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], 0x0a000000|uint32(i)<<8)
		n, _ := netip.AddrFrom4(b).Prefix(24 + i%9)
		g.networks.add(Ban{ID: newID("B"), Target: data.Target{Network: n}, Created: start})
	}
	g.networks.settle()
	guilty := g.Subject(ip("192.0.2.1"), []byte("guilty"))
	g.people.add(Ban{ID: newID("B"), Target: data.Target{Source: guilty.Source}, Created: start})
	honest := g.Subject(ip("192.0.2.2"), []byte("honest"))

	for _, test := range []struct {
		name string
		most float64
		do   func()
	}{
		{"a connection, let on and closed", 2, func() { comeAndGo(g, ip("192.0.2.2")) }}, // its Arrival, and what is hashed
		{"a banned network", 2, func() { comeAndGo(g, ip("10.0.0.1")) }},                 // the error, and the id in it
		{"no ban", 0, func() { g.BanOf(ip("192.0.2.2"), honest) }},
		{"the ban of a person", 0, func() { g.BanOf(ip("192.0.2.1"), guilty) }},
		{"the ban of a network", 1, func() { g.BanOf(ip("10.0.0.1"), honest) }}, // its id
	} {
		if got := testing.AllocsPerRun(1000, test.do); got > test.most {
			t.Errorf("%s takes %v allocations, %v at most", test.name, got, test.most)
		}
	}
}
