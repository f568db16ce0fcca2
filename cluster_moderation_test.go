package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"strangerd/node/natstest"
)

// lists tells whether a list of a node's has an item of this id.
func (k *staffKey) lists(t *testing.T, p *program, id string, command ...string) func() bool {
	return func() bool {
		return slices.ContainsFunc(k.list(t, p, command...), func(item map[string]any) bool { return item["id"] == id })
	}
}

// What is reported on one machine is in the queue of another. What is decided there shows
// here, and holds everywhere: who is banned is out of the chat they are in, and not let in
// again.
func TestClusterModerates(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	root := newStaffKey(t, "root")
	p, q := startTwo(t, url, "--admin-key", root.line)

	a, b := joinFrom(t, p, "127.0.0.41"), joinFrom(t, q, "127.0.0.42")
	a.meet(b)
	id, receipt := a.report("harassment they were rude")
	b.expect("-- Stranger has left the chat\n")
	until(t, "the report is in the other queue", root.lists(t, q, id, "reports"))
	expectAll(t, "report show", root.done(t, q, "report", "show", id),
		[]string{"they were rude", "reporter: hello there", "reported: you are awful"})
	root.done(t, q, "report", "resolve", id, "--action", "none", "--reason", "'They were not'")
	until(t, "it shows as decided here", root.lists(t, p, id, "reports", "--status", "resolved"))
	expectCase(t, p, receipt, "No action was taken.")

	c := joinFrom(t, p, "127.0.0.43")
	b.send("\n")
	c.meet(b)
	id, _ = c.report("harassment")
	b.expect("-- Stranger has left the chat\n")
	d := joinFrom(t, p, "127.0.0.44")
	b.send("\n")
	d.meet(b)
	made := root.done(t, p, "report", "resolve", id, "--action", "ban", "--reason", "'Be kind to people'")
	words := banWordsOf(made[:len("B-0123456789")], "harassment or bullying", "Be kind to people")
	expectAll(t, "the chat on another machine", b.expectExit(exitNotAllowed), words)
	d.expect("-- Stranger has left the chat\n")
	stdout, _, code := runFrom(t, q, "127.0.0.42", "", "-T")
	if code != exitNotAllowed {
		t.Errorf("the next visit ends with %d", code)
	}
	expectAll(t, "the next visit", stdout, words)
	stdout, _, _ = runFrom(t, q, "127.0.0.44", "", "-T", "privacy")
	expectAll(t, "privacy", stdout, []string{"none of the server's other machines remembers it again"})
}

// A machine that was alone brings its bans, and a new one has them. What is banned while no
// NATS server answers holds here, outlives the program, and is elsewhere when one does.
func TestClusterBanOutlivesAll(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 1)
	folder := firstStart(t)
	second := newNodeFolder(t, folder)
	root := newStaffKey(t, "root")
	ban := func(p *program, network string) (id string) {
		return root.done(t, p, "ban", network, "--reason", "why")[:len("B-0123456789")]
	}
	p := startServerIn(t, folder, "--admin-key", root.line)
	before := ban(p, "192.0.2.0/24")
	stopServer(t, p)

	start := func(folder, name string) *program {
		return startNode(t, folder, name, servers.URL(), "--admin-key", root.line)
	}
	p, q := start(folder, "a"), start(second, "b")
	until(t, "a new node has what was banned", root.lists(t, q, before, "bans"))
	until(t, "nothing waits", func() bool { return measure(t, p)["strangerd_cluster_outbox"] == 0 })
	servers[0].Kill()
	until(t, "NATS is lost", func() bool {
		return measure(t, p)["strangerd_cluster_connected"] == 0 && measure(t, q)["strangerd_cluster_connected"] == 0
	})
	during := ban(p, "198.51.100.0/24")
	if !root.lists(t, p, during, "bans")() || measure(t, p)["strangerd_cluster_outbox"] == 0 {
		t.Error("the ban doesn't hold here, or doesn't wait")
	}
	p.cmd.Process.Kill()
	p.wait()
	p = start(folder, "a")
	if !root.lists(t, p, during, "bans")() || measure(t, p)["strangerd_cluster_outbox"] == 0 {
		t.Error("the ban is lost, or doesn't wait any more")
	}
	servers[0].Run()
	until(t, "the ban is on the other machine", root.lists(t, q, during, "bans"))
	until(t, "nothing waits", func() bool { return measure(t, p)["strangerd_cluster_outbox"] == 0 })
	until(t, "nothing is missing", func() bool { return measure(t, q)["strangerd_cluster_behind"] == 0 })
}

