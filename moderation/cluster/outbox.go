package cluster

import (
	"context"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"strangerd/data"
)

const (
	// ackTime is how long the stream's answer is waited for. What isn't acknowledged by then
	// is told at once again, and sent again.
	ackTime = 2 * time.Second
	// together is how many events are sent before the first is answered.
	together = 64
)

// send brings the outbox into the stream, until ctx ends. When NATS is back, what waits is told
// at once: the stream may need seconds more.
func (c *Cluster) send(ctx context.Context) {
	ticker := time.NewTicker(retryEvery)
	defer ticker.Stop()
	js, err := c.config.Node.JetStream(jetstream.WithPublishAsyncTimeout(ackTime))
	if err != nil {
		c.config.Log.Error("this node can't tell others what it decides", "error", err)
		return
	}
	well := true
	for back := true; ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-c.look:
		}
		if !c.inside() {
			back = true
			continue
		}
		if back {
			c.tellSome()
			back = false
		}
		more, err := true, error(nil)
		for more && err == nil {
			more, err = c.sendSome(ctx, js)
		}
		if err != nil && well {
			c.config.Log.Error("what is decided here doesn't reach the other nodes", "error", err)
		}
		well = err == nil
	}
}

// tellSome has what was decided, of the first events of the outbox, told at once.
func (c *Cluster) tellSome() {
	events, _ := c.config.DB.Outbox(urgent) // sendSome fails as well, and they wait
	for _, e := range events {
		if decides(e) {
			c.tell(e)
		}
	}
}

// sendSome sends the first events of the outbox, and tells whether there may be more to send.
// Its error is of this disk.
func (c *Cluster) sendSome(ctx context.Context, js jetstream.JetStream) (more bool, err error) {
	events, err := c.config.DB.Outbox(together)
	if err != nil || len(events) == 0 {
		return false, err
	}
	answers := make([]jetstream.PubAckFuture, len(events))
	for i, e := range events {
		if c.sent(e.ID) { // and this disk couldn't say so
			continue
		}
		c.note(false, e.ID)
		answers[i], _ = js.PublishMsgAsync(c.seal(eventSubject, e), jetstream.WithExpectStream(streamName))
	}
	var sent []data.EventID
	for i, answer := range answers {
		if c.sent(events[i].ID) || answer != nil && answered(ctx, answer) {
			sent = append(sent, events[i].ID)
		} else {
			c.tell(events[i])
		}
	}
	if len(sent) == 0 {
		return false, nil
	}
	c.note(true, sent...)
	return len(sent) == len(events), c.config.DB.Sent(sent...)
}

// seal makes a message of an event. It has no Nats-Msg-Id, by which the stream would take it
// once: whoever else may publish there could take that before, and have the event dropped.
// That it comes twice is harmless, and rare.
func (c *Cluster) seal(subject string, e data.Event) *nats.Msg {
	return &nats.Msg{Subject: subject, Data: c.config.Node.Seal.Seal(subject, e.Pack())}
}

func answered(ctx context.Context, answer jetstream.PubAckFuture) bool {
	select {
	case <-answer.Ok():
		return true
	case <-answer.Err():
	case <-ctx.Done():
	}
	return false
}
