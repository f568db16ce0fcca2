package main

import (
	"net"
	"testing"
)

func TestAddresses(t *testing.T) {
	tests := []struct{ listen, ssh, reachable string }{
		{":2222", "ssh -p 2222 localhost", "127.0.0.1:2222"},
		{"0.0.0.0:22", "ssh localhost", "127.0.0.1:22"},
		{"[::]:2222", "ssh -p 2222 localhost", "127.0.0.1:2222"},
		{"127.0.0.5:2222", "ssh -p 2222 127.0.0.5", "127.0.0.5:2222"},
		{"[2001:db8::1]:22", "ssh 2001:db8::1", "[2001:db8::1]:22"},
	}
	for _, test := range tests {
		address, err := net.ResolveTCPAddr("tcp", test.listen)
		if err != nil {
			t.Fatal(err)
		}
		if address.IP == nil {
			address.IP = net.IPv6unspecified
		}
		if got := sshLine(address); got != test.ssh {
			t.Errorf("%s: %q, want %q", test.listen, got, test.ssh)
		}
		if got := reachable(test.listen); got != test.reachable {
			t.Errorf("%s is reachable at %s, want %s", test.listen, got, test.reachable)
		}
	}
}
