package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"

	"strangerd/moderation"
)

// A script whose input stays open and says nothing is not kept waiting for an appeal,
// and what somebody wrote before they fell silent is one.
func TestSilentAppeal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		banned(t, p, "127.0.0.22")
		for _, visit := range []struct {
			lines []string // a minute and a half apart
			takes time.Duration
			says  string
		}{
			{nil, 2 * time.Minute, "-- Your time on this page is over. To see it again: ssh chat.example.org\n"},
			{nil, 2 * time.Minute, "-- If nothing comes for 2 min, the visit ends, and what you wrote is sent.\n"},
			{[]string{"I whispered.\n", "So did they.\n"}, 5 * time.Minute, "-- Your appeal A-"},
			{nil, 0, "is with the moderators."},
		} {
			began := time.Now()
			said, code := visitSilently(t, p, "127.0.0.22", "", visit.lines)
			if took := time.Since(began).Round(time.Second); took != visit.takes || code != exitNotAllowed || !strings.Contains(said, visit.says) {
				t.Errorf("%q: it takes %v, ends with %d and says\n%s", visit.lines, took, code, said)
			}
		}
		appeals, err := p.bubble.desk.Appeals("root", true)
		if err != nil || len(appeals) != 1 || appeals[0].Text != "I whispered.\nSo did they." {
			t.Errorf("the appeals are %+v, %v", appeals, err)
		}
	})
}

// banned has somebody banned for an hour.
func banned(t *testing.T, p *program, source string) {
	t.Helper()
	id := reported(t, p, "127.0.0.21", source)
	ban := moderation.Decision{Action: moderation.ActionBan, For: time.Hour, Reason: "Too loud"}
	if _, err := p.bubble.desk.Resolve("root", id, ban); err != nil {
		t.Fatal(err)
	}
}

// A banned person doesn't stay for ever, however they do it, and what they wrote until
// their time is over is an appeal.
func TestBannedVisitEnds(t *testing.T) {
	t.Parallel()
	const over = "-- Your time on this page is over. To see it again: ssh chat.example.org"
	for name, visit := range map[string]struct {
		look  window
		keys  string // once a minute
		takes time.Duration
		filed bool
	}{
		"a screen that nobody reads": {window{}, "", 5 * time.Minute, false},
		"a line that nobody types":   {window{command: "plain"}, "", 5 * time.Minute, false},
		"a screen with a draft":      {window{}, "I whispered. ", 15 * time.Minute, true},
		"a line with a draft":        {window{command: "plain"}, "I whispered. ", 15 * time.Minute, true},
		"a screen that is scrolled":  {window{}, keyPgUp, 15 * time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, nil)
				banned(t, p, "127.0.0.22")
				visit.look.source = "127.0.0.22"
				began := time.Now()
				b := openTerminal(t, p, visit.look)
				b.expect("Too loud")
				ended := false
				for !ended && time.Since(began) < time.Hour {
					b.press(visit.keys)
					select {
					case err := <-b.ended:
						b.ended <- err
						ended = true
					case <-time.After(time.Minute):
					}
				}
				if took := time.Since(began); took < visit.takes || took > visit.takes+time.Minute {
					t.Errorf("it ends after %v, not %v", took, visit.takes)
				}
				b.expectExit(exitNotAllowed)
				if said := b.out.bytes.String(); !strings.Contains(said, over) || strings.Contains(said, "-- Your appeal A-") != visit.filed {
					t.Errorf("it ends with\n%s", said[max(0, len(said)-500):])
				}
				if n := p.bubble.server.Stats().Limits["idle"]; n != 1 {
					t.Errorf("%d ends are counted", n)
				}
				appeals, err := p.bubble.desk.Appeals("root", true)
				if err != nil || len(appeals) > 0 != visit.filed {
					t.Errorf("the appeals are %+v, %v", appeals, err)
				}
			})
		})
	}
}

