package main

import (
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
		id := reported(t, p, "127.0.0.21", "127.0.0.22")
		ban := moderation.Decision{Action: moderation.ActionBan, For: time.Hour, Reason: "Too loud"}
		if _, err := p.bubble.desk.Resolve("root", id, ban); err != nil {
			t.Fatal(err)
		}
		for _, visit := range []struct {
			lines []string // a minute and a half apart
			takes time.Duration
			says  string
		}{
			{nil, 2 * time.Minute, "-- If nothing comes for 2 min, the visit ends, and what you wrote is sent.\n"},
			{[]string{"I whispered.\n", "So did they.\n"}, 5 * time.Minute, "-- Your appeal A-"},
			{nil, 0, "is with the moderators."},
		} {
			began := time.Now()
			said, code := visitSilently(t, p, "127.0.0.22", visit.lines)
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

// visitSilently has a client without a terminal send lines and then nothing more, as ssh
// does whose input stays open. It returns what it is told, and the exit code.
func visitSilently(t *testing.T, p *program, source string, lines []string) (said string, code int) {
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
	if err := session.Shell(); err != nil {
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
