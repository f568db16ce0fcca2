package node

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/nats-io/nats.go"
	"pgregory.net/rapid"

	"strangerd/node/natstest"
)

// answers has a node answer until the test ends.
func (r running) answers(t *testing.T, reply func([]byte) []byte) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.Answer(ctx, reply)
	}()
	t.Cleanup(func() { cancel(); <-ended })
}

// What one node asks another is answered once. What is forged, sent again or can't be read
// is not, and counted; a node that doesn't answer is found out.
func TestAsk(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	a, b := start(t, configOf("a", url)), start(t, configOf("b", url))
	var mu sync.Mutex
	var did [][]byte // by b
	b.answers(t, func(request []byte) []byte {
		mu.Lock()
		defer mu.Unlock()
		did = append(did, request)
		if bytes.HasPrefix(request, []byte("bad")) {
			return nil
		}
		return append([]byte("you said "), request...)
	})
	nc := intrude(t, url)
	// Who listens to NATS can say all again, and answers first.
	subject := fmt.Sprintf(askSubject, b.start)
	heard := make(chan *nats.Msg, 1024)
	if _, err := nc.ChanSubscribe(subject, heard); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	ask := func(request string, want string) error {
		return a.Ask(t.Context(), b.start, []byte(request), func(reply []byte) bool { return string(reply) == want })
	}
	eventually(t, "b answers", func() bool { return ask("one", "you said one") == nil })
	for _, msg := range [][]byte{
		(<-heard).Data,
		NewSealer([]byte("others")).Seal(subject, make([]byte, requestHead)),
		b.Seal.Seal(subject, make([]byte, requestHead-1)),
		append(b.Seal.Seal(subject, make([]byte, requestHead)), 0),
	} {
		if err := nc.Publish(subject, msg); err != nil {
			t.Fatal(err)
		}
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	refused := b.Seal.Refused // from here on it has all been sent to b, in order
	eventually(t, "all are refused", func() bool { return refused()["forged"] >= 3 && refused()["malformed"] >= 1 })
	eventually(t, "b answers again", func() bool { return ask("two", "you said two") == nil })
	mu.Lock()
	for _, request := range did {
		if string(request) != "one" && string(request) != "two" {
			t.Errorf("b was asked %q", request)
		}
	}
	mu.Unlock()
	if err := ask("bad", ""); !errors.Is(err, ErrSilent) {
		t.Errorf("what b can't read: %v", err)
	}
	eventually(t, "b counts what it can't read", func() bool { return refused()["malformed"] >= 2 })
	before := a.Seal.Refused()["malformed"]
	eventually(t, "a counts what is no reply", func() bool {
		return errors.Is(ask("three", "another"), ErrSilent) && a.Seal.Refused()["malformed"] > before
	})
	if err := a.Ask(t.Context(), 7, nil, func([]byte) bool { return true }); !errors.Is(err, ErrSilent) {
		t.Errorf("a node that isn't there: %v", err)
	}
}

// A reply that somebody else makes is refused and counted, and the true one comes.
func TestForgedReply(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	a := start(t, configOf("a", url))
	nc := intrude(t, url)
	ours := NewSealer([]byte("ours"))
	subject := fmt.Sprintf(askSubject, 7)
	_, err := nc.Subscribe(subject, func(msg *nats.Msg) {
		plain, err := ours.Open(subject, msg.Data)
		if err != nil {
			t.Error(err)
			return
		}
		number := binary.BigEndian.Uint64(plain[8:])
		inbox := fmt.Sprintf(replySubject, a.start, number)
		for _, reply := range [][]byte{
			[]byte("junk that is longer than a nonce and all else is together"),
			NewSealer([]byte("others")).Seal(inbox, []byte("no")),
			ours.Seal(fmt.Sprintf(replySubject, a.start, number+1), []byte("no")), // to another request
			ours.Seal(inbox, make([]byte, maxAsk+1)),
			ours.Seal(inbox, []byte("yes")),
		} {
			nc.Publish(inbox, reply)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the true reply", func() bool {
		return a.Ask(t.Context(), 7, nil, func(reply []byte) bool {
			if string(reply) == "no" || len(reply) > maxAsk {
				t.Errorf("it believes %q", reply)
			}
			return string(reply) == "yes"
		}) == nil
	})
	if r := a.Seal.Refused(); r["form"]+r["forged"] < 3 || r["malformed"] < 1 {
		t.Errorf("refused: %v", r)
	}
}

// No number is taken twice, nor any that comes 64 after its time; all others are.
func TestWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w window
		taken := make(map[uint64]bool)
		highest := uint64(0)
		for _, number := range rapid.SliceOf(rapid.Uint64Range(1, 200)).Draw(t, "numbers") {
			want := !taken[number] && number+64 > highest
			if w.first(number) != want {
				t.Fatalf("%d after %d: not %v", number, highest, want)
			}
			taken[number] = true
			highest = max(highest, number)
		}
	})
}
