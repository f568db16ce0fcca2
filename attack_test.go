//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// Each test replays an attack on the wire against the program itself, with two
// honest people beside it; siege.hold says what the server has to bear. They
// need no credentials: any ssh client could do the same.

// A client asks for a terminal, changes its size a hundred times, never asks for
// a shell and cuts the line. A server that hands sizes to nobody blocks for good.
func TestRow01WindowChangeWithoutShell(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		for range 50 {
			c := intrude(t, s.program)
			channel := c.open(t)
			ask(t, channel, "pty-req", ptyRequest(80, 24))
			for i := range uint32(100) {
				channel.SendRequest("window-change", false, windowChange(80+i, 24))
			}
			c.cut()
		}
	})
}

// A client closes its channel and keeps the connection. A server that waits for
// more spins on the closed channel, or keeps the connection for ever.
func TestRow02ChannelClosedConnectionKept(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		var kept []*intruder
		for i := range 20 {
			c := intrude(t, s.program)
			switch i % 4 {
			case 0: // before there is a session
				channel := c.open(t)
				ask(t, channel, "pty-req", ptyRequest(80, 24))
				channel.Close()
			case 1: // at the rules
				c.enter(t, 80, 24).Close()
			case 2: // while searching or chatting
				c.search(t, 80, 24).Close()
			case 3: // in line mode, with a line that waits for a partner
				channel := c.open(t)
				ask(t, channel, "shell", nil)
				io.WriteString(channel, "yes\nhello\n")
				channel.Close()
			}
			kept = append(kept, c)
		}
		for i, c := range kept {
			if err := c.ended(); err != nil {
				t.Fatalf("client %d: %v", i, err)
			}
		}
	})
}

// A terminal claims millions of cells, or none. A server that believes it takes
// gigabytes for one screen.
func TestRow03TerminalSize(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		const huge = math.MaxUint32
		for _, claim := range []struct {
			cols, rows uint32
			footer     string // where the last row has to be
		}{
			{5000, 2000, "\x1b[200;1H"},
			{10000, 10000, "\x1b[200;1H"},
			{huge, huge, "\x1b[200;1H"},
			{0, 0, "\x1b[24;1H"},
			{1, 1, "\x1b[5;1H"},
		} {
			g := intrude(t, s.program).enter(t, claim.cols, claim.rows)
			g.expect(t, claim.footer)
			g.SendRequest("window-change", false, windowChange(90, 30))
			g.expect(t, "\x1b[30;1H")
			for range 100 {
				g.SendRequest("window-change", false, windowChange(claim.cols, claim.rows))
			}
			g.expect(t, claim.footer)
		}
		s.bounded(t)
	})
}

// A client sets 400 variables of 200 KB. A server that keeps them for the session keeps
// 80 MB.
func TestRow04Environment(t *testing.T) {
	t.Parallel()
	s := besiege(t, "--login-grace", "1h") // the attack takes longer than 15 s under the race detector
	s.hold(t, func(t *testing.T) {
		channel := intrude(t, s.program).open(t)
		set := func(name string, bytes int) (ok bool) {
			ok, err := channel.SendRequest("env", true, envVariable(name, strings.Repeat("x", bytes)))
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		for i := range 400 {
			if name := "LC_" + strconv.Itoa(i); set(name, 200<<10) {
				t.Fatalf("%s of 200 KB is kept", name)
			}
		}
		for _, name := range []string{"PATH", "LD_PRELOAD", "LC_" + strings.Repeat("X", 1000), ""} {
			if set(name, 1) {
				t.Errorf("%.40q is kept", name)
			}
		}
		kept := 0
		for i := range 1000 {
			if set("LC_"+strconv.Itoa(i), 512) {
				kept++
			}
		}
		if kept == 0 || kept > 32 {
			t.Errorf("%d variables are kept, not 1 to 32", kept)
		}
		ask(t, channel, "shell", nil)
		s.bounded(t)
	})
}

// A client opens 300 sessions on one connection. A server that allows it serves
// 300 people for the price of one log-in.
func TestRow05ManySessions(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		c := intrude(t, s.program)
		opened := make(chan ssh.Channel, 300)
		var opening sync.WaitGroup
		for range cap(opened) {
			opening.Go(func() {
				if channel, requests, err := c.OpenChannel("session", nil); err == nil {
					go ssh.DiscardRequests(requests)
					opened <- channel
				}
			})
		}
		opening.Wait()
		if len(opened) != 1 {
			t.Fatalf("%d sessions are open on one connection", len(opened))
		}
		channel := <-opened
		ask(t, channel, "pty-req", ptyRequest(80, 24))
		ask(t, channel, "shell", nil)
		s.bounded(t)
	})
}

