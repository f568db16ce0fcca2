package moderation

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"strangerd/data"
)

const million = 1_000_000

// manyBans are a million bans of IPv4 networks of all sizes from /16 to /32,
// most of them single addresses and small networks, as such lists are.
func manyBans() []Ban {
	random := rand.New(rand.NewPCG(1, 2))
	seen := make(map[netip.Prefix]bool)
	bans := make([]Ban, 0, million)
	for len(bans) < million {
		bits := 32 - int(16*math.Pow(random.Float64(), 8))
		p, _ := randomAddr(random).Prefix(bits)
		if !seen[p] {
			seen[p] = true
			bans = append(bans, Ban{ID: fmt.Sprintf("B-%010d", len(bans)), Target: data.Target{Network: p}, Created: start, Reason: "imported list", By: "ann"})
		}
	}
	return bans
}

func randomAddr(random *rand.Rand) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], random.Uint32())
	return netip.AddrFrom4(b)
}

// Budget: 1 µs among a million. Beside it, what their index takes of memory.
func BenchmarkScreen(b *testing.B) {
	b.Run("IPv4", func(b *testing.B) { benchmarkScreen(b, manyBans(), randomAddr) })
	b.Run("IPv6", func(b *testing.B) { benchmarkScreen(b, manyBans6(), randomAddr6) })
}

// manyBans6 are a million bans of IPv6 networks, as such lists have them.
func manyBans6() []Ban {
	random := rand.New(rand.NewPCG(1, 2))
	bans := make([]Ban, million)
	for i := range bans {
		p, _ := randomAddr6(random).Prefix([]int{29, 32, 36, 40, 44, 48, 48, 56, 64, 64, 64, 128}[random.IntN(12)])
		bans[i] = Ban{ID: fmt.Sprintf("B-%010d", i), Target: data.Target{Network: p}, Created: start, Reason: "imported list", By: "ann"}
	}
	return bans
}

// randomAddr6 is of one of the 65,536 networks of /32 that a registry might have
// given out.
func randomAddr6(random *rand.Rand) netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], 0x2a<<56|random.Uint64()>>16)
	binary.BigEndian.PutUint64(b[8:], random.Uint64())
	return netip.AddrFrom16(b)
}

func benchmarkScreen(b *testing.B, bans []Ban, randomAddr func(*rand.Rand) netip.Addr) {
	before := heap()
	g := gateOf(bans)
	perBan := float64(heap()-before) / million
	runtime.KeepAlive(bans)
	random := rand.New(rand.NewPCG(3, 4))
	addrs := make([]netip.Addr, 1<<16)
	refused := 0
	for i := range addrs {
		addrs[i] = randomAddr(random)
		if _, banned := g.networks.find(addrs[i], time.Now); banned {
			refused++
		}
	}
	loop(b, func(i int) { comeAndGo(g, addrs[i%len(addrs)]) })
	b.ReportMetric(100*float64(refused)/float64(len(addrs)), "%refused")
	b.ReportMetric(perBan, "B/ban")
}

// gateOf has nothing but these bans.
func gateOf(bans []Ban) *Gate {
	g := &Gate{networks: newNetworks(), clock: time.Now, admission: newAdmission(usual, time.Now)}
	for _, ban := range bans {
		ban.ID = strings.Clone(ban.ID)
		g.networks.add(ban)
	}
	g.networks.settle()
	return g
}

// comeAndGo is a connection from its beginning to its end.
func comeAndGo(g *Gate, addr netip.Addr) {
	if arrival, err := g.Screen(addr, here, stays); err == nil {
		arrival.Close()
	}
}

func stays() bool { return false }

// Budget: 1 µs among a million sources. Beside it, what they take of memory.
func BenchmarkScreenSources(b *testing.B) {
	before := heap()
	g := &Gate{networks: newNetworks(), clock: time.Now, admission: newAdmission(usual, time.Now)}
	addr := func(i int) netip.Addr { // of a /64 of its own
		bytes := [16]byte{0x20, 0x01, 0x0d, 0xb8}
		binary.BigEndian.PutUint32(bytes[4:], uint32(i)*2654435761)
		return netip.AddrFrom16(bytes)
	}
	for i := range maxSources {
		comeAndGo(g, addr(i))
	}
	perSource := float64(heap()-before) / maxSources
	loop(b, func(i int) { comeAndGo(g, addr(i%maxSources)) })
	b.ReportMetric(perSource, "B/source")
}

