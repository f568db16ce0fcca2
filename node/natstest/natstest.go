// Package natstest runs nats-servers, as processes on this machine, for tests. What
// they are built from stands in testdata/server: a module of its own, so that the
// program doesn't depend on it.
package natstest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Program returns the path of the nats-server, which is built unless Go's cache has it.
var Program = sync.OnceValues(func() (string, error) {
	where, err := exec.Command("go", "list", "-f", "{{.Dir}}", "strangerd/node/natstest").Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	build := exec.Command("go", "tool", "-n", "nats-server")
	build.Dir = filepath.Join(strings.TrimSpace(string(where)), "testdata", "server")
	said, err := build.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go tool -n nats-server: %w: %s", err, said)
	}
	return strings.TrimSpace(string(said)), nil
})

// A Server is one nats-server, which may be killed and run again.
type Server struct {
	t           testing.TB
	program     string
	config      string // a file
	environment []string
	address     string
	process     *exec.Cmd // nil: it doesn't run
}

// New returns a server with a file as its configuration, which takes connections on an
// address, and doesn't run yet. It runs until the test ends, at most. Where nats-server can't
// be built New skips the test or, if STRANGERD_CI is set, fails it.
func New(t testing.TB, config string, environment []string, address string) *Server {
	t.Helper()
	program, err := Program()
	if err != nil {
		if os.Getenv("STRANGERD_CI") == "" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	s := &Server{t: t, program: program, config: config, environment: environment, address: address}
	t.Cleanup(s.Kill)
	return s
}

// Run runs it, and returns when it takes connections.
func (s *Server) Run() {
	s.t.Helper()
	cmd := exec.Command(s.program, "-c", s.config)
	cmd.Env = append(os.Environ(), s.environment...)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.process = cmd
	for range 1200 {
		if c, err := net.Dial("tcp", s.address); err == nil {
			c.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatalf("nats-server doesn't listen on %s", s.address)
}

// Kill ends it at once, if it runs.
func (s *Server) Kill() {
	if s.process != nil {
		s.process.Process.Kill()
		s.process.Wait()
		s.process = nil
	}
}

// Servers have JetStream, and form one cluster.
type Servers []*Server

// Start runs n servers until the test ends. Options are lines of their configuration.
func Start(t testing.TB, n int, options ...string) (all Servers) {
	t.Helper()
	folder, clients, routes := t.TempDir(), addresses(t, n), addresses(t, n)
	for i := range n {
		lines := append([]string{
			fmt.Sprintf("server_name: n%d", i),
			fmt.Sprintf("listen: %q", clients[i]),
			fmt.Sprintf("jetstream { store_dir: %q, max_mem: 64M, max_file: 256M, sync_interval: always }", filepath.Join(folder, fmt.Sprint(i))),
		}, options...)
		if n > 1 {
			lines = append(lines, fmt.Sprintf("cluster { name: test, listen: %q, no_advertise: true, routes: [nats://%s] }",
				routes[i], strings.Join(routes, ", nats://")))
		}
		config := filepath.Join(folder, fmt.Sprintf("%d.conf", i))
		if err := os.WriteFile(config, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s := New(t, config, nil, clients[i])
		s.Run()
		all = append(all, s)
	}
	return all
}

// addresses are n that nobody listens on.
func addresses(t testing.TB, n int) (all []string) {
	t.Helper()
	for len(all) < n {
		// The kernel gives none of these to others while a server is dead.
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000)))
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // when all are found
		all = append(all, l.Addr().String())
	}
	return all
}

// URL is of all servers.
func (all Servers) URL() string {
	var urls []string
	for _, s := range all {
		urls = append(urls, "nats://"+s.address)
	}
	return strings.Join(urls, ",")
}
