//go:build linux

package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// startFiled has people reported, warned and banned, and returns what nobody may find
// of them.
func startFiled(t *testing.T, p *program, root *staffKey) (secrets []string) {
	t.Helper()
	key := newStaffKey(t, "reported")
	a := joinFrom(t, p, "127.0.0.81")
	b := joinLines(t, p, key.as("me", "-b", "127.0.0.82")...)
	a.meet(b)
	banned, _ := a.report("threat")
	root.done(t, p, "report", "resolve", banned, "--action", "ban", "--reason", "x")
	b.expectExit(exitNotAllowed)
	c, d := pairFrom(t, p, "127.0.0.83", "127.0.0.84")
	warned, _ := c.report("hate")
	root.done(t, p, "report", "resolve", warned, "--action", "warn", "--reason", "x")
	for _, gone := range []*chatter{a, c, d} {
		gone.send("/quit\n")
		gone.expectExit(exitDone)
	}
	return []string{"127.0.0.81", "127.0.0.82", "127.0.0.83", "127.0.0.84", strings.Fields(key.line)[1],
		strings.TrimPrefix(ssh.FingerprintSHA256(key.signer.PublicKey()), "SHA256:"),
		string(key.signer.PublicKey().Marshal())}
}

// Row 29: nothing is on the disk or in the log of who came, and of what they said: not after
// errors, and not after panics.
func TestRow29NothingKept(t *testing.T) {
	buildFaulty(t)
	key := newStaffKey(t, "somebody")
	fields := strings.Fields(key.line)
	folder := t.TempDir()
	root := newStaffKey(t, "root")
	p := startServerIn(t, folder, "--admin-key", root.line)
	const canary = "xylophone-canary"
	a := joinLines(t, p, key.as("me", "-b", "127.0.0.77")...)
	b := joinLines(t, p, "-l", "canary-user", "-b", "127.0.0.78")
	a.expect("-- You are now chatting with a stranger\n")
	b.expect("-- You are now chatting with a stranger\n")
	a.send(canary + "\n")
	b.expect("stranger: " + canary + "\n")
	if _, _, code := runFrom(t, p, "127.0.0.77", canary, canary); code != exitNotUnderstood {
		t.Errorf("an unknown command ends with %d", code)
	}
	if _, _, code := runFrom(t, p, "127.0.0.77", canary, "appeal"); code != exitFailed {
		t.Errorf("an appeal without a ban ends with %d", code)
	}
	if _, stderr, code := runFrom(t, p, "127.0.0.77", canary, "'"+canary); code != exitNotUnderstood {
		t.Errorf("an unbalanced quote ends with %d: %s", code, stderr)
	}
	if _, _, code := runFrom(t, p, "127.0.0.77", "", "-l", "admin", "stats"); code != 255 {
		t.Errorf("admin@ without a key ends with %d", code)
	}
	saver := joinScreen(t, p, window{source: "127.0.0.77"})
	c := joinLines(t, p, "-b", "127.0.0.78")
	c.send("tell me\n")
	saver.expect("Stranger: tell me")
	saver.press(canary+" again", keyEnter, "/save", keyEnter)
	saver.expect("Saved: ")
	saver.press("/quit", keyEnter)
	saver.expectExit(exitDone)
	saver.expect("You: " + canary + " again")
	c.send("/quit\n")
	c.expectExit(exitDone)
	reported := startFiled(t, p, root)
	panics := []string{"panic in update", "panic in a command", "panic in the view"}
	for _, where := range panics {
		c := openTerminal(t, p, window{source: "127.0.0.77", env: map[string]string{"LC_CANARY": canary}})
		c.expect("Press Enter")
		c.press("\x1b[200~" + where + " " + canary + " 127.0.0.77 " + fields[1] + "\x1b[201~")
		c.expectExit(exitFailed)
	}
	a.cmd.Process.Kill()
	b.expect("-- " + lineDropped) // what is kept for who comes back is on no disk either
	if err := p.stop(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	if n := strings.Count(p.later.String(), "a session panicked"); n != len(panics) {
		t.Errorf("%d sessions that panicked are logged, not %d", n, len(panics))
	}
	secrets := append(reported, "127.0.0.77", "127.0.0.78", canary, "canary-user", fields[1],
		strings.TrimPrefix(ssh.FingerprintSHA256(key.signer.PublicKey()), "SHA256:"),
		string(key.signer.PublicKey().Marshal()))
	search := func(where string, kept []byte) {
		for _, secret := range secrets {
			if bytes.Contains(kept, []byte(secret)) {
				t.Errorf("%s holds %q", where, secret)
			}
		}
	}
	search("the log", []byte(p.output+p.later.String()))
	files := 0
	filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		kept, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		search(path, kept)
		files++
		return nil
	})
	if files < 3 {
		t.Errorf("there are only %d files", files)
	}
}
