package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/crypto/ssh"
)

func newHealthCommand(config *Config, flags *pflag.FlagSet) *cobra.Command {
	health := &cobra.Command{
		Use:   "health",
		Short: "Exit with 0 if the server on this machine completes a log-in",
		Long:  "Takes the server's flags, variables and file, and looks where --listen says.",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := load(flags, os.Getenv); err != nil {
				return err
			}
			if err := checkHealth(cmd.Context(), reachable(config.Listen), config.ProxyFrom); err != nil {
				return fmt.Errorf("no log-in at %s: %w", reachable(config.Listen), err)
			}
			cmd.Println("ok")
			return nil
		},
	}
	health.Flags().AddFlagSet(flags)
	return health
}

// healthTimeout is for the whole check; Docker's own default is 30 s.
const healthTimeout = 5 * time.Second

// checkHealth completes a log-in at address, as any stranger would, and has the
// server run a command. Where the server takes this machine for a proxy, it says
// that it comes for itself.
func checkHealth(ctx context.Context, address string, proxies []netip.Prefix) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	conn.SetDeadline(deadline)
	here := conn.LocalAddr().(*net.TCPAddr).AddrPort().Addr().Unmap()
	if slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(here) }) {
		if _, err := io.WriteString(conn, "PROXY UNKNOWN\r\n"); err != nil {
			return err
		}
	}

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
	return session.Run("version")
}
