package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"strangerd/node/natstest"
)

// all returns the ids of what a command lists, and whether no node was silent.
func (k *staffKey) all(t *testing.T, p *program, command ...string) (ids []string, whole bool) {
	t.Helper()
	stdout, stderr, code := k.run(t, p, append(command, "--json")...)
	var items []map[string]any
	if err := json.Unmarshal([]byte(stdout), &items); err != nil || (code == exitDone) != (stderr == "") {
		t.Fatalf("%q ends with %d and prints %q, and %q as errors", command, code, stdout, stderr)
	}
	for _, item := range items {
		ids = append(ids, item["id"].(string))
	}
	return ids, code == exitDone
}

// listsAll waits until a command lists just so many, and no node is silent.
func (k *staffKey) listsAll(t *testing.T, p *program, n int, command ...string) (ids []string) {
	t.Helper()
	until(t, fmt.Sprint(command, " lists ", n), func() bool {
		all, whole := k.all(t, p, command...)
		ids = all
		return whole && len(all) == n
	})
	return ids
}

// does waits until a command is done, also by nodes that may be slow to answer.
func (k *staffKey) does(t *testing.T, p *program, command ...string) {
	t.Helper()
	until(t, fmt.Sprint(command), func() bool {
		_, _, code := k.run(t, p, command...)
		return code == exitDone
	})
}

// Staff see and reach whoever is on any machine, and are told which one doesn't answer.
func TestClusterStaff(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	root := newStaffKey(t, "root")
	p, q := startTwo(t, url, "--admin-key", root.line)
	if ids := root.listsAll(t, p, 2, "nodes"); !slices.Equal(ids, []string{"a", "b"}) {
		t.Errorf("the nodes are %v", ids)
	}
	a := joinFrom(t, p, "127.0.0.51")
	here := root.listsAll(t, p, 1, "sessions")
	b := joinFrom(t, q, "127.0.0.52")
	a.meet(b)
	there := slices.DeleteFunc(root.listsAll(t, p, 2, "sessions"), func(id string) bool { return id == here[0] })
	until(t, "people are told of all", func() bool {
		stdout, _, _ := runSSH(t, p, "status", "--json")
		return stdout == `{"chatting":2,"online":2,"waiting":0}`+"\n"
	})
	root.does(t, p, "broadcast", "'Tea at five'")
	for _, person := range []*chatter{a, b} {
		person.expect("-- The operator says: Tea at five\n")
	}
	root.does(t, p, "kick", there[0], "--reason", "'Take a break'")
	b.expect("-- A moderator ended your session. The reason: Take a break\n")
	b.expectExit(exitNotAllowed)
	a.expect("-- Stranger has left the chat\n")
	c := joinFrom(t, q, "127.0.0.53")
	there = slices.DeleteFunc(root.listsAll(t, p, 2, "sessions"), func(id string) bool { return id == here[0] })
	root.does(t, p, "ban", there[0], "--reason", "'Be kind to people'")
	expectAll(t, "who is banned by another machine", c.expectExit(exitNotAllowed), []string{"Be kind to people"})
	root.listsAll(t, p, 1, "sessions")

	q.cmd.Process.Kill()
	q.wait()
	until(t, "the node that died is named", func() bool {
		stdout, stderr, code := root.run(t, p, "sessions", "--json")
		return code == exitFailed && strings.HasPrefix(stderr, "node b doesn't answer (silent for ") &&
			strings.Count(stderr, "\n") == 1 && strings.Contains(stdout, here[0])
	})
	if ids, whole := root.all(t, p, "nodes"); whole || !slices.Equal(ids, []string{"a", "b"}) {
		t.Errorf("the nodes are %v, and all answer: %v", ids, whole)
	}
	startNode(t, q.cmd.Dir, "b", url)
	root.listsAll(t, p, 2, "nodes")
	root.listsAll(t, p, 1, "sessions")
}

// Each of three machines is drained and started again, while people talk. Who is on it
// talks on; the others notice nothing; new people are turned away, as the balancer learns.
func TestClusterRollingUpgrade(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	folder := firstStart(t)
	folders := []string{folder, newNodeFolder(t, folder), newNodeFolder(t, folder)}
	root := newStaffKey(t, "root")
	nodes := make([]*program, len(folders))
	name := func(i int) string { return fmt.Sprint("n", i) }
	start := func(i int) {
		nodes[i] = startNode(t, folders[i], name(i), url, "--admin-key", root.line)
	}
	for i := range nodes {
		start(i)
	}
	talk := func(one, other *chatter, words string) {
		t.Helper()
		one.send(words + "\n")
		other.expect("stranger: " + words + "\n")
		other.send("yes, " + words + "\n")
		one.expect("stranger: yes, " + words + "\n")
	}
	drain := func(i, by int, span string) {
		t.Helper()
		root.does(t, nodes[by], "drain", "--node", name(i), "--for", span)
	}
	away := func(i int) {
		t.Helper()
		if _, stderr, code := runFrom(t, nodes[i], "127.0.0.69", "", "-T"); code != exitNotNow || !strings.Contains(stderr, "about to restart") {
			t.Errorf("%s says %q, and ends with %d", name(i), stderr, code)
		}
		if code, words := fetch(t, nodes[i], "/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(words, "draining") {
			t.Errorf("/readyz of %s says %d, %q", name(i), code, words)
		}
	}
	again := func(i, by int) {
		t.Helper()
		if err := nodes[i].wait(); err != nil {
			t.Fatalf("%s ended with %v", name(i), err)
		}
		start(i)
		root.listsAll(t, nodes[by], 3, "nodes")
	}
	root.listsAll(t, nodes[0], 3, "nodes")
	a, b := pairNodes(t, nodes[0], nodes[1])
	c, d := pairNodes(t, nodes[2], nodes[2])

	drain(2, 0, "1h")
	away(2)
	talk(c, d, "it drains")
	talk(a, b, "not here")
	c.send("/quit\n")
	d.send("/quit\n")
	again(2, 0)
	talk(a, b, "it is new")

	drain(1, 2, "1h")
	away(1)
	talk(a, b, "go on")
	b.send("/quit\n")
	a.expect("-- Stranger has left the chat\n")
	again(1, 0)
	a.send("\n")
	a.expect("-- Looking for a stranger\n")
	e := joinLines(t, nodes[1])
	a.expect("-- You are now chatting with a stranger\n")
	e.expect("-- You are now chatting with a stranger\n")

	drain(0, 1, "1h")
	away(0)
	talk(a, e, "the last one")
	drain(0, 1, "1s")
	e.expect("-- Stranger has left the chat\n")
	again(0, 1)
	e.send("\n")
	f := joinLines(t, nodes[0])
	e.expect("-- You are now chatting with a stranger\n")
	f.expect("-- You are now chatting with a stranger\n")
	talk(e, f, "all are new")
}
