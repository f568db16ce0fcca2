package session

import "fmt"

// Host is where people find the server.
type Host struct {
	Name string // or address
	Port int
}

// SSH is what somebody types to come in: under a user name that means something,
// or, if user is empty, under any.
func (h Host) SSH(user string) string {
	if user != "" {
		user += "@"
	}
	if h.Port == 22 { // which ssh takes by itself
		return "ssh " + user + h.Name
	}
	return fmt.Sprintf("ssh -p %d %s%s", h.Port, user, h.Name)
}