// A client opens channels as fast as the line carries it, and reads no answer. A server
// that keeps an answer for each waits with all of them. The client isn't asked whether
// its line was cut: a kernel whose buffer is full may not take that in for minutes.
func TestRow05ManyChannels(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		w := shake(t, s.program)
		if err := w.logIn(); err != nil {
			t.Fatal(err)
		}
		w.SetDeadline(time.Time{})
		var flooding sync.WaitGroup
		flooding.Go(func() {
			for w.offer(0) == nil { // until it is cut, or knows of it
			}
		})
		defer flooding.Wait()
		defer w.Close()
		const waiting = 500 + 100 // answers, and what still comes while the line is cut
		var now footprint
		var err error
		held, many := true, false
		eventually(func() bool {
			if now, err = s.footprint(); err == nil {
				held, err = s.holds(w)
			}
			many = now.goroutines > s.before.goroutines+waiting+spareCount
			return err != nil || !held || many
		})
		if err != nil || held || many {
			t.Fatalf("a client that reads no answer is still there: %v, %v; before: %v", now, err, s.before)
		}
		if !eventually(func() bool {
			now, err = s.footprint()
			return err == nil && now.within(s.before)
		}) {
			t.Errorf("long after, with the client still there: %v, %v; before: %v", now, err, s.before)
		}
	})
}

// maxAccepted is what a server may take of a flood, in bytes: the window that
// x/crypto grants once, the burst and the rate, and one window's rounding.
func maxAccepted(d time.Duration) int {
	const window, burst, rate, rounding = 2 << 20, 64 << 10, 16 << 10, 64 << 10
	return window + burst + int(d.Seconds()*rate) + rounding
}

// flood sends input again and again until the line is cut, and returns how much the
// server let through.
func (g *guest) flood(input string) (accepted int) {
	for {
		n, err := io.WriteString(g, input)
		accepted += n
		if err != nil {
			return accepted
		}
	}
}

// floods lets several clients, each after its prefix, flood the server at once.
func (s *siege) floods(t *testing.T, d time.Duration, prefixes []string, input string) {
	t.Helper()
	guests := make([]*guest, len(prefixes))
	for i := range guests {
		guests[i] = intrude(t, s.program).enter(t, 80, 24)
		if i%2 == 0 {
			guests[i].conn.tcp.SetLinger(0) // a reset instead of an end
		}
	}
	var flooding sync.WaitGroup
	for i, g := range guests {
		flooding.Go(func() {
			defer time.AfterFunc(d, g.conn.cut).Stop()
			began := time.Now()
			g.press(prefixes[i])
			n := g.flood(input)
			if took := time.Since(began); n > maxAccepted(took) {
				t.Errorf("%d KB of %.10q are let through in %v, not %d", n>>10, prefixes[i]+input, took, maxAccepted(took)>>10)
			}
		})
	}
	flooding.Wait()
}

// A client pastes without end, or 100 MB. A server that waits for the end of the
// paste keeps it all.
func TestRow06EndlessPaste(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	const start, end = "\x1b[200~", "\x1b[201~"
	s.hold(t, func(t *testing.T) {
		// A line carries 100 MB in a moment; the budget would take it in 100 minutes.
		s.floods(t, 3*time.Second, []string{start, start, start + end, start + "\x1b"}, strings.Repeat("paste", 6<<10))

		g := intrude(t, s.program).enter(t, 80, 24)
		g.press(start + strings.Repeat("p", 20_000) + end)
		g.expect(t, "The paste was too long: 11808 bytes at its end were dropped.")
	})
}

