package cluster

import (
	"context"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"strangerd/data"
)

const (
	// keepEvery is how often a node looks whether the stream is to be made short.
	keepEvery = 10 * time.Second
	// oldest is how old the first event of the stream may become: what has been forgotten
	// everywhere is out of it then.
	oldest = 24 * time.Hour
	// pageSize is how many bytes of records are said in one event, about.
	pageSize = 64 << 10
)

// keep says what this disk has, when the stream doesn't know it, or to keep it short, until
// ctx ends.
func (c *Cluster) keep(ctx context.Context) {
	js, err := c.config.Node.JetStream()
	if err != nil {
		return // follow tells of it
	}
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-c.entered:
		}
		if !c.inside() {
			continue
		}
		if err := c.keepOnce(ctx, js); err != nil && ctx.Err() == nil {
			c.config.Log.Warn("this node couldn't say all that it has to the others", "error", err)
		}
	}
}

func (c *Cluster) keepOnce(ctx context.Context, js jetstream.JetStream) error {
	ours, err := c.config.DB.Stream()
	switch {
	case err != nil || ours.ID == 0:
		return err
	case !ours.Told:
		if err := c.sayAll(ctx, js); err != nil {
			return err
		}
		return c.config.DB.Told(ours.ID)
	case !c.config.Leads():
		return nil
	}
	return c.shorten(ctx, js)
}

// shorten says all that this disk has, and then drops from the stream what was there before, if
// that is much or old.
func (c *Cluster) shorten(ctx context.Context, js jetstream.JetStream) error {
	asking, stop := context.WithTimeout(ctx, askTime)
	defer stop()
	stream, err := js.Stream(asking, streamName)
	if err != nil {
		return err
	}
	info, err := stream.Info(asking, jetstream.WithSubjectFilter(eventSubject))
	if err != nil {
		return err
	}
	at, state := c.position.Load(), info.State
	switch {
	case at < state.FirstSeq || at+taken < state.LastSeq: // this node has to read first
		return nil
	case state.Subjects[eventSubject] <= c.config.Most && info.TimeStamp.Sub(state.FirstTime) < oldest:
		return nil
	}
	if err := c.sayAll(ctx, js); err != nil {
		return err
	}
	purging, stop := context.WithTimeout(ctx, askTime)
	defer stop()
	return stream.Purge(purging, jetstream.WithPurgeSequence(at+1))
}

// sayAll puts all that is on this disk into the stream.
func (c *Cluster) sayAll(ctx context.Context, js jetstream.JetStream) error {
	ids := data.EventIDs{Start: c.config.Node.Number()}
	for mark := (data.Bookmark{}); ; {
		page, next, err := c.config.DB.Page(mark, pageSize)
		if err != nil || len(page) == 0 {
			return err
		}
		mark = next
		e := data.Event{ID: ids.Next(time.Now()), Records: slices.DeleteFunc(page, own)}
		if err := c.say(ctx, js, e); err != nil {
			return err
		}
	}
}

// own tells whether a record is about this machine alone: a setting that nobody has set.
func own(r data.Record) bool {
	s, is := r.(data.Setting)
	return is && s.At.IsZero()
}

// say puts records into the stream.
func (c *Cluster) say(ctx context.Context, js jetstream.JetStream, e data.Event) error {
	c.note(false, e.ID)
	saying, stop := context.WithTimeout(ctx, askTime)
	defer stop()
	_, err := js.PublishMsg(saying, c.seal(recordSubject, e), jetstream.WithExpectStream(streamName))
	return err
}
