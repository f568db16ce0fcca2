package main

import (
	"bytes"
	"log"
	"log/slog"
	"net"
	"strings"
	"testing"

	"charm.land/ssh"
)

// What libraries log reaches the log without a word about people.
func TestRedaction(t *testing.T) {
	standard, flags, output := slog.Default(), log.Flags(), log.Writer()
	t.Cleanup(func() {
		slog.SetDefault(standard)
		log.SetFlags(flags)
		log.SetOutput(output)
	})
	tests := []struct {
		name, want string
		library    func()
	}{
		{"attributes", "level=ERROR msg=\"it broke\"\n", func() {
			slog.Error("it broke", "remote", "192.0.2.7:4711", slog.Group("who", "user", "192.0.2.7"))
		}},
		{"loggers made from the default", "level=WARN msg=\"it broke\"\n", func() {
			slog.With("remote", "192.0.2.7").WithGroup("192.0.2.7").With("a", "192.0.2.7").Warn("it broke", "b", "192.0.2.7")
		}},
		{"the standard log package", "level=WARN msg=\"a library logged a line", func() {
			log.Printf("http: bad request from %s", "192.0.2.7:4711")
		}},
		{"a panic in the SSH server", "panic serving connection", func() {
			server := ssh.Server{ConnCallback: func(ssh.Context, net.Conn) net.Conn { panic("192.0.2.7 said hello") }}
			conn, _ := net.Pipe()
			server.HandleConn(conn)
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var b bytes.Buffer
			redactLibraries(newLogger(&b))
			test.library()
			got := b.String()
			if !strings.Contains(got, test.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("got %q, want one line with %q", got, test.want)
			}
			for _, word := range []string{"192.0.2.7", "goroutine"} {
				if strings.Contains(got, word) {
					t.Errorf("%q tells %q", got, word)
				}
			}
		})
	}
}
