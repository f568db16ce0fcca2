package cluster

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"strangerd/matcher"
	"strangerd/node"
	"strangerd/node/natstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// running is a node that runs until the test ends or stop is called.
type running struct {
	*Cluster
	node  *node.Node
	pairs *matcher.Matcher
	stop  func()
}

func start(t *testing.T, name, url string) running {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	n, err := node.Join(t.Context(), node.Config{
		Name: name, Servers: url, Secret: []byte("ours"), HostKey: []byte("key"), Program: "test", Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	c := New(Config{Node: n, Cards: plainCards, Log: log})
	r := running{Cluster: c, node: n, pairs: matcher.New(&matcher.Options{Transport: c, OfferAfter: 1})}
	var all []func()
	run := func(f func(context.Context)) {
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { f(ctx) })
		all = append(all, func() { cancel(); running.Wait() })
	}
	run(func(ctx context.Context) { r.pairs.Run(ctx) })
	run(func(ctx context.Context) { n.Run(ctx, func() node.Census { return node.Census{Term: c.Term()} }) })
	run(func(ctx context.Context) { c.Run(ctx, r.pairs) })
	r.stop = sync.OnceFunc(func() {
		for i := range all {
			all[len(all)-1-i]()
		}
	})
	t.Cleanup(r.stop)
	return r
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

// one is somebody on a node, and what has come for them.
type one struct {
	*matcher.Seat
	kinds []matcher.Kind
	heard []string
	lost  int
}

func (r running) one(name string) *one {
	p := &one{Seat: r.pairs.Join(matcher.Profile{Subject: name})}
	p.Find(matcher.Criteria{})
	return p
}

// last is the kind of the last event.
func (p *one) last() matcher.Kind {
	events, _ := p.Events()
	for _, e := range events {
		p.kinds = append(p.kinds, e.Kind)
		p.lost += int(e.Lost)
		if e.Kind == matcher.Said {
			p.heard = append(p.heard, e.Text)
		}
	}
	if len(p.kinds) == 0 {
		return 0
	}
	return p.kinds[len(p.kinds)-1]
}

func (p *one) is(kind matcher.Kind) func() bool { return func() bool { return p.last() == kind } }

// meet returns two of different nodes who chat.
func meetOn(t *testing.T, r, s running) (a, b *one) {
	t.Helper()
	a, b = r.one("a"), s.one("b")
	eventually(t, "a meets b", a.is(matcher.Matched))
	eventually(t, "b meets a", b.is(matcher.Matched))
	return a, b
}

// What two say while NATS goes away and comes back arrives in order, or they are told how
// much may not have.
func TestWordsWhileNATSGoesAway(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 1)
	r, s := start(t, "a", servers.URL()), start(t, "b", servers.URL())
	a, b := meetOn(t, r, s)
	said := 0
	say := func(n int) {
		for range n {
			if a.Say(fmt.Sprint(said), 0) == nil {
				said++
			}
		}
	}
	say(5)
	servers[0].Kill()
	say(10)
	servers[0].Run()
	say(5)
	// Unless it took so long that each took the other for gone, all of it arrives.
	eventually(t, "all is heard, or it is told that not", func() bool {
		b.last()
		return a.last() == matcher.PartnerLeft || len(b.heard) == said
	})
	b.last()
	for i, word := range b.heard {
		if word != fmt.Sprint(i) {
			t.Fatalf("heard %q", b.heard)
		}
	}
	if len(b.heard)+a.lost < said {
		t.Errorf("%d of %d words were heard, and %d told to be lost", len(b.heard), said, a.lost)
	}
	t.Logf("%d of %d words were heard, and %d told to be lost", len(b.heard), said, a.lost)
}

// Who is on a node that ends is told of nothing any more; their partners are.
func TestNodeEnds(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 1)
	r, s := start(t, "a", servers.URL()), start(t, "b", servers.URL())
	a, _ := meetOn(t, r, s)
	s.stop()
	eventually(t, "a is told", a.is(matcher.PartnerLeft))
	u := start(t, "b", servers.URL())
	eventually(t, "a new node deals or is dealt for", func() bool { return r.Term()+u.Term() != 0 })
	meetOn(t, r, u)
}

// What no node has sealed does nothing, nor what one can't mean; it is counted.
func TestForgedMessages(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 1)
	r, s := start(t, "a", servers.URL()), start(t, "b", servers.URL())
	a, b := meetOn(t, r, s)
	nc, err := nats.Connect(servers.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	to := fmt.Sprintf("%s%016x", dealSubject, r.node.Number())
	w := new(writer)
	w.fixed(s.node.Number())
	w.byte(99)
	stolen := Message{Kind: Over, From: matcher.Far{Node: 5}, To: matcher.Far{Node: r.node.Number()}}
	over := s.Cluster.writer(aboutDeal)
	plainCards.message(over, stolen)
	for _, bad := range [][]byte{
		[]byte("junk"), make([]byte, 100), w.b,
		node.NewSealer([]byte("others")).Seal(to, over.b),
		r.node.Seal.Seal(strings.ToUpper(to), over.b),
		r.node.Seal.Seal(to, w.b),
		r.node.Seal.Seal(to, nil),
		r.node.Seal.Seal(to, over.b),
		r.node.Seal.Seal(to, over.b[:20]),
	} {
		if err := nc.Publish(to, bad); err != nil {
			t.Fatal(err)
		}
	}
	nc.Flush()
	a.Say("still here", 0)
	eventually(t, "b hears a", func() bool { b.last(); return len(b.heard) == 1 })
	eventually(t, "all is counted", func() bool {
		n := r.node.Seal.Refused()
		return n["short"]+n["form"] == 3 && n["forged"] == 2 && n["malformed"] == 4
	})
}

// Who isn't one of the nodes hears which one deals, and offers it nobody: the others would
// take whoever is with its people for left.
func TestOutsideFollowsNobody(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 1)
	a := start(t, "a", servers.URL())
	eventually(t, "a deals", func() bool { return a.Term() != 0 })
	way := natstest.NewRelay(t, strings.TrimPrefix(servers.URL(), "nats://"))
	way.Cut()
	other := start(t, "a", "nats://"+way.Address()) // called as another one, which it can't know yet
	way.Restore()
	eventually(t, "it hears who deals", func() bool {
		return slices.ContainsFunc(other.node.Peers(), func(p node.Peer) bool { return p.Term != 0 })
	})
	if other.node.Inside() {
		t.Fatal("it is one of the nodes")
	}
	c := New(Config{Node: other.node, Cards: plainCards})
	c.watch(time.Now())
	if c.to.Start != 0 {
		t.Error("it offers its people to a node that doesn't hear it")
	}
}
