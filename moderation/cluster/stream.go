package cluster

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"strangerd/data"
	"strangerd/moderation"
)

const (
	streamName  = "STRANGERD"
	allSubjects = "strangerd.mod.>"
	// eventSubject has what was decided, and recordSubject what there is.
	eventSubject  = "strangerd.mod.event"
	recordSubject = "strangerd.mod.record"

	// fetchTime is how long a node waits for events before it asks whether it misses some.
	fetchTime = time.Second
	// taken is how many events are asked for at once, and at most joined in one write, and
	// takenBytes after how many bytes that happens, sealed.
	taken      = 64
	takenBytes = 1 << 20
	// noteEvery is how many events that were known already are gone by before the cursor is
	// written for its own sake.
	noteEvery = 1000
)

// errGap says that events were lost on their way from the stream.
var errGap = errors.New("events were lost on their way")

// follow reads the stream, until ctx ends.
func (c *Cluster) follow(ctx context.Context, desk *moderation.Desk) {
	r := &reader{Cluster: c, desk: desk}
	defer r.save(1)
	js, err := c.config.Node.JetStream()
	if err != nil {
		c.config.Log.Error("this node doesn't learn what others decide", "error", err)
		return
	}
	well := true
	for ctx.Err() == nil {
		if !c.inside() {
			pause(ctx, retryEvery)
			continue
		}
		connected, stop := c.config.Node.While(ctx)
		err := r.read(connected, js, func() {
			if !well {
				c.config.Log.Info("this node learns again what others decide")
			}
			well = true
		})
		lost := connected.Err() != nil
		stop()
		if lost {
			continue
		}
		if well && !errors.Is(err, errGap) {
			c.config.Log.Warn("this node doesn't learn at the moment what others decide", "error", err)
			well = false
		}
		pause(ctx, failTime)
	}
}

// A reader reads the stream. It is follow's.
type reader struct {
	*Cluster
	desk  *moderation.Desk
	saved uint64 // the position on the disk
	came  uint64 // messages of this consumer
}

// read reads the stream from where this node is, until something fails or ctx ends.
func (r *reader) read(ctx context.Context, js jetstream.JetStream, well func()) error {
	asking, stop := context.WithTimeout(ctx, askTime)
	defer stop()
	if err := r.enter(asking, js); err != nil {
		return err
	}
	consumer, err := js.CreateConsumer(asking, streamName, jetstream.ConsumerConfig{
		DeliverPolicy:     jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:       r.position.Load() + 1,
		AckPolicy:         jetstream.AckNonePolicy,
		InactiveThreshold: time.Minute,
		MemoryStorage:     true,
		Replicas:          1,
	})
	if err != nil {
		return err
	}
	defer r.release(consumer, js)
	well()
	r.came = 0
	r.behind.Store(consumer.CachedInfo().NumPending)
	for ctx.Err() == nil {
		if err := r.fetch(ctx, consumer); err != nil {
			return err
		}
	}
	return nil
}

// release spares NATS a consumer that nobody asks any more, which ends by itself, too.
func (r *reader) release(consumer jetstream.Consumer, js jetstream.JetStream) {
	if !r.inside() {
		return
	}
	asking, stop := context.WithTimeout(context.Background(), failTime)
	defer stop()
	js.DeleteConsumer(asking, streamName, consumer.CachedInfo().Name)
}

// enter finds the stream, or makes it, and where this node is in it. Of one that it doesn't know,
// or that has lost events since, it begins at the beginning.
func (r *reader) enter(ctx context.Context, js jetstream.JetStream) error {
	info, err := r.stream(ctx, js)
	if err != nil {
		return err
	}
	id := uint64(info.Created.UnixNano())
	ours, err := r.config.DB.Stream()
	if err != nil {
		return err
	}
	if ours.ID != id || info.State.LastSeq < max(ours.Position, r.position.Load()) {
		if err := r.config.DB.Enter(id); err != nil {
			return err
		}
		ours = data.Stream{ID: id}
		r.position.Store(0)
	}
	r.saved = ours.Position
	r.position.Store(max(ours.Position, r.position.Load()))
	if !ours.Told {
		nudge(r.entered)
	}
	return nil
}

