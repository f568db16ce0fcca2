//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// What "hold" means (besides that the process lives).
const (
	answerLimit   = time.Second      // an honest key press shows within it, also during the attack
	recoveryLimit = 10 * time.Second // after the attack, until the server takes what it took before
	spareCount    = 2                // goroutines and descriptors more or less
	spareHeap     = 50 << 20         // bytes more or less
	addressSpace  = 3 << 30          // bytes that the process may map
	attackMemory  = 2 << 30          // bytes of it that an attack may ask for, in a build with the race detector
	attackHeap    = 200 << 20        // bytes that may be kept for as long as it lasts
)

// siege is a server under attack, with two honest people who chat there.
type siege struct {
	*program
	ann, bob *guest
	limit    time.Duration // to answer within
	before   footprint
	machine  *metronome

	mu    sync.Mutex        // guards what follows
	worst map[string]answer // by what was asked
}

// answer is how long the server took for something, and how long it may take.
type answer struct{ took, limit time.Duration }

// took keeps how long an answer took, for the judgement at the end.
func (s *siege) took(what string, took, limit time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := (answer{took, limit}); took-limit > s.worst[what].took-s.worst[what].limit || s.worst[what] == (answer{}) {
		s.worst[what] = a
	}
}

// judge fails the test when an answer took longer than it may on this machine.
func (s *siege) judge(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for what, a := range s.worst {
		if a.took > s.machine.allow(a.limit) {
			t.Errorf("%s took %v, more than %v, where this machine is late by %v at worst",
				what, a.took, a.limit, time.Duration(s.machine.late.Load()))
		}
	}
}

// besiege starts a server, whose memory is limited, and lets two people meet.
func besiege(t *testing.T, flags ...string) *siege {
	t.Helper()
	s := &siege{
		program: startServer(t, append([]string{"--http", "127.0.0.1:0", "--pprof", "--shutdown-grace", "0s"}, flags...)...),
		machine: startMetronome(t), worst: make(map[string]answer),
	}
	t.Cleanup(func() {
		if t.Failed() {
			s.cmd.Process.Signal(syscall.SIGQUIT) // it may hang, and prints where
		}
	})
	limitMemory(t, s.cmd.Process.Pid)
	s.limit = answerLimit
	if raceDetector() {
		s.limit *= 5 // clients and server are that much slower
	}
	s.ann, s.bob = intrude(t, s.program).search(t, 80, 24), intrude(t, s.program).search(t, 80, 24)
	s.ann.expect(t, "You are now chatting with a stranger")
	s.bob.expect(t, "You are now chatting with a stranger")

	var err error
	if s.before, err = s.settled(); err != nil {
		t.Fatal(err)
	}
	return s
}

// limitMemory has the process die if it asks for more than it has. What it maps to
// begin with is a third of that; the race detector maps terabytes, so that in its
// builds the limit is set on top.
func limitMemory(t *testing.T, pid int) {
	t.Helper()
	requireTool(t, "prlimit")
	limit := addressSpace
	if raceDetector() {
		statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
		if err != nil {
			t.Fatal(err)
		}
		pages, err := strconv.Atoi(strings.Fields(string(statm))[0])
		if err != nil {
			t.Fatal(err)
		}
		limit = pages*os.Getpagesize() + attackMemory
	}
	if said, err := exec.Command("prlimit", "--pid", strconv.Itoa(pid), "--as="+strconv.Itoa(limit)).CombinedOutput(); err != nil {
		t.Fatalf("prlimit: %v: %s", err, said)
	}
}

