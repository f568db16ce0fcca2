package cluster

import (
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"strangerd/data"
	"strangerd/node"
)

// message is one of the stream, as a consumer gives it out.
type message struct {
	jetstream.Msg
	at     jetstream.SequencePair
	sealed []byte
}

func (m message) Metadata() (*jetstream.MsgMetadata, error) {
	return &jetstream.MsgMetadata{Sequence: m.at}, nil
}
func (m message) Subject() string { return eventSubject }
func (m message) Data() []byte    { return m.sealed }

// newReader returns the reader of a machine that no NATS server is told of.
func newReader(t *testing.T, m *machine) *reader {
	t.Helper()
	m.open(nil)
	must(t, m.db.Enter(7))
	m.Cluster = New(Config{Node: &node.Node{Seal: node.NewSealer([]byte("ours"))}, DB: m.db, Log: quiet})
	return &reader{Cluster: m.Cluster, desk: m.desk}
}

// send makes the nth message of a consumer, which has records.
func (r *reader) send(nth, sequence uint64, records ...data.Record) jetstream.Msg {
	e := data.Event{ID: data.EventID{byte(sequence)}, Records: records}
	return message{at: jetstream.SequencePair{Consumer: nth, Stream: sequence}, sealed: r.seal(eventSubject, e).Data}
}

// Messages that were lost between the stream and this machine are missed.
func TestGap(t *testing.T) {
	t.Parallel()
	m := newMachine(t, "a")
	r := newReader(t, m)
	ban := func(id string) data.Record { return data.Ban{ID: id, Created: time.Now(), Reason: "why"} }
	must(t, r.take([]jetstream.Msg{r.send(1, 4, ban("B-1")), r.send(2, 9, ban("B-2"))})) // others were purged
	if err := r.take([]jetstream.Msg{r.send(4, 11, ban("B-4"))}); !errors.Is(err, errGap) {
		t.Errorf("a message is missing, and the error is %v", err)
	}
	if s, err := m.db.Stream(); err != nil || s.Position != 9 || r.position.Load() != 9 {
		t.Errorf("it goes on behind %d, and %d after a restart, %v", r.position.Load(), s.Position, err)
	}
}

// The cursor is on the disk now and then though all that comes is known.
func TestCursorIsSaved(t *testing.T) {
	t.Parallel()
	m := newMachine(t, "a")
	r := newReader(t, m)
	r.note(true, data.EventID{1})
	position := func(at uint64) uint64 {
		r.came = 0
		known := r.send(1, 1).(message)
		known.at.Stream = at
		must(t, r.take([]jetstream.Msg{known}))
		s, err := m.db.Stream()
		must(t, err)
		return s.Position
	}
	if near, far := position(noteEvery-1), position(noteEvery); near != 0 || far != noteEvery {
		t.Errorf("it is %d and then %d", near, far)
	}
}

// A record that can't be joined with what is here, which is damaged, keeps none of the others
// away.
func TestDamagedRecord(t *testing.T) {
	t.Parallel()
	m := newMachine(t, "a")
	m.damage("evidence", "R-1")
	r := newReader(t, m)
	must(t, r.take([]jetstream.Msg{
		r.send(1, 1, data.Ban{ID: "B-1", Created: time.Now(), Reason: "why"}),
		r.send(2, 2, data.Evidence{Report: "R-1"}),
		r.send(3, 3, data.Ban{ID: "B-2", Created: time.Now(), Reason: "why"}),
	}))
	for _, id := range []string{"B-1", "B-2"} {
		if _, ok, err := m.db.Ban(id); !ok || err != nil {
			t.Errorf("%s isn't there: %v", id, err)
		}
	}
	if r.position.Load() != 3 {
		t.Errorf("it goes on behind %d", r.position.Load())
	}
}
