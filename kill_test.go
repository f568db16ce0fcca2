package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// kills is how often TestKill kills the server, at least: more often if too little of
// something was written.
var kills = flag.Int("kills", 5, "how often TestKill kills the server, at least")

// The server is killed at random moments while people report and appeal and
// moderators decide. What it had acknowledged is there when it starts again, and
// the file is well each time.
func TestKill(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	c := newCrowd(t)
	busy, rounds := 0, 0
	for round := 0; round < *kills || round < 5**kills && c.rarest() < *kills/3; round++ {
		rounds++
		c.p = startForKill(t, folder, c.root)
		if round > 0 {
			c.check()
		}
		if c.killUnderLoad() {
			busy++
		}
		if said, err := checkDatabase(folder); err != nil {
			t.Fatalf("after kill %d: %v: %s", round+1, err, said)
		}
	}
	c.p = startForKill(t, folder, c.root)
	t.Cleanup(func() { stopServer(t, c.p) })
	c.check()
	counts := c.counts()
	t.Logf("%d kills, %d of them while something was being written; acknowledged, and there: %v; there, but not acknowledged: %d",
		rounds, busy, counts, c.unacknowledged)
	if busy < *kills/2 {
		t.Errorf("at only %d of %d kills was anything being written", busy, rounds)
	}
	for kind, n := range counts {
		if n < *kills/3 {
			t.Errorf("only %d %s were acknowledged", n, kind)
		}
	}
}

func startForKill(t *testing.T, folder string, root *staffKey) *program {
	t.Helper()
	p, err := startProgram(folder, "--name", "chat.example.org", "--report-threshold", "0",
		"--shutdown-grace", "100ms", "--admin-key", root.line)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func checkDatabase(folder string) (string, error) {
	said, err := exec.Command("strangerd", "db", "check", filepath.Join(folder, "strangerd-data", "strangerd.db")).CombinedOutput()
	return string(said), err
}

// ledger is what the server has acknowledged. A client has seen all of it.
type ledger struct {
	mu        sync.Mutex
	reports   map[string]string // id to receipt
	decisions map[string]string // report to the ban that it led to, or ""
	bans      map[string]bool   // id to whether it still holds
	appeals   map[string]string // id to the answer, or ""

	news     atomic.Int64 // acknowledgements in this round
	inFlight atomic.Int64 // writes that are asked for and not answered
}

// write has something written. What it is acknowledged with goes into the ledger.
func (l *ledger) write(ask func() (acknowledged func(), err error)) error {
	l.inFlight.Add(1)
	defer l.inFlight.Add(-1)
	acknowledged, err := ask()
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	acknowledged()
	l.news.Add(1)
	return nil
}

// crowd is who keeps the server busy. Each of chat, decide, banAndUnban, appeal
// and answer does one thing, and fails when the server is gone.
type crowd struct {
	ledger
	t      *testing.T
	p      *program
	root   *staffKey
	people sources

	// What waits for its turn, also over a new start.
	reported chan subject
	banned   chan subject
	appealed chan string // A-…
	over     chan struct{}

	unacknowledged int // on the disk at the last check
}

func newCrowd(t *testing.T) *crowd {
	return &crowd{
		ledger: ledger{
			reports: make(map[string]string), decisions: make(map[string]string),
			bans: make(map[string]bool), appeals: make(map[string]string),
		},
		t: t, root: newStaffKey(t, "root"),
		reported: make(chan subject, 1<<16), banned: make(chan subject, 1<<16), appealed: make(chan string, 1<<16),
	}
}

// killUnderLoad kills the server when a random number of writes have been
// acknowledged and a random moment has passed. It tells whether more were asked
// for just then.
func (c *crowd) killUnderLoad() (busy bool) {
	c.t.Helper()
	gone := c.load()
	enough := int64(10 + rand.IntN(15))
	for late := time.Now().Add(patience); c.news.Load() < enough; time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			c.t.Errorf("in %v only %d writes were acknowledged", patience, c.news.Load())
			break
		}
	}
	time.Sleep(rand.N(20 * time.Millisecond))
	busy = c.inFlight.Load() > 0
	c.p.cmd.Process.Kill()
	c.p.wait()
	gone()
	return busy
}