// stream returns what there is of the stream, which the first node makes.
func (r *reader) stream(ctx context.Context, js jetstream.JetStream) (*jetstream.StreamInfo, error) {
	stream, err := js.Stream(ctx, streamName)
	if err == nil {
		return stream.CachedInfo(), nil
	}
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, err
	}
	copies, err := r.config.Node.Copies(ctx)
	if err != nil {
		return nil, err
	}
	stream, err = js.CreateStream(ctx, jetstream.StreamConfig{
		Name:        streamName,
		Description: "strangerd: what was reported, banned and decided",
		Subjects:    []string{allSubjects},
		Replicas:    copies,
	})
	if err != nil {
		return nil, err
	}
	r.config.Log.Info("the machines share from now on what is reported and decided", "copies", copies)
	return stream.CachedInfo(), nil
}

// fetch takes what comes within fetchTime.
func (r *reader) fetch(ctx context.Context, consumer jetstream.Consumer) error {
	fetching, stop := context.WithTimeout(ctx, fetchTime)
	defer stop()
	batch, err := consumer.Fetch(taken, jetstream.FetchContext(fetching))
	if err != nil {
		return err
	}
	n, err := r.takeAll(batch.Messages())
	if err == nil {
		err = batch.Error()
	}
	switch {
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		return err
	case n > 0:
		return nil
	}
	return r.check(ctx, consumer)
}

// check asks whether the consumer is still there, and whether all came that it has sent.
func (r *reader) check(ctx context.Context, consumer jetstream.Consumer) error {
	asking, stop := context.WithTimeout(ctx, askTime)
	defer stop()
	info, err := consumer.Info(asking)
	if err != nil {
		return err
	}
	r.behind.Store(info.NumPending)
	if info.Delivered.Consumer != r.came {
		return errGap
	}
	return nil
}

// takeAll takes messages until there are no more, those together that are there.
func (r *reader) takeAll(messages <-chan jetstream.Msg) (n int, err error) {
	var all []jetstream.Msg
	size := 0
	for msg := range messages {
		n++
		all = append(all, msg)
		size += len(msg.Data())
		if len(messages) > 0 && size < takenBytes {
			continue
		}
		if err == nil { // or the rest comes again
			err = r.take(all)
		}
		all, size = all[:0], 0
	}
	return n, err
}

// take brings messages onto this disk. One that can't be read is counted, and gone by.
func (r *reader) take(messages []jetstream.Msg) error {
	var at, pending uint64
	var events []data.Event
	for _, msg := range messages {
		meta, err := msg.Metadata()
		if err != nil {
			return err
		}
		r.came++
		if meta.Sequence.Consumer != r.came {
			return errGap
		}
		at, pending = meta.Sequence.Stream, meta.NumPending
		if e, ok := r.open(msg.Subject(), msg.Data()); ok && !r.has(e.ID) {
			events = append(events, e)
		}
	}
	if err := r.merge(at, events); err != nil {
		return err
	}
	r.position.Store(at)
	r.behind.Store(pending)
	r.save(noteEvery)
	return nil
}

// merge has the Desk take events, which lie in the stream before a position. One that can't
// be joined with what is here, which is damaged then, is told of and gone by.
func (r *reader) merge(at uint64, events []data.Event) error {
	if len(events) == 0 {
		return nil
	}
	var all data.Event
	var ids []data.EventID
	for _, e := range events {
		all.Records = append(all.Records, e.Records...)
		ids = append(ids, e.ID)
	}
	err := r.desk.Merge(at, all)
	switch {
	case err == nil:
		r.saved = max(r.saved, at)
		r.note(true, ids...)
		return nil
	case errors.Is(err, data.ErrNotSaved):
		return err
	case len(events) == 1:
		r.config.Log.Error("what another node has decided can't be taken", "error", err)
		return nil
	}
	for _, e := range events {
		if err := r.merge(0, []data.Event{e}); err != nil {
			return err
		}
	}
	return nil
}

// save writes the cursor, if it is so many events ahead of the one on the disk.
func (r *reader) save(ahead uint64) {
	at := r.position.Load()
	if at < r.saved+ahead {
		return
	}
	if r.desk.Merge(at, data.Event{}) == nil { // or the events come again
		r.saved = at
	}
}
