package main

import (
	"encoding/binary"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"
)

// expectNext waits for text and complains about anything before it.
func (c *chatter) expectNext(text string) {
	c.t.Helper()
	if before := c.expect(text); before != "" {
		c.t.Errorf("before %q came %q", text, before)
	}
}

// What is typed behind the end of a visit, in the same write, reaches nobody.
func TestNothingActsAfterTheEnd(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	for _, input := range []string{"/quit\nafter it\n", "//fine\n/quit\n/report spam\n/next\nafter it\n"} {
		a, b := pairLines(t, p)
		a.send(input)
		a.expectExit(exitDone)
		if said := b.expect("-- Stranger has left the chat\n"); strings.Contains(said, "after it") {
			t.Errorf("after %q came %q", input, said)
		}
		b.send("/quit\n")
		b.expectExit(exitDone)
		if said := a.out.String(); strings.Contains(said, "Reported") {
			t.Errorf("who had quit reported all the same:\n%s", said)
		}
	}
	for _, keys := range []string{"/quit\rsecret\r", ctrl('c') + ctrl('c') + "secret\r", ctrl('d') + ctrl('d') + "secret\r"} {
		a, b := pairMixed(t, p, window{})
		a.press(keys)
		a.expectExit(exitDone)
		b.expectNext("-- Stranger has left the chat\n")
		b.send("/quit\n")
		b.expectExit(exitDone)
	}
}

func TestTooYoungReachesNobody(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--age-gate", "year")
	b := startSSH(t, p, "-T", "-b", "127.0.0.6")
	b.send("yes\n1980\n")
	b.expect("-- Something to think about meanwhile: ")
	b.expect("\n")
	for i, more := range []string{"/next\nI am twelve\n", "/stop\n/next\nI am twelve\n", "yes\n1980\nI am twelve\n"} {
		a := startSSH(t, p, "-T", "-b", "127.0.0.2"+string(rune('0'+i)))
		a.send("yes\n2020\n" + more)
		a.expectExit(exitNotAllowed)
		b.send("/status\n")
		b.expectNext("-- 1 person online, 1 waiting, 0 chatting.\n")
	}
	a := openTerminal(t, p, window{source: "127.0.0.30"})
	a.expect("Press Enter")
	a.press(keyEnter, "2020", keyEnter, "/next", keyEnter, "I am twelve", keyEnter)
	a.expectExit(exitNotAllowed)
	b.send("/status\n")
	b.expectNext("-- 1 person online, 1 waiting, 0 chatting.\n")
}

// Whoever leaves is told what nobody has heard.
func TestQuitSaysWhatWasNotSaid(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	notSaid := regexp.MustCompile(`-- \d+ lines? w(as|ere) not said: the chat ended first\.\r?\n`)
	flood := strings.Repeat("a line\n", 45)

	a, b := pairLines(t, p)
	a.send(flood + "/quit\n")
	if rest := a.expectExit(exitDone); !notSaid.MatchString(rest) {
		t.Errorf("it ends with:\n%s", rest)
	}
	b.send("/quit\n")
	b.expectExit(exitDone)

	c, d := pairMixed(t, p, window{})
	c.press(strings.ReplaceAll(flood, "\n", "\r"), "/quit\r")
	c.expectExit(exitDone)
	if said := c.out.String(); !notSaid.MatchString(said[strings.LastIndex(said, keyEsc):]) {
		t.Errorf("behind the full screen stands %q", said[strings.LastIndex(said, keyEsc):])
	}
	d.send("/quit\n")
	d.expectExit(exitDone)

	e := joinLines(t, p)
	e.send("hello\n/quit\n")
	if rest := e.expectExit(exitDone); !strings.HasSuffix(rest, "-- Nobody came; 1 line was not said.\n") {
		t.Errorf("it ends with:\n%s", rest)
	}
}

// Ctrl+D at an empty line is the end of input.
func TestEndOfInputByKey(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := joinScreen(t, p, window{})
	a.press(ctrl('d'))
	a.expect("Press Ctrl+D again to quit.")
	a.press(ctrl('d'))
	a.expectExit(exitDone)

	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		c, d := joinPlain(t, p, ""), mustSpeak(t, p, "127.0.0.2")
		c.expect("-- You are now chatting with a stranger")
		d.must(t, nowChatting)
		c.press(ctrl('d'), "too late\r", "\x1b[200~pasted too late\x1b[201~\r/quit\r")
		d.say("goodbye")
		c.expect("stranger: goodbye")
		c.expectExit(exitDone)
		if before := d.must(t, "-- Stranger has left the chat\n"); before != "" {
			t.Errorf("before the end came %q", before)
		}
	})
}

func TestUnknownReceipt(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	for _, command := range []string{"case WRONG", "case ''", "case 'R-1 x'"} {
		stdout, stderr, code := runSSH(t, p, "-T", command)
		if code != exitFailed || stdout != "" || stderr != "There is no report with that receipt. Check it, letter by letter.\n" {
			t.Errorf("%s: exit code %d with %q and %q", command, code, stdout, stderr)
		}
	}
	stopServer(t, p)
	if said := p.later.String(); strings.Contains(said, "ERROR") {
		t.Errorf("the server logs %q", said)
	}
}

// In line mode a report is two lines: what is sent, and what one has of it.
func TestReportIsTwoLines(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairLines(t, p)
	b.send("buy this\n")
	a.expect("stranger: buy this\n")
	a.send("/report spam\n")
	a.expectNext("-- Sent to the moderators: the first 10 and the last 50 lines of this chat, the category and your note; " +
		"nothing else. The chat ends, and you two never meet again.\n")
	a.expectNext("-- Reported: R-")
	a.expect("Your receipt: ")
	a.expect("\n")
	a.expectNext("-- You left the chat\n")
	b.expectNext("-- Stranger has left the chat\n")
}

// The client hangs up, as OpenSSH does, which else takes the end for a failure; one that
// doesn't is disconnected soon. It also does when its input has ended, and the server is
// still waiting for its sign of life.
func TestTheClientHangsUp(t *testing.T) {
	t.Parallel()
	for _, input := range []string{"", "/quit\n"} {
		synctest.Test(t, func(t *testing.T) {
			p := startBubble(t, nil)
			client, err := reach(p, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			ch, requests, err := client.OpenChannel("session", nil)
			if err != nil {
				t.Fatal(err)
			}
			ask := "shell"
			var payload []byte
			if input == "" {
				ask, payload = "exec", ssh.Marshal(struct{ Command string }{"version"})
			}
			if ok, err := ch.SendRequest(ask, true, payload); !ok || err != nil {
				t.Fatalf("%s: %v, %v", ask, ok, err)
			}
			io.WriteString(ch, input)
			ch.CloseWrite()
			io.Copy(io.Discard, ch)
			ended := time.Now()
			synctest.Wait() // the server knows that the client has closed the channel
			if _, _, err := client.SendRequest("keepalive@openssh.com", true, nil); err != nil {
				t.Errorf("after %q who still had something to say: %v", input, err)
			}
			for r := range requests {
				if r.Type == "exit-status" && binary.BigEndian.Uint32(r.Payload) != exitDone {
					t.Errorf("after %q the exit status is %v", input, r.Payload)
				}
			}
			client.Wait()
			if took := time.Since(ended); took != 2*time.Second {
				t.Errorf("after %q who doesn't hang up is disconnected after %v", input, took)
			}
		})
	}
}
