package main

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/crypto/ssh"
)

// fullCode and fullWords are what the contract promises who comes to a full server.
const (
	fullCode  = 4
	fullWords = "is full. Please try again"
)

// knock lets so many come to a full server, one after the other, and sees to it that
// each is told.
func (c *crowd) knock(s *server) error {
	for range knocks {
		if err := c.knockOnce(s); err != nil {
			return fmt.Errorf("at the limit: %w", err)
		}
	}
	return nil
}

func (c *crowd) knockOnce(s *server) error {
	conn, err := dial(c.ctx, nil, s.addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	client, err := newClient(conn, guest, s.addr)
	if err != nil {
		return err
	}
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	var said bytes.Buffer
	session.Stderr = &said
	if err := session.RequestPty("xterm-256color", c.plan.Rows, c.plan.Columns, nil); err != nil {
		return err
	}
	err = session.Run("plain")
	if exit, ok := errors.AsType[*ssh.ExitError](err); !ok || exit.ExitStatus() != fullCode || !bytes.Contains(said.Bytes(), []byte(fullWords)) {
		return fmt.Errorf("a full server says %q and ends with %v", said.String(), err)
	}
	return nil
}
