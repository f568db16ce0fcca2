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
	g := &Gate{networks: newNetworks(), clock: time.Now, admission: newAdmission(usual, time.Now)}
	for _, ban := range bans {
		ban.ID = strings.Clone(ban.ID)
		g.networks.add(ban)
	}
	g.networks.settle()
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
	used := processor()
	for i := 0; b.Loop(); i++ {
		comeAndGo(g, addrs[i%len(addrs)])
	}
	b.ReportMetric(float64(processor()-used)/float64(b.N), "cpu-ns/op")
	b.ReportMetric(100*float64(refused)/float64(len(addrs)), "%refused")
	b.ReportMetric(perBan, "B/ban")
}

// comeAndGo is a connection from its beginning to its end.
func comeAndGo(g *Gate, addr netip.Addr) {
	if arrival, err := g.Screen(addr, here, nil); err == nil {
		arrival.Close()
	}
}

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
	used := processor()
	for i := 0; b.Loop(); i++ {
		comeAndGo(g, addr(i%maxSources))
	}
	b.ReportMetric(float64(processor()-used)/float64(b.N), "cpu-ns/op")
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
	used := processor()
	for b.Loop() {
		g.BanOf(addr, s)
	}
	b.ReportMetric(float64(processor()-used)/float64(b.N), "cpu-ns/op")
}

// processor is the time that this process has used, which a busy machine
// doesn't stretch.
func processor() time.Duration {
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// A start with a million bans and 100,000 reports. Budget: 2 s. Beside it, what
// importing the bans takes.
func BenchmarkStart(b *testing.B) {
	h := newHouse(b, func(c *DeskConfig) { c.Threshold = 0 })
	began := time.Now()
	must(b, h.imported("ann", manyBans()))
	b.ReportMetric(time.Since(began).Seconds(), "s/import")
	for range 10 { // a transaction of all of them takes gigabytes
		h.queue(10_000, 5) // so that they fit into --max-db
	}
	must(b, h.folder.Close())
	h.Gate, h.Desk, h.folder = nil, nil, nil
	runtime.GC()
	var phases [3]time.Duration
	used := processor()
	for b.Loop() {
		began := time.Now()
		folder, err := data.OpenFolder(h.dir, nil)
		must(b, err)
		phases[0] += time.Since(began)
		h.folder = folder
		began = time.Now()
		h.Gate, err = NewGate(Config{DB: folder.DB(), Secret: folder.Secret(), Now: h.clock.Now})
		must(b, err)
		phases[1] += time.Since(began)
		began = time.Now()
		h.Desk, err = NewDesk(DeskConfig{DB: folder.DB(), Gate: h.Gate, Secret: folder.Secret()})
		must(b, err)
		phases[2] += time.Since(began)
		b.StopTimer()
		h.Desk = nil
		must(b, folder.Close())
		b.StartTimer()
	}
	b.ReportMetric((processor()-used).Seconds()/float64(b.N), "cpu-s/op")
	for i, name := range []string{"s/open", "s/gate", "s/desk"} {
		b.ReportMetric(phases[i].Seconds()/float64(b.N), name)
	}
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
		f := h.filing(Categories[i%len(Categories)], fmt.Sprintf("192.0.%d.%d", i%200, i/200), fmt.Sprintf("198.51.%d.%d", i%199, i/199))
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

func BenchmarkFile(b *testing.B) {
	h := newHouse(b, func(c *DeskConfig) { c.MaxDB = 1 << 40 })
	for i := 0; b.Loop(); i++ {
		f := h.filing("spam", fmt.Sprintf("192.%d.%d.%d", i>>16&255, i>>8&255, i&255), bad)
		f.Lines = lines(60, 80, SpeakerReported)
		h.file(f)
	}
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
