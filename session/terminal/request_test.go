package terminal

import (
	"encoding/binary"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// FuzzRequests checks that whatever a client tells about itself is bounded: the
// terminal's type and size, the environment, the command.
func FuzzRequests(f *testing.F) {
	env := ssh.Marshal(struct{ Name, Value string }{"LC_ALL", "de_DE.UTF-8"})
	pty := ssh.Marshal(struct {
		Term                      string
		Cols, Rows, Width, Height uint32
		Modes                     string
	}{"xterm-256color", 80, 24, 0, 0, "\x00"})
	exec := ssh.Marshal(struct{ Command string }{"status --json"})
	window := ssh.Marshal(struct{ Cols, Rows, Width, Height uint32 }{4_000_000_000, 0, 0, 0})
	f.Add(requests("env", env, "pty-req", pty, "window-change", window, "shell", nil), "window-change", window)
	f.Add(requests("window-change", window, "pty-req", pty, "pty-req", pty, "exec", exec), "env", env)
	f.Add(requests("subsystem", exec, "auth-agent-req@openssh.com", nil, "exec", exec[:3]), "signal", []byte{0, 0, 0})
	f.Add([]byte{3, 'e', 'n', 'v', 0xff, 0xff}, "", []byte(nil))
	f.Fuzz(func(t *testing.T, before []byte, kind string, payload []byte) {
		c := new(Channel)
		asked := make(chan *ssh.Request, len(before)+1)
		for len(before) > 0 {
			var r *ssh.Request
			if r, before = request(before); r != nil {
				asked <- r
			}
		}
		close(asked)
		c.setup(asked, Hooks{Refusing: func() {}, Shell: func() {}})
		c.reply(&ssh.Request{Type: kind, Payload: payload})

		if len(c.Command) > MaxCommand+1 || c.Command != "" && !c.Exec {
			t.Errorf("a command of %d bytes; exec: %t", len(c.Command), c.Exec)
		}
		if len(c.Term) > maxTerm || strings.ContainsFunc(c.Term, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Errorf("TERM is %q", c.Term)
		}
		if len(c.env) > maxEnv {
			t.Errorf("%d variables", len(c.env))
		}
		for _, variable := range c.env {
			if name, value, ok := strings.Cut(variable, "="); !ok || !envAllowed(name) || len(value) > maxEnvValue {
				t.Errorf("the variable %q", variable)
			}
		}
		cols, rows := c.size.load()
		if c.Pty && (cols < 10 || cols > 500 || rows < 5 || rows > 200) {
			t.Errorf("%d columns, %d rows", cols, rows)
		}
	})
}

// requests writes what request reads: a type, of a byte's length, and a payload, of two
// bytes'.
func requests(typesAndPayloads ...any) (b []byte) {
	for _, part := range typesAndPayloads {
		switch part := part.(type) {
		case string:
			b = append(append(b, byte(len(part))), part...)
		case []byte:
			b = append(binary.BigEndian.AppendUint16(b, uint16(len(part))), part...)
		case nil:
			b = append(b, 0, 0)
		}
	}
	return b
}

// request reads one, and returns what is left. What is cut short is nothing, or has
// less payload.
func request(b []byte) (r *ssh.Request, rest []byte) {
	name := b[1:]
	name = name[:min(int(b[0]), len(name))]
	rest = b[1+len(name):]
	if len(rest) < 2 {
		return nil, nil
	}
	size := int(binary.BigEndian.Uint16(rest))
	rest = rest[2:]
	size = min(size, len(rest))
	return &ssh.Request{Type: string(name), Payload: rest[:size]}, rest[size:]
}