// A client begins an escape sequence and never ends it. A server that parses it
// anew with every byte burns a core.
func TestRow07EndlessSequence(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		s.floods(t, 2*time.Second, []string{"\x1b]52;c;", "\x1bP+q", "\x1b_G", "\x1b["}, strings.Repeat("0", 16<<10))
		s.floods(t, 2*time.Second, []string{"\x1b]52;c;", "\x1b[", "\x1b\x1b", ""}, "0")

		// What comes to an end is dropped if it was too long, and typing goes on. The
		// last one would be the key x, as the first is.
		g := intrude(t, s.program).enter(t, 80, 24)
		g.press("\x1b[120u")
		g.expect(t, "> x")
		for i, sequence := range []string{"\x1b]52;c;%s\x07", "\x1bP%s\x1b\\", "\x1b[%s120u"} {
			g.press(fmt.Sprintf(sequence, strings.Repeat("0", 5000)) + "y")
			g.expect(t, "> x"+strings.Repeat("y", i+1))
		}
	})
}

// Thirty clients press keys as fast as the line carries them and cut it. A
// server that can't get rid of its input leaves goroutines behind.
func TestRow08KeyFlood(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		s.floods(t, time.Second, make([]string, 30), strings.Repeat("key\r\x1b[A\x1b[5~é", 1000))
	})
}

// A client stops reading in the midst of a chat: it grants a window of 512 bytes
// and no more, or any window and lets the packets pile up on the line. A server
// that waits for it makes its partner wait too.
func TestRow09NeverReads(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		for range 10 { // not even the rules
			tap(t, s.program, 512)
		}
		var talking sync.WaitGroup
		for name, stall := range map[string]func(*wire){
			"window": func(*wire) {},
			"line": func(w *wire) {
				w.grant(1 << 30)
				for i := uint32(0); ; i++ { // fills what the kernel holds, however few of them a busy server paints
					if w.request("window-change", false, windowChange(400+i%2, 200)) != nil {
						return
					}
					time.Sleep(time.Millisecond)
				}
			},
		} {
			calm := s.chatter(t)
			carol := intrude(t, s.program).search(t, 80, 24)
			slow := tap(t, s.program, 512)
			slow.readUntil(t, "Press Enter")
			slow.press("\r")
			slow.readUntil(t, "You are now chatting with a stranger")
			carol.expect(t, "You are now chatting with a stranger")
			talking.Go(func() {
				for range 5 { // so much may be said at once
					carol.press(strings.Repeat("A long line. ", 70) + "\r")
				}
				talking.Go(func() { stall(slow) }) // until the connection ends
				if gone, err := s.talk(t, carol, calm, 100); !gone {
					slow.Close()
					t.Errorf("%s: who never reads is still there (%v)", name, err)
					return
				}
				defer slow.Close()
				held, err := true, error(nil)
				eventually(func() bool {
					held, err = s.holds(slow)
					return err != nil || !held
				})
				if err != nil || held {
					t.Errorf("%s: the connection of who never reads is still there (%v)", name, err)
				}
			})
		}
		talking.Wait()
	})
}

// linePace is a little slower than anybody may say lines.
const linePace = 1100 * time.Millisecond

// chatter is somebody who chats with a partner whom nothing disturbs: what the machine
// is busy with slows them as it does everybody.
func (s *siege) chatter(t *testing.T) *guest {
	t.Helper()
	dora, emil := intrude(t, s.program).search(t, 80, 24), intrude(t, s.program).search(t, 80, 24)
	dora.expect(t, "You are now chatting with a stranger")
	emil.expect(t, "You are now chatting with a stranger")
	return dora
}

// talk lets somebody type, and say so many lines at the pace that is allowed, or
// until the partner is gone, which it returns. Whatever the partner does, what is
// typed and said has to show in time, and as soon as with somebody whom nothing disturbs.
func (s *siege) talk(t *testing.T, g, calm *guest, lines int) (gone bool, err error) {
	const left = "Stranger has left the chat"
	var presses, calmly []time.Duration
	answered := func(words string) (shown bool, took time.Duration, err error) {
		began := time.Now()
		found, err := g.waitEither(patience, words, left)
		took = time.Since(began)
		s.took("an answer to who talks", took, s.limit)
		return found == words, took, err
	}
	defer func() {
		p99, calm := quantile(presses, 0.99), quantile(calmly, 0.99)
		t.Logf("%d times typed to who doesn't read, p50 %v p99 %v; undisturbed, p50 %v p99 %v",
			len(presses), quantile(presses, 0.5), p99, quantile(calmly, 0.5), calm)
		s.took("the p99 of what is typed to who doesn't read", p99, max(partnerLimit, partnerRatio*calm))
	}()
	said := time.Now()
	for i, try := 0, 0; i < lines; try++ {
		line := fmt.Sprintf("line %d.%d.", i, try)
		g.press(ctrl('u') + line)
		shown, took, err := answered("> " + line)
		if shown {
			presses = append(presses, took)
			began := time.Now()
			calm.press(ctrl('u') + line)
			if err := calm.wait("> "+line, patience); err != nil {
				return false, fmt.Errorf("undisturbed: %w", err)
			}
			calmly = append(calmly, time.Since(began))
			if time.Since(said) < linePace {
				time.Sleep(10 * time.Millisecond)
				continue
			}
			g.press("\r")
			shown, _, err = answered("You: " + line)
			said = time.Now()
			i++
		}
		if !shown {
			return err == nil, err
		}
	}
	return false, nil
}

