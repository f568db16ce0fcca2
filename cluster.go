package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"

	"strangerd/data"
	"strangerd/matcher"
	"strangerd/matcher/cluster"
	events "strangerd/moderation/cluster"
	"strangerd/node"
	"strangerd/session"
	"strangerd/session/staff"
)

// clusterOptions reads what a connection to NATS is made with.
func (c *Config) clusterOptions() (options []nats.Option, err error) {
	if c.Cluster == "" {
		if c.ClusterFiles != (ClusterFiles{}) {
			return nil, usageError{errors.New("--cluster-creds, --cluster-ca, --cluster-cert and --cluster-key are for --cluster: give that, too")}
		}
		return nil, nil
	}
	if (c.ClusterCert == "") != (c.ClusterKey == "") {
		return nil, usageError{errors.New("--cluster-cert and --cluster-key belong together: give both, or neither")}
	}
	if c.ClusterCreds != "" {
		who, err := credentials(c.ClusterCreds)
		if err != nil {
			return nil, err
		}
		options = append(options, who)
	}
	if c.ClusterCA == "" && c.ClusterCert == "" {
		return options, nil
	}
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.ClusterCA != "" {
		if secure.RootCAs, err = authorities(c.ClusterCA); err != nil {
			return nil, err
		}
	}
	if c.ClusterCert != "" {
		own, err := tls.LoadX509KeyPair(c.ClusterCert, c.ClusterKey)
		if err != nil {
			return nil, fmt.Errorf("--cluster-cert and --cluster-key can't be used: %w", err)
		}
		secure.Certificates = []tls.Certificate{own}
	}
	return append(options, nats.Secure(secure)), nil
}

// credentials is who this machine is to NATS, which is read again with each connection.
func credentials(file string) (nats.Option, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("can't read the credentials as uid %d: %w", os.Getuid(), err)
	}
	if strings.Contains(string(raw), "BEGIN NATS USER JWT") {
		return nats.UserCredentials(file), nil
	}
	seed, err := nats.NkeyOptionFromSeed(file)
	if err != nil { // which could tell of the seed
		return nil, fmt.Errorf("%s is neither a .creds file nor the seed of a user's nkey (SU…)", file)
	}
	return seed, nil
}

func authorities(file string) (*x509.CertPool, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("can't read the certificates as uid %d: %w", os.Getuid(), err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("%s has no certificate in PEM", file)
	}
	return pool, nil
}

// enter has this machine be one of several, if the configuration says so, once what it
// makes runs.
func (h *house) enter(given *given, folder *data.Folder) (err error) {
	if h.config.Cluster == "" {
		return folder.DB().Part()
	}
	h.node, err = node.Join(context.Background(), node.Config{
		Name:    h.config.Node,
		Servers: h.config.Cluster,
		Options: given.cluster,
		Secret:  folder.Secret(),
		HostKey: folder.HostKey().PublicKey().Marshal(),
		Program: programVersion(),
		Log:     h.log,
	})
	if err != nil {
		return err
	}
	h.events = events.New(events.Config{
		Node:  h.node,
		DB:    folder.DB(),
		Leads: func() bool { return h.cluster.Term() != 0 },
		Log:   h.log,
	})
	return nil
}

// shared is how this node is called among others, and who tells them what it decides.
func (h *house) shared() (name string, share func([]data.Event)) {
	if h.events == nil {
		return "", nil
	}
	return h.config.Node, h.events.Share
}

// meet has the people of this machine meet those of others.
func (h *house) meet(options *matcher.Options) {
	if h.node == nil {
		return
	}
	h.cluster = cluster.New(cluster.Config{
		Node:    h.node,
		Cards:   cluster.Cards{Write: session.WriteCard, Read: session.ReadCard},
		MayMeet: options.MayMeet,
		Log:     h.log,
	})
	options.Transport, options.OfferAfter = h.cluster, max(h.config.ClusterAfter, 1)
}

// census is what the other nodes are told of this one.
func (h *house) census() node.Census {
	people := h.pairs.Stats()
	return node.Census{
		Online: people.Online, Waiting: people.Waiting, Chatting: people.Chatting,
		Apart:    people.Asking + people.Discussing,
		Draining: h.gate.Stats().Draining, Term: h.cluster.Term(),
	}
}

// denied is why this machine must not be one of the nodes that it was to be one of.
func (h *house) denied() error {
	if h.node == nil {
		return nil
	}
	return h.node.Denied()
}

// others are the people of the other nodes.
func (h *house) others() session.People {
	c := h.node.Others()
	return session.People{Stats: matcher.Stats{Online: c.Online, Waiting: c.Waiting, Chatting: c.Chatting}, Apart: c.Apart}
}

// nodes are this one, and those of the last ten minutes.
func (h *house) nodes() []staff.Node {
	here := asNode(h.node.Beat(h.census()))
	here.Here, here.Apart = true, !h.node.Inside() || !h.node.Connected()
	all := []staff.Node{here}
	for _, peer := range h.node.Peers() {
		n := asNode(peer.Beat)
		n.Silent, n.Gone = int(peer.Silent.Seconds()), peer.Silent >= node.Gone
		all = append(all, n)
	}
	// Who was killed is forgotten when it is there again by the same name.
	return slices.DeleteFunc(all, func(n staff.Node) bool {
		return n.Gone && slices.ContainsFunc(all, func(other staff.Node) bool { return other.Name == n.Name && !other.Gone })
	})
}

func asNode(b node.Beat) staff.Node {
	return staff.Node{
		Name: b.Name, Since: b.Since, Version: b.Program,
		Online: b.Online, Waiting: b.Waiting, Chatting: b.Chatting,
		Deals: b.Term != 0, Draining: b.Draining, Number: b.Start,
	}
}
