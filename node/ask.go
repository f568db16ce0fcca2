package node

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// askSubject is followed by the number of the node that is asked, and replySubject by
	// that of who asks, and the request's.
	askSubject   = "strangerd.ask.%016x"
	replySubject = "strangerd.reply.%016x.%016x"
	// askTime is how long a node has to answer.
	askTime = time.Second
	// asked is how many requests may wait to be answered. More are lost.
	asked = 64
	// maxAsk is how long a request, and a reply, may be, in bytes: NATS takes 1 MB.
	maxAsk = 512 << 10
	// requestHead is who asks, and the number of the request.
	requestHead = 8 + 8
)

// ErrSilent is that a node doesn't answer.
var ErrSilent = errors.New("the node doesn't answer")

// Ask has another node answer a request, within a second. What comes as its reply read
// tells whether it is one; what isn't is refused and counted, and the true one waited for.
// Errors: ErrSilent, in which case the node may have done what it was asked for, and what
// NATS says.
func (n *Node) Ask(ctx context.Context, node uint64, request []byte, read func(reply []byte) bool) error {
	number := n.requests.Add(1)
	inbox := fmt.Sprintf(replySubject, n.start, number)
	sub, err := n.nats.SubscribeSync(inbox)
	if err != nil {
		return err
	}
	defer sub.Unsubscribe()
	ctx, stop := context.WithTimeout(ctx, askTime)
	defer stop()
	plain := binary.BigEndian.AppendUint64(nil, n.start)
	plain = binary.BigEndian.AppendUint64(plain, number)
	if err := n.Publish(fmt.Sprintf(askSubject, node), append(plain, request...)); err != nil {
		return err
	}
	for {
		msg, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			return ErrSilent
		}
		reply, err := n.Seal.Open(inbox, msg.Data)
		switch {
		case err != nil:
		case len(reply) <= maxAsk && read(reply):
			return nil
		default:
			n.Seal.Malformed()
		}
	}
}

// Answer answers what other nodes ask this one, until ctx ends. The reply to what can't be
// read is nil: that is refused and counted. Its caller owns the goroutine, in which reply
// is called.
func (n *Node) Answer(ctx context.Context, reply func(request []byte) []byte) {
	requests := make(chan *nats.Msg, asked)
	subject := fmt.Sprintf(askSubject, n.start)
	stop, err := n.Listen(subject, requests)
	if err != nil {
		n.config.Log.Error("this node can't hear what others ask it", "error", err)
		return
	}
	defer stop()
	heard := make(map[uint64]*window) // by who asks; nobody is forgotten, so that nothing old is new again
	for {
		select {
		case <-ctx.Done():
			return
		case msg := <-requests:
			from, number, request, err := n.openRequest(subject, msg.Data, heard)
			if err != nil {
				continue
			}
			answer := reply(request)
			if answer == nil {
				n.Seal.Malformed()
				continue
			}
			// Where NATS says that it should go is not believed.
			n.Publish(fmt.Sprintf(replySubject, from, number), answer)
		}
	}
}

// openRequest reads what another node asks. What was asked before counts as forged: NATS
// tells nothing twice.
func (n *Node) openRequest(subject string, sealed []byte, heard map[uint64]*window) (from, number uint64, request []byte, err error) {
	plain, err := n.Seal.Open(subject, sealed)
	switch {
	case err != nil:
		return 0, 0, nil, err
	case len(plain) < requestHead, len(plain) > requestHead+maxAsk:
		return 0, 0, nil, n.Seal.Malformed()
	}
	from, number = binary.BigEndian.Uint64(plain), binary.BigEndian.Uint64(plain[8:])
	if heard[from] == nil {
		heard[from] = new(window)
	}
	if !heard[from].first(number) {
		n.Seal.refuse(errForged)
		return 0, 0, nil, errForged
	}
	return from, number, plain[requestHead:], nil
}

// A window tells numbers that come for the first time from those that came before, where a
// few may overtake each other, as that of RFC 4303, 3.4.3.
type window struct {
	last uint64 // the highest one
	seen uint64 // of the 64 up to that, from the lowest bit
}

func (w *window) first(number uint64) bool {
	if number > w.last {
		w.seen = w.seen<<(number-w.last) | 1
		w.last = number
		return true
	}
	bit := uint64(1) << (w.last - number) // 0 for those that are too old to know
	if bit == 0 || w.seen&bit != 0 {
		return false
	}
	w.seen |= bit
	return true
}
