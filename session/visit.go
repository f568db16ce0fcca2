package session

import (
	"errors"
	"fmt"
	"io"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"strangerd/moderation"
	"strangerd/session/locale"
	"strangerd/session/terminal"
)

// The exit codes that a session ends with.
const (
	exitDone          = 0
	exitFailed        = 1
	exitNotUnderstood = 2
	exitNotAllowed    = 3
	exitNotNow        = 4
)

// channel serves a session channel to its end, and ends its connection.
func (s *Server) channel(_ *ssh.Server, sc *gossh.ServerConn, offer gossh.NewChannel, ctx ssh.Context) {
	c := ctx.Value(connKey{}).(*conn)
	if !c.claim() {
		offer.Reject(gossh.Prohibited, "one session a connection")
		return
	}
	if !s.arrive() {
		offer.Reject(gossh.Prohibited, "the server is stopping")
		c.Close()
		return
	}
	defer s.visits.Done()
	ch, err := terminal.Accept(offer, sc)
	if err != nil {
		c.Close()
		return
	}
	c.begin()
	ch.Exit(s.visit(ch, sc))
}

// visit gives the client what it asks for, and returns its exit code. A panic
// ends the visit and nothing else; neither its value nor who it hit is logged.
func (s *Server) visit(ch *terminal.Channel, sc *gossh.ServerConn) (code int) {
	words := s.words.For(ch.Env("LC_ALL"), ch.Env("LC_MESSAGES"), ch.Env("LANG"))
	failed := func(where string) int {
		s.config.Log.Error("a session panicked and was ended", "where", where)
		fmt.Fprintln(ch.Stderr(), words.Say(locale.Failed))
		return exitFailed
	}
	defer func() {
		if recover() != nil {
			code = failed(terminal.Where())
		}
	}()
	args, err := split(ch.Command)
	switch {
	case len(ch.Command) > terminal.MaxCommand:
		return s.misunderstood(ch, words.With(locale.CommandLong, locale.Data{"Host": s.config.Host}))
	case err != nil:
		return s.misunderstood(ch, words.With(locale.Unbalanced, locale.Data{"Host": s.config.Host}))
	case len(args) > 0 && args[0] != "plain":
		return s.command(ch, words, args)
	case len(args) > 1:
		return s.misunderstood(ch, words.With(locale.NoArguments, locale.Data{
			"Host": s.config.Host, "Command": "plain", "Argument": quote(args[1])}))
	}
	plain := len(args) > 0 || !ch.Pty || ch.Term == "" || ch.Term == "dumb"
	code, err = s.chat(ch, sc, words, plain)
	if panicked := new(terminal.PanicError); errors.As(err, &panicked) {
		return failed(panicked.Where)
	}
	return code
}

func (s *Server) misunderstood(ch *terminal.Channel, why string) int {
	fmt.Fprintln(ch.Stderr(), why)
	return exitNotUnderstood
}

// chat lets somebody chat, if the gate does.
func (s *Server) chat(ch *terminal.Channel, sc *gossh.ServerConn, words *locale.Words, plain bool) (int, error) {
	subject := s.config.Gate.Subject(address(sc.RemoteAddr()))
	pass, err := s.config.Gate.Admit(subject)
	if err != nil {
		return s.refuse(ch, words, err), nil
	}
	defer pass.Close()
	c := newChat(&s.config, words, ch, subject, plain)
	c.seat = s.config.Matcher.Join(c.profile(sc))
	defer c.close()
	defer s.enter(c)()
	err = ch.Run(c)
	return c.code, err
}

// refuse says why the gate let nobody in.
func (s *Server) refuse(ch io.Writer, words *locale.Words, why error) int {
	name := locale.Data{"Name": s.config.Name}
	say := func(text string, code int) int {
		fmt.Fprintln(ch, "-- "+text)
		return code
	}
	switch {
	case errors.Is(why, moderation.ErrFull):
		return say(words.With(locale.Full, name), exitNotNow)
	case errors.Is(why, moderation.ErrDraining):
		return say(words.With(locale.Draining, name), exitNotNow)
	case errors.Is(why, moderation.ErrTooYoung):
		return say(words.Say(locale.TooYoung), exitNotAllowed)
	}
	s.config.Log.Error("nobody can be admitted", "error", why)
	return say(words.Say(locale.Failed), exitFailed)
}
