package node

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// dialTime is how long each NATS server has to answer.
	dialTime = 2500 * time.Millisecond
	// patience is how long Join waits for JetStream.
	patience = 5 * time.Second
	// retryEvery is how long Run waits before it tries again to be one of the nodes.
	retryEvery = 2 * time.Second
	// farewell is how long the end waits for NATS.
	farewell = time.Second
	// heard is how many beats may wait to be read; a second's of a hundred nodes.
	heard = 256
)

// Config is what a Node is made of.
type Config struct {
	Name    string        // see ValidName
	Servers string        // URLs of NATS, with commas between
	Options []nats.Option // TLS and credentials
	Secret  []byte
	HostKey []byte // the public one, in SSH's wire format
	Program string // its version
	Log     *slog.Logger
}

// A Node is this machine among others. Its methods may be called by any number of
// goroutines.
type Node struct {
	config Config
	start  uint64
	since  time.Time
	nats   *nats.Conn
	Seal   *Sealer

	requests atomic.Uint64 // that it has asked of others
	others   atomic.Pointer[Census]

	mu     sync.Mutex // guards what follows
	inside bool       // one of the nodes
	denied error      // why it never will be
	peers  map[uint64]*peer
	// up lasts as long as the connection, as NATS's client tells of it: who asks that waits
	// while it tries to connect.
	up   context.Context
	down context.CancelFunc
}

type peer struct {
	Beat
	heard time.Time
}

// Join connects to NATS, and has this machine be one of the nodes there. Where NATS
// doesn't answer it returns a Node that is alone, until Run can change that. The
// connection ends with Run, which must follow. Errors: ErrSecret, ErrHostKey, *Taken,
// *Old, that NATS doesn't let us in, or that it has no JetStream.
func Join(ctx context.Context, config Config) (*Node, error) {
	n := &Node{
		config: config,
		start:  max(1, rand.Uint64()),
		since:  time.Now().UTC().Truncate(time.Second),
		Seal:   NewSealer(config.Secret),
		peers:  make(map[uint64]*peer),
	}
	n.others.Store(new(Census))
	n.up, n.down = context.WithCancel(context.Background())
	n.down()
	if err := n.connect(); err != nil {
		return nil, err
	}
	if err := n.tryEnter(ctx); err != nil {
		n.nats.Close()
		return nil, err
	}
	return n, nil
}

// connect tries each server once, and goes on trying unless one answers that it doesn't let
// us in: that is its error.
func (n *Node) connect() (err error) {
	first := make(chan error, 1) // what came of that
	var denied atomic.Bool       // which is said once
	tried := func(err error) (isFirst bool) {
		select {
		case first <- err:
			return true
		default:
			return false
		}
	}
	options := append([]nats.Option{
		nats.Name("strangerd " + n.config.Name),
		nats.Timeout(dialTime),
		nats.RetryOnFailedConnect(true),
		// What can't be sent now is an error now, and no surprise later.
		nats.ReconnectBufSize(-1),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.IgnoreAuthErrorAbort(), // credentials can be put right while we run
		nats.PingInterval(time.Second),
		nats.MaxPingsOutstanding(2),
		nats.FlusherTimeout(2 * time.Second),
		nats.NoEcho(),
		nats.CustomInboxPrefix("_INBOX_strangerd"),
		nats.ConnectHandler(func(*nats.Conn) {
			n.found()
			tried(nil)
		}),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) {
			if !tried(err) && refused(err) && !denied.Swap(true) {
				n.config.Log.Error("a server of NATS doesn't let this node in", "error", err)
			}
		}),
		nats.DisconnectErrHandler(func(*nats.Conn, error) {
			n.lost()
			n.config.Log.Warn("NATS is lost: this node goes on alone")
		}),
		nats.ReconnectHandler(func(*nats.Conn) {
			n.found()
			n.config.Log.Info("NATS is back")
		}),
		nats.NoCallbacksAfterClientClose(),
		nats.ErrorHandler(n.failed),
	}, n.config.Options...)
	if n.nats, err = nats.Connect(n.config.Servers, options...); err != nil {
		return err
	}
	if err := <-first; refused(err) {
		n.nats.Close()
		return err
	}
	return nil
}

