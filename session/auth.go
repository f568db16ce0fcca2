package session

import (
	"errors"
	"net"
	"net/netip"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// The user names that mean something. Any other is let in at once, by the
// authentication method "none", so that a client discloses no key.
const (
	userAdmin = "admin" // needs a staff key, proven
	userMe    = "me"    // needs any key, proven
)

// keyExtension is where a connection's permissions hold the proven key.
const keyExtension = "key@strangerd"

var errKeyNeeded = errors.New("a key is needed")

// authentication configures one connection. Permissions are only ever made by
// VerifiedPublicKeyCallback, after the client has proven that it holds the
// key: offering a key without its signature gives nothing.
func (s *Server) authentication(ssh.Context) *gossh.ServerConfig {
	return &gossh.ServerConfig{
		NoClientAuth: true,
		NoClientAuthCallback: func(meta gossh.ConnMetadata) (*gossh.Permissions, error) {
			if needsKey(meta.User()) {
				return nil, errKeyNeeded
			}
			return nil, nil
		},
		PublicKeyCallback: func(meta gossh.ConnMetadata, key gossh.PublicKey) (*gossh.Permissions, error) {
			switch meta.User() {
			case userAdmin:
				return nil, errKeyNeeded
			case userMe:
				return nil, nil
			}
			return nil, errKeyNeeded
		},
		VerifiedPublicKeyCallback: func(_ gossh.ConnMetadata, key gossh.PublicKey, _ *gossh.Permissions, _ string) (*gossh.Permissions, error) {
			return &gossh.Permissions{Extensions: map[string]string{keyExtension: string(key.Marshal())}}, nil
		},
		BannerCallback: func(meta gossh.ConnMetadata) string {
			if meta.User() == userAdmin {
				return s.staffBanner
			}
			return s.banner
		},
	}
}

func needsKey(user string) bool { return user == userAdmin || user == userMe }

// address is where a connection comes from.
func address(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		addr, _ := netip.AddrFromSlice(tcp.IP)
		return addr.Unmap()
	}
	return netip.Addr{}
}
