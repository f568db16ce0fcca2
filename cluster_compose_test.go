package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// serves returns the node to which haproxy takes who comes from an address.
func (w *town) serves(source string) (node *machine) {
	w.t.Helper()
	accepted := func() (all []float64) {
		for _, m := range w.nodes {
			all = append(all, measure(w.t, m.program)["strangerd_connections_accepted_total"])
		}
		return all
	}
	before := accepted()
	if _, stderr, code := runSSH(w.t, w.front, "-b", source, "version"); code != exitDone {
		w.t.Fatalf("who comes from %s: %d: %s", source, code, stderr)
	}
	for i, now := range accepted() {
		if now > before[i] {
			node = w.nodes[i]
		}
	}
	return node
}

// apart returns two addresses from which people come to different nodes.
func (w *town) apart() (one, two string) {
	one = "127.0.77.1"
	for i := range 50 {
		two = fmt.Sprintf("127.0.77.%d", 2+i)
		if w.serves(one) != w.serves(two) {
			return one, two
		}
	}
	w.t.Fatal("haproxy takes everybody to one node")
	return "", ""
}

// What compose.cluster.yaml describes, started as processes with its own files: people of
// different nodes meet through haproxy. A node that drains gets nobody new, while who is on it
// goes on; a ban by address holds on all nodes; and when a node dies, whom it served find
// another. NATS lets strangerd do what it does and no more, and nobody else do anything.
func TestClusterComposeFile(t *testing.T) {
	t.Parallel()
	w := startTown(t)
	w.haproxy()
	for _, m := range w.nodes {
		until(t, "each node is ready", func() bool { return measure(t, m.program)["strangerd_ready"] == 1 })
	}
	one, two := w.apart()
	a, b := joinFrom(t, w.front, one), joinFrom(t, w.front, two)
	a.meet(b)

	leaves, dies := w.serves(one), w.serves(two)
	w.root.done(t, leaves.program, "drain", "--for", "10m")
	until(t, "haproxy takes who comes from there elsewhere", func() bool {
		_, _, code := runSSH(t, w.front, "-b", one, "status")
		return code == exitDone && w.serves(one) != leaves
	})
	exchange(a, b)

	w.root.done(t, dies.program, "ban", one, "--reason", "Enough")
	expectAll(t, "who is banned by address", a.expectExit(exitNotAllowed), []string{"Enough"})
	b.expect("-- Stranger has left the chat\n")
	until(t, "they can't come in elsewhere", func() bool {
		_, stderr, code := runSSH(t, w.front, "-b", one, "version")
		return code != exitDone && strings.Contains(stderr, "Enough")
	})
	if err := leaves.wait(); err != nil {
		t.Errorf("the node that drained, and that all have left, ended with %v", err)
	}
	dies.kill()
	until(t, "haproxy takes who was on the node that died elsewhere", func() bool {
		_, _, code := runSSH(t, w.front, "-b", two, "status")
		return code == exitDone
	})
	c, d := joinFrom(t, w.front, two), joinFrom(t, w.front, "127.0.78.1")
	c.meet(d)
	leave(c, d)

	w.refuses()
	for _, m := range w.nodes {
		stopServer(t, m.program)
		if said := m.later.String(); strings.Contains(said, "NATS has refused") {
			t.Error(said)
		}
	}
}

// refuses expects that NATS refuses who is not strangerd, and what strangerd doesn't do.
func (w *town) refuses() {
	url := "nats://" + w.address["nats-a"] + ":4222"
	if c, err := nats.Connect(url); !errors.Is(err, nats.ErrAuthorization) {
		w.t.Errorf("anybody comes in: %v", err)
		c.Close()
	}
	other, err := nkeys.CreateUser()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, who := range []struct {
		key nkeys.KeyPair
		ok  bool
	}{{other, false}, {w.nkey, true}} {
		public, err := who.key.PublicKey()
		if err != nil {
			w.t.Fatal(err)
		}
		said := make(chan error, 10)
		c, err := nats.Connect(url, nats.Nkey(public, who.key.Sign), nats.CustomInboxPrefix("_INBOX_strangerd"),
			nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { said <- err }))
		if (err == nil) != who.ok {
			w.t.Fatalf("%v: %v", who.ok, err)
		}
		if err != nil {
			continue
		}
		defer c.Close()
		for _, subject := range []string{"other.subject", "$JS.API.STREAM.DELETE.OTHER", "$SYS.REQ.SERVER.PING"} {
			if err := c.Publish(subject, nil); err != nil {
				w.t.Fatal(err)
			}
			select {
			case err := <-said:
				if !errors.Is(err, nats.ErrPermissionViolation) || !strings.Contains(err.Error(), subject) {
					w.t.Errorf("%s: %v", subject, err)
				}
			case <-time.After(patience):
				w.t.Errorf("%s is let through", subject)
			}
		}
		if _, err := c.SubscribeSync("_INBOX.>"); err != nil {
			w.t.Fatal(err)
		}
		select {
		case err := <-said:
			if !errors.Is(err, nats.ErrPermissionViolation) {
				w.t.Error(err)
			}
		case <-time.After(patience):
			w.t.Error("the answers to others can be read")
		}
	}
}

// The file names what the program, the image and the other files have.
func TestClusterComposeNames(t *testing.T) {
	t.Parallel()
	file := readTown(t)
	flags := new(Config).flags()
	servers := regexp.MustCompile(`nats://([a-z-]+):`)
	for _, service := range nodeServices {
		environment := file.Services[service].Environment
		for name := range environment {
			if flag, _ := strings.CutPrefix(name, "STRANGERD_"); flags.Lookup(strings.ReplaceAll(strings.ToLower(flag), "_", "-")) == nil {
				t.Errorf("%s of %s is no variable of the program", name, service)
			}
		}
		for _, server := range servers.FindAllStringSubmatch(environment["STRANGERD_CLUSTER"], -1) {
			if _, ok := file.Services[server[1]]; !ok {
				t.Errorf("%s is no service", server[1])
			}
		}
	}
	for name, service := range file.Services {
		mounts, _ := service.Volumes.([]any)
		for _, mount := range mounts {
			from, _, _ := strings.Cut(fmt.Sprint(mount), ":")
			if strings.HasPrefix(from, "./") {
				if _, err := os.Stat(from); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			} else if _, ok := file.Volumes[from]; !ok {
				t.Errorf("%s: %s is no volume", name, from)
			}
		}
	}
}
