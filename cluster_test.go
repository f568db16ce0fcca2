package main

import (
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"strangerd/node/natstest"
)

// newNodeFolder makes a folder for a program, with the data folder that another has made.
func newNodeFolder(t *testing.T, of string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(of)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			err = os.Chmod(path, 0o600)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// firstStart makes the folder of a program that has been started once.
func firstStart(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	stopServer(t, startServerIn(t, folder))
	if err := os.Chmod(filepath.Join(folder, "strangerd-data"), 0o700); err != nil {
		t.Fatal(err)
	}
	return folder
}

func startNode(t *testing.T, folder, name, url string, flags ...string) *program {
	t.Helper()
	return startServerIn(t, folder, append(flags, "--cluster", url, "--node", name, "--http", "127.0.0.1:0")...)
}

// startTwo starts two machines, a and b, that share what belongs to one server.
func startTwo(t *testing.T, url string, flags ...string) (a, b *program) {
	t.Helper()
	folder := firstStart(t)
	second := newNodeFolder(t, folder)
	return startNode(t, folder, "a", url, flags...), startNode(t, second, "b", url, flags...)
}

func (p *program) countsNodes(t *testing.T, n float64) func() bool {
	return func() bool { return measure(t, p)["strangerd_cluster_nodes"] == n }
}

// Machines that share a secret find each other. One with another secret, another host
// key or the name of one that is there is refused, and told why.
func TestClusterJoins(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	folder := firstStart(t)
	second, third := newNodeFolder(t, folder), newNodeFolder(t, folder)
	a, b := startNode(t, folder, "a", url), startNode(t, second, "b", url)
	until(t, "a finds b", a.countsNodes(t, 2))
	until(t, "b finds a", b.countsNodes(t, 2))

	refused := func(folder, name, why string) bool {
		p, err := startProgram(folder, "--cluster", url, "--node", name)
		if err == nil {
			p.stop()
			return false
		}
		if code := exitCode(err); code != exitFailed || !strings.Contains(err.Error(), why) {
			t.Fatalf("exit %d: %v", code, err)
		}
		return true
	}
	if !refused(t.TempDir(), "c", "another secret") {
		t.Error("a stranger came in")
	}
	// On a machine that is busy the name can seem free, once.
	until(t, "the name is taken", func() bool { return refused(third, "a", `a node called "a" is there already`) })
	if err := os.Remove(filepath.Join(third, "strangerd-data", "host_ed25519")); err != nil {
		t.Fatal(err)
	}
	if !refused(third, "c", "another host key") {
		t.Error("another host key came in")
	}
	stopServer(t, b)
	until(t, "b is gone", a.countsNodes(t, 1))
}

// A machine with another secret whose NATS was away when it started is ready until it learns
// of that.
func TestClusterJoinsLate(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 1)
	url := strings.ReplaceAll(servers.URL(), "127.0.0.1", "localhost") // which the log may have
	a := startNode(t, firstStart(t), "a", url)
	until(t, "a is one of the nodes", a.countsNodes(t, 1))
	servers[0].Kill()
	b := startNode(t, t.TempDir(), "b", url)
	if code, words := fetch(t, b, "/readyz"); code != http.StatusOK {
		t.Errorf("/readyz says %d, %q", code, words)
	}
	servers[0].Run()
	until(t, "b isn't ready", func() bool {
		code, words := fetch(t, b, "/readyz")
		return code == http.StatusServiceUnavailable && strings.Contains(words, "another secret")
	})
}

// pairNodes returns two people on two machines, who chat.
func pairNodes(t *testing.T, p, q *program) (a, b *chatter) {
	t.Helper()
	a, b = joinLines(t, p), joinLines(t, q)
	a.expect("-- You are now chatting with a stranger\n")
	b.expect("-- You are now chatting with a stranger\n")
	return a, b
}

// People of different machines meet, by what they like; they talk, leave, and report each
// other as two of one machine do. Whoever finds somebody at home needs nobody else.
func TestClusterPairs(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	root := newStaffKey(t, "root")
	p, q := startTwo(t, url, "--admin-key", root.line)
	a, b := pairNodes(t, p, q)
	a.send("hello\n")
	b.expect("stranger: hello\n")
	for _, line := range []string{"one", "two", "three"} {
		b.send(line + "\n")
	}
	a.expect("stranger: one\nstranger: two\nstranger: three\n")
	for _, n := range []*program{p, q} {
		if m := measure(t, n); m["strangerd_people_chatting"] != 1 || m["strangerd_people_online"] != 1 {
			t.Errorf("%v chat, %v are here", m["strangerd_people_chatting"], m["strangerd_people_online"])
		}
	}
	id, _ := a.report("spam an ad")
	b.expect("-- Stranger has left the chat\n")
	expectAll(t, "report show", root.done(t, p, "report", "show", id),
		[]string{"reporter: hello", "reported: one", "reported: two", "reported: three"})
	a.send("\n")
	a.expect("-- Looking for a stranger\n")
	b.send("/interests jazz\n\n")
	b.expect("-- Looking for a stranger\n")
	c := joinLines(t, p, "-l", "+jazz") // a doesn't like jazz, and b must not meet a again
	b.expect("-- You are now chatting with a stranger\n")
	b.expect("jazz")
	c.expect("-- You are now chatting with a stranger\n")
	c.send("/quit\n")
	c.expectExit(exitDone)
	b.expect("-- Stranger has left the chat\n")
}