// load keeps the server busy. The caller ends the server, and then calls gone,
// which waits for everybody.
func (c *crowd) load() (gone func()) {
	c.news.Store(0)
	c.over = make(chan struct{})
	var working sync.WaitGroup
	for _, work := range []func() error{c.chat, c.chat, c.chat, c.chat, c.decide, c.decide, c.banAndUnban, c.appeal, c.answer} {
		working.Go(func() {
			for work() == nil {
			}
		})
	}
	return func() {
		close(c.over)
		working.Wait()
	}
}

// subject is somebody who was reported, and the report or the ban.
type subject struct{ id, source string }

var (
	errOver  = errors.New("the server is gone")
	appealID = regexp.MustCompile(`A-[0-9A-Za-z]+`)
)

func next[T any](c *crowd, from chan T) (one T, err error) {
	select {
	case one = <-from:
		return one, nil
	case <-c.over:
		return one, errOver
	}
}

// chat is one person's visit: they meet somebody, each says where they come from,
// and one of the two reports the other.
func (c *crowd) chat() error {
	v, err := speak(c.p, c.people.next())
	if err != nil {
		return err
	}
	defer v.client.Close()
	if _, err := v.expect("-- You are now chatting with a stranger\n"); err != nil {
		return err
	}
	v.say("I am " + v.source)
	if _, found, err := v.expectEither("stranger: I am ", "-- Stranger has left the chat\n"); err != nil || found[0] == '-' {
		return err
	}
	partner, err := v.expect("\n")
	if err != nil {
		return err
	}
	if partner < v.source {
		_, err := v.expect("-- Stranger has left the chat\n")
		return err
	}
	return c.write(func() (func(), error) {
		id, receipt, err := v.report("harassment a note")
		return func() {
			c.reports[id] = receipt
			c.reported <- subject{id, partner}
		}, err
	})
}

// staff runs a command of staff that has to succeed.
func (c *crowd) staff(command string) (stdout string, err error) {
	stdout, stderr, code, err := c.p.ask("127.0.0.1", c.root, "", command)
	if err == nil && code != exitDone {
		c.t.Errorf("%q ends with %d: %s", command, code, stderr)
	}
	return stdout, err
}

// decide decides one report, two times of three by a ban.
func (c *crowd) decide() error {
	report, err := next(c, c.reported)
	if err != nil {
		return err
	}
	if rand.IntN(3) == 0 {
		return c.write(func() (func(), error) {
			_, err := c.staff("report resolve " + report.id + " --action none --reason x")
			return func() { c.decisions[report.id] = "" }, err
		})
	}
	return c.write(func() (func(), error) {
		said, err := c.staff("report resolve " + report.id + " --action ban --for 7d --reason x")
		ban, _, _ := strings.Cut(said, " ")
		return func() {
			c.decisions[report.id] = ban
			c.bans[ban] = true
			c.banned <- subject{ban, report.source}
		}, err
	})
}

// banAndUnban bans a network, and half of the time thinks better of it.
func (c *crowd) banAndUnban() error {
	network := fmt.Sprintf("10.%d.%d.%d/32", rand.IntN(256), rand.IntN(256), rand.IntN(256))
	var ban string
	err := c.write(func() (func(), error) {
		said, err := c.staff("ban " + network + " --for forever --reason x")
		ban, _, _ = strings.Cut(said, " ")
		return func() { c.bans[ban] = true }, err
	})
	if err != nil || rand.IntN(2) == 0 {
		return err
	}
	c.mu.Lock()
	delete(c.bans, ban) // until the answer comes, it may hold or not
	c.mu.Unlock()
	return c.write(func() (func(), error) {
		_, err := c.staff("unban " + ban + " --reason y")
		return func() { c.bans[ban] = false }, err
	})
}

