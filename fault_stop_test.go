package main

import (
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// SIGTERM meets 200 people who talk, while others report and moderators decide. All
// are told, the server ends well, and what it had acknowledged until the very end is
// there when it starts again.
func TestStopUnderLoad(t *testing.T) {
	t.Parallel()
	const talkers, grace = 200, 8 * time.Second // for a busy machine to tell them all
	folder := t.TempDir()
	c := newCrowd(t)
	start := func() *program {
		return startServerIn(t, folder, "--report-threshold", "0", "--admin-key", c.root.line, "--shutdown-grace", grace.String())
	}
	c.p = start()
	var untold atomic.Int32
	var heard, talking sync.WaitGroup
	for range talkers / 2 {
		a, b := converse(t, c.p, &c.people)
		for _, v := range []*voice{a, b} {
			heard.Add(1)
			talking.Go(func() {
				if !v.talkUntil("-- The server stops in 8 seconds", heard.Done) {
					untold.Add(1)
				}
			})
		}
	}
	heard.Wait()
	gone := c.load()
	for late := time.Now().Add(patience); c.news.Load() < 10 && time.Now().Before(late); {
		time.Sleep(time.Millisecond)
	}

	busy, began := c.inFlight.Load(), time.Now()
	defer time.AfterFunc(patience, func() { c.p.cmd.Process.Signal(syscall.SIGQUIT) }).Stop()
	stopServer(t, c.p) // which expects it to end with 0
	took := time.Since(began)
	gone()
	talking.Wait()
	if n := untold.Load(); n > 0 {
		t.Errorf("%d of %d were not told", n, talkers)
	}
	if said, err := checkDatabase(folder); err != nil {
		t.Errorf("%v: %s", err, said)
	}
	c.p = start()
	c.check()
	t.Logf("%d talked and %d writes were under way; the server ended after %v; acknowledged, and there: %v",
		talkers, busy, took.Round(time.Millisecond), c.counts())
	if c.news.Load() < 10 {
		t.Error("hardly anything was acknowledged")
	}
}

// talkUntil says a line as often as anybody may, reports when the partner's first is
// heard, and tells whether words were read before the connection ended.
func (v *voice) talkUntil(words string, heard func()) bool {
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		pace := time.NewTicker(time.Second)
		defer pace.Stop()
		for {
			v.say("and so on")
			select {
			case <-pace.C:
			case <-ended:
				return
			}
		}
	}()
	_, found, err := v.expectEither("stranger: and so on\n", words)
	heard()
	if err == nil && found != words {
		_, err = v.expect(words)
	}
	return err == nil
}
