package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"strangerd/node/natstest"
)

// natsServers is how many servers of NATS there are: as many as keep what nodes share.
const natsServers = 3

// A fleet is several strangerds on this machine and the NATS servers between them, each in a
// process of its own. One goroutine calls its methods.
type fleet struct {
	program   string
	dir       string
	urls      string // of NATS
	nats      []*process
	nodes     []*process
	addrs     []string // of the nodes, and those of their operators
	operators []string
}

// newFleet starts NATS, and no node yet. It makes dir, with the data folders of so many
// nodes.
func newFleet(ctx context.Context, program, nats, dir string, nodes int) (*fleet, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	f := &fleet{program: program, dir: dir}
	if err := errors.Join(f.serveNATS(ctx, nats), f.folders(ctx, nodes)); err != nil {
		f.stop()
		return nil, err
	}
	return f, nil
}

// serveNATS starts the NATS servers, which acknowledge what is synced and no less, as
// docs/operating.md asks for.
func (f *fleet) serveNATS(ctx context.Context, program string) error {
	var clients, routes, urls []string
	for range natsServers {
		client, err := freeAddr()
		if err != nil {
			return err
		}
		route, err := freeAddr()
		if err != nil {
			return err
		}
		clients, routes, urls = append(clients, client), append(routes, `"nats://`+route+`"`), append(urls, "nats://"+client)
	}
	f.urls = strings.Join(urls, ",")
	for i := range natsServers {
		place := filepath.Join(f.dir, fmt.Sprint("nats-", i))
		config := fmt.Sprintf(`server_name: n%d
listen: %q
jetstream { store_dir: %q, max_mem: 64M, max_file: 256M, sync_interval: always }
cluster { name: bench, listen: %s, no_advertise: true, routes: [%s] }
`, i, clients[i], place, strings.Replace(routes[i], "nats://", "", 1), strings.Join(routes, ", "))
		if err := os.WriteFile(place+".conf", []byte(config), 0o600); err != nil {
			return err
		}
		p, err := start(ctx, clients[i], place+".log", command{program, "-c", place + ".conf"})
		if err != nil {
			return err
		}
		f.nats = append(f.nats, p)
	}
	return nil
}

func (f *fleet) folder(node int) string { return filepath.Join(f.dir, fmt.Sprint("node-", node)) }

// folders makes the data folders of all nodes, which share a secret and a host key.
func (f *fleet) folders(ctx context.Context, nodes int) error {
	addr, err := freeAddr()
	if err != nil {
		return err
	}
	first, err := start(ctx, addr, filepath.Join(f.dir, "first.log"), command{f.program, "--listen", addr, "--data", f.folder(0)})
	if err != nil {
		return err
	}
	first.stop()
	for i := 1; i < nodes; i++ {
		if err := copyFolder(f.folder(i), f.folder(0)); err != nil {
			return err
		}
	}
	return nil
}

// copyFolder copies a data folder, whose files only their owner may open.
func copyFolder(to, from string) error {
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	files, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(from, file.Name()))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, file.Name()), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// run starts so many nodes with room for so many people each, and waits until all know each
// other and one of them deals.
func (f *fleet) run(ctx context.Context, nodes, room int) error {
	for i := range nodes {
		addr, err := freeAddr()
		if err != nil {
			return err
		}
		operator, err := freeAddr()
		if err != nil {
			return err
		}
		t := serverTarget(f.program, f.dir, room)
		p, err := start(ctx, addr, f.folder(i)+".log", append(t.args(addr, operator), "--data", f.folder(i),
			"--cluster", f.urls, "--node", fmt.Sprint("node-", i), "--interest-wait", "1m"))
		if err != nil {
			return err
		}
		f.nodes, f.addrs, f.operators = append(f.nodes, p), append(f.addrs, addr), append(f.operators, operator)
	}
	for began := time.Now(); ; {
		joined, err := f.joined(ctx)
		switch {
		case err != nil || joined:
			return err
		case time.Since(began) > patience:
			return errors.New("the nodes don't find each other, or nobody deals")
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// joined tells whether each node knows all others, and one deals.
func (f *fleet) joined(ctx context.Context) (bool, error) {
	dealers := 0.0
	for _, operator := range f.operators {
		var nodes, deals float64
		if err := readMetrics(ctx, operator, map[string]*float64{"strangerd_cluster_nodes": &nodes, "strangerd_cluster_deals": &deals}); err != nil {
			return false, err
		}
		if dealers += deals; int(nodes) != len(f.nodes) {
			return false, nil
		}
	}
	return dealers == 1, nil
}

// halt stops the nodes, and leaves NATS.
func (f *fleet) halt() {
	for _, p := range f.nodes {
		p.stop()
	}
	f.nodes, f.addrs, f.operators = nil, nil, nil
}

func (f *fleet) stop() {
	f.halt()
	for _, p := range f.nats {
		p.stop()
	}
}

// lastWords is what the nodes printed last.
func (f *fleet) lastWords() string {
	var all []string
	for _, p := range f.nodes {
		all = append(all, p.lastWords())
	}
	return strings.Join(all, "\n")
}

// natsProgram is the nats-server that is measured with: the one given, or the one that tests
// take.
func natsProgram(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	return natstest.Program()
}

// meterOf adds up what processes use.
func meterOf(processes []*process) meter {
	var all []meter
	for _, p := range processes {
		all = append(all, processMeter(p.cmd.Process.Pid))
	}
	return func() (sum usage, err error) {
		for _, m := range all {
			one, err := m()
			if err != nil {
				return sum, err
			}
			sum.cpu, sum.rss, sum.peak = sum.cpu+one.cpu, sum.rss+one.rss, sum.peak+one.peak
		}
		return sum, nil
	}
}
