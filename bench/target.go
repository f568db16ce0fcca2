package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// A target is a server to measure, started afresh for each run.
type target struct {
	name  string
	rules bool                      // shows its rules first, and Enter accepts them
	args  func(addr string) command // how to start it
	addr  string                    // where it runs already, when args is nil
	log   string                    // the file that takes its output
}

// A command is a program and its arguments.
type command []string

// builtTarget builds strangerd from the module that bench is part of.
func builtTarget(ctx context.Context, dir string, sessions int) (target, error) {
	program := filepath.Join(dir, "strangerd")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "strangerd")
	if output, err := build.CombinedOutput(); err != nil {
		return target{}, fmt.Errorf("go build: %w (run bench inside the repository)\n%s", err, output)
	}
	return target{
		name:  "strangerd",
		rules: true,
		log:   filepath.Join(dir, "strangerd.log"),
		args: func(addr string) command {
			room := strconv.Itoa(sessions + 100)
			return command{program, "serve", "--listen", addr, "--data", filepath.Join(dir, "data"), "--max-sessions", room, "--shutdown-grace", "1s"}
		},
	}, nil
}

// yardstickTarget runs this very program as the yardstick.
func yardstickTarget(dir string) (target, error) {
	program, err := os.Executable()
	return target{
		name: "yardstick",
		log:  filepath.Join(dir, "yardstick.log"),
		args: func(addr string) command { return command{program, "yardstick", addr} },
	}, err
}

// measure starts the target, takes one run's figures and stops it again.
func (t target) measure(ctx context.Context, p plan, stage func(string)) (figures, error) {
	if t.args == nil {
		return p.measure(ctx, t.addr, t.rules, blind, stage)
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	server, err := start(ctx, addr, t.log, t.args(addr))
	if err != nil {
		return nil, err
	}
	defer server.stop()
	f, err := p.measure(ctx, addr, t.rules, processMeter(server.cmd.Process.Pid), stage)
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w\n%s", err, server.lastWords())
	}
	return f, err
}

// freeAddr returns a loopback address that nobody listens on.
func freeAddr() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
