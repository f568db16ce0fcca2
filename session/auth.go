package session

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"strangerd/session/staff"
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
func (s *Server) authentication(ctx ssh.Context) *gossh.ServerConfig {
	c := ctx.Value(connKey{}).(*conn)
	staffOnly := c.staffOnly()
	return &gossh.ServerConfig{
		Config:                  algorithms,
		PublicKeyAuthAlgorithms: signatures,

		NoClientAuth: true,
		NoClientAuthCallback: func(meta gossh.ConnMetadata) (*gossh.Permissions, error) {
			if staffOnly || meta.User() == userAdmin || meta.User() == userMe {
				return nil, errKeyNeeded
			}
			return nil, nil
		},
		PublicKeyCallback: func(meta gossh.ConnMetadata, key gossh.PublicKey) (*gossh.Permissions, error) {
			switch user := meta.User(); {
			case user == userAdmin:
				if _, err := s.member(key.Marshal()); err == nil {
					return nil, nil
				}
			case user == userMe && !staffOnly:
				return nil, nil
			}
			return nil, errKeyNeeded
		},
		VerifiedPublicKeyCallback: func(_ gossh.ConnMetadata, key gossh.PublicKey, _ *gossh.Permissions, _ string) (*gossh.Permissions, error) {
			return &gossh.Permissions{Extensions: map[string]string{keyExtension: string(key.Marshal())}}, nil
		},
		BannerCallback: func(meta gossh.ConnMetadata) string {
			c.bundle.follows() // whether the client is let in
			if staffOnly || meta.User() == userAdmin {
				return s.staffBanner
			}
			return s.banner
		},
	}
}

// provenKey is the key that the connection's client has proven, or nil.
func provenKey(sc *gossh.ServerConn) []byte {
	if sc.Permissions == nil {
		return nil
	}
	return []byte(sc.Permissions.Extensions[keyExtension])
}

// errNotStaff is of a key that is on no list, errStarved of one that is on none that
// could be read for want of descriptors.
var (
	errNotStaff = errors.New("not a key of the staff")
	errStarved  = errors.New("no descriptor to read the staff's keys with")
)

// member returns whose key that is among the staff. The lists are read anew at
// each call, so that a key opens nothing once it is taken out. Errors: errNotStaff,
// errStarved.
func (s *Server) member(key []byte) (staff.Member, error) {
	admins, unread := s.admins()
	for _, a := range admins {
		if bytes.Equal(a.Key.Marshal(), key) {
			return staff.Member{Name: a.Name, Admin: true}, nil
		}
	}
	for _, m := range s.config.Desk.Moderators() {
		listed, _, _, _, err := gossh.ParseAuthorizedKey([]byte(m.Key))
		if err == nil && bytes.Equal(listed.Marshal(), key) {
			return staff.Member{Name: m.Name}, nil
		}
	}
	if errors.Is(unread, syscall.EMFILE) || errors.Is(unread, syscall.ENFILE) {
		return staff.Member{}, errStarved
	}
	return staff.Member{}, errNotStaff
}

// address is where a connection comes from.
func address(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		addr, _ := netip.AddrFromSlice(tcp.IP)
		return addr.Unmap()
	}
	return netip.Addr{}
}
