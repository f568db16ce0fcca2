package terminal

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/crypto/ssh"
)

// What a client may tell about itself before it asks for a shell or a command.
const (
	MaxCommand  = 4 << 10 // bytes of a command string that are kept
	maxEnv      = 32      // variables
	maxEnvValue = 512     // bytes
	maxTerm     = 64      // bytes of the terminal's type
)

// setup answers requests up to the shell or exec request, and tells whether
// there was one.
func (c *Channel) setup(requests <-chan *ssh.Request, hooks Hooks) bool {
	for r := range requests {
		fault(r.Type)
		switch r.Type {
		case "shell":
			hooks.Shell()
			r.Reply(true, nil)
			return true
		case "exec":
			var exec struct{ Command string }
			if ssh.Unmarshal(r.Payload, &exec) != nil {
				r.Reply(false, nil)
				continue
			}
			c.Command, c.Exec = strings.Clone(exec.Command[:min(len(exec.Command), MaxCommand+1)]), true
			r.Reply(true, nil)
			return true
		case "pty-req":
			r.Reply(c.setPty(r.Payload), nil)
		case "env":
			r.Reply(c.setEnv(r.Payload), nil)
		case "window-change":
			r.Reply(c.setSize(r.Payload), nil)
		case "subsystem":
			hooks.Refusing()
			r.Reply(false, nil)
		default:
			r.Reply(false, nil)
		}
	}
	return false
}

// drain answers requests until the channel is closed, which ends the Channel's context,
// or Run answers them.
func (c *Channel) drain() {
	for {
		select {
		case r, ok := <-c.requests:
			if !c.answer(r, ok) {
				return
			}
		case <-c.hand:
			return
		}
	}
}

// answer answers a request. If none came the channel is closed: then it ends the
// Channel's context, and returns false.
func (c *Channel) answer(r *ssh.Request, came bool) bool {
	if !came {
		c.cancel()
		return false
	}
	c.reply(r)
	return true
}

func (c *Channel) reply(r *ssh.Request) {
	defer c.contain()
	fault(r.Type)
	ok := r.Type == "window-change" && c.setSize(r.Payload)
	r.Reply(ok, nil)
	if ok && c.loop.Load() != nil && !c.resized.Swap(true) {
		c.Post(resizeMsg{})
	}
}

func (c *Channel) setPty(payload []byte) bool {
	var pty struct {
		Term                      string
		Cols, Rows, Width, Height uint32
		Modes                     string
	}
	if c.Pty || ssh.Unmarshal(payload, &pty) != nil {
		return false
	}
	c.Pty, c.Term = true, cleanTerm(pty.Term)
	c.size.store(pty.Cols, pty.Rows)
	return true
}

// cleanTerm keeps what a terminfo name is made of.
func cleanTerm(term string) string {
	term = strings.Clone(term[:min(len(term), maxTerm)]) // not to keep the rest in memory
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+-._", r) {
			return r
		}
		return -1
	}, term)
}

func (c *Channel) setSize(payload []byte) bool {
	var window struct{ Cols, Rows, Width, Height uint32 }
	if !c.Pty || ssh.Unmarshal(payload, &window) != nil {
		return false
	}
	c.size.store(window.Cols, window.Rows)
	return true
}

func (c *Channel) setEnv(payload []byte) bool {
	var env struct{ Name, Value string }
	if ssh.Unmarshal(payload, &env) != nil || !envAllowed(env.Name) ||
		len(env.Value) > maxEnvValue || len(c.env) >= maxEnv {
		return false
	}
	c.env = append(c.env, env.Name+"="+env.Value)
	return true
}

func envAllowed(name string) bool {
	switch name {
	case "TERM", "COLORTERM", "LANG", "NO_COLOR":
		return true
	}
	return strings.HasPrefix(name, "LC_") && len(name) <= len("LC_IDENTIFICATION")
}

func lookup(env []string, name string) string {
	for _, e := range env {
		if key, value, _ := strings.Cut(e, "="); key == name {
			return value
		}
	}
	return ""
}

// resizeMsg tells the event loop that the window has a new size.
type resizeMsg struct{}

var _ tea.Msg = resizeMsg{}
