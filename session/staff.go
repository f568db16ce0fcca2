package session

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"strangerd/matcher"
	"strangerd/session/locale"
	"strangerd/session/staff"
	"strangerd/session/terminal"
)

// keyCheck is how often a live staff session is asked whether its key is still
// listed: within 5 s of its removal the session is over.
const keyCheck = 2 * time.Second

// staff serves one of the staff, and returns the exit code.
func (s *Server) staff(v *visit, key []byte) int {
	member, err := s.member(key)
	if err != nil {
		return v.misunderstood(v.words.With(locale.BannerStaff, locale.Data{"Host": v.config.Host.Name}))
	}
	member.From = v.addr
	defer s.watchKey(v.ch, key)()
	if len(v.ch.Command) > terminal.MaxCommand {
		return v.misunderstood(v.words.With(locale.CommandLong, locale.Data{"SSH": v.config.Host.SSH(userAdmin)}))
	}
	args, err := split(v.ch.Command)
	switch {
	case err != nil:
		return v.misunderstood(v.words.With(locale.Unbalanced, locale.Data{"SSH": v.config.Host.SSH(userAdmin)}))
	case len(args) == 0 && v.ch.Pty && v.ch.Term != "" && v.ch.Term != "dumb":
		return s.desk(v, member, key)
	case len(args) == 0:
		args = []string{"help"}
	case v.ch.Pty && (args[0] == "backup" || slices.Contains(args, "--sealed")):
		return v.misunderstood(v.words.Say(locale.BinaryPty))
	}
	return s.commands.Run(v.ch.Context(), member, args,
		staff.Client{In: v.ch, Out: v.ch, Err: v.ch.Stderr(), Width: v.ch.Columns()})
}

// removed tells whether the key of a live session is no longer listed. A want of
// descriptors is no reason to think so: the staff may be dealing with who took them.
func (s *Server) removed(key []byte) bool {
	_, err := s.member(key)
	return errors.Is(err, errNotStaff)
}

// watchKey disconnects a session whose key is no longer listed, until stop is
// called.
func (s *Server) watchKey(ch *terminal.Channel, key []byte) (stop func()) {
	ended := make(chan struct{})
	ch.Go(func() {
		ticker := time.NewTicker(keyCheck)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				if s.removed(key) {
					ch.Disconnect()
					return
				}
			case <-ended:
				return
			}
		}
	})
	return func() { close(ended) }
}

// desk runs the moderators' desk.
func (s *Server) desk(v *visit, member staff.Member, key []byte) (code int) {
	desk := staff.NewDesk(staff.DeskConfig{
		Name:       s.config.Name,
		Gate:       s.config.Gate,
		Desk:       s.config.Desk,
		Meter:      &s.meter,
		Catalogues: s.words,
		Words:      v.words,
		After:      v.ch.After,
		Listed:     func() bool { return !s.removed(key) },
	}, member)
	defer func() { // also after a panic: what was decided is carried out
		if lost := desk.Close(); lost != nil {
			fmt.Fprintln(v.ch.Stderr(), lost)
			code = exitFailed
		}
	}()
	v.ch.Run(desk)
	return exitDone
}

func (s *Server) counts() (online, waiting, chatting int) {
	stats := s.config.people()
	return stats.Online, stats.Waiting, stats.Chatting
}

// Online is how many people are here, on all nodes.
func (s *Server) Online() int { return s.config.people().Online }

// Answer does what the staff of another node ask for, as staff.Commands.Answer.
func (s *Server) Answer(request []byte) []byte { return s.commands.Answer(request) }

// People are those of some nodes. Asking and Discussing are of this node alone: questions
// stay within one.
type People struct {
	matcher.Stats
	Apart int // of those who wait: on other nodes, for a question's sake
}

// strangers is how many wait for anybody, and not for a question's sake.
func (p People) strangers() int { return p.Waiting - p.Asking - p.Discussing - p.Apart }

// people are those of all nodes.
func (c *Config) people() People {
	all := People{Stats: c.Matcher.Stats()}
	if c.Others == nil {
		return all
	}
	others := c.Others()
	all.Online += others.Online
	all.Waiting += others.Waiting
	all.Chatting += others.Chatting
	all.Apart = others.Apart
	return all
}
