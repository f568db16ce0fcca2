package cluster

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"strangerd/node/natstest"
)

func openKV(t *testing.T, servers natstest.Servers) (jetstream.KeyValue, *nats.Conn) {
	t.Helper()
	nc, err := nats.Connect(servers.URL(), nats.MaxReconnects(-1), nats.ReconnectBufSize(-1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	for {
		kv, err := js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: "test"})
		if err == nil {
			return kv, nc
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
	}
}

// One node has the lease, until it lets two seconds pass or gives it up; then another
// has, by a higher term, and the first one learns of it.
func TestLease(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 1)
	kv, _ := openKV(t, servers)
	a, b := &Lease{KV: kv, Node: 1}, &Lease{KV: kv, Node: 2}
	now := time.Now()
	try := func(l *Lease, ours bool) uint64 {
		t.Helper()
		term, err := l.Try(t.Context(), now)
		if err != nil || (term != 0) != ours {
			t.Fatalf("node %d: term %d, %v; want it: %v", l.Node, term, err, ours)
		}
		return term
	}
	first := try(a, true)
	try(b, false)
	for range 10 { // as long as it is renewed
		now = now.Add(leaseTime - 1)
		if try(a, true) != first {
			t.Fatal("another term")
		}
		try(b, false)
	}
	now = now.Add(leaseTime)
	second := try(b, true)
	if second <= first {
		t.Errorf("term %d after %d", second, first)
	}
	try(a, false)
	now = now.Add(leaseTime - 1)
	try(a, false)
	try(b, true)
	if err := b.Yield(t.Context()); err != nil {
		t.Fatal(err)
	}
	third := try(a, true)
	if third <= second {
		t.Errorf("term %d after %d", third, second)
	}
	try(b, false)
	if err := b.Yield(t.Context()); err != nil { // what isn't ours stays
		t.Fatal(err)
	}
	if try(a, true) != third {
		t.Error("another term")
	}
}

// When NATS has lost the lease with all else, one node takes it, and another one when that
// dies.
func TestLeaseMadeAnew(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 1)
	kv, nc := openKV(t, servers)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	a, b, c := &Lease{KV: kv, Node: 1}, &Lease{KV: kv, Node: 2}, &Lease{KV: kv, Node: 3}
	now := time.Now()
	try := func(l *Lease) uint64 {
		t.Helper()
		term, err := l.Try(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		return term
	}
	for range 20 {
		now = now.Add(time.Second)
		try(a)
		try(b)
	}
	if err := js.DeleteKeyValue(t.Context(), kv.Bucket()); err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: kv.Bucket()}); err != nil {
		t.Fatal(err)
	}
	if try(c) == 0 {
		t.Fatal("nobody has the lease, and it isn't given")
	}
	for range 3 {
		now = now.Add(time.Second)
		if try(c) == 0 || try(b) != 0 {
			t.Error("who has the lease loses it")
		}
	}
	for range 3 {
		now = now.Add(leaseTime)
		if try(b) != 0 {
			return
		}
	}
	t.Error("nobody takes the lease of who died")
}

// While JetStream doesn't answer, who has the lease goes on, and nobody takes it.
func TestLeaseWithoutJetStream(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 1)
	kv, _ := openKV(t, servers)
	a, b := &Lease{KV: kv, Node: 1}, &Lease{KV: kv, Node: 2}
	now := time.Now()
	term, err := a.Try(t.Context(), now)
	if err != nil || term == 0 {
		t.Fatal(term, err)
	}
	if _, err := b.Try(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	servers[0].Kill()
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	now = now.Add(time.Hour)
	if got, err := a.Try(ctx, now); err == nil || got != term {
		t.Errorf("term %d, %v; want %d with an error", got, err, term)
	}
	if got, err := b.Try(ctx, now); err == nil || got != 0 {
		t.Errorf("term %d, %v; want none with an error", got, err)
	}
}
