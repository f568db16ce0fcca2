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

// Servers are nats-servers with JetStream that form one cluster.
type Servers struct {
	t       testing.TB
	program string
	folder  string
	clients []string // addresses
	running []*exec.Cmd
	routes  [][]*Relay // from each server to each other
}

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

// required is the path of the nats-server, without which it skips the test or, if
// STRANGERD_CI is set, fails it.
func required(t testing.TB) string {
	t.Helper()
	path, err := Program()
	if err != nil {
		if os.Getenv("STRANGERD_CI") == "" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	return path
}

// Start runs n servers until the test ends. Options are lines of their configuration.
// Where nats-server can't be built it skips the test, unless STRANGERD_CI is set.
func Start(t testing.TB, n int, options ...string) *Servers {
	t.Helper()
	s := &Servers{t: t, program: required(t), folder: t.TempDir(), running: make([]*exec.Cmd, n)}
	routes := s.addresses(n)
	s.clients = s.addresses(n)
	for i := range n {
		s.routes = append(s.routes, make([]*Relay, n))
		for j := range n {
			if j != i {
				s.routes[i][j] = NewRelay(t, routes[j])
			}
		}
		s.write(i, routes[i], options)
		s.Run(i)
	}
	t.Cleanup(func() {
		for i := range s.running {
			s.Kill(i)
		}
	})
	return s
}

// RunWith runs one server until the test ends, with a configuration and an environment of the
// caller's, and returns when it takes connections. Where nats-server can't be built it
// skips the test, as Start does.
func RunWith(t testing.TB, config string, environment []string, address string) {
	t.Helper()
	cmd := run(t, required(t), config, environment, address)
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
}

// addresses are n that nobody listens on.
func (s *Servers) addresses(n int) (all []string) {
	for len(all) < n {
		// The kernel gives none of these to others while a server is dead.
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000)))
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err != nil {
			s.t.Fatal(err)
		}
		defer l.Close() // when all are found
		all = append(all, l.Addr().String())
	}
	return all
}

func (s *Servers) config(i int) string { return filepath.Join(s.folder, fmt.Sprintf("%d.conf", i)) }

func (s *Servers) write(i int, listen string, options []string) {
	lines := append([]string{
		fmt.Sprintf("server_name: n%d", i),
		fmt.Sprintf("listen: %q", s.clients[i]),
		fmt.Sprintf("jetstream { store_dir: %q, max_mem: 64M, max_file: 256M, sync_interval: always }", filepath.Join(s.folder, fmt.Sprint(i))),
	}, options...)
	if len(s.running) > 1 {
		var others []string
		for _, relay := range s.routes[i] {
			if relay != nil {
				others = append(others, fmt.Sprintf("%q", "nats://"+relay.Address()))
			}
		}
		// No server learns from another how to reach a third but through the relays, nor
		// does a client: nobody listens on the port.
		lines = append(lines, fmt.Sprintf("cluster { name: test, listen: %q, advertise: \"127.0.0.1:1\", no_advertise: true, routes: [%s] }", listen, strings.Join(others, ", ")))
	}
	if err := os.WriteFile(s.config(i), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// URL is of all servers.
func (s *Servers) URL() string {
	var all []string
	for _, address := range s.clients {
		all = append(all, "nats://"+address)
	}
	return strings.Join(all, ",")
}

// Routes are the ways by which the servers i and j reach each other.
func (s *Servers) Routes(i, j int) []*Relay { return []*Relay{s.routes[i][j], s.routes[j][i]} }

// Relays returns ways to all servers, for one client alone, and their URL.
func (s *Servers) Relays(t testing.TB) (all []*Relay, url string) {
	t.Helper()
	var urls []string
	for _, address := range s.clients {
		r := NewRelay(t, address)
		all = append(all, r)
		urls = append(urls, "nats://"+r.Address())
	}
	return all, strings.Join(urls, ",")
}

// Run runs server i, and returns when it takes connections.
func (s *Servers) Run(i int) {
	s.t.Helper()
	s.running[i] = run(s.t, s.program, s.config(i), nil, s.clients[i])
}

// run runs a server, and returns when it takes connections.
func run(t testing.TB, program, config string, environment []string, address string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(program, "-c", config)
	cmd.Env = append(os.Environ(), environment...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 1200 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return cmd
		}
		time.Sleep(50 * time.Millisecond)
	}
	cmd.Process.Kill()
	cmd.Wait()
	t.Fatalf("nats-server doesn't listen on %s", address)
	return nil
}

// Kill ends server i at once.
func (s *Servers) Kill(i int) {
	if cmd := s.running[i]; cmd != nil {
		cmd.Process.Kill()
		cmd.Wait()
		s.running[i] = nil
	}
}