// The p99 of what is typed to a partner who doesn't read is below partnerLimit, or, on a
// machine that is too busy for that, about the same as without such a partner.
const (
	partnerLimit = 100 * time.Millisecond
	partnerRatio = 3
)

// A stock client is stopped in the midst of a chat, and goes on later. Its
// partner notices nothing, and it misses nothing.
func TestRow09StoppedClient(t *testing.T) {
	t.Parallel()
	requireTool(t, "ssh")
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		calm := s.chatter(t)
		carol := intrude(t, s.program).search(t, 80, 24)
		slow := stock(t, s.program, "ssh", "-tt", "HOST")
		keys, err := slow.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		shown, err := slow.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := slow.Start(); err != nil {
			t.Fatal(err)
		}
		defer slow.Wait()
		defer slow.Process.Kill()
		readUntil(t, shown, "Press Enter")
		io.WriteString(keys, "\r")
		readUntil(t, shown, "You are now chatting with a stranger")
		carol.expect(t, "You are now chatting with a stranger")
		slow.Process.Signal(syscall.SIGSTOP)
		if gone, err := s.talk(t, carol, calm, 12); gone || err != nil {
			t.Errorf("a stopped client is closed while the line takes what it is sent: %v, %v", gone, err)
		}
		slow.Process.Signal(syscall.SIGCONT)
		readUntil(t, shown, "line 11.")
	})
}

// A client asks the server for all that SSH can do besides a session. A server
// that grants it is a proxy, or opens a port, or reaches into the client.
func TestRow12Forwarding(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	before, err := listening(s.cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	s.hold(t, func(t *testing.T) {
		forwardingByHand(t, s.program)
		forwardingByOpenSSH(t, s.program)
		if after, err := listening(s.cmd.Process.Pid); err != nil || !slices.Equal(before, after) {
			t.Errorf("the server listens on the ports %v, before on %v (%v)", after, before, err)
		}
	})
}

// A client's command is as long as a packet, holds NULs or unbalanced quotes. A
// server whose parser fails unnoticed runs something else.
func TestRow13CommandString(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		for _, command := range []string{
			"version" + strings.Repeat(" ", 200<<10) + "x", strings.Repeat("a", 200<<10), strings.Repeat("'", 200<<10),
			"version\x00", "\x00", "ver\x00sion", `"version`, `'version`, `version \`, `version '"`, "\xff\xfe", "version; id",
		} {
			session, err := intrude(t, s.program).NewSession()
			if err != nil {
				t.Fatal(err)
			}
			var said, wrong strings.Builder
			session.Stdout, session.Stderr = &said, &wrong
			err = session.Run(command)
			exit, ok := errors.AsType[*ssh.ExitError](err)
			if !ok || exit.ExitStatus() != exitNotUnderstood || said.Len() > 0 ||
				strings.Count(wrong.String(), "\n") != 1 || len(wrong.String()) > 200 {
				t.Errorf("%.20q: %v, said %q and %q", command, err, said.String(), wrong.String())
			}
		}
		// Longer than a packet may be: the connection ends, and that is all.
		for range 20 {
			c := intrude(t, s.program)
			if ok, err := c.open(t).SendRequest("exec", true, make([]byte, 256<<10)); ok || err == nil {
				t.Errorf("a packet of 256 KB is answered: %v", ok)
			}
		}
	})
}