func (n *Node) found() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.up, n.down = context.WithCancel(context.Background())
}

func (n *Node) lost() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down()
}

// failed tells of what NATS doesn't let this node do. That a connection breaks is told
// elsewhere, and without the addresses of its ends.
func (n *Node) failed(_ *nats.Conn, _ *nats.Subscription, err error) {
	switch {
	case errors.Is(err, nats.ErrPermissionViolation):
		n.config.Log.Error("NATS has refused something: see the permissions of this node's account", "error", err)
	case errors.Is(err, nats.ErrSlowConsumer):
		n.config.Log.Warn("messages of other nodes were lost: they come faster than this node reads")
	}
}

// refused tells whether a NATS server answered, and doesn't let us in.
func refused(err error) bool {
	op, _ := errors.AsType[*net.OpError](err)
	return errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) || errors.Is(err, nats.ErrAuthRevoked) ||
		errors.Is(err, nats.ErrSecureConnWanted) || errors.As(err, new(*tls.CertificateVerificationError)) ||
		op != nil && op.Op == "remote error"
}

// tryEnter is enter, if that is possible now. Its error is final.
func (n *Node) tryEnter(ctx context.Context) error {
	err := errors.New("no server of NATS answers")
	if n.Connected() {
		ctx, stop := context.WithTimeout(ctx, patience)
		defer stop()
		err = n.enter(ctx)
	}
	switch {
	case err == nil:
		n.mu.Lock()
		n.inside = true
		n.mu.Unlock()
		n.config.Log.Info("this is one of the nodes", "node", n.config.Name)
		return nil
	case final(err):
		return fmt.Errorf("--cluster %s: %w", n.config.Servers, err)
	}
	n.config.Log.Warn("this node is alone, and tries to join the others", "error", err)
	return nil
}

// Run says that this node is there, and hears which others are, until ctx ends; then it
// tells them, and closes the connection. A count of who is here goes out with each beat.
// Its caller owns the goroutine.
func (n *Node) Run(ctx context.Context, census func() Census) {
	defer n.nats.Close()
	defer n.lost() // which nobody tells of at the end
	beats := make(chan *nats.Msg, heard)
	sub, err := n.nats.ChanSubscribe(beatSubject, beats)
	if err != nil {
		n.config.Log.Error("this node can't hear the others", "error", err)
		return
	}
	defer sub.Unsubscribe()
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	number := uint64(1) // of the next beat
	tried := time.Now()
	for {
		select {
		case <-ctx.Done():
			n.say(number, true, census)
			n.leave()
			return
		case msg := <-beats:
			n.hear(msg.Data, time.Now())
		case <-ticker.C:
			if !n.Inside() && n.Denied() == nil && n.Connected() && time.Since(tried) >= retryEvery {
				if err := n.tryEnter(ctx); err != nil {
					n.config.Log.Error("this node stays alone, and isn't ready", "error", err)
					n.deny(err)
				}
				tried = time.Now()
			}
			n.say(number, false, census)
			number++
			n.count()
		}
	}
}

// say sends the beat of a number. One that is lost isn't missed.
func (n *Node) say(number uint64, leaving bool, census func() Census) {
	if !n.Inside() {
		return
	}
	b := n.Beat(census())
	b.Number, b.Leaving = number, leaving
	n.nats.Publish(beatSubject, n.Seal.Seal(beatSubject, b.pack()))
}

// Beat is what this node says of itself, but for the number.
func (n *Node) Beat(census Census) Beat {
	return Beat{Name: n.config.Name, Start: n.start, Since: n.since, Program: n.config.Program, Census: census}
}

// leave gives up the name, if NATS takes it soon.
func (n *Node) leave() {
	if !n.Inside() || !n.Connected() {
		return
	}
	ctx, stop := context.WithTimeout(context.Background(), farewell)
	defer stop()
	if err := n.disclaim(ctx); err != nil {
		n.config.Log.Warn("this node leaves, and the others may take it for lost", "error", err)
	}
}

