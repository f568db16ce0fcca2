package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"strangerd/data"
	"strangerd/moderation"
	"strangerd/node"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A machine is a data folder, and what runs on it between start and stop.
type machine struct {
	t    *testing.T
	name string
	dir  string
	db   *data.DB

	*Cluster
	gate    *moderation.Gate
	desk    *moderation.Desk
	leads   atomic.Bool
	damaged bool // what it has on its disk
	log     *slog.Logger
	most    uint64
	ends    []func()
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func newMachine(t *testing.T, name string) *machine {
	m := &machine{t: t, name: name, dir: filepath.Join(t.TempDir(), "data"), log: quiet}
	t.Cleanup(m.stop)
	return m
}

// enterTwo makes two machines that are nodes.
func enterTwo(t *testing.T, url string) (a, b *machine) {
	t.Helper()
	a, b = newMachine(t, "a"), newMachine(t, "b")
	a.enter(url)
	b.enter(url)
	return a, b
}

// open opens the folder alone.
func (m *machine) open(share func([]data.Event)) {
	m.t.Helper()
	folder, err := data.OpenFolder(m.dir, nil)
	must(m.t, err)
	m.db = folder.DB()
	m.ends = append(m.ends, func() {
		must(m.t, folder.Close())
		if !m.damaged {
			must(m.t, data.Check(filepath.Join(m.dir, "strangerd.db")))
		}
	})
	m.gate, err = moderation.NewGate(moderation.Config{DB: m.db, Secret: []byte("ours"), Node: m.name, Share: share})
	must(m.t, err)
	m.desk, err = moderation.NewDesk(moderation.DeskConfig{DB: m.db, Gate: m.gate, Secret: []byte("ours"), Threshold: 3})
	must(m.t, err)
}

// start has the machine be one of those at url.
func (m *machine) start(url string) {
	m.t.Helper()
	n, err := node.Join(m.t.Context(), node.Config{
		Name: m.name, Servers: url, Secret: []byte("ours"), HostKey: []byte("key"), Program: "test", Log: quiet,
	})
	must(m.t, err)
	m.open(func(events []data.Event) { m.Share(events) })
	m.Cluster = New(Config{Node: n, DB: m.db, Leads: m.leads.Load, Log: m.log, Most: m.most})
	m.run(func(ctx context.Context) { n.Run(ctx, func() node.Census { return node.Census{} }) })
	m.run(func(ctx context.Context) { m.Run(ctx, m.desk) })
}

// enter is start, and waits until the machine has found the stream.
func (m *machine) enter(url string) {
	m.t.Helper()
	m.start(url)
	eventually(m.t, m.name+" finds the stream", func() bool {
		s, err := m.db.Stream()
		must(m.t, err)
		return s.ID != 0
	})
}

func (m *machine) run(f func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { f(ctx) })
	m.ends = append(m.ends, func() { cancel(); running.Wait() })
}

func (m *machine) stop() {
	for len(m.ends) > 0 {
		last := m.ends[len(m.ends)-1]
		m.ends = m.ends[:len(m.ends)-1]
		last()
	}
}

// damage has a record on the disk be junk.
func (m *machine) damage(bucket, id string) {
	m.t.Helper()
	m.open(nil)
	m.stop()
	b, err := bolt.Open(filepath.Join(m.dir, "strangerd.db"), 0o600, nil)
	must(m.t, err)
	must(m.t, b.Update(func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucket)).Put([]byte(id), []byte("junk")) }))
	must(m.t, b.Close())
	m.damaged = true
}

// ban bans an address, which must not be done yet.
func (m *machine) ban(address string) {
	m.t.Helper()
	_, err := m.desk.Ban("ann", moderation.BanRequest{Network: netip.PrefixFrom(netip.MustParseAddr(address), 32), Reason: "why"})
	must(m.t, err)
}

// bans tells whether a ban of each address is on the disk and in force, and no other.
func (m *machine) bans(addresses ...string) func() bool {
	return func() bool {
		n := 0
		must(m.t, m.db.EachBan(func(data.Ban) { n++ }))
		for _, address := range addresses {
			if _, banned := m.gate.BanOf(netip.MustParseAddr(address), moderation.Subject{}); !banned {
				return false
			}
		}
		return n == len(addresses)
	}
}

// empty tells whether nothing waits in the outbox.
func (m *machine) empty() bool { return m.Stats().Outbox == 0 }

// contents are all that is in the database and that machines share, as text.
func (m *machine) contents() string {
	m.t.Helper()
	var all strings.Builder
	for mark := (data.Bookmark{}); ; {
		page, next, err := m.db.Page(mark, pageSize)
		must(m.t, err)
		if len(page) == 0 {
			return all.String()
		}
		for _, r := range page {
			text, err := json.Marshal(r)
			must(m.t, err)
			fmt.Fprintf(&all, "%T %s\n", r, text)
		}
		mark = next
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits for what is bound to come.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}
