package cluster

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"strangerd/data"
	"strangerd/node/natstest"
)

// stream is what NATS says of the stream.
func (m *machine) stream(t *testing.T) *jetstream.StreamInfo {
	t.Helper()
	js, err := m.config.Node.JetStream()
	must(t, err)
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	s, err := js.Stream(ctx, streamName)
	must(t, err)
	info, err := s.Info(ctx, jetstream.WithSubjectFilter(allSubjects))
	must(t, err)
	return info
}

// What is decided on one machine holds on the others, whichever it is, and is in the stream.
func TestEventsReachOthers(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	a, b := enterTwo(t, url)
	a.ban("192.0.2.1")
	eventually(t, "b knows", b.bans("192.0.2.1"))
	b.ban("192.0.2.2")
	eventually(t, "a knows", a.bans("192.0.2.1", "192.0.2.2"))
	eventually(t, "a's outbox is empty", a.empty)
	eventually(t, "b's outbox is empty", b.empty)
	if n := a.stream(t).State.Subjects[eventSubject]; n < 2 {
		t.Errorf("%d events are in the stream", n)
	}
	if here, there := a.contents(), b.contents(); here != there {
		t.Errorf("one has\n%s\nthe other\n%s", here, there)
	}
}

// A machine that comes later has what was decided before, and one that was away, what was
// decided meanwhile.
func TestEventsWait(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	a, b := newMachine(t, "a"), newMachine(t, "b")
	a.enter(url)
	a.ban("192.0.2.1")
	b.enter(url)
	eventually(t, "b knows", b.bans("192.0.2.1"))
	b.stop()
	a.ban("192.0.2.2")
	eventually(t, "a's outbox is empty", a.empty)
	b.enter(url)
	eventually(t, "b knows more", b.bans("192.0.2.1", "192.0.2.2"))
	eventually(t, "b is not behind", func() bool { return b.Stats().Behind == 0 })
}

// What is decided while no NATS server answers holds at once here, waits on the disk, and is
// elsewhere when one does.
func TestOutboxOutlivesNATS(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 1)
	a, b := enterTwo(t, servers.URL())
	a.ban("192.0.2.1")
	eventually(t, "b knows", b.bans("192.0.2.1"))
	servers[0].Kill()
	eventually(t, "NATS is lost", func() bool { return !a.inside() && !b.inside() })
	a.ban("192.0.2.2")
	b.ban("192.0.2.3")
	if !a.bans("192.0.2.1", "192.0.2.2")() || a.empty() || b.empty() {
		t.Error("it doesn't hold, or doesn't wait")
	}
	a.stop()
	a.start(servers.URL()) // and is alone
	if a.empty() {
		t.Error("the outbox is lost")
	}
	servers[0].Run()
	for _, m := range []*machine{a, b} {
		eventually(t, m.name+" knows all", m.bans("192.0.2.1", "192.0.2.2", "192.0.2.3"))
		eventually(t, "the outbox is empty", m.empty)
	}
	if here, there := a.contents(), b.contents(); here != there {
		t.Errorf("one has\n%s\nthe other\n%s", here, there)
	}
}

// A machine that was alone brings what it has, once. One whose NATS has lost all does again.
func TestAllIsTold(t *testing.T) {
	t.Parallel()
	a, b := newMachine(t, "a"), newMachine(t, "b")
	a.open(nil)
	a.ban("192.0.2.1")
	must(t, a.db.Save(data.Setting{Name: "its own", Value: "x"}))
	a.stop()
	url := natstest.Start(t, 1).URL()
	a.enter(url)
	b.enter(url)
	eventually(t, "b knows", b.bans("192.0.2.1"))
	told := func(m *machine) func() bool {
		return func() bool {
			s, err := m.db.Stream()
			must(t, err)
			return s.Told
		}
	}
	eventually(t, "all was told", told(a))
	if s, err := b.db.Setting("its own"); s.Value != "" || err != nil {
		t.Errorf("b has what is a's alone: %+v, %v", s, err)
	}
	n := a.stream(t).State.Subjects[recordSubject]
	a.stop()
	a.enter(url)
	a.ban("192.0.2.2")
	eventually(t, "b knows more", b.bans("192.0.2.1", "192.0.2.2"))
	if !told(a)() || n == 0 || a.stream(t).State.Subjects[recordSubject] > 2*n {
		t.Error("it was told again")
	}
	js, err := a.config.Node.JetStream()
	must(t, err)
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	for _, name := range []string{"KV_strangerd", streamName} {
		must(t, js.DeleteStream(ctx, name))
	}
	a.ban("192.0.2.3")
	eventually(t, "b knows still more", b.bans("192.0.2.1", "192.0.2.2", "192.0.2.3"))
	eventually(t, "there is a stream again", a.empty)
	c := newMachine(t, "c")
	c.enter(url)
	eventually(t, "c knows all", c.bans("192.0.2.1", "192.0.2.2", "192.0.2.3"))
	a.stop()
	b.stop()
	c.stop()
	other := natstest.Start(t, 1).URL()
	c.enter(other)
	d := newMachine(t, "d")
	d.enter(other)
	eventually(t, "d knows all", d.bans("192.0.2.1", "192.0.2.2", "192.0.2.3"))
}

// A stream that has lost its end gets all again, and is read from its beginning.
func TestStreamLosesItsEnd(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	a, b := enterTwo(t, url)
	a.ban("192.0.2.1")
	eventually(t, "b knows", b.bans("192.0.2.1"))
	b.stop()
	b.open(nil)
	_, err := b.db.Merge(1000, data.Event{}) // which the stream doesn't have any more
	must(t, err)
	b.ban("192.0.2.2")
	b.stop()
	b.enter(url)
	eventually(t, "a knows what b has", a.bans("192.0.2.1", "192.0.2.2"))
	b.stop()
	a.ban("192.0.2.3")
	b.enter(url)
	eventually(t, "b knows more", b.bans("192.0.2.1", "192.0.2.2", "192.0.2.3"))
}