// Clients send global requests as fast as the line carries them. A server that
// queues them, or answers from its event loop, has no time for others.
func TestRow13GlobalRequests(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		// A million takes as much memory and only longer.
		const requests, clients = 100_000, 4
		var flooding sync.WaitGroup
		for i := range clients {
			g := intrude(t, s.program).enter(t, 80, 24)
			flooding.Go(func() {
				for n := range requests / clients {
					answer := i == 0 && n%100 == 0
					if ok, _, err := g.conn.SendRequest("keepalive@openssh.com", answer, nil); ok || err != nil {
						t.Errorf("request %d: granted: %v, %v", n, ok, err)
						return
					}
				}
				g.press("/status\r")
				if err := g.wait("online", patience); err != nil {
					t.Error(err)
				}
			})
		}
		flooding.Wait()
	})
}

// Clients exchange keys again after every 16 KB. Each time costs the server a
// signature.
func TestRow13Rekeying(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		var flooding sync.WaitGroup
		for range 4 {
			g := intrude(t, s.program, func(_ *net.Dialer, config *ssh.ClientConfig) { config.RekeyThreshold = 16 << 10 }).enter(t, 80, 24)
			flooding.Go(func() {
				defer time.AfterFunc(3*time.Second, g.conn.cut).Stop()
				for filler := make([]byte, 4<<10); ; {
					if _, _, err := g.conn.SendRequest("keepalive@openssh.com", true, filler); err != nil {
						return
					}
				}
			})
		}
		flooding.Wait()
	})
}

// The operator's SIGTERM meets 300 full screens, and some that never read. A
// server whose sessions each take the signal for themselves lives on.
func TestRow16SignalFullHouse(t *testing.T) {
	t.Parallel()
	const grace = 15 * time.Second // for a busy machine to tell them all
	p := startServer(t, "--shutdown-grace", grace.String())
	limitMemory(t, p.cmd.Process.Pid)
	guests := make([]*guest, 300)
	for i := range guests {
		guests[i] = intrude(t, p).enter(t, 80, 24)
		if i%10 != 0 { // the others are still at the rules
			guests[i].press("\r")
		}
	}
	for range 5 {
		tap(t, p, 512)
	}
	guests[1].expect(t, "Looking for a stranger")

	machine, began := startMetronome(t), time.Now()
	defer time.AfterFunc(patience, func() { p.cmd.Process.Signal(syscall.SIGQUIT) }).Stop()
	if err := p.stop(); err != nil {
		t.Errorf("the server ended with %v: %s", err, p.later.String())
	}
	took := time.Since(began)
	if took > machine.allow(2*grace) {
		t.Errorf("the server ended after %v, with a grace of %v", took, grace)
	}
	untold := 0
	for _, g := range guests {
		if g.wait("The server stops in 15 seconds", patience) != nil || g.wait("The server has stopped", patience) != nil {
			untold++
		}
	}
	if untold > 0 {
		t.Errorf("%d of %d were not told", untold, len(guests))
	}
	t.Logf("the server ended after %.2fs", took.Seconds())
}

// A client has found what makes its session panic, in each of the places where a
// session's code runs. A server that doesn't contain it ends for all, and a
// library that reports it prints addresses and what was said.
func TestRow17Panic(t *testing.T) {
	const source, words = "127.0.0.77", "canary"
	buildFaulty(t)
	s := besiege(t, "--new-sources", "off") // it meets many
	paste := func(where string) func(*guest) {
		return func(g *guest) { g.press("\x1b[200~" + where + " " + words + "\x1b[201~") }
	}
	places := map[string]func(*guest){
		"update":  paste("panic in update"),
		"command": paste("panic in a command"),
		"view":    paste("panic in the view"),
		"timer":   paste("panic in a timer"),
		"reader":  paste("panic in the reader"),
		"request": func(g *guest) { g.SendRequest("panic in a request "+words, false, nil) },
	}
	s.hold(t, func(t *testing.T) {
		for place, panics := range places {
			carol := intrude(t, s.program).search(t, 80, 24)
			mallory := intrude(t, s.program, func(dialer *net.Dialer, _ *ssh.ClientConfig) {
				dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(source)}
			}).search(t, 80, 24)
			mallory.expect(t, "You are now chatting with a stranger")
			mallory.press(words + "\r")
			carol.expect(t, words)
			panics(mallory)
			if err := mallory.conn.ended(); err != nil {
				t.Errorf("a panic in the %s: %v", place, err)
			}
			carol.expect(t, "Stranger has left the chat")
		}
	})
	if err := s.stop(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	expectLogged(t, s.program, len(places), source, words)
}