// hear takes what another node says of itself.
func (n *Node) hear(sealed []byte, now time.Time) {
	b, err := n.Seal.readBeat(sealed)
	if err != nil || b.Start == n.start {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.peers[b.Start]; p != nil && b.Number <= p.Number { // sent again
		return
	}
	if b.Leaving {
		b.Number = math.MaxUint64 // it has said its last
	}
	n.peers[b.Start] = &peer{b, now}
	for start, p := range n.peers {
		if now.Sub(p.heard) >= forgotten {
			delete(n.peers, start)
		}
	}
}

// count counts the people of the other nodes.
func (n *Node) count() {
	all := new(Census)
	for _, p := range n.Peers() {
		if p.Silent < Gone {
			all.add(p.Census)
		}
	}
	n.others.Store(all)
}

// Others are the people of all other nodes, as they were at the last beat: it costs those
// who look with each key nothing to ask. Draining and Term mean nothing.
func (n *Node) Others() Census { return *n.others.Load() }

// Number is what other nodes know this one by: drawn at each start, never 0.
func (n *Node) Number() uint64 { return n.start }

// Publish seals a message and sends it. What can't be sent now is lost. It may block for
// as long as the connection takes nothing, up to 2 s.
func (n *Node) Publish(subject string, plain []byte) error {
	return n.nats.Publish(subject, n.Seal.Seal(subject, plain))
}

// Listen has the messages of a subject, as they were sent, come to a channel until stop
// is called. What the channel has no room for is lost.
func (n *Node) Listen(subject string, to chan *nats.Msg) (stop func(), err error) {
	sub, err := n.nats.ChanSubscribe(subject, to)
	if err != nil {
		return nil, err
	}
	return func() { sub.Unsubscribe() }, nil
}

// JetStream returns what streams are made, read and written with.
func (n *Node) JetStream(options ...jetstream.JetStreamOpt) (jetstream.JetStream, error) {
	return jetstream.New(n.nats, options...)
}

// Bucket is where the nodes keep what they have in common. Should NATS have lost it, this
// node enters as the first one does.
func (n *Node) Bucket(ctx context.Context) (jetstream.KeyValue, error) {
	js, err := n.JetStream()
	if err != nil {
		return nil, err
	}
	kv, err := js.KeyValue(ctx, bucket)
	if !errors.Is(err, jetstream.ErrBucketNotFound) {
		return kv, err
	}
	if err := n.enter(ctx); err != nil {
		return nil, err
	}
	return js.KeyValue(ctx, bucket)
}

// Copies is how many servers have what the nodes have in common.
func (n *Node) Copies(ctx context.Context) (int, error) {
	kv, err := n.Bucket(ctx)
	if err != nil {
		return 0, err
	}
	status, err := kv.Status(ctx)
	if err != nil {
		return 0, err
	}
	return status.Config().Replicas, nil
}

// Inside tells whether this node is one of those that share the secret.
func (n *Node) Inside() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.inside
}

// Denied is why this node must not be one of the others, which Run found out: then it stays
// alone until its next start, and people should not be sent to it.
func (n *Node) Denied() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.denied
}

func (n *Node) deny(why error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.denied = why
}

// Connected tells whether a server of NATS answers. It never waits for one.
func (n *Node) Connected() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.up.Err() == nil
}

// While returns a context for what is asked of NATS: it ends also when NATS is lost, since no
// answer comes after that.
func (n *Node) While(ctx context.Context) (context.Context, context.CancelFunc) {
	n.mu.Lock()
	up := n.up
	n.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(up, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// Peers returns the other nodes that were there in the last ten minutes, by name, but
// for those that said that they leave.
func (n *Node) Peers() []Peer {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	all := []Peer{}
	for _, p := range n.peers {
		if silent := now.Sub(p.heard); !p.Leaving && silent < forgotten {
			all = append(all, Peer{p.Beat, silent})
		}
	}
	slices.SortFunc(all, func(a, b Peer) int { return cmp.Or(cmp.Compare(a.Name, b.Name), a.Since.Compare(b.Since)) })
	return all
}
