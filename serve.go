package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"golang.org/x/crypto/ssh"

	"strangerd/data"
	"strangerd/moderation"
	"strangerd/session"
	term "strangerd/session/terminal"
)

// serve runs the server until ctx ends or something it can't do without fails.
// What it starts it stops, in the opposite order: the data folder is closed last.
func serve(ctx context.Context, config *Config, stderr io.Writer) (err error) {
	logger := newLogger(stderr)
	redactLibraries(logger)
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	life := &lifetime{fail: fail}
	defer life.end()
	life.run(newHeap().run)

	// First all that may be refused, then the folder: what is wrong with a first
	// start is told before it leaves anything on the disk.
	if err := data.Usable(config.Data); err != nil {
		return err
	}
	given, err := config.read(logger, stderr)
	if err != nil {
		return err
	}
	doors, err := openDoors(ctx, config, logger)
	if err != nil {
		return err
	}
	life.atEnd(doors.close)
	folder, err := data.OpenFolder(config.Data, nil)
	if err != nil {
		return err
	}
	life.atEnd(func() {
		if closing := folder.Close(); err == nil {
			err = closing
		}
	})
	h, err := build(config, given, folder, doors, logger, life)
	if err != nil {
		return err
	}
	running, drained := context.WithCancel(ctx)
	defer drained()
	life.run(func(ctx context.Context) {
		select {
		case <-h.gate.Drained():
			drained()
		case <-ctx.Done():
		}
	})
	h.ready = func() error {
		if err := h.denied(); err != nil {
			return err
		}
		return readiness(running, h.gate, doors.steady, folder.DB())
	}
	h.open(doors, life)
	announce(stderr, config, given, doors, folder)

	err = serveUntil(running, h.server, doors.people, config.ShutdownGrace)
	if panicked, ok := errors.AsType[*term.PanicError](context.Cause(ctx)); ok && err == nil {
		err = panicked
	}
	return err
}

// readiness is why nobody can come in for the moment, or nil.
func readiness(running context.Context, gate *moderation.Gate, door *steadyListener, db *data.DB) error {
	fault("readyz")
	switch {
	case running.Err() != nil:
		return errors.New("stopping")
	case gate.Stats().Draining:
		return errors.New("draining: nobody is let in any more, and the server stops when all are gone")
	case door.failing.Load():
		return errors.New("connections can't be accepted; see the log")
	}
	return db.Writable()
}

// serveUntil lets people in until ctx ends, and out within the grace period.
func serveUntil(ctx context.Context, server *session.Server, listener net.Listener, grace time.Duration) error {
	served := make(chan error, 1)
	go func() { served <- contained(func() error { return server.Serve(listener) }) }()
	var err error
	select {
	case err = <-served:
		served = nil
	case <-ctx.Done():
		listener.Close() // also ends a Serve that comes after Shutdown
	}
	ending, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	server.Shutdown(ending)
	if served != nil {
		<-served
	}
	return err
}

// announce tells whoever started the server what to type next.
func announce(w io.Writer, config *Config, given *given, doors *doors, folder *data.Folder) {
	if doors.operator != nil {
		fmt.Fprintf(w, "The operator's http://%s has /metrics, /healthz and /readyz.\n", doors.operator.Addr())
	}
	address := doors.people.Addr()
	fmt.Fprintf(w, "Listening on %s. To chat:\n\n    %s\n\n", address, sshLine(address))
	if folder.LostHostKey() {
		fmt.Fprintf(w, "WARNING: host_ed25519 was missing in %s, and a new one was made: every client that knows the old\n"+
			"one will warn of an attack. If you have it, put it back and start again.\n", config.Data)
	}
	news := ""
	if folder.NewHostKey() {
		news = " (new: ssh asks once whether to trust it)"
	}
	fmt.Fprintf(w, "Host key: %s%s\n", ssh.FingerprintSHA256(folder.HostKey().PublicKey()), news)
	if !given.admins {
		fmt.Fprintf(w, "There is no administrator yet. To be one, put your public key into %s,\n"+
			"set STRANGERD_ADMIN_KEY to it, or start with\n\n"+
			"    --admin-key \"$(cat ~/.ssh/id_ed25519.pub)\"\n\n", cmp.Or(config.AdminKeys, config.defaultAdminKeys()))
	}
	for _, key := range given.hostKeys {
		fmt.Fprintf(w, "Host key: %s (%s)\n", ssh.FingerprintSHA256(key.PublicKey()), key.PublicKey().Type())
	}
	if doors.staff != nil {
		fmt.Fprintf(w, "Staff alone can also come in at %s.\n", doors.staff.Addr())
	}
}
