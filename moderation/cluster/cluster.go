package cluster

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"strangerd/data"
	"strangerd/moderation"
	"strangerd/node"
)

const (
	// shareTime is how long Share waits for the stream: long enough for three disks, and not
	// for an election.
	shareTime = time.Second
	// askTime is how long an answer of JetStream is waited for.
	askTime = 5 * time.Second
	// retryEvery is how often a node looks whether NATS is there, and failTime how long after a
	// failure the next try begins.
	retryEvery = 250 * time.Millisecond
	failTime   = time.Second
	// urgent is how many events may wait to be told at once, and as many to be read; what
	// finds no room comes by the stream.
	urgent = 1024
)

// Config is what a Cluster is made of.
type Config struct {
	Node *node.Node
	DB   *data.DB
	// Leads tells whether this node is the one of all that keeps the stream short. That two
	// do does no harm.
	Leads func() bool
	Log   *slog.Logger

	// Most is how many events the stream may have before it is made short; 0 means 10,000.
	Most uint64
}

// A Cluster shares the events of this machine's Desk with those of others. Its methods may be
// called by any number of goroutines; Run must be called once.
type Cluster struct {
	config  Config
	now     chan data.Event // to be told at once
	look    chan struct{}   // the outbox has more
	entered chan struct{}   // a stream that knows nothing of what is on this disk

	position atomic.Uint64 // of the last event of the stream that is on this disk
	behind   atomic.Uint64

	mu      sync.Mutex // guards what follows
	recent  recent
	told    told
	waiting map[data.EventID]chan struct{} // closed when the stream has it
}

// New returns a Cluster that keeps what it is given in the outbox until Run.
func New(config Config) *Cluster {
	config.Most = cmp.Or(config.Most, 10_000)
	return &Cluster{
		config:  config,
		now:     make(chan data.Event, urgent),
		look:    make(chan struct{}, 1),
		entered: make(chan struct{}, 1),
		waiting: make(map[data.EventID]chan struct{}),
	}
}

// Run shares what desk saves, and has it take what comes from other nodes, until ctx ends.
func (c *Cluster) Run(ctx context.Context, desk *moderation.Desk) {
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { c.gossip(ctx, desk) })
	running.Go(func() { c.send(ctx) })
	running.Go(func() { c.keep(ctx) })
	c.follow(ctx, desk)
}

// Share has the other nodes told of events that are on this disk and in the outbox. It returns
// when the stream has them, or after a second, or at once when there is nobody to tell or
// nothing was done but looked at.
func (c *Cluster) Share(events []data.Event) {
	all := c.await(events)
	defer c.forsake(events)
	c.keepTold(events)
	for _, e := range events {
		c.tell(e)
	}
	nudge(c.look)
	if !c.inside() || !slices.ContainsFunc(events, decides) {
		return
	}
	timeout := time.NewTimer(shareTime)
	defer timeout.Stop()
	for _, one := range all {
		select {
		case <-one:
		case <-timeout.C:
			return
		}
	}
}

// decides tells whether an event is more than that staff looked at something.
func decides(e data.Event) bool {
	return slices.ContainsFunc(e.Records, func(r data.Record) bool {
		line, is := r.(data.Action)
		return !is || moderation.Acts(line)
	})
}

// inside tells whether NATS answers, and this node may say something there.
func (c *Cluster) inside() bool { return c.config.Node.Inside() && c.config.Node.Connected() }

// tell has an event told at once, if there is room.
func (c *Cluster) tell(e data.Event) {
	select {
	case c.now <- e:
	default:
	}
}

// await returns what is closed when each event is in the stream.
func (c *Cluster) await(events []data.Event) (all []<-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range events {
		in := make(chan struct{})
		if c.recent.inStream(e.ID) {
			close(in)
		} else {
			c.waiting[e.ID] = in
		}
		all = append(all, in)
	}
	return all
}

// forsake waits for the events no more.
func (c *Cluster) forsake(events []data.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range events {
		delete(c.waiting, e.ID)
	}
}

// note remembers events that are on this disk.
func (c *Cluster) note(inStream bool, ids ...data.EventID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range ids {
		c.recent.note(id, inStream)
		if in := c.waiting[id]; in != nil && inStream {
			close(in)
			delete(c.waiting, id)
		}
	}
}

// sent tells whether an event is in the stream for sure.
func (c *Cluster) sent(id data.EventID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.recent.inStream(id)
}

// has tells whether an event is on this disk for sure.
func (c *Cluster) has(id data.EventID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.recent.has(id)
}

// Stats is what a Cluster counts.
type Stats struct {
	Outbox int    // events of this machine that aren't known to be in the stream
	Behind uint64 // events of the stream that aren't on this disk, when NATS last told
}

// Stats counts.
func (c *Cluster) Stats() Stats {
	n, _ := c.config.DB.InOutbox() // a damaged file is told of elsewhere
	return Stats{n, c.behind.Load()}
}

// nudge has whoever waits for c look.
func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// pause waits, unless ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
