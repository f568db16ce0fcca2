package main

import (
	"context"
	"log/slog"

	"strangerd/data"
	"strangerd/matcher"
	"strangerd/matcher/cluster"
	"strangerd/moderation"
	events "strangerd/moderation/cluster"
	"strangerd/node"
	"strangerd/session"
)

// house is what serves people, put together. Its parts may be used by any number
// of goroutines.
type house struct {
	config *Config
	log    *slog.Logger
	times  *timings
	gate   *moderation.Gate
	desk   *moderation.Desk
	pairs  *matcher.Matcher
	hours  *moderation.Hours
	server *session.Server
	ready  func() error // why nobody can come in

	// All are nil where this machine is alone.
	node    *node.Node
	cluster *cluster.Cluster
	events  *events.Cluster
}

// build puts the house together, and has life run what runs in it.
func build(config *Config, given *given, folder *data.Folder, doors *doors, log *slog.Logger, life *lifetime) (h *house, err error) {
	h = &house{config: config, log: log, times: newTimings()}
	if err := h.enter(given, folder); err != nil {
		return nil, err
	}
	name, share := h.shared()
	h.gate, err = moderation.NewGate(moderation.Config{
		DB:          folder.DB(),
		Secret:      folder.Secret(),
		Shared:      config.SharedSources,
		Proxies:     config.ProxyFrom,
		MaxSessions: config.MaxSessions,

		MaxPerSource:      config.MaxPerSource,
		ConnectsPerSource: config.ConnectsPerSource.Count,
		ConnectsPer:       config.ConnectsPerSource.Per,
		NewSources:        config.NewSources,

		Node:  name,
		Share: share,
	})
	if err != nil {
		return nil, err
	}
	desk := moderation.DeskConfig{
		DB:        folder.DB(),
		Gate:      h.gate,
		Secret:    folder.Secret(),
		Threshold: config.ReportThreshold,
		MaxDB:     config.MaxDB,
		Retain:    config.Retain,
		Seal:      given.seal,
	}
	if config.Notify != "" {
		notifier := newNotifier(config.Notify, log)
		desk.Notify = notifier.tell
		life.run(notifier.run)
	}
	if h.desk, err = moderation.NewDesk(desk); err != nil {
		return nil, err
	}
	life.run(func(ctx context.Context) {
		h.desk.Run(ctx, func(err error) { log.Error("what should be forgotten could not be", "error", err) })
	})
	options := matcher.Options{
		MayMeet:      session.MayMeet(h.desk),
		InterestWait: max(config.InterestWait, 1),
		Moved:        observe(h.times.move),
	}
	h.meet(&options)
	h.pairs = matcher.New(&options)
	life.run(func(ctx context.Context) { h.pairs.Run(ctx) })
	if h.cluster != nil {
		life.run(func(ctx context.Context) { h.node.Run(ctx, h.census) })
		life.run(func(ctx context.Context) { h.cluster.Run(ctx, h.pairs) })
		life.run(func(ctx context.Context) { h.events.Run(ctx, h.desk) })
	}
	if h.hours, err = moderation.NewHours(folder.DB()); err != nil {
		return nil, err
	}
	if h.server, err = session.New(h.session(given, folder, doors)); err != nil {
		return nil, err
	}
	life.run(h.server.Run)
	life.run(func(ctx context.Context) {
		h.hours.Run(ctx, h.server.Online, func(err error) { log.Error("how many people were here could not be saved", "error", err) })
	})
	if h.node != nil {
		life.run(func(ctx context.Context) { h.node.Answer(ctx, h.server.Answer) })
	}
	return h, nil
}

// session is how people are served.
func (h *house) session(given *given, folder *data.Folder, doors *doors) session.Config {
	config := h.config
	name, host := config.called(doors.people.Addr())
	made := session.Config{
		Name:           name,
		Host:           host,
		Version:        programVersion(),
		Rules:          given.rules,
		Contact:        config.Contact,
		HelpText:       given.helpText,
		MinAge:         config.MinAge,
		AgeGate:        config.AgeGate,
		Openers:        config.Openers,
		EarlyLinks:     config.EarlyLinks,
		Skips:          config.Skips,
		Traps:          given.traps,
		Retain:         config.Retain,
		Sealed:         given.seal != nil,
		HostKeys:       append(given.hostKeys, folder.HostKey()),
		IdleTimeout:    config.IdleTimeout,
		InterestWait:   config.InterestWait,
		LoginGrace:     config.LoginGrace,
		Admins:         given.listAdmins,
		BackupWithKeys: sealedBackup(config.Data, folder.DB()),
		Gate:           h.gate,
		Desk:           h.desk,
		Matcher:        h.pairs,
		Meet:           config.Meet,
		Hours:          h.hours,
		Timings: session.Timings{
			Wait:  observe(h.times.wait),
			Chat:  observe(h.times.chat),
			Paint: observe(h.times.paint),
		},
		Log: h.log,
	}
	if h.node != nil {
		made.Nodes, made.Ask, made.Others = h.nodes, h.node.Ask, h.others
	}
	return made
}

// open has life serve those who run the house at the doors they have of their own.
func (h *house) open(doors *doors, life *lifetime) {
	if doors.operator != nil {
		operator := newOperator(h.ready, h.times.register(h), h.config.Pprof)
		life.run(func(context.Context) { operator.Serve(doors.operator) })
		life.atEnd(func() { operator.Close() })
	}
	if doors.staff != nil {
		life.run(func(context.Context) { h.server.ServeStaff(doors.staff) })
		life.atEnd(func() { doors.staff.Close() })
	}
}
