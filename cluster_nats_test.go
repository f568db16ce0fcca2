package main

import (
	"fmt"
	"strings"
	"testing"

	"strangerd/node/natstest"
)

// machines are several programs that share a secret. Each reaches the NATS servers by
// ways of its own.
type machines struct {
	nats  *natstest.Servers
	nodes []*machine
}

// machine is one of them, of which there may be several programs in turn.
type machine struct {
	name, folder string
	ways         []*natstest.Relay
	url          string
	*program
}

func startMachines(t *testing.T, n, servers int) *machines {
	t.Helper()
	all := &machines{nats: natstest.Start(t, servers)}
	first := firstStart(t)
	for i := range n {
		m := &machine{name: fmt.Sprint("n", i), folder: first}
		if i > 0 {
			m.folder = newNodeFolder(t, first)
		}
		m.ways, m.url = all.nats.Relays(t)
		m.program = startNode(t, m.folder, m.name, m.url)
		all.nodes = append(all.nodes, m)
	}
	all.found(t)
	return all
}

// found waits until all machines know of each other, and one deals.
func (all *machines) found(t *testing.T) {
	t.Helper()
	for _, m := range all.nodes {
		until(t, m.name+" knows of all", m.countsNodes(t, float64(len(all.nodes))))
	}
	all.dealer(t)
}

// dealer waits until one of the machines that run deals, and returns its number.
func (all *machines) dealer(t *testing.T) (i int) {
	t.Helper()
	until(t, "somebody deals", func() bool {
		for n, m := range all.nodes {
			if m.cmd.ProcessState == nil && measure(t, m.program)["strangerd_cluster_deals"] == 1 {
				i = n
				return true
			}
		}
		return false
	})
	return i
}

// kill ends a machine's program at once.
func (m *machine) kill() {
	m.cmd.Process.Kill()
	m.wait()
}

// part has nothing go these ways: both sides are told, or nothing arrives.
func part(ways []*natstest.Relay, told bool) {
	for _, way := range ways {
		if told {
			way.Cut()
		} else {
			way.Hold()
		}
	}
}

func heal(ways []*natstest.Relay) {
	for _, way := range ways {
		way.Restore()
	}
}

// exchange has two who chat hear each other, in order.
func exchange(a, b *chatter) {
	for _, way := range [][2]*chatter{{a, b}, {b, a}} {
		for _, word := range []string{"one", "two", "three"} {
			way[0].send(word + "\n")
		}
		way[1].expect("stranger: one\nstranger: two\nstranger: three\n")
	}
}

// leave has all end.
func leave(all ...*chatter) {
	for _, c := range all {
		c.send("/quit\n")
		c.expectExit(exitDone)
	}
}

// shows tells whether somebody was shown one of these words.
func (c *chatter) shows(words ...string) bool {
	said := c.out.String()
	for _, one := range words {
		if strings.Contains(said, one) {
			return true
		}
	}
	return false
}
