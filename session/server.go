// Package session serves people over SSH: who may do what, and which screen
// they see.
//
// A connection comes in through Wish, proves what its user name asks for
// (see auth.go), and opens one channel. What the client asks for on it decides
// what it gets (see visit.go): the chat in a full screen, the chat line by
// line, or a command. Everything a person does in a chat goes through one
// model, [chat], whose event loop owns its state: nothing in it needs a lock.
package session

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"charm.land/ssh"
	"charm.land/wish/v2"
	gossh "golang.org/x/crypto/ssh"

	"strangerd/matcher"
	"strangerd/moderation"
	"strangerd/session/locale"
	"strangerd/session/staff"
	"strangerd/session/trap"
)

// Config is what a Server is made of. It doesn't change once given.
type Config struct {
	Name    string // what the service calls itself
	Host    Host   // for the lines that say how to come in
	Version string
	Rules   string // the operator's rules; empty means the built-in ones
	Contact string // whom to write to; may be empty
	MinAge  int    // years
	AgeGate string // AgeEnter or AgeYear

	// What is done about who says the same to everybody, says a link to who hardly
	// knows them, and leaves one chat after the other.
	Openers, EarlyLinks, Skips Measure

	// Traps are what people are warned of, what is stopped and what moderators see.
	Traps *trap.List

	Retain time.Duration // decided reports, for the words about it
	// BackupWithKeys writes the database and the keys, sealed to a recipient.
	BackupWithKeys func(w io.Writer, recipient string) error
	Sealed         bool   // reports are encrypted to the operator
	HelpText       string // helplines, for who reports somebody in need; may be empty

	// Admins reads who the administrators are. It may return some with an error.
	Admins func() ([]Admin, error)

	HostKeys    []gossh.Signer // of different types
	IdleTimeout time.Duration  // without a key press in a chat
	// InterestWait is how long a search waits for whom an interest is shared with,
	// as the matcher knows it, too; 0 is not at all.
	InterestWait time.Duration
	LoginGrace   time.Duration // from the connection to an open session

	Gate    *moderation.Gate
	Desk    *moderation.Desk
	Matcher *matcher.Matcher
	// Nodes and Ask are those of staff.Commands; nil: this machine is alone.
	Nodes func() []staff.Node
	Ask   func(ctx context.Context, node uint64, request []byte, read func(reply []byte) bool) error
	// Others are the people of the other nodes; nil: there are none.
	Others func() People

	Meet    []Meeting         // when the operator would have people come
	Hours   *moderation.Hours // nil: nobody counts
	Timings Timings
	Log     *slog.Logger
}

// How the age line is answered.
const (
	AgeEnter = "enter" // Enter accepts it with the rules
	AgeYear  = "year"  // the year of birth is asked for
)

// Server serves SSH connections.
type Server struct {
	config Config
	words  *locale.Catalogues
	ssh    *ssh.Server

	commands            *staff.Commands // of the moderators
	meter               staff.Meter     // what their desk plots
	counters            *counters
	banner, staffBanner string // what is said before authentication

	refusals refusals
	visits   sync.WaitGroup
	pulses   pulses
	absences absences
	lobby    *lobby
	layouts  layouts
	turn     sync.Mutex // to log in, where many are about to

	mu        sync.Mutex // guards what follows
	ended     bool       // nobody comes any more
	listeners []net.Listener
	conns     map[*conn]struct{}
	chats     [beats * 60]map[*chat]struct{} // by the second of the minute that refreshes them, in each beat's
	next      int                            // where the next chat goes
}

// New returns a Server that is ready to serve.
func New(config Config) (*Server, error) {
	words, err := locale.Load()
	if err != nil {
		return nil, err
	}
	s := &Server{
		config:   config,
		words:    words,
		counters: newCounters(),
		refusals: refusals{by: make(map[netip.Addr]int)},
		conns:    make(map[*conn]struct{}),
		absences: absences{by: make(map[moderation.Subject]*absence)},
		lobby:    newLobby(),
	}
	s.commands = &staff.Commands{
		Gate:      config.Gate,
		Desk:      config.Desk,
		SSH:       config.Host.SSH(userAdmin),
		Version:   config.Version,
		Nodes:     config.Nodes,
		Ask:       config.Ask,
		Stats:     s.counts,
		Broadcast: s.broadcast,
		Admins:    s.adminNames,
		Member: func(key []byte) (staff.Member, bool) {
			member, err := s.member(key)
			return member, err == nil
		},
		BackupWithKeys: config.BackupWithKeys,
	}
	// Both are the contract's words, without a port: who reads them has just typed it.
	host := locale.Data{"Host": config.Host.Name}
	s.banner = words.For().With(locale.Banner, host) + "\n"
	s.staffBanner = words.For().With(locale.BannerStaff, host) + "\n"
	s.ssh, err = wish.NewServer(
		wish.WithVersion(serverVersion),
		ssh.WrapConn(s.track),
		func(server *ssh.Server) error {
			for _, key := range config.HostKeys {
				server.AddHostKey(key)
			}
			server.Handler = func(ssh.Session) {} // Serve would set one, for each listener
			server.ServerConfigCallback = s.authentication
			server.ChannelHandlers = map[string]ssh.ChannelHandler{"session": s.channel, "default": s.forward}
			server.RequestHandlers = map[string]ssh.RequestHandler{
				"tcpip-forward": s.listen, "streamlocal-forward@openssh.com": s.listen,
			}
			return nil
		},
	)
	return s, err
}

