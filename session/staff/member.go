package staff

import "net/netip"

// Member is one of the staff, who has proven a key of theirs.
type Member struct {
	Name  string
	Admin bool       // an administrator; otherwise a moderator
	From  netip.Addr // where they are, so that they don't ban themselves
}
