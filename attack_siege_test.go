//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
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
	attackHeap    = 200 << 20        // bytes of heap that it may take for as long as it lasts
)

// siege is a server under attack, with two honest people who chat there.
type siege struct {
	*program
	ann, bob *guest
	limit    time.Duration // to answer within
	metrics  string        // an address
	before   footprint
}

// besiege starts a server, whose memory is limited, and lets two people meet.
func besiege(t *testing.T, flags ...string) *siege {
	t.Helper()
	s := &siege{program: startServer(t, append([]string{"--http", "127.0.0.1:0", "--shutdown-grace", "0s"}, flags...)...)}
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

	ports, err := listening(s.cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	for _, port := range ports {
		if address := "127.0.0.1:" + port; address != s.address {
			s.metrics = address
		}
	}
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
	if peak > s.before.heap+attackHeap {
		t.Errorf("during the attack the heap took %d MB", peak>>20)
	}
	began = time.Now()
	after, err := s.recovered()
	if err != nil {
		t.Error(err)
	}
	t.Logf("attack %.1fs; %d honest keys, p50 %v p99 %v max %v; heap %d MB, peak %d MB; after %.1fs: %v, before: %v",
		took.Seconds(), len(presses), quantile(presses, 0.5), quantile(presses, 0.99), quantile(presses, 1),
		s.before.heap>>20, peak>>20, time.Since(began).Seconds(), after, s.before)
	if err := s.say("still"); err != nil {
		t.Errorf("after the attack: %v", err)
	}
}

// bounded fails the test unless the heap is as before, with the attack under way.
func (s *siege) bounded(t *testing.T) {
	t.Helper()
	now, err := s.footprint()
	if err != nil {
		t.Fatal(err)
	}
	if now.heap > s.before.heap+spareHeap {
		t.Errorf("the heap takes %d MB, before the attack %d MB", now.heap>>20, s.before.heap>>20)
	}
}

// chat lets ann type one word after the other until the attack is over, and say
// one now and then. It returns how long each key press took to show.
func (s *siege) chat(over <-chan struct{}) (presses []time.Duration, err error) {
	var said time.Time
	for i := 0; ; i++ {
		word := "w" + strconv.Itoa(i)
		for n := 1; n <= len(word); n++ {
			began := time.Now()
			s.ann.press(word[n-1 : n])
			if err := s.ann.wait("> "+word[:n], s.limit); err != nil {
				return presses, fmt.Errorf("a key press: %w", err)
			}
			presses = append(presses, time.Since(began))
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
	if err := s.ann.wait("You: "+word, s.limit); err != nil {
		return fmt.Errorf("a line: %w", err)
	}
	if err := s.bob.wait(word, s.limit); err != nil {
		return fmt.Errorf("a message: %w", err)
	}
	return nil
}

func quantile(durations []time.Duration, q float64) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(durations))
	return sorted[int(q*float64(len(sorted)-1))].Round(100 * time.Microsecond)
}

// footprint is what a process takes.
type footprint struct{ goroutines, descriptors, heap int }

func (f footprint) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %d MB of heap", f.goroutines, f.descriptors, f.heap>>20)
}

// near tells whether two footprints are the same for all that matters.
func (f footprint) near(g footprint) bool {
	near := func(a, b, spare int) bool { return max(a-b, b-a) <= spare }
	return near(f.goroutines, g.goroutines, spareCount) &&
		near(f.descriptors, g.descriptors, spareCount) && near(f.heap, g.heap, spareHeap)
}

func (s *siege) footprint() (f footprint, err error) {
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + s.metrics + "/metrics")
	if err != nil {
		return f, err
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		name, text, _ := strings.Cut(lines.Text(), " ")
		value, _ := strconv.ParseFloat(text, 64)
		switch name {
		case "go_goroutines":
			f.goroutines = int(value)
		case "go_memstats_heap_inuse_bytes":
			f.heap = int(value)
		}
	}
	if f.goroutines == 0 || f.heap == 0 {
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
		if now.near(last) {
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
	deadline := time.Now().Add(recoveryLimit)
	for {
		now, err = s.footprint()
		switch {
		case err != nil:
			return now, err
		case now.near(s.before):
			return now, nil
		case time.Now().After(deadline):
			return now, fmt.Errorf("%v after the attack: %v; before it: %v", recoveryLimit, now, s.before)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// peakHeap is the largest heap, in bytes, that was seen until over.
func (s *siege) peakHeap(over <-chan struct{}) (peak int) {
	for {
		if now, err := s.footprint(); err == nil {
			peak = max(peak, now.heap)
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
			const local, state, inode, listen = 1, 3, 9, "0A"
			fields := strings.Fields(line)
			if len(fields) <= inode || fields[state] != listen || !own["socket:["+fields[inode]+"]"] {
				continue
			}
			_, hex, _ := strings.Cut(fields[local], ":")
			port, err := strconv.ParseUint(hex, 16, 16)
			if err != nil {
				return nil, err
			}
			ports = append(ports, strconv.FormatUint(port, 10))
		}
	}
	slices.Sort(ports)
	return ports, nil
}