// When there is much in the stream, whoever leads says what it has and drops the rest. A new
// machine has all by that, and so has one that was away.
func TestStreamIsShortened(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	a, b := newMachine(t, "a"), newMachine(t, "b")
	a.most = 3
	a.enter(url)
	b.enter(url)
	eventually(t, "both were told of", func() bool { return a.stream(t).State.LastSeq == b.position.Load() })
	b.stop()
	all := []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"}
	for _, address := range all {
		a.ban(address)
	}
	eventually(t, "the outbox is empty", a.empty)
	a.leads.Store(true)
	a.keepSoon()
	eventually(t, "the stream is short", func() bool { return a.stream(t).State.Subjects[eventSubject] == 0 })
	if s := a.stream(t).State; s.FirstSeq <= 5 || s.Msgs == 0 {
		t.Errorf("the stream begins with %d and has %d", s.FirstSeq, s.Msgs)
	}
	b.enter(url)
	c := newMachine(t, "c")
	c.enter(url)
	for _, m := range []*machine{b, c} {
		eventually(t, m.name+" knows all", m.bans(all...))
	}
	a.ban("192.0.2.6")
	eventually(t, "c knows what came after", c.bans(append(all, "192.0.2.6")...))
}

// keepSoon has the machine look now whether the stream is to be made short.
func (m *machine) keepSoon() { nudge(m.entered) }

// What nobody who has the secret has sent is counted and changes nothing; what follows it is
// read.
func TestForgedEvents(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	a, b := enterTwo(t, url)
	js, err := a.config.Node.JetStream()
	must(t, err)
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	a.ban("192.0.2.1")
	eventually(t, "there is a stream", b.bans("192.0.2.1"))
	seal := a.config.Node.Seal
	e := data.Event{ID: data.EventID{1}, Records: []data.Record{data.Ban{ID: "B-1", Created: time.Now(), Reason: "forged"}}}
	for _, sent := range [][]byte{
		e.Pack(),
		seal.Seal(nowSubject, e.Pack()), // of another subject
		seal.Seal(eventSubject, e.Pack()[:20]),
	} {
		_, err := js.Publish(ctx, eventSubject, sent)
		must(t, err)
	}
	a.ban("192.0.2.2")
	eventually(t, "b knows what is true", b.bans("192.0.2.1", "192.0.2.2"))
	eventually(t, "b has read all", func() bool { return b.position.Load() == a.stream(t).State.LastSeq })
	refused := b.config.Node.Seal.Refused()
	if refused["forged"] != 2 || refused["malformed"] != 1 || !b.bans("192.0.2.1", "192.0.2.2")() {
		t.Errorf("refused %v", refused)
	}
}

// While most servers of NATS are dead there is no stream, and what is decided still acts on the
// other machines; it is in the stream when they are back.
func TestGossip(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 3)
	a, b := enterTwo(t, servers.URL())
	a.ban("192.0.2.1")
	eventually(t, "b knows", b.bans("192.0.2.1"))
	eventually(t, "the outbox is empty", a.empty)
	if n := a.stream(t).Config.Replicas; n != 3 {
		t.Errorf("%d copies", n)
	}
	servers[0].Kill()
	servers[1].Kill()
	a.ban("192.0.2.2")
	eventually(t, "b knows more", b.bans("192.0.2.1", "192.0.2.2"))
	if a.empty() {
		t.Error("there was a stream")
	}
	servers[0].Run()
	servers[1].Run()
	eventually(t, "the outbox is empty", a.empty)
	if n := a.stream(t).State.Subjects[eventSubject]; n < 2 {
		t.Errorf("%d events are in the stream", n)
	}
}

// Who shares something is told when the stream has it, be that before they ask.
func TestAwait(t *testing.T) {
	t.Parallel()
	a := newMachine(t, "a")
	a.enter(natstest.Start(t, 1).URL())
	ids := data.EventIDs{Start: 7}
	events := ids.Events(time.Now(), []data.Record{data.Ban{ID: "B-1", Created: time.Now(), Reason: "why"}})
	in := func() bool {
		select {
		case <-a.await(events)[0]:
			return true
		default:
			return false
		}
	}
	if in() {
		t.Error("it can't be in the stream yet")
	}
	must(t, a.db.SaveEvent(events...))
	one := a.await(events)[0]
	nudge(a.look)
	select {
	case <-one:
	case <-time.After(2 * time.Minute):
		t.Error("nobody tells that it is in the stream")
	}
	if !in() || len(a.waiting) > 0 {
		t.Error("it is in the stream, and waited for")
	}
}

// What can't be read in the outbox keeps all from the others, and is told once.
func TestDamagedOutbox(t *testing.T) {
	t.Parallel()
	m := newMachine(t, "a")
	m.damage("outbox", "0123456789abcdef")
	var mu sync.Mutex
	var log strings.Builder
	m.log = slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return log.Write(p)
	}), nil))
	m.enter(natstest.Start(t, 1).URL())
	told := func() int {
		mu.Lock()
		defer mu.Unlock()
		return strings.Count(log.String(), "doesn't reach the other nodes")
	}
	eventually(t, "that is told", func() bool { return told() > 0 })
	m.ban("192.0.2.1")
	m.ban("192.0.2.2")
	if n := told(); n != 1 || !m.bans("192.0.2.1", "192.0.2.2")() {
		t.Errorf("it is told %d times, or what is decided doesn't hold", n)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