// Two of different machines who talked last are offered to meet again, as nobody else is
// there, and do; or at once if both ask, but not after a report. The line of one may drop
// meanwhile.
func TestClusterAgain(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	p, q := startTwo(t, url)
	me := newStaffKey(t, "me")
	a, b := joinLines(t, p), joinLines(t, q, me.as("me")...)
	begun, offered := "-- You are now chatting with a stranger\n", "-- Only the person you last talked to is here."
	for _, c := range []*chatter{a, b} {
		c.expect(begun)
	}
	a.send("/next\n")
	b.expect("-- Stranger has left the chat\n")
	b.send("/next\n")
	for _, c := range []*chatter{a, b} {
		c.expect(offered)
		c.expect(begun)
	}
	b.send("/stop\n")
	a.expect("-- Stranger has left the chat\n")
	a.send("/again\n")
	a.expect("-- Asked. If they ask too within 10 min")
	b.send("/again\n")
	for _, c := range []*chatter{a, b} {
		c.expect(begun + "-- You both asked for it: this is the stranger from before.\n")
	}
	b.cut()
	a.expect("-- " + lineDropped)
	b = startSSH(t, q, me.as("me", "-T")...)
	b.expect("-- " + nowBack)
	a.expect("-- Stranger is back\n")
	a.send("there you are\n")
	b.expect("stranger: there you are\n")
	b.send("who are you?\n")
	a.expect("stranger: who are you?\n")
	a.report("spam an ad")
	b.expect("-- Stranger has left the chat\n")
	a.send("/again\n")
	a.expect("-- There is nobody to meet again.")
	b.send("/again\n")
	b.expect("-- Asked. If they ask too")
	b.send("/next\n")
	a.send("/next\n")
	b.expect("-- Looking for a stranger\n")
	a.expect("-- Looking for a stranger\n")
	c := joinLines(t, p) // whom one of them meets, and not the other
	c.expect(begun)
	c.send("hello\n/quit\n")
	c.expectExit(exitDone)
}

// A machine that stands still for a while was taken for gone, and knows so when it goes
// on: those whom it serves are told as well as their partners.
func TestClusterNodePauses(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	p, q := startTwo(t, url)
	a, b := pairNodes(t, p, q)
	q.cmd.Process.Signal(syscall.SIGSTOP)
	goOn := sync.OnceFunc(func() { q.cmd.Process.Signal(syscall.SIGCONT) })
	t.Cleanup(goOn)
	a.expect("-- Stranger has left the chat\n")
	goOn()
	b.expect("-- Stranger has left the chat\n")
	a.send("\n")
	b.send("/quit\n")
	b.expectExit(exitDone)
	joinLines(t, q).expect("-- You are now chatting with a stranger\n")
	a.expect("-- You are now chatting with a stranger\n")
}

// A machine that finds no NATS pairs its own people, as if it had been told of none.
func TestClusterOfNobody(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts what comes after it is closed
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	root := newStaffKey(t, "root")
	p := startNode(t, t.TempDir(), "a", "nats://"+l.Addr().String(), "--admin-key", root.line)
	a, b := joinLines(t, p), joinLines(t, p)
	a.expect("-- You are now chatting with a stranger\n")
	b.expect("-- You are now chatting with a stranger\n")
	a.send("hello\n")
	b.expect("stranger: hello\n")
	expectAll(t, "nodes", root.done(t, p, "nodes"), []string{"here, without NATS"})
	if m := measure(t, p); m["strangerd_cluster_nodes"] != 0 || m["strangerd_cluster_connected"] != 0 {
		t.Errorf("%v nodes, connected %v", m["strangerd_cluster_nodes"], m["strangerd_cluster_connected"])
	}
}

// What can't be used for --cluster is told before anything is on the disk.
func TestClusterSettings(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	junk := filepath.Join(folder, "junk")
	if err := os.WriteFile(junk, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args string
		code int
		says string
	}{
		{"--cluster-ca junk", exitNotUnderstood, "are for --cluster"},
		{"--cluster nats://a --cluster-cert junk", exitNotUnderstood, "belong together"},
		{"--cluster nats://a --cluster-cert junk --cluster-key junk", exitFailed, "can't be used"},
		{"--cluster nats://a --cluster-ca junk", exitFailed, "no certificate"},
		{"--cluster nats://a --cluster-ca none", exitFailed, "can't read the certificates"},
		{"--cluster nats://a --cluster-creds none", exitFailed, "can't read the credentials"},
		{"--cluster nats://a --cluster-creds junk", exitFailed, "nkey (SU…)"},
	} {
		_, err := startProgram(folder, strings.Fields(test.args)...)
		if err == nil || exitCode(err) != test.code || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.args, err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "strangerd-data")); err == nil {
		t.Error("there is a data folder")
	}
}

// exitCode is that of a program that didn't start.
func exitCode(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return exitDone
}

// until waits for what is bound to come.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	if !eventually(holds) {
		t.Fatalf("never: %s", what)
	}
}
