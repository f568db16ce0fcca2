package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// tmux is a terminal in which a stock ssh client runs.
type tmux struct {
	t      *testing.T
	socket string
}

func startTmux(t *testing.T, p *program, more ...string) *tmux {
	t.Helper()
	requireTool(t, "ssh")
	requireTool(t, "tmux")
	folder, err := os.MkdirTemp("", "tmux") // a short path, as sockets need it
	if err != nil {
		t.Fatal(err)
	}
	m := &tmux{t: t, socket: filepath.Join(folder, "s")}
	t.Cleanup(func() {
		exec.Command("tmux", "-S", m.socket, "kill-server").Run()
		os.RemoveAll(folder)
	})
	line := "echo before; ssh '" + strings.Join(sshArguments(p, more...), "' '") + "'; echo ended with $?; exec cat"
	m.run("-f", "/dev/null", "-u", "start-server", ";", "set", "-g", "default-terminal", "tmux-256color", ";",
		"set", "-g", "escape-time", "0", ";", "new-session", "-d", "-x", "80", "-y", "24", "sh", "-c", line)
	return m
}

func (m *tmux) run(args ...string) string {
	m.t.Helper()
	cmd := exec.Command("tmux", append([]string{"-S", m.socket}, args...)...)
	cmd.Env = append(os.Environ(), "TMUX=", "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		m.t.Fatalf("tmux %q: %v: %s", args, err, out)
	}
	return string(out)
}

// press presses keys by their names.
func (m *tmux) press(keys ...string) { m.run(append([]string{"send-keys"}, keys...)...) }

func (m *tmux) say(words string) { m.run("send-keys", "-l", words) }

// expect waits until the screen shows all of these texts.
func (m *tmux) expect(texts ...string) {
	m.t.Helper()
	m.until(fmt.Sprintf("%q", texts), func(screen string) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(screen, text) })
	})
}

// until waits until look is satisfied with the screen.
func (m *tmux) until(what string, look func(screen string) bool) {
	m.t.Helper()
	for late := time.Now().Add(patience); ; {
		screen := m.run("capture-pane", "-p")
		if look(screen) {
			return
		}
		if time.Now().After(late) {
			m.t.Fatalf("waited in vain for %s at\n%s", what, screen)
		}
		time.Sleep(20 * time.Millisecond) // tmux tells nobody when a screen changes
	}
}

// expectRestored checks that nothing is left of the full screen.
func (m *tmux) expectRestored() {
	m.t.Helper()
	const modes = "alternate #{alternate_on}, cursor #{cursor_flag}, wrap #{wrap_flag}, mouse #{mouse_any_flag}, keypad #{keypad_flag}"
	const want = "alternate 0, cursor 1, wrap 1, mouse 0, keypad 0\n"
	if got := m.run("display-message", "-p", modes); got != want {
		m.t.Errorf("the terminal has %swhere it had %s", got, want)
	}
}
