package session

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"strangerd/matcher"
	"strangerd/moderation"
	"strangerd/session/locale"
	"strangerd/session/terminal"
	"strangerd/session/text"
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
		s.counters.limits.add(limitSessions)
		c.reject(offer, s.words.For().Say(locale.OneSession))
		return
	}
	if !s.arrive() {
		c.reject(offer, s.words.For().Say(locale.Closed))
		c.Close()
		return
	}
	defer s.visits.Done()
	defer func() {
		if recover() != nil {
			s.panicked(terminal.Where())
			c.Close()
		}
	}()
	if ch := s.open(c, sc, offer); ch != nil {
		stop := s.pulses.feel(c, ch)
		code := s.serve(ch, sc)
		stop()
		ch.Exit(code)
	}
}

// open lets a session begin, if it does so in time.
func (s *Server) open(c *conn, sc *gossh.ServerConn, offer gossh.NewChannel) *terminal.Channel {
	ch, err := terminal.Accept(meteredOffer{offer, &c.pace}, sc, terminal.Hooks{Refusing: c.answered, Shell: c.bundle.follows})
	if err != nil {
		c.Close()
		return nil
	}
	ch.Overspent, ch.Abort = c.overspent, c.abort
	c.pace.ask = func() { sc.SendRequest(keepAlive, false, nil) }
	c.pace.on.Store(sc.User() != userAdmin) // staff import lists
	ch.Painted = s.config.Timings.Paint
	if !c.begin() { // nobody is to be thrown out of what has begun
		ch.Close()
		return nil
	}
	if c.crowds() {
		s.config.Log.Warn("several people come from one private address: " +
			"if a proxy or a container network hides where they come from, have it pass that on " +
			"(PROXY protocol and --proxy-from, or host networking); see docs/operating.md")
	}
	return ch
}

// forward refuses a channel of any other kind: a client uses them to forward.
func (s *Server) forward(_ *ssh.Server, _ *gossh.ServerConn, offer gossh.NewChannel, ctx ssh.Context) {
	c := ctx.Value(connKey{}).(*conn)
	c.answered()
	c.reject(offer, s.words.For().With(locale.NoForwarding, locale.Data{"SSH": s.config.Host.SSH("")}))
}

// listen refuses to listen for the client. A client says by itself what that means.
func (s *Server) listen(ctx ssh.Context, _ *ssh.Server, _ *gossh.Request) (ok bool, payload []byte) {
	ctx.Value(connKey{}).(*conn).answered()
	return false, nil
}

// serve gives the client what it asks for, and returns its exit code. A panic
// ends the visit and nothing else; neither its value nor who it hit is logged.
//
// Its frame and those above and below are small: they lie under the event loop of
// everybody who is here, and a stack that they don't fit into takes 4 KB more.
func (s *Server) serve(ch *terminal.Channel, sc *gossh.ServerConn) (code int) {
	v := s.visit(ch, sc)
	defer func() {
		if recover() != nil {
			code = s.failed(v, terminal.Where())
		}
	}()
	show, code := s.answer(v, sc)
	if show != nil {
		ch.Run(show)
		code = show.finish()
	}
	if panicked := ch.Panicked(); panicked != nil {
		return s.failed(v, panicked.Where)
	}
	return code
}

// A show is what a visitor sees until they leave. Once it has run, finish gives back what
// it took, and returns the exit code.
type show interface {
	tea.Model
	finish() int
}

// answer is what the client asks for: a show, or else what has been done, with its exit
// code.
func (s *Server) answer(v *visit, sc *gossh.ServerConn) (show, int) {
	if sc.User() == userAdmin {
		return nil, s.staff(v, provenKey(sc))
	}
	return s.person(v)
}

// failed tells a visitor that a panic has ended their session.
func (s *Server) failed(v *visit, where string) int {
	s.panicked(where)
	fmt.Fprintln(v.ch.Stderr(), v.words.Say(locale.Failed))
	return exitFailed
}

// panicked says that a session ended by a panic, and neither its value nor who it
// hit.
func (s *Server) panicked(where string) {
	s.counters.panics.Add(1)
	s.config.Log.Error("a session panicked and was ended", "where", where)
}

// visit returns what the client came for.
func (s *Server) visit(ch *terminal.Channel, sc *gossh.ServerConn) *visit {
	words := s.words.For(ch.Env("LC_ALL"), ch.Env("LC_MESSAGES"), ch.Env("LANG"))
	v := &visit{config: &s.config, counted: s.counters, absences: &s.absences, lobby: s.lobby, layouts: &s.layouts, ch: ch, catalogues: s.words, words: words, addr: address(sc.RemoteAddr())}
	if sc.User() != userAdmin {
		v.subject = s.config.Gate.Subject(v.addr, provenKey(sc))
		v.named = interestsOf(sc.User())
	}
	return v
}

