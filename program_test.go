package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The test binary is also the program: run under the name strangerd, which is in
// PATH while tests run, it does what main does.
func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){"strangerd": main})
}

// tests run, and leave nothing behind.
type tests struct{ *testing.M }

func (all tests) Run() int {
	defer func() {
		if faultyFolder != "" {
			os.RemoveAll(faultyFolder)
		}
	}()
	return all.M.Run()
}

// faultyFolder holds the program that panics where it is told to (see fault_on.go), once
// buildFaultyOnce was called.
var faultyFolder string

var buildFaultyOnce = sync.OnceValue(func() (err error) {
	if faultyFolder, err = os.MkdirTemp("", "strangerd-faults"); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-tags", "faults", "-o", filepath.Join(faultyFolder, "strangerd"), ".")
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w: %s", err, said)
	}
	return nil
})

// alone is the variable by which every program is one of several machines, whose NATS
// servers nobody reaches (see TestClusterAlone).
const alone = "TEST_CLUSTER_ALONE"

// program is a server that runs on a free port of 127.0.0.1, or inside of the test.
type program struct {
	bubble *bubble

	cmd     *exec.Cmd
	address string // where it listens
	output  string // what it printed until it listened

	read  sync.WaitGroup
	later strings.Builder // what it printed from then on; read it after stop
}

// startProgram starts a server with these flags in a folder. It returns when the
// server listens, or with what it said instead.
func startProgram(folder string, args ...string) (*program, error) {
	isClusters := func(flag string) bool { return strings.HasPrefix(flag, "--cluster") }
	if os.Getenv(alone) != "" && !slices.ContainsFunc(args, isClusters) {
		// Nobody listens there, nor ever will.
		args = append([]string{"--cluster", "nats://127.0.0.1:1", "--node", "alone"}, args...)
	}
	p := &program{cmd: exec.Command("strangerd", append([]string{"--listen", "127.0.0.1:0"}, args...)...)}
	p.cmd.Dir = folder
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "STRANGERD_") {
			p.cmd.Env = append(p.cmd.Env, variable)
		}
	}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(stderr)
	for !strings.Contains(p.output, "Host key: ") {
		line, err := lines.ReadString('\n')
		p.output += line
		if err != nil {
			return nil, fmt.Errorf("%w: %s", p.cmd.Wait(), p.output)
		}
	}
	_, rest, _ := strings.Cut(p.output, "Listening on ")
	p.address, _, _ = strings.Cut(rest, ". ")
	p.read.Go(func() { io.Copy(&p.later, lines) })
	return p, nil
}

// freePort is an address of this machine that nobody listens on. It isn't among those
// that the kernel gives out: one of them could be somebody's before it is used.
func freePort(t *testing.T) string {
	t.Helper()
	for {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000)))
		if err == nil {
			listener.Close()
			return listener.Addr().String()
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			t.Fatal(err)
		}
	}
}

// stop ends the server as an operator does, and returns why it didn't end well.
func (p *program) stop() error {
	p.cmd.Process.Signal(syscall.SIGTERM)
	return p.wait()
}

func (p *program) wait() error {
	p.read.Wait()
	return p.cmd.Wait()
}
