package main

import (
	"errors"
	"io"
	"log/slog"

	"github.com/nats-io/nats.go"
	"golang.org/x/crypto/ssh"

	"strangerd/session"
	"strangerd/session/trap"
)

// given is what the configuration names and doesn't hold itself: files.
type given struct {
	rules, helpText string
	traps           *trap.List
	hostKeys        []ssh.Signer
	seal            func([]byte) ([]byte, error) // nil: reports aren't sealed
	listAdmins      func() ([]session.Admin, error)
	admins          bool // there are some
	cluster         []nats.Option
}

// read reads what the configuration names. It tells whoever starts the server of
// each administrator's line that can't be honoured.
func (c *Config) read(log *slog.Logger, stderr io.Writer) (*given, error) {
	if c.Pprof && c.HTTP == "" {
		return nil, usageError{errors.New("--pprof needs a listener of its own: give --http, such as 127.0.0.1:9100")}
	}
	list := &adminList{config: c, log: log}
	g := &given{listAdmins: list.read}
	var err error
	if g.rules, err = c.readRules(); err != nil {
		return nil, err
	}
	if g.helpText, err = c.readHelpText(); err != nil {
		return nil, err
	}
	if g.traps, err = c.readTraps(); err != nil {
		return nil, err
	}
	admins, err := list.begin(stderr)
	if err != nil {
		return nil, err
	}
	g.admins = len(admins) > 0
	if g.hostKeys, err = c.hostKeys(); err != nil {
		return nil, err
	}
	if g.seal, err = sealTo(c.SealTo); err != nil {
		return nil, err
	}
	if g.cluster, err = c.clusterOptions(); err != nil {
		return nil, err
	}
	return g, nil
}
