package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"strangerd/session"
)

// listen opens the address that a flag gives. The kernel sends no probes: who is gone
// without a word is found by the time that a log-in has, and by the session's pulses.
func listen(ctx context.Context, flag, address string) (net.Listener, error) {
	config := net.ListenConfig{KeepAlive: -1}
	listener, err := config.Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("can't listen on %s: the port is in use; stop what uses it, or choose another with --%s", address, flag)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("can't listen on %s: a port below 1024 takes the capability CAP_NET_BIND_SERVICE; or choose another with --%s", address, flag)
	case err != nil:
		return nil, fmt.Errorf("can't listen on %s: %w; see --%s", address, err, flag)
	}
	return listener, nil
}

// sshLine is what someone on this machine types to get to a listener.
func sshLine(address net.Addr) string {
	tcp := address.(*net.TCPAddr)
	host := tcp.IP.String()
	if tcp.IP.IsUnspecified() {
		host = "localhost"
	}
	return session.Host{Name: host, Port: tcp.Port}.SSH("")
}

// reachable turns an address to listen on into one to connect to.
func reachable(address string) string {
	host, port, _ := net.SplitHostPort(address)
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