// Budget: 1 µs among a million.
func BenchmarkBanOfPerson(b *testing.B) {
	g := &Gate{identity: identity{secret: []byte("secret")}, networks: newNetworks(), people: make(people), clock: time.Now}
	for i := range million {
		var h data.Hash
		binary.BigEndian.PutUint32(h[:], uint32(i))
		h[31] = 1
		g.people.add(Ban{ID: "B-1", Target: data.Target{Source: h}, Created: time.Now(), Until: time.Now().Add(time.Hour)})
	}
	addr := ip("192.0.2.1")
	s := g.Subject(addr, []byte("key"))
	loop(b, func(int) { g.BanOf(addr, s) })
}

// The same for networks: who is banned by their address, who by a network around it, and
// who isn't.
func BenchmarkBanOfNetwork(b *testing.B) {
	bans := manyBans()
	g := gateOf(bans)
	random := rand.New(rand.NewPCG(5, 6))
	inside := func(wanted func(netip.Prefix) bool) netip.Addr {
		for {
			n := bans[random.IntN(len(bans))].Target.Network
			if wanted(n) {
				first := n.Addr().As4()
				at := binary.BigEndian.Uint32(first[:]) + random.Uint32()>>n.Bits()
				binary.BigEndian.PutUint32(first[:], at)
				return netip.AddrFrom4(first)
			}
		}
	}
	for _, who := range []struct {
		name string
		addr func() netip.Addr
	}{
		{"address", func() netip.Addr { return inside(netip.Prefix.IsSingleIP) }},
		{"network", func() netip.Addr { return inside(func(n netip.Prefix) bool { return n.Bits() <= 24 }) }},
		{"nobody", func() netip.Addr { return randomAddr(random) }},
	} {
		b.Run(who.name, func(b *testing.B) {
			addrs := make([]netip.Addr, 1<<16)
			for i := range addrs {
				addrs[i] = who.addr()
			}
			loop(b, func(i int) { g.BanOf(addrs[i%len(addrs)], Subject{}) })
		})
	}
}

// loop is b.Loop, and beside it what it takes of the processor, which a busy machine
// doesn't stretch.
func loop(b *testing.B, do func(i int)) {
	b.ReportAllocs()
	used := processor()
	for i := 0; b.Loop(); i++ {
		do(i)
	}
	b.ReportMetric(float64(processor()-used)/float64(b.N), "cpu-ns/op")
}

// processor is the time that this process has used.
func processor() time.Duration {
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// A start with a million bans and 100,000 reports, and what each of its phases takes.
// Budget: 2 s. To make its database takes longer by far, so run it with -benchtime 10x.
func BenchmarkStart(b *testing.B) {
	h := newHouse(b, func(c *DeskConfig) { c.Threshold = 0 })
	must(b, h.imported("ann", manyBans()))
	for range 10 { // a transaction of all of them takes gigabytes
		h.queue(10_000, 5) // so that they fit into --max-db
	}
	must(b, h.folder.Close())
	h.Gate, h.Desk, h.folder = nil, nil, nil
	runtime.GC()
	phases := []struct {
		name string
		do   func() error
		took []time.Duration
	}{
		{"open", func() (err error) {
			h.folder, err = data.OpenFolder(h.dir, nil)
			return err
		}, nil},
		{"gate", func() (err error) {
			h.Gate, err = NewGate(Config{DB: h.folder.DB(), Secret: h.folder.Secret(), Now: h.clock.Now})
			return err
		}, nil},
		{"desk", func() (err error) {
			h.Desk, err = NewDesk(DeskConfig{DB: h.folder.DB(), Gate: h.Gate, Secret: h.folder.Secret()})
			return err
		}, nil},
		{"all", nil, nil},
		{"cpu", nil, nil},
	}
	took := func(i int, d time.Duration) { phases[i].took = append(phases[i].took, d) }
	for b.Loop() {
		used, began := processor(), time.Now()
		for i := range phases[:3] {
			began := time.Now()
			must(b, phases[i].do())
			took(i, time.Since(began))
		}
		took(3, time.Since(began))
		took(4, processor()-used)
		b.StopTimer()
		h.Gate, h.Desk = nil, nil
		must(b, h.folder.Close())
		runtime.GC()
		b.StartTimer()
	}
	for _, phase := range phases {
		slices.Sort(phase.took)
		b.ReportMetric(phase.took[len(phase.took)/2].Seconds(), "s-"+phase.name)
	}
	b.ReportMetric(phases[3].took[len(phases[3].took)-1].Seconds(), "s-longest")
	h.open()
}

// What an operator waits for whose database holds 100,000 reports and 200,000 bans; run
// it with -benchtime 1x.
func BenchmarkRestore(b *testing.B) {
	h := newHouse(b, func(c *DeskConfig) { c.Threshold, c.MaxDB = 0, 1<<40 })
	must(b, h.imported("ann", manyBans()[:200_000]))
	for range 10 { // a transaction of all of them takes gigabytes
		h.queue(10_000, 18)
	}
	path := filepath.Join(b.TempDir(), "backup")
	phases := []struct {
		name string
		do   func() error
		took time.Duration
	}{
		{"s/backup", func() error { return h.folder.DB().BackupFile(path) }, 0},
		{"s/check", func() error { return data.Check(path) }, 0},
		{"s/stop", func() error { return h.folder.Close() }, 0},
		{"s/restore", func() error { return data.Restore(h.dir, path) }, 0},
		{"s/start", func() error { h.open(); return nil }, 0},
	}
	for b.Loop() {
		for i := range phases {
			began := time.Now()
			must(b, phases[i].do())
			phases[i].took += time.Since(began)
		}
		must(b, os.Remove(path))
		must(b, os.Remove(filepath.Join(h.dir, "strangerd.db.before-restore")))
	}
	for _, phase := range phases {
		b.ReportMetric(phase.took.Seconds()/float64(b.N), phase.name)
	}
	if info, err := os.Stat(filepath.Join(h.dir, "strangerd.db")); err == nil {
		b.ReportMetric(float64(info.Size())/1e6, "MB")
	}
}

// heap is how many bytes of it are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func queueOf(b *testing.B, n int) *house {
	h := newHouse(b, func(c *DeskConfig) { c.Threshold = 0 })
	h.queue(n, 60)
	h.restart()
	return h
}

