package session

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	gossh "golang.org/x/crypto/ssh"

	"strangerd/moderation"
)

// Admin is an administrator, as the operator lists them.
type Admin struct {
	Name string // may be empty, or another one's
	Key  gossh.PublicKey
}

// admins are the administrators, each with a name that nobody else among the staff
// has, so that the audit log tells them apart, and nobody decides what another one
// has taken: admin for who has none, and from the second of a name on a number
// behind it, in the order of the list. It may return some with an error.
func (s *Server) admins() ([]Admin, error) {
	taken := make(map[string]bool)
	for _, m := range s.config.Desk.Moderators() {
		taken[strings.ToLower(m.Name)] = true
	}
	listed, err := s.config.Admins()
	admins := slices.Clone(listed)
	for i := range admins {
		base := cmp.Or(admins[i].Name, userAdmin)
		name := base
		for n := 2; taken[strings.ToLower(name)] || moderation.Reserved(name); n++ {
			name = fmt.Sprintf("%s-%d", base, n)
		}
		taken[strings.ToLower(name)] = true
		admins[i].Name = name
	}
	return admins, err
}

// adminNames are the administrators' names.
func (s *Server) adminNames() (names []string) {
	admins, _ := s.admins() // what can't be read is told where it is read
	for _, a := range admins {
		names = append(names, a.Name)
	}
	return names
}