// ServeStaff accepts connections on l as Serve does, but for admin@ alone, and
// no ban or limit holds there.
func (s *Server) ServeStaff(l net.Listener) error { return s.accept(staffListener{l}) }

// Serve accepts connections on l until Shutdown; then it returns nil.
func (s *Server) Serve(l net.Listener) error { return s.accept(calmListener{l, s.config.Gate}) }

// accept accepts on l until Shutdown closes it. The SSH library's own Shutdown isn't
// used: it waits for a group that a Serve just beginning still adds to.
func (s *Server) accept(l net.Listener) error {
	s.mu.Lock()
	if s.ended {
		l.Close()
	}
	s.listeners = append(s.listeners, l)
	s.mu.Unlock()
	err := s.ssh.Serve(l)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil
	}
	return err
}

// What is done once a second is done in beats when more people are here than a crowd, and
// at once else, which takes less. With 10,000, 33 are refreshed in a beat: more at once
// would keep messages waiting.
const (
	beats = 5
	crowd = 2000
)

// Run lets every chat refresh what changes by itself, once a minute, finds out who is
// gone without a word, and ends what nobody comes back to, until ctx ends. It is the only timer that all of them
// share; each second has its share of them. Its caller owns the goroutine.
func (s *Server) Run(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for second := 0; ; second = (second + 1) % 60 {
		select {
		case <-ticker.C:
			s.pass(ctx, second)
			s.absences.sweep(func(a *absence) bool { return s.config.Gate.Shut(*a.me.subject.Load()) != nil })
			if second%5 == 0 {
				s.sample()
			}
		case <-ctx.Done():
			return
		}
	}
}

// pass has a second pass for those whose turn it is, a share of them in each beat.
func (s *Server) pass(ctx context.Context, second int) {
	for beat := range beats {
		if beat > 0 && s.crowded() {
			pause(ctx, time.Second/(beats+1))
		}
		s.refresh(beat*60 + second)
		s.pulses.look()
	}
}

// refresh refreshes a share of the chats.
func (s *Server) refresh(share int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tell(s.chats[share], notice{kind: minutePassed})
}

// crowded tells whether more than a crowd are connected.
func (s *Server) crowded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns) > crowd
}

// pause waits for so long, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// sample lets the desk know how busy it is.
func (s *Server) sample() {
	online, waiting, _ := s.counts()
	s.meter.Add(staff.Sample{Online: online, Waiting: waiting, Wait: time.Duration(s.counters.waited.Swap(0))})
}

// enter adds a chat to those that are told what happens, until leave is called.
func (s *Server) enter(c *chat) (leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.chats[s.next] == nil {
		s.chats[s.next] = make(map[*chat]struct{})
	}
	share := s.chats[s.next]
	s.next = (s.next + 1) % len(s.chats)
	share[c] = struct{}{}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(share, c)
	}
}

// broadcast says the operator's line in every chat, and returns in how many.
func (s *Server) broadcast(line string) int {
	return s.tellAll(notice{kind: broadcast, text: line})
}

// tellAll gives every chat a notice, and returns how many there are.
func (s *Server) tellAll(n notice) (reached int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, chats := range s.chats {
		tell(chats, n)
		reached += len(chats)
	}
	return reached
}

// tell gives chats a notice. One whose notices are full has not taken the last
// ones, and misses this one.
func tell(chats map[*chat]struct{}, n notice) {
	for c := range chats {
		select {
		case c.notices <- n:
			c.wake()
		default:
		}
	}
}

// arrive adds a visit to those that Shutdown waits for, and tells whether it may
// begin.
func (s *Server) arrive() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.visits.Add(1)
	}
	return !s.ended
}

// leaveTime is how long a session has to end once its connection is closed. What
// takes longer hangs, and the process ends with it.
const leaveTime = 5 * time.Second

// Shutdown stops accepting, tells everybody that the server stops, ends their
// sessions shortly before ctx does, and closes what is left when it does. It
// returns when all are gone, or 5 s after ctx has ended.
func (s *Server) Shutdown(ctx context.Context) {
	s.mu.Lock()
	s.ended = true
	for _, l := range s.listeners {
		l.Close()
	}
	s.mu.Unlock()
	s.absences.close()
	s.lobby.close()
	gone := make(chan struct{})
	go func() {
		s.visits.Wait()
		close(gone)
	}()
	grace := time.Minute
	if deadline, ok := ctx.Deadline(); ok {
		grace = time.Until(deadline)
	}
	s.closeUnused()
	s.tellAll(notice{kind: serverStops, in: grace})
	farewell := time.NewTimer(grace - farewellTime(grace))
	defer farewell.Stop()
	for {
		select {
		case <-farewell.C:
			s.tellAll(notice{kind: serverStopped})
			continue
		case <-ctx.Done():
		case <-gone:
		}
		break
	}
	s.closeAll()
	late := time.NewTimer(leaveTime)
	defer late.Stop()
	select {
	case <-gone:
	case <-late.C:
		s.config.Log.Error("some sessions hang, and are left behind")
	}
}

// farewellTime is how long before the end of the grace period the sessions are ended,
// so that each client takes its exit code: a second or two, or all the time there is.
func farewellTime(grace time.Duration) time.Duration {
	return min(grace, max(time.Second, min(2*time.Second, grace/4)))
}

// closeUnused closes the connections that have not opened a session.
func (s *Server) closeUnused() {
	for _, c := range s.connections() {
		if c.unused() {
			c.Close()
		}
	}
}

func (s *Server) closeAll() {
	for _, c := range s.connections() {
		c.Close()
	}
}

func (s *Server) connections() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		all = append(all, c)
	}
	return all
}
