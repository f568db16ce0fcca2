package moderation

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"strangerd/data"
)

// Against a plain model: a list of networks that is searched from end to end.
func TestNetworksAgainstAModel(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	n, model, now := newNetworks(), make(map[netip.Prefix][]Ban), start
	clock := func() time.Time { return now }
	network := func() netip.Prefix { // close together, so that they nest
		addr := netip.AddrFrom4([4]byte{10, byte(random.IntN(2)), byte(random.IntN(2)), byte(random.IntN(8))})
		p, _ := addr.Prefix(random.IntN(33))
		if random.IntN(4) == 0 {
			p, _ = netip.AddrFrom16([16]byte{0x20, 1, 15: byte(random.IntN(4))}).Prefix(random.IntN(129))
		}
		return p
	}
	longest := func(p netip.Prefix) Ban {
		if len(model[p]) == 0 {
			return Ban{Until: start} // is over
		}
		return slices.MaxFunc(model[p], func(a, b Ban) int { return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.ID, b.ID)) })
	}
	bans := 0
	ban := func(p netip.Prefix) {
		bans++
		b := Ban{ID: fmt.Sprint("B-", bans), Target: data.Target{Network: p}, Created: now, Until: now.Add(time.Duration(random.IntN(100)) * time.Minute)}
		n.add(b)
		model[p] = append(model[p], b)
	}
	for range 3 * addedPiece / 2 { // of a start, or an import
		ban(network())
	}
	n.settle()
	for i := range 5000 {
		p := network()
		switch random.IntN(8) {
		case 0:
			id := longest(p).ID
			n.remove(p, id)
			model[p] = slices.DeleteFunc(model[p], func(b Ban) bool { return b.ID == id })
		case 1:
			now = now.Add(time.Minute)
		case 2:
			n.sweep(now)
		default:
			for range 1 + random.IntN(3) {
				ban(p)
				p = network()
			}
			n.settle()
		}
		addr := network().Addr()
		inForceThere := false
		for p := range model {
			inForceThere = inForceThere || p.Contains(addr) && inForce(longest(p).Until, now)
		}
		b, ok := n.find(addr, clock)
		if ok != inForceThere || ok && (b != longest(b.Target.Network) || !b.Target.Network.Contains(addr)) {
			t.Fatalf("step %d, %s: %v %v, want %v", i, addr, ok, b, inForceThere)
		}
		if q := network(); inForce(longest(q).Until, now) && longest(q).ID != "" {
			if entry, ok := n.exact(q); !ok || entry.id.String() != longest(q).ID {
				t.Fatalf("step %d: %s is banned by %q, want %s", i, q, entry.id, longest(q).ID)
			}
		}
	}
}
