package main

import (
	"context"
	"errors"
	"net"
	"time"

	"golang.org/x/crypto/ssh"
)

// healthTimeout is for the whole check; Docker's own default is 30 s.
const healthTimeout = 5 * time.Second

// checkHealth completes a log-in at the server that listens on address on this
// machine, as any stranger would, and has it run a command.
func checkHealth(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", reachable(address))
	if err != nil {
		return err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	conn.SetDeadline(deadline)

	// The check tells the server nothing, so it need not know the host key.
	config := &ssh.ClientConfig{User: "health", HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	c, channels, requests, err := ssh.NewClientConn(conn, address, config)
	if err != nil {
		return err
	}
	client := ssh.NewClient(c, channels, requests)
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	err = session.Run("version")
	if exit, ok := errors.AsType[*ssh.ExitError](err); ok && exit.ExitStatus() == exitNotNow {
		return nil // full or draining, and well
	}
	return err
}
