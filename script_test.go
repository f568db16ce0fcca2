package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// Each script is what an operator may do wrong, and what they are told.
func TestScripts(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { busy.Close() }) // the scripts run in parallel, after this function
	testscript.Run(t, testscript.Params{
		Dir:      "testdata/script",
		Deadline: time.Now().Add(5 * time.Minute), // a server that isn't refused runs on
		Setup: func(env *testscript.Env) error {
			env.Setenv("BUSY", busy.Addr().String())
			env.Values[running{}] = new(func())
			return nil
		},
		Condition: func(word string) (bool, error) {
			if word != "root" {
				return false, fmt.Errorf("unknown condition %q", word)
			}
			return os.Getuid() == 0, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"refused": refused,
			"start":   start,
			"stop":    stop,
		},
	})
}

// refused CODE ARG... runs the program, which has to exit with the code and say
// why in one line.
func refused(ts *testscript.TestScript, _ bool, args []string) {
	code, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("strangerd", args[1:]...)
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() != code {
		ts.Fatalf("got %v, want exit code %d", err, code)
	}
	said := ts.ReadFile("stderr")
	if !strings.HasPrefix(said, "strangerd: ") || strings.Count(said, "\n") != 1 || !strings.HasSuffix(said, "\n") {
		ts.Fatalf("want one line, got %q", said)
	}
}

// start ARG... runs a server at $ADDRESS, until stop or the end of the script.
func start(ts *testscript.TestScript, _ bool, args []string) {
	p, err := startProgram(ts.MkAbs("."), args...)
	ts.Check(err)
	ts.Setenv("ADDRESS", p.address)
	stopOnce := sync.OnceFunc(func() { ts.Check(p.stop()) })
	ts.Defer(stopOnce)
	*ts.Value(running{}).(*func()) = stopOnce
}

func stop(ts *testscript.TestScript, _ bool, _ []string) {
	(*ts.Value(running{}).(*func()))()
}

// running is where a script holds what stops its server.
type running struct{}