// visit is what one client came for.
type visit struct {
	config     *Config
	ch         *terminal.Channel
	catalogues *locale.Catalogues
	words      *locale.Words // the visitor's
	addr       netip.Addr
	subject    moderation.Subject
	named      []interest // in the user name
	counted    *counters  // the server's, as is what follows
	absences   *absences
	lobby      *lobby
	layouts    *layouts
}

// languages are those of the visitor, best first, as far as the client says.
func (v *visit) languages() (languages []string) {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		l, _, _ := strings.Cut(v.ch.Env(name), ".")
		if l = text.Truncate(text.Line(l), 12); l != "" && l != "C" && l != "POSIX" && !slices.Contains(languages, l) {
			languages = append(languages, l)
		}
	}
	return languages
}

// person answers one of the people.
func (s *Server) person(v *visit) (show, int) {
	args, err := split(v.ch.Command)
	if v.keptOut(args, err) {
		return nil, exitNotAllowed
	}
	switch {
	case len(v.ch.Command) > terminal.MaxCommand:
		return nil, v.misunderstood(v.words.With(locale.CommandLong, locale.Data{"SSH": v.config.Host.SSH("")}))
	case err != nil:
		return nil, v.misunderstood(v.words.With(locale.Unbalanced, locale.Data{"SSH": v.config.Host.SSH("")}))
	case len(args) > 0 && args[0] != "plain":
		return nil, v.command(args)
	case len(args) > 1:
		return nil, v.misunderstood(v.words.With(locale.NoArguments, locale.Data{
			"SSH": v.config.Host.SSH(""), "Command": "plain", "Argument": quote(args[1])}))
	}
	return s.chat(v, len(args) > 0 || !v.ch.Pty || v.ch.Term == "" || v.ch.Term == "dumb")
}

func (v *visit) misunderstood(why string) int {
	fmt.Fprintln(v.ch.Stderr(), why)
	return exitNotUnderstood
}

// chat lets somebody chat, if the gate does.
func (s *Server) chat(v *visit, plain bool) (show, int) {
	s.findGone(v.subject)
	away := s.absences.take(v.subject)
	pass, err := s.admit(v, away)
	if err != nil {
		s.counters.refused.add(refusal(err))
		return v.turnAway(err, plain)
	}
	c := newChat(v, pass, plain)
	c.absence = away
	s.seat(c)
	return c, 0
}

// seat gives c its place among those who are here, until it is finished.
func (s *Server) seat(c *chat) {
	c.profile = matcher.Profile{
		Subject: c.me,
		Wake:    c.wake,
		Evict: func() { // who doesn't take what they are sent
			s.counters.limits.add(limitInbox)
			c.ch.Cut()
		},
	}
	c.seat = s.config.Matcher.Join(c.profile)
	deaf := context.AfterFunc(c.pass.Context(), c.wake)
	forget := s.enter(c)
	c.leaves = func() { forget(); deaf() }
}

// finish gives up the place.
func (c *chat) finish() int {
	waits := false
	defer func() {
		if !waits { // also after a panic
			c.pass.Close()
		}
	}()
	defer func() { waits = c.close() }()
	c.dropped = c.ch.Context().Err() != nil && c.ch.Panicked() == nil
	c.leaves()
	return c.code
}

// turnAway shows who is not admitted why.
func (v *visit) turnAway(why error, plain bool) (show, int) {
	if banned := new(moderation.Banned); errors.As(why, &banned) {
		return v.banned(banned.Ban, plain)
	}
	return nil, v.refuse(why)
}

// refuse says why the gate let nobody in.
func (v *visit) refuse(why error) int {
	name := locale.Data{"Name": v.config.Name}
	say := func(text string, code int) int {
		fmt.Fprintln(v.ch.Stderr(), text)
		return code
	}
	switch {
	case errors.Is(why, moderation.ErrFull):
		return say(v.words.With(locale.Full, name), exitNotNow)
	case errors.Is(why, moderation.ErrDraining):
		return say(v.words.With(locale.Draining, name), exitNotNow)
	case errors.Is(why, moderation.ErrDoorKnown):
		return say(v.words.With(locale.DoorKnown, locale.Data{"Name": v.config.Name, "SSH": v.config.Host.SSH(userMe)}), exitNotNow)
	case errors.Is(why, moderation.ErrDoor):
		return say(v.words.With(locale.DoorClosed, name), exitNotNow)
	case errors.Is(why, moderation.ErrTooYoung):
		return say(v.words.Say(locale.TooYoung), exitNotAllowed)
	}
	v.config.Log.Error("nobody can be admitted", "error", why)
	return say(v.words.Say(locale.Failed), exitFailed)
}