// appeal is a banned person's.
func (c *crowd) appeal() error {
	ban, err := next(c, c.banned)
	if err != nil {
		return err
	}
	return c.write(func() (func(), error) {
		said, stderr, code, err := c.p.ask(ban.source, nil, "It was a joke.", "appeal")
		if err == nil && code == exitNotNow && strings.Contains(stderr, "The server has stopped.") {
			err = errOver // which acknowledges nothing
		}
		if err == nil && code != exitDone {
			c.t.Errorf("appeal ends with %d: %s", code, stderr)
		}
		id := appealID.FindString(said)
		return func() {
			c.appeals[id] = ""
			c.appealed <- id
		}, err
	})
}

// answer rejects an appeal: one that is accepted lifts its ban, which then is no
// more to be looked for.
func (c *crowd) answer() error {
	id, err := next(c, c.appealed)
	if err != nil {
		return err
	}
	return c.write(func() (func(), error) {
		_, err := c.staff("appeal reject " + id + " --reason x")
		return func() { c.appeals[id] = "rejected" }, err
	})
}

// list runs a command that lists something, by its ids.
func list(t *testing.T, p *program, root *staffKey, command string) map[string]map[string]any {
	t.Helper()
	stdout, stderr, code, err := p.ask("127.0.0.1", root, "", command+" --json")
	var items []map[string]any
	if err != nil || code != exitDone || json.Unmarshal([]byte(stdout), &items) != nil {
		t.Fatalf("%q ends with %d, %v: %s%.200s", command, code, err, stderr, stdout)
	}
	byID := make(map[string]map[string]any)
	for _, item := range items {
		byID[item["id"].(string)] = item
	}
	return byID
}

// check looks for all that was acknowledged.
func (c *crowd) check() {
	t, p, root, l := c.t, c.p, c.root, &c.ledger
	t.Helper()
	reports := list(t, p, root, "reports --status all")
	bans, inForce := list(t, p, root, "bans --all"), list(t, p, root, "bans")
	appeals := list(t, p, root, "appeals --all")
	for id := range l.reports {
		lines, _ := json.Marshal(reports[id]["lines"])
		if reports[id] == nil || reports[id]["note"] != "a note" || !strings.Contains(string(lines), "I am 127.") {
			t.Errorf("the report %s was acknowledged, and is %v", id, reports[id])
		}
	}
	for id, ban := range l.decisions {
		decision, _ := reports[id]["decision"].(map[string]any)
		if made, _ := decision["ban"].(string); decision == nil || made != ban {
			t.Errorf("the decision of %s (ban %q) was acknowledged, and is %v", id, ban, decision)
		}
	}
	for id, holds := range l.bans {
		if bans[id] == nil || (inForce[id] != nil) != holds {
			t.Errorf("the ban %s holds: %v; it was acknowledged that it does: %v", id, inForce[id] != nil, holds)
		}
	}
	for id, answer := range l.appeals {
		if appeals[id] == nil || answer != "" && appeals[id]["answer"] == nil {
			t.Errorf("the appeal %s (%s) was acknowledged, and is %v", id, answer, appeals[id])
		}
	}
	c.unacknowledged = len(reports) - len(l.reports) + len(bans) - len(l.bans) + len(appeals) - len(l.appeals)
	for _, receipt := range slices.Collect(maps.Values(l.reports))[:min(3, len(l.reports))] {
		if said, stderr, code, err := p.ask("127.0.0.1", nil, "", "case "+receipt); code != exitDone {
			t.Errorf("a receipt tells %q, %q (%d, %v)", said, stderr, code, err)
		}
	}
}

// rarest is how many of what was acknowledged least there are.
func (l *ledger) rarest() int { return slices.Min(slices.Collect(maps.Values(l.counts()))) }

func (l *ledger) counts() map[string]int {
	answers, lifted := 0, 0
	for _, answer := range l.appeals {
		if answer != "" {
			answers++
		}
	}
	for _, holds := range l.bans {
		if !holds {
			lifted++
		}
	}
	return map[string]int{"reports": len(l.reports), "decisions": len(l.decisions), "bans": len(l.bans),
		"unbans": lifted, "appeals": len(l.appeals), "answers": answers}
}
