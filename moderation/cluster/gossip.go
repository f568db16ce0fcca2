package cluster

import (
	"context"
	"time"

	"github.com/nats-io/nats.go"

	"strangerd/data"
	"strangerd/moderation"
)

// nowSubject is where events are told at once.
const nowSubject = "strangerd.event"

// gossip tells and hears what is told at once, until ctx ends.
func (c *Cluster) gossip(ctx context.Context, desk *moderation.Desk) {
	in := make(chan *nats.Msg, urgent)
	stop, err := c.config.Node.Listen(nowSubject, in)
	if err != nil {
		c.config.Log.Error("this node doesn't hear at once what others decide", "error", err)
	} else {
		defer stop()
	}
	ticker := time.NewTicker(retryEvery)
	defer ticker.Stop()
	heard := make(map[uint64]time.Time)
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			c.remind(heard, now)
		case e := <-c.now:
			if c.inside() {
				c.config.Node.Publish(nowSubject, e.Pack()) // or it comes by the stream
			}
		case msg := <-in:
			c.hear(desk, msg.Data)
		}
	}
}

// hear takes what another node tells at once. What can't be saved now comes by the stream.
func (c *Cluster) hear(desk *moderation.Desk, sealed []byte) {
	e, ok := c.open(nowSubject, sealed)
	if ok && !c.has(e.ID) && desk.Merge(0, e) == nil {
		c.note(false, e.ID)
	}
}

// open reads an event that was sent on a subject. One that can't be read is counted.
func (c *Cluster) open(subject string, sealed []byte) (e data.Event, ok bool) {
	plain, err := c.config.Node.Seal.Open(subject, sealed)
	if err != nil {
		return e, false
	}
	if e, err = data.UnpackEvent(plain); err != nil {
		c.config.Node.Seal.Malformed()
	}
	return e, err == nil
}