// queue fills the queue with so many reports of so many lines each.
func (h *house) queue(n, said int) {
	var records []data.Record
	for i := range n {
		f := h.filing(Categories[i%len(Categories)], fmt.Sprintf("192.%d.%d.%d", i/40_000, i%200, i/200%200), fmt.Sprintf("198.%d.%d.%d", i/40_000, i%199, i/199%199))
		r := data.Report{
			ID: newID("R"), Created: start.Add(time.Duration(i) * time.Second), Category: f.Category, Reporter: f.Reporter, Subject: f.Reported,
			ReporterSession: f.ReporterSession, SubjectSession: f.ReportedSession, Chat: f.Chat, BothSpoke: true,
		}
		r.Receipt = h.receipt(r.ID)
		records = append(records, r, data.Evidence{Report: r.ID, Lines: lines(said, 80, SpeakerReported)})
	}
	must(h.t, h.folder.DB().Save(records...))
}

// What the desk asks at a key with 10,000 open cases. Budget: 200 ms in all.
func BenchmarkQueue(b *testing.B) {
	h := queueOf(b, 10_000)
	ids := want(h.Reports("ann", Filter{}))(b)
	for _, key := range []struct {
		name string
		ask  func(id string) error
	}{
		{"list", func(string) error { return second(h.Reports("ann", Filter{})) }},
		{"take", func(id string) error { return h.Take("ann", id) }},
		{"case", func(id string) error { return second(h.Report("ann", id)) }},
		{"history", func(id string) error { return second(h.History(id)) }},
		{"resolve", func(id string) error {
			_, err := h.Resolve("ann", id, Decision{Action: ActionBan, Reason: "why"})
			if taken := new(ErrTaken); errors.As(err, &taken) {
				return nil // all are decided by now
			}
			return err
		}},
	} {
		b.Run(key.name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				must(b, key.ask(ids[i%len(ids)].ID))
			}
		})
	}
}

// A report's commit, also with 100,000 reports on the disk (budget: 5 ms); and
// beside it that of one small record: what the disk takes of it.
func BenchmarkFile(b *testing.B) {
	house := func(reports int) *house {
		h := newHouse(b, func(c *DeskConfig) { c.MaxDB = 1 << 40 })
		h.queue(reports, 10)
		h.restart()
		return h
	}
	h := house(0)
	b.Run("record", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			must(b, h.folder.DB().Save(data.Refusal{Source: data.Hash{byte(i), byte(i >> 8), byte(i >> 16), 1}, Until: start}))
		}
	})
	report := func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			f := h.filing("spam", fmt.Sprintf("192.%d.%d.%d", i>>16&255, i>>8&255, i&255), bad)
			f.Lines = lines(60, 80, SpeakerReported)
			h.file(f)
		}
	}
	b.Run("report", report)
	h = house(100_000)
	b.Run("among", report)
}

// MayPair runs for each candidate of a match.
func BenchmarkMayPair(b *testing.B) {
	h := newHouse(b)
	for i := range 100_000 {
		var both data.Hash
		binary.BigEndian.PutUint32(both[:], uint32(i))
		h.apart[both] = start.Add(KeptApart)
	}
	x, y := h.Subject(ip("192.0.2.1"), []byte("x")), h.Subject(ip("192.0.2.2"), []byte("y"))
	for b.Loop() {
		h.MayPair(x, y)
	}
}
