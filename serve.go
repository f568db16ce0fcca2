package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"strangerd/data"
	"strangerd/matcher"
	"strangerd/moderation"
	"strangerd/session"
	term "strangerd/session/terminal"
)

// serve runs the server until ctx ends or something it can't do without fails.
// What it starts it stops, in the opposite order: the data folder is closed last.
func serve(ctx context.Context, config *Config, stderr io.Writer) (err error) {
	logger := newLogger(stderr)
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	inBackground := func(run func(context.Context)) (stop func()) { return inBackground(run, fail) }
	redactLibraries(logger)

	defer inBackground(newHeap().run)()

	// First all that may be refused, then the folder: what is wrong with a first
	// start is told before it leaves anything on the disk.
	if err := data.Usable(config.Data); err != nil {
		return err
	}
	rules, err := config.readRules()
	if err != nil {
		return err
	}
	helpText, err := config.readHelpText()
	if err != nil {
		return err
	}
	listed := &adminList{config: config, log: logger}
	admins, err := listed.begin(stderr)
	if err != nil {
		return err
	}
	hostKeys, err := config.hostKeys()
	if err != nil {
		return err
	}
	seal, err := sealTo(config.SealTo)
	if err != nil {
		return err
	}
	if config.Pprof && config.HTTP == "" {
		return usageError{errors.New("--pprof needs a listener of its own: give --http, such as 127.0.0.1:9100")}
	}
	open, err := listen(ctx, "listen", config.Listen)
	if err != nil {
		return err
	}
	door := steady(open, logger)
	listener := &proxyListener{door, config.ProxyFrom}
	defer listener.Close()
	var staffListener, operatorListener net.Listener // nil: off
	if config.StaffListen != "" {
		staffListener, err = listen(ctx, "staff-listen", config.StaffListen)
		if err != nil {
			return err
		}
		staffListener = steady(staffListener, logger)
		defer staffListener.Close()
	}
	if config.HTTP != "" {
		operatorListener, err = listen(ctx, "http", config.HTTP)
		if err != nil {
			return err
		}
		defer operatorListener.Close()
	}
	folder, err := data.OpenFolder(config.Data, nil)
	if err != nil {
		return err
	}
	defer func() {
		if closing := folder.Close(); err == nil {
			err = closing
		}
	}()

	gate, err := moderation.NewGate(moderation.Config{
		DB:          folder.DB(),
		Secret:      folder.Secret(),
		Shared:      config.SharedSources,
		Proxies:     config.ProxyFrom,
		MaxSessions: config.MaxSessions,

		MaxPerSource:      config.MaxPerSource,
		ConnectsPerSource: config.ConnectsPerSource.Count,
		ConnectsPer:       config.ConnectsPerSource.Per,
		NewSources:        config.NewSources,
	})
	if err != nil {
		return err
	}
	deskConfig := moderation.DeskConfig{
		DB:        folder.DB(),
		Gate:      gate,
		Secret:    folder.Secret(),
		Threshold: config.ReportThreshold,
		MaxDB:     config.MaxDB,
		Retain:    config.Retain,
		Seal:      seal,
	}
	if config.Notify != "" {
		notifier := newNotifier(config.Notify, logger)
		deskConfig.Notify = notifier.tell
		defer inBackground(notifier.run)()
	}
	desk, err := moderation.NewDesk(deskConfig)
	if err != nil {
		return err
	}
	defer inBackground(func(ctx context.Context) {
		desk.Run(ctx, func(err error) { logger.Error("what should be forgotten could not be", "error", err) })
	})()
	times := newTimings()
	pairs := matcher.New(&matcher.Options{MayMeet: session.MayMeet(desk), InterestWait: max(config.InterestWait, 1), Moved: observe(times.move)})
	defer inBackground(func(ctx context.Context) { pairs.Run(ctx) })()

	name, host := config.called(listener.Addr())
	server, err := session.New(session.Config{
		Name:           name,
		Host:           host,
		Version:        programVersion(),
		Rules:          rules,
		Contact:        config.Contact,
		HelpText:       helpText,
		MinAge:         config.MinAge,
		AgeGate:        config.AgeGate,
		Openers:        config.Openers,
		EarlyLinks:     config.EarlyLinks,
		Skips:          config.Skips,
		Retain:         config.Retain,
		Sealed:         seal != nil,
		HostKeys:       append(hostKeys, folder.HostKey()),
		IdleTimeout:    config.IdleTimeout,
		InterestWait:   config.InterestWait,
		LoginGrace:     config.LoginGrace,
		Admins:         listed.read,
		BackupWithKeys: sealedBackup(config.Data, folder.DB()),
		Gate:           gate,
		Desk:           desk,
		Matcher:        pairs,
		Timings:        session.Timings{Wait: observe(times.wait), Chat: observe(times.chat), Paint: observe(times.paint)},
		Log:            logger,
	})
	if err != nil {
		return err
	}
	defer inBackground(server.Run)()
	running, drained := context.WithCancel(ctx)
	defer drained()
	defer inBackground(func(ctx context.Context) {
		select {
		case <-gate.Drained():
			drained()
		case <-ctx.Done():
		}
	})()
	if operatorListener != nil {
		ready := func() error {
			fault("readyz")
			return readiness(running, gate, door, folder.DB())
		}
		metrics := times.register(&house{
			pairs: pairs, server: server, gate: gate, desk: desk, ready: ready, data: config.Data, log: logger,
		})
		operator := newOperator(ready, metrics, config.Pprof)
		defer inBackground(func(context.Context) { operator.Serve(operatorListener) })()
		defer operator.Close()
		fmt.Fprintf(stderr, "The operator's http://%s has /metrics, /healthz and /readyz.\n", operatorListener.Addr())
	}

	announce(stderr, config, listener.Addr(), folder, len(admins) > 0)
	for _, key := range hostKeys {
		fmt.Fprintf(stderr, "Host key: %s (%s)\n", ssh.FingerprintSHA256(key.PublicKey()), key.PublicKey().Type())
	}
	if staffListener != nil {
		fmt.Fprintf(stderr, "Staff alone can also come in at %s.\n", staffListener.Addr())
		defer inBackground(func(context.Context) { server.ServeStaff(staffListener) })()
		defer staffListener.Close() // before that is waited for
	}
	err = serveUntil(running, server, listener, config.ShutdownGrace)
	if panicked, ok := errors.AsType[*term.PanicError](context.Cause(ctx)); ok && err == nil {
		err = panicked
	}
	return err
}

// readiness is why nobody can come in for the moment, or nil.
func readiness(running context.Context, gate *moderation.Gate, door *steadyListener, db *data.DB) error {
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
func announce(w io.Writer, config *Config, address net.Addr, folder *data.Folder, admins bool) {
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
	if !admins {
		fmt.Fprintf(w, "There is no administrator yet. To be one, put your public key into %s,\n"+
			"set STRANGERD_ADMIN_KEY to it, or start with\n\n"+
			"    --admin-key \"$(cat ~/.ssh/id_ed25519.pub)\"\n\n", cmp.Or(config.AdminKeys, config.defaultAdminKeys()))
	}
}

// inBackground starts run and returns what ends its context and waits for it. A
// panic there fails the server: what runs in the background is everybody's, and
// nobody knows what is left of it. People are told, what was acknowledged is on the
// disk, and whoever started the server starts it again.
func inBackground(run func(context.Context), fail context.CancelCauseFunc) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		err := contained(func() error {
			run(ctx)
			return nil
		})
		if err != nil {
			fail(err)
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// contained runs run, and turns a panic into an error that tells where it was, and
// not with what.
func contained(run func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = &term.PanicError{Where: term.Where()}
		}
	}()
	return run()
}