// raceDetector tells whether this program, and so the server, has it.
func raceDetector() bool {
	built, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(built.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// hold runs an attack, and fails the test unless the server holds. The attack is
// over when it returns and its clients, those of its own t, are cut.
func (s *siege) hold(t *testing.T, attack func(t *testing.T)) {
	t.Helper()
	var watchers sync.WaitGroup
	var presses []time.Duration
	var peak int
	var unanswered error
	over := make(chan struct{})
	watchers.Go(func() { presses, unanswered = s.chat(over) })
	watchers.Go(func() { peak = s.peakHeap(over) })
	began := time.Now()
	t.Run("attack", attack)
	took := time.Since(began)
	close(over)
	watchers.Wait()
	if unanswered != nil {
		t.Errorf("during the attack: %v", unanswered)
	}
	if peak > s.before.live+attackHeap {
		t.Errorf("during the attack %d MB of the heap were kept", peak>>20)
	}
	began = time.Now()
	after, err := s.recovered()
	if err != nil {
		t.Error(err)
	}
	t.Logf("attack %.1fs; %d honest keys, p50 %v p99 %v max %v; %d MB kept, at most %d MB; after %.1fs: %v, before: %v",
		took.Seconds(), len(presses), quantile(presses, 0.5), quantile(presses, 0.99), quantile(presses, 1),
		s.before.live>>20, peak>>20, time.Since(began).Seconds(), after, s.before)
	if err := s.say("still"); err != nil {
		t.Errorf("after the attack: %v", err)
	}
	s.judge(t)
}

// bounded fails the test unless the heap is as before, with the attack under way. What
// is kept is looked at, not what is garbage.
func (s *siege) bounded(t *testing.T) {
	t.Helper()
	if code, said := fetch(t, s.program, "/debug/pprof/heap?gc=1"); code != http.StatusOK {
		t.Fatalf("the heap can't be collected: %d, %s", code, said)
	}
	now, err := s.footprint()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d MB of the heap are kept, before the attack %d MB", now.live>>20, s.before.live>>20)
	if now.live > s.before.live+spareHeap {
		t.Error("that is too much")
	}
}

// answered waits until words are shown, and returns how long that took.
func (s *siege) answered(what string, g *guest, words string) (time.Duration, error) {
	began := time.Now()
	err := g.wait(words, patience)
	took := time.Since(began)
	s.took(what, took, s.limit)
	if err != nil {
		return took, fmt.Errorf("%s: %w", what, err)
	}
	return took, nil
}

// chat lets ann type one word after the other until the attack is over, and say
// one now and then. It returns how long each key press took to show.
func (s *siege) chat(over <-chan struct{}) (presses []time.Duration, err error) {
	var said time.Time
	for i := 0; ; i++ {
		word := "w" + strconv.Itoa(i)
		for n := 1; n <= len(word); n++ {
			s.ann.press(word[n-1 : n])
			took, err := s.answered("a key press", s.ann, "> "+word[:n])
			if err != nil {
				return presses, err
			}
			presses = append(presses, took)
		}
		if time.Since(said) < linePace {
			s.ann.press(ctrl('u'))
		} else if err := s.finish(word); err != nil {
			return presses, err
		} else {
			said = time.Now()
		}
		select {
		case <-over:
			return presses, nil
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// say lets ann say a word to bob, and nothing that she typed before.
func (s *siege) say(word string) error {
	s.ann.press(ctrl('u') + word)
	return s.finish(word)
}

// finish lets ann say the word that she has typed.
func (s *siege) finish(word string) error {
	s.ann.press("\r")
	_, err := s.answered("a line", s.ann, "You: "+word)
	if err == nil {
		_, err = s.answered("a message", s.bob, word)
	}
	return err
}

func quantile(durations []time.Duration, q float64) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(durations))
	return sorted[int(q*float64(len(sorted)-1))].Round(100 * time.Microsecond)
}

// footprint is what a process takes. Of the heap, live is what the last collection left.
type footprint struct{ goroutines, descriptors, heap, live int }

func (f footprint) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %d MB of heap", f.goroutines, f.descriptors, f.heap>>20)
}

// within tells whether a footprint is no larger than another for all that matters.
func (f footprint) within(g footprint) bool {
	return f.goroutines <= g.goroutines+spareCount && f.descriptors <= g.descriptors+spareCount && f.heap <= g.heap+spareHeap
}

func (s *siege) footprint() (f footprint, err error) {
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + s.operator() + "/metrics")
	if err != nil {
		return f, err
	}
	defer answer.Body.Close()
	var goal, percent float64 // of the collector: percent of what lives more than that
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		name, text, _ := strings.Cut(lines.Text(), " ")
		value, _ := strconv.ParseFloat(text, 64)
		switch name {
		case "go_goroutines":
			f.goroutines = int(value)
		case "go_memstats_heap_inuse_bytes":
			f.heap = int(value)
		case "go_memstats_next_gc_bytes":
			goal = value
		case "go_gc_gogc_percent":
			percent = value
		}
	}
	f.live = int(goal / (1 + percent/100))
	if f.goroutines == 0 || f.heap == 0 || f.live == 0 || percent == 0 {
		return f, errors.New("/metrics has no goroutines or no heap")
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
	f.descriptors = len(open)
	return f, err
}

// settled returns the footprint that the server keeps when nothing happens.
func (s *siege) settled() (last footprint, err error) {
	deadline := time.Now().Add(patience)
	for same := 0; same < 3; {
		now, err := s.footprint()
		if err != nil {
			return now, err
		}
		if now.within(last) && last.within(now) {
			same++
		} else {
			same = 0
		}
		last = now
		if time.Now().After(deadline) {
			return last, fmt.Errorf("the server doesn't come to rest: %v", last)
		}
		time.Sleep(200 * time.Millisecond)
	}
	return last, nil
}

// recovered waits until the server takes no more than before the attack.
func (s *siege) recovered() (now footprint, err error) {
	began := time.Now()
	if !eventually(func() bool {
		now, err = s.footprint()
		return err != nil || now.within(s.before)
	}) {
		return now, fmt.Errorf("long after the attack: %v; before it: %v", now, s.before)
	}
	s.took("the recovery", time.Since(began), recoveryLimit)
	return now, err
}

// peakHeap is the most that was kept in the heap, in bytes, as seen until over.
func (s *siege) peakHeap(over <-chan struct{}) (peak int) {
	for {
		if now, err := s.footprint(); err == nil {
			peak = max(peak, now.live)
		}
		select {
		case <-over:
			return peak
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// listening returns the TCP ports that a process listens on, sorted.
func listening(pid int) (ports []string, err error) {
	all, err := sockets(pid)
	for _, s := range all {
		if s.listens {
			ports = append(ports, strconv.Itoa(s.local))
		}
	}
	slices.Sort(ports)
	return ports, err
}

// holds tells whether the server has its end of a connection. The other end may be told
// of its close minutes later, if a kernel's buffers are full.
func (p *program) holds(conn net.Conn) (bool, error) {
	from, to := conn.LocalAddr().(*net.TCPAddr).Port, conn.RemoteAddr().(*net.TCPAddr).Port
	all, err := sockets(p.cmd.Process.Pid)
	return slices.Contains(all, socket{local: to, remote: from}), err
}

// socket is a TCP socket, by its ports.
type socket struct {
	local, remote int
	listens       bool
}

// sockets returns the TCP sockets of a process.
func sockets(pid int) (all []socket, err error) {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	descriptors, err := os.ReadDir(filepath.Join(proc, "fd"))
	if err != nil {
		return nil, err
	}
	own := make(map[string]bool)
	for _, d := range descriptors {
		if target, err := os.Readlink(filepath.Join(proc, "fd", d.Name())); err == nil {
			own[target] = true
		}
	}
	for _, table := range []string{"tcp", "tcp6"} {
		file, err := os.ReadFile(filepath.Join(proc, "net", table))
		if errors.Is(err, os.ErrNotExist) {
			continue // a kernel without IPv6
		} else if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(file)) {
			const local, remote, state, inode, listen = 1, 2, 3, 9, "0A"
			fields := strings.Fields(line)
			if len(fields) <= inode || !own["socket:["+fields[inode]+"]"] {
				continue
			}
			s := socket{listens: fields[state] == listen}
			for at, port := range map[int]*int{local: &s.local, remote: &s.remote} {
				_, hex, _ := strings.Cut(fields[at], ":")
				n, err := strconv.ParseUint(hex, 16, 16)
				if err != nil {
					return nil, err
				}
				*port = int(n)
			}
			all = append(all, s)
		}
	}
	return all, nil
}
