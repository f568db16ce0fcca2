package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// A target is a server to measure, started afresh for each run.
type target struct {
	name  string
	rules bool   // shows its rules first, and Enter accepts them
	addr  string // where it runs already, when args is nil
	log   string // the file that takes its output

	// args is how to start it, so that it listens on addr, and for its operator.
	args func(addr, operator string) command
}

// A command is a program and its arguments.
type command []string

// build builds strangerd from the module that bench is part of.
func build(ctx context.Context, dir string) (program string, err error) {
	program = filepath.Join(dir, "strangerd")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "strangerd")
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w (run bench inside the repository)\n%s", err, output)
	}
	return program, nil
}

// serverTarget runs strangerd, with room for so many, and what it leaves in dir.
func serverTarget(program, dir string, sessions int) target {
	return target{
		name:  "strangerd",
		rules: true,
		log:   filepath.Join(dir, "strangerd.log"),
		args: func(addr, operator string) command {
			room := strconv.Itoa(sessions)
			return command{program, "serve", "--listen", addr, "--http", operator, "--data", filepath.Join(dir, "data"),
				"--max-sessions", room, "--report-threshold", "0", "--shutdown-grace", "1s"}
		},
	}
}

// yardstickTarget runs this very program as the yardstick.
func yardstickTarget(dir string) (target, error) {
	program, err := os.Executable()
	return target{
		name: "yardstick",
		log:  filepath.Join(dir, "yardstick.log"),
		args: func(addr, _ string) command { return command{program, "yardstick", addr} },
	}, err
}

// unhurried runs a target at the lowest priority.
func (t target) unhurried() target {
	args := t.args
	t.args = func(addr, operator string) command {
		return append(command{"nice", "-n", "19"}, args(addr, operator)...)
	}
	return t
}