// However many banned people look at their ban, they are so many at most, the others are
// told the same without a screen, and everybody else comes in.
func TestManyBannedPeople(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const most = 200
		p := startBubble(t, nil)
		banned(t, p, "127.0.0.22")
		var inside [most]*terminal
		for i := range inside {
			inside[i] = openTerminal(t, p, window{source: "127.0.0.22", command: "plain"})
			inside[i].expect("nothing written leaves.")
		}
		look := func(command string, code int, says string) {
			t.Helper()
			b := openTerminal(t, p, window{source: "127.0.0.22", command: command})
			b.expectExit(code)
			if said := b.out.bytes.String(); !strings.Contains(said, says) {
				t.Errorf("%q: there is no place, and it says\n%s", command, said)
			}
		}
		look("", exitNotAllowed, "The reason: Too loud")
		look("appeal", exitNotNow, "is full. Please try again in a few minutes.")
		if n := p.bubble.server.Stats().Limits["banned_readers"]; n != 2 {
			t.Errorf("%d are counted", n)
		}
		pairScreens(t, p, window{})
		inside[0].press(keyEsc)
		inside[0].expectExit(exitNotAllowed)
		openTerminal(t, p, window{source: "127.0.0.22", command: "plain"}).expect("nothing written leaves.")
	})
}

// A server that stops doesn't wait for who reads of their ban: they are told, and what
// they wrote is an appeal.
func TestBannedVisitEndsWithTheServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		banned(t, p, "127.0.0.22")
		reader := openTerminal(t, p, window{source: "127.0.0.22"})
		reader.expect("Too loud")
		reader.press("I whispered.")
		reader.expect("> I whispered.")
		piping := openTerminal(t, p, window{source: "127.0.0.22", command: "appeal"})
		piping.press("So did they.")
		synctest.Wait()
		ending, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		p.bubble.server.Shutdown(ending)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("the server waits for them for %v", took)
		}
		reader.expectExit(exitNotAllowed)
		piping.expectExit(exitNotNow)
		for _, told := range []*terminal{reader, piping} {
			if said := told.out.bytes.String(); !strings.Contains(said, "The server has stopped.") {
				t.Errorf("they are told\n%s", said[max(0, len(said)-500):])
			}
		}
		if appeals, err := p.bubble.desk.Appeals("root", true); err != nil || len(appeals) != 1 || appeals[0].Text != "I whispered." {
			t.Errorf("the appeals are %+v, %v", appeals, err)
		}
	})
}

// An appeal on standard input that never comes to its end is none.
func TestAppealWithoutEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		banned(t, p, "127.0.0.22")
		began := time.Now()
		said, code := visitSilently(t, p, "127.0.0.22", "appeal", []string{"I whispered.\n"})
		if took := time.Since(began).Round(time.Second); took != 15*time.Minute || code != exitFailed || !strings.Contains(said, "There is no text.") {
			t.Errorf("it takes %v, ends with %d and says\n%s", took, code, said)
		}
	})
}

// visitSilently has a client without a terminal, which runs a command if there is one, send lines and then nothing more, as ssh
// does whose input stays open. It returns what it is told, and the exit code.
func visitSilently(t *testing.T, p *program, source, command string, lines []string) (said string, code int) {
	t.Helper()
	raw, err := p.dial(source)
	if err != nil {
		t.Fatal(err)
	}
	conn, channels, requests, err := ssh.NewClientConn(raw, p.address, &ssh.ClientConfig{User: "guest", HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		t.Fatal(err)
	}
	client := ssh.NewClient(conn, channels, requests)
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	in, _ := session.StdinPipe()
	var out output
	session.Stdout, session.Stderr = &out, &out
	start := session.Shell
	if command != "" {
		start = func() error { return session.Start(command) }
	}
	if err := start(); err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		time.Sleep(90 * time.Second)
		io.WriteString(in, line)
	}
	exit, _ := errors.AsType[*ssh.ExitError](session.Wait())
	if exit == nil {
		t.Fatalf("the session has no exit code, after\n%s", out.String())
	}
	return out.String(), exit.ExitStatus()
}