// A new machine begins with a backup of another, and learns what was decided since then: also
// what was taken back.
func TestClusterBeginsWithBackup(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	root := newStaffKey(t, "root")
	p := startNode(t, t.TempDir(), "a", url, "--admin-key", root.line)
	ban := func(network string) string {
		return root.done(t, p, "ban", network, "--reason", "why")[:len("B-0123456789")]
	}
	stands, lifted := ban("192.0.2.0/24"), ban("198.51.100.0/24")
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	backup := root.done(t, p, "backup", "--with-keys", identity.Recipient().String())
	root.done(t, p, "unban", lifted, "--reason", "over")
	later := ban("203.0.113.0/24")
	q := startNode(t, restored(t, backup, identity), "b", url, "--admin-key", root.line)
	until(t, "the new machine has what was banned since then", root.lists(t, q, later, "bans"))
	here := root.done(t, p, "bans", "--json")
	if there := root.done(t, q, "bans", "--json"); there != here || !strings.Contains(here, stands) || strings.Contains(here, lifted) {
		t.Errorf("one machine has %s, the new one %s", here, there)
	}
}

// What is decided while a machine is parted from the others, by it and by them, holds where it
// was decided at once, and on all machines within two seconds after they hear each other again;
// then all say the same of it. It may be alone, or with one of the servers of NATS.
func TestClusterBansOverPartition(t *testing.T) {
	t.Parallel()
	w := startTown(t)
	apart, other := w.nodes[2], w.nodes[0]
	ban := func(m *machine, address string) (id string) {
		return w.root.done(t, m.program, "ban", address, "--reason", "why")[:len("B-0123456789")]
	}
	out := func(m *machine, address string) func() bool {
		return func() bool {
			_, _, code := runSSH(t, m.program, "-b", address, "version")
			return code != exitDone
		}
	}
	withServer := slices.Concat(apart.ways[:2], other.ways[2:], w.nodes[1].ways[2:], w.between(0, 2), w.between(1, 2))
	for i, partition := range []struct {
		ways []*natstest.Relay
		told bool
	}{{apart.ways, true}, {apart.ways, false}, {withServer, true}, {withServer, false}} {
		lifted, here, there := fmt.Sprintf("127.0.90.%d", i+1), fmt.Sprintf("127.0.91.%d", i+1), fmt.Sprintf("127.0.92.%d", i+1)
		id := ban(apart, lifted)
		for _, m := range w.nodes {
			until(t, "the ban is there", out(m, lifted))
		}
		part(partition.ways, partition.told)
		until(t, "it is alone", apart.countsNodes(t, 1))
		ban(apart, here)
		ban(other, there)
		w.root.done(t, other.program, "unban", id, "--reason", "why")
		if !out(apart, here)() || out(other, here)() || out(apart, there)() || !out(other, there)() || !out(apart, lifted)() {
			t.Error("it isn't parted, or a ban doesn't hold where it was made")
		}
		clock := startMetronome(t)
		heal(partition.ways)
		for _, m := range w.nodes {
			until(t, "all are heard again", m.countsNodes(t, 3))
		}
		over := time.Now()
		for _, m := range w.nodes {
			until(t, "both are out, and the third one may come in", func() bool {
				return out(m, here)() && out(m, there)() && !out(m, lifted)()
			})
		}
		took := time.Since(over)
		t.Logf("partition %d: %v", i, took.Round(time.Millisecond))
		if took > clock.allow(2*time.Second) {
			t.Errorf("partition %d was over for %v before all machines had all", i, took)
		}
		w.found()
	}
	want := w.root.done(t, other.program, "bans", "--all", "--json")
	for _, m := range w.nodes {
		if said := w.root.done(t, m.program, "bans", "--all", "--json"); said != want {
			t.Errorf("another machine's bans are %s, not %s", said, want)
		}
	}
}
