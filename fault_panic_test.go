//go:build linux

package main

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// buildFaulty has this test's servers panic where they are told to.
func buildFaulty(t *testing.T) {
	t.Helper()
	if err := buildFaultyOnce(); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", faultyFolder+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

// expectLogged expects that a server which has ended logged so many sessions that
// panicked, and nothing of what the panics were about.
func expectLogged(t *testing.T, p *program, sessions int, secrets ...string) {
	t.Helper()
	said := p.later.String()
	if n := strings.Count(said, "a session panicked"); n != sessions {
		t.Errorf("%d sessions that panicked are logged, not %d", n, sessions)
	}
	for _, secret := range append(secrets, "goroutine ") {
		if strings.Contains(said, secret) {
			t.Errorf("%q is printed", secret)
		}
	}
	if t.Failed() {
		t.Log(said)
	}
}

// A panic on each kind of goroutine that serves one client, but for those of a chat
// (see TestRow17Panic), ends that client's connection; two others chat on. What
// runs in the background belongs to everybody: a panic there ends the server, with
// everybody told and nothing lost.
func TestPanic(t *testing.T) {
	const source, words = "127.0.0.77", "canary"
	buildFaulty(t)
	p := newPatient(t, t.TempDir(), "--notify", "http://127.0.0.1:9/", "--shutdown-grace", "5s")
	panicAt := func(place string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(p.folder, "panic"), []byte(place+" "+words+" "+source), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	panicAt("admins") // on the goroutine of a connection that logs in
	if client, err := reach(p.program, source, p.root); err == nil {
		client.Close()
		t.Error("who made the log-in panic is in")
	}
	p.goesOn()

	request := intrude(t, p.program).open(t) // on that of a channel, before there is a session
	request.SendRequest("panic in a request "+words, false, nil)
	if _, err := request.Read(make([]byte, 1)); err == nil {
		t.Error("a channel whose request panicked goes on")
	}
	p.goesOn()

	panicAt("backup") // in a command
	_, stderr, code, err := p.ask(source, p.root, "", "backup --with-keys "+strings.Join(strings.Fields(p.root.line)[:2], " "))
	if err != nil || code != exitFailed || !strings.Contains(stderr, "Something went wrong here") {
		t.Errorf("a command that panics ends with %d, %v: %s", code, err, stderr)
	}
	p.goesOn()

	client, err := reach(p.program, source, p.root) // where a live session's key is looked for
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := session.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := session.Start("ban import --reason x"); err != nil {
		t.Fatal(err)
	}
	p.done("stats") // while that comes and goes, the command's own look at the keys is over
	panicAt("admins")
	if err := session.Wait(); errors.As(err, new(*ssh.ExitError)) {
		t.Errorf("a session whose key can't be looked for ends with %v, want it cut", err)
	}
	p.goesOn()

	panicAt("readyz")                                                        // in an answer to the operator
	anew := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // else it would ask again
	if answer, err := anew.Get("http://" + p.operator() + "/readyz"); err == nil {
		answer.Body.Close()
		t.Errorf("an answer that panicked is %d", answer.StatusCode)
	}
	if code, said := p.ready(); code != http.StatusOK {
		t.Errorf("the next answer is %d, %q", code, said)
	}
	p.goesOn()

	panicAt("notify")
	id := p.mustReport(p.ann)
	p.bob.must(t, "-- The server stops in 5 seconds")
	ended := p.wait()
	if exit, ok := errors.AsType[*exec.ExitError](ended); !ok || exit.ExitCode() != exitFailed {
		t.Errorf("the server ended with %v", ended)
	}
	expectLogged(t, p.program, 3, source, words)
	if said := p.later.String(); !strings.Contains(said, "strangerd: panic at ") || !strings.Contains(said, "main.(*notifier).post") {
		t.Errorf("the server doesn't say where it panicked: %s", said)
	}
	p.start()
	if !strings.Contains(p.done("reports"), id) {
		t.Errorf("the report %s is lost", id)
	}
}
