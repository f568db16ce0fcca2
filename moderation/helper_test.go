package moderation

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"strangerd/data"
)

// A house is a data folder with a Gate and a Desk, and a clock that the test
// moves.
type house struct {
	*Gate
	*Desk
	t      testing.TB
	dir    string
	folder *data.Folder
	clock  *clock
	gate   Config
	desk   DeskConfig
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// pass lets d pass.
func (h *house) pass(d time.Duration) {
	h.clock.mu.Lock()
	defer h.clock.mu.Unlock()
	h.clock.now = h.clock.now.Add(d)
}

var (
	start  = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	here   = netip.MustParseAddr("192.0.2.250") // where the server listens
	shared = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}
)

func newHouse(t testing.TB, change ...func(*DeskConfig)) *house {
	t.Helper()
	h := &house{t: t, dir: filepath.Join(t.TempDir(), "data"), clock: &clock{now: start}, desk: DeskConfig{Threshold: 3}}
	for _, f := range change {
		f(&h.desk)
	}
	h.start()
	return h
}

func (h *house) start() {
	h.t.Helper()
	h.gate.Shared, h.gate.NewSources = shared, true
	h.gate.Proxies = []netip.Prefix{netip.MustParsePrefix("203.0.113.7/32")}
	if h.gate.Now == nil {
		h.gate.Now = h.clock.Now
	}
	h.open()
	h.t.Cleanup(func() { h.close() })
}

func (h *house) open() {
	h.t.Helper()
	var err error
	h.folder, err = data.OpenFolder(h.dir, nil)
	must(h.t, err)
	h.gate.DB = h.folder.DB()
	if h.gate.Secret == nil {
		h.gate.Secret = h.folder.Secret()
	}
	h.Gate, err = NewGate(h.gate)
	must(h.t, err)
	config := h.desk
	config.DB, config.Gate, config.Secret = h.gate.DB, h.Gate, h.gate.Secret
	h.Desk, err = NewDesk(config)
	must(h.t, err)
}

func (h *house) close() {
	h.t.Helper()
	must(h.t, h.folder.Close())
	must(h.t, data.Check(filepath.Join(h.dir, "strangerd.db")))
}

// restart is what a crash and a new start leave.
func (h *house) restart() {
	h.t.Helper()
	h.close()
	h.open()
}

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

func net(s string) netip.Prefix { return netip.MustParsePrefix(s) }

// from is who comes from an address, without a key.
func (h *house) from(addr string) Subject { return h.Subject(ip(addr), nil) }

// enter lets somebody in who must be let in.
func (h *house) enter(addr string, key ...byte) *Pass {
	h.t.Helper()
	p, err := h.Admit(ip(addr), h.Subject(ip(addr), key))
	if err != nil {
		h.t.Fatalf("%s isn't let in: %v", addr, err)
	}
	h.t.Cleanup(p.Close)
	return p
}

// wantBanned expects addr to be kept out by the ban called id; "" is not at all.
func (h *house) wantBanned(id, addr string, key ...byte) {
	h.t.Helper()
	p, err := h.Admit(ip(addr), h.Subject(ip(addr), key))
	if err == nil {
		p.Close()
	}
	var b *Banned
	switch got := errors.As(err, &b); {
	case id == "" && err != nil:
		h.t.Errorf("%s isn't let in: %v", addr, err)
	case id != "" && (!got || b.Ban.ID != id):
		h.t.Errorf("%s: %v; want it banned by %s", addr, err, id)
	}
}

// wantRevoked expects that p ended by the ban called id.
func wantRevoked(t testing.TB, p *Pass, id string) {
	t.Helper()
	select {
	case <-p.Context().Done():
	default:
		t.Errorf("%s lives on", p.ID())
		return
	}
	if b := new(Banned); !errors.As(p.Why(), &b) || b.Ban.ID != id {
		t.Errorf("%s ended by %v, want %s", p.ID(), p.Why(), id)
	}
}

func wantLive(t testing.TB, p *Pass) {
	t.Helper()
	if why := p.Why(); why != nil {
		t.Errorf("%s ended by %v", p.ID(), why)
	}
}

func wantIs(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// want returns v, and fails where there was an error.
func want[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// asked is what a NeedsYes error asks.
func asked(t testing.TB, err error) *NeedsYes {
	t.Helper()
	n := new(NeedsYes)
	if !errors.As(err, &n) {
		t.Fatalf("error %v, want one that asks for --yes", err)
	}
	return n
}

// chats numbers the chats that report invents.
var chats atomic.Int64

// filing is a report by one address against another, of a chat of its own in
// which both spoke.
func (h *house) filing(category, by, against string) Filing {
	n := chats.Add(1)
	return Filing{
		Category: category, Reporter: h.from(by), Reported: h.from(against),
		ReporterSession: fmt.Sprint("S-", by, n), ReportedSession: fmt.Sprint("S-", against, n),
		Chat: fmt.Sprint("chat ", n), BothSpoke: true,
		Lines: []Line{{Speaker: SpeakerReported, Text: "words of " + against, At: start}},
	}
}

// report files a report that must be taken.
func (h *house) report(category, by, against string) Filed {
	h.t.Helper()
	return h.file(h.filing(category, by, against))
}

func (h *house) file(f Filing) Filed {
	h.t.Helper()
	filed, err := h.File(f)
	must(h.t, err)
	return filed
}

// resolve decides in the name of ann.
func (h *house) resolve(id string, action Action) Ban {
	h.t.Helper()
	b, err := h.Resolve("ann", id, Decision{Action: action, Reason: "because"})
	must(h.t, err)
	return b.Ban
}

// list are the ids of the reports of a status, most urgent first.
func (h *house) list(status Status) string {
	h.t.Helper()
	list, err := h.Reports("ann", Filter{Status: status})
	must(h.t, err)
	var ids []string
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return strings.Join(ids, " ")
}

// log is the whole audit log; the look isn't audited.
func (h *house) log() (log []AuditEntry) {
	h.t.Helper()
	must(h.t, h.folder.DB().EachAction(func(a AuditEntry) { log = append(log, a) }))
	return log
}

// wantAudit expects an entry of the audit log, as by, action, on: why.
func (h *house) wantAudit(wanted string) {
	h.t.Helper()
	log := h.log()
	for _, a := range log {
		line := strings.Join(strings.Fields(a.By+" "+a.Do+" "+a.On), " ")
		if a.Why != "" {
			line += ": " + a.Why
		}
		if line == wanted {
			return
		}
	}
	h.t.Errorf("no %q in the audit log: %+v", wanted, log)
}

// inBackground runs d until stop, which waits for it.
func inBackground(d *Desk, t testing.TB) (stop func()) {
	return runInBackground(d, func(err error) { t.Error(err) })
}

func runInBackground(d *Desk, failed func(error)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { d.Run(ctx, failed) })
	return func() {
		cancel()
		running.Wait()
	}
}
