package node

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"strangerd/node/natstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func configOf(name, url string) Config {
	return Config{
		Name: name, Servers: url, Secret: []byte("ours"), HostKey: []byte("key"), Program: "test",
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

// A running node is one that Run is called of, until the test ends or stop is called.
type running struct {
	*Node
	stop func()
}

func start(t *testing.T, c Config) running {
	t.Helper()
	n, err := Join(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		n.Run(ctx, func() Census { return Census{Online: 3, Waiting: 1, Chatting: 2, Apart: 1, Draining: true} })
	}()
	r := running{n, func() { cancel(); <-ended }}
	t.Cleanup(r.stop)
	return r
}

// eventually waits for what is bound to come.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func (r running) hears(names ...string) func() bool {
	return func() bool {
		var all []string
		for _, p := range r.Peers() {
			if p.Silent < Gone {
				all = append(all, p.Name)
			}
		}
		return slices.Equal(all, names)
	}
}

// refuse drops the Node that a Join must not have given.
func refuse(t *testing.T, c Config) error {
	t.Helper()
	n, err := Join(t.Context(), c)
	if err == nil {
		n.nats.Close()
		t.Fatalf("%s joined", c.Name)
	}
	return err
}

// Nodes of one secret know of each other what each says of itself; who leaves isn't
// there any more, and its name is free.
func TestNodes(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	a, b := start(t, configOf("a", url)), start(t, configOf("b", url))
	for _, n := range []running{a, b} {
		eventually(t, "inside", n.Inside) // JetStream may take its time to begin
	}
	eventually(t, "a hears b", a.hears("b"))
	eventually(t, "b hears a", b.hears("a"))
	if p := a.Peers()[0]; p.Census != (Census{3, 1, 2, 1, true, 0}) || p.Program != "test" || !p.Since.Equal(b.since) {
		t.Errorf("%+v", p)
	}
	eventually(t, "b's people are counted", func() bool { return a.Others() == Census{Online: 3, Waiting: 1, Chatting: 2, Apart: 1} })
	b.stop()
	eventually(t, "b is gone", func() bool { return len(a.Peers()) == 0 })
	eventually(t, "b's people are gone", func() bool { return a.Others() == Census{} })
	again := start(t, configOf("b", url))
	eventually(t, "b is there again", a.hears("b"))
	if !again.Inside() {
		t.Error("the name was not free at once")
	}
}

// Who shares not all that the nodes share must not be one of them, and is told why.
func TestStrangersAreRefused(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	a := start(t, configOf("a", url))
	eventually(t, "inside", a.Inside)
	secret, key := configOf("b", url), configOf("b", url)
	secret.Secret, key.HostKey = []byte("others"), []byte("other")
	if err := refuse(t, secret); !errors.Is(err, ErrSecret) {
		t.Errorf("another secret: %v", err)
	}
	if err := refuse(t, key); !errors.Is(err, ErrHostKey) {
		t.Errorf("another host key: %v", err)
	}
	// What says that a is there may be late: then the name seems free, once.
	eventually(t, "the name is taken", func() bool {
		n, err := Join(t.Context(), configOf("a", url))
		if err == nil {
			n.leave()
			n.nats.Close()
			return false
		}
		if _, taken := errors.AsType[*Taken](err); !taken {
			t.Fatal(err)
		}
		return true
	})
}

// A node goes on where no NATS server is, and is one of the nodes when there is one; it
// finds the others again after NATS was gone.
func TestAloneAndBack(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 1)
	servers[0].Kill()
	a, b := start(t, configOf("a", servers.URL())), start(t, configOf("b", servers.URL()))
	if a.Inside() || a.Connected() {
		t.Fatal("there is nobody to be connected to")
	}
	for range 2 {
		servers[0].Run()
		eventually(t, "a hears b", a.hears("b"))
		eventually(t, "b hears a", b.hears("a"))
		servers[0].Kill()
		eventually(t, "NATS is lost", func() bool { return !a.Connected() })
		eventually(t, "b is silent", func() bool { return a.Peers()[0].Silent >= Gone })
	}
}

// Who turns out not to share all that the nodes share, when NATS is there at last, stays
// alone, and says why.
func TestStrangersAreDeniedLate(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 1)
	a := start(t, configOf("a", servers.URL()))
	eventually(t, "inside", a.Inside)
	servers[0].Kill()
	other := configOf("b", servers.URL())
	other.Secret = []byte("others")
	b := start(t, other)
	if err := b.Denied(); err != nil {
		t.Error(err)
	}
	servers[0].Run()
	eventually(t, "b is denied", func() bool { return errors.Is(b.Denied(), ErrSecret) })
	if b.Inside() {
		t.Error("b is one of the nodes")
	}
}

// Two servers of NATS can't keep three copies: that is said in words, and tried again.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	a := start(t, configOf("a", natstest.Start(t, 2).URL()))
	eventually(t, "it is told", func() bool {
		ctx, stop := context.WithTimeout(t.Context(), patience)
		defer stop()
		err := a.enter(ctx)
		return err != nil && !final(err) && strings.HasPrefix(err.Error(), "NATS has to be three servers that run, or one alone")
	})
}

// Who asks a node whether NATS is there never waits, as NATS's client does for a server that
// takes connections and says nothing.
func TestConnectedNeverWaits(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tries := make(chan net.Conn, 10)
	go func() {
		for {
			conn, err := silent.Accept()
			if err != nil {
				return
			}
			tries <- conn
		}
	}()
	a := start(t, configOf("a", "nats://"+silent.Addr().String()))
	defer silent.Close()    // NATS's client gives up its try
	defer (<-tries).Close() // that is over
	took := time.Hour
	for range 2 {
		defer (<-tries).Close()
		begun := time.Now()
		if a.Connected() || a.Inside() {
			t.Error("it takes silence for an answer")
		}
		took = min(took, time.Since(begun))
	}
	if took > dialTime/2 {
		t.Errorf("it takes %v", took)
	}
}

// What lasts while NATS is there ends with it, and not with what comes after.
func TestWhile(t *testing.T) {
	t.Parallel()
	servers := natstest.Start(t, 1)
	a := start(t, configOf("a", servers.URL()))
	eventually(t, "inside", a.Inside)
	first, stopFirst := a.While(t.Context())
	defer stopFirst()
	servers[0].Kill()
	<-first.Done()
	if a.Connected() {
		t.Error("it is connected to nobody")
	}
	none, stopNone := a.While(t.Context())
	defer stopNone()
	<-none.Done()
	servers[0].Run()
	eventually(t, "NATS is back", a.Connected)
	second, stopSecond := a.While(t.Context())
	if second.Err() != nil {
		t.Error("it ended with what was before")
	}
	stopSecond()
	if second.Err() == nil {
		t.Error("it doesn't end")
	}
}

// intrude connects to NATS as who hasn't the secret.
func intrude(t *testing.T, url string) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// Nothing is believed that was not sealed by a node, or that was said before.
func TestForgedBeats(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1).URL()
	a := start(t, configOf("a", url))
	nc := intrude(t, url)
	beat := Beat{Name: "x", Start: 7, Number: 5, Program: "p"}
	older, bad := beat, beat
	older.Number, older.Online = 4, 9
	bad.Name = "x\x1b[31m"
	ours := NewSealer([]byte("ours"))
	for _, message := range [][]byte{
		nil,
		beat.pack(),
		NewSealer([]byte("others")).Seal(beatSubject, beat.pack()),
		ours.Seal("strangerd.other", beat.pack()),
		ours.Seal(beatSubject, bad.pack()),
		ours.Seal(beatSubject, []byte("{}")),
		ours.Seal(beatSubject, make([]byte, maxBeat+1)),
		ours.Seal(beatSubject, beat.pack()),
		ours.Seal(beatSubject, beat.pack()),
		ours.Seal(beatSubject, older.pack()),
	} {
		if err := nc.Publish(beatSubject, message); err != nil {
			t.Fatal(err)
		}
	}
	last := Beat{Name: "z", Start: 8, Number: 1}
	if err := nc.Publish(beatSubject, ours.Seal(beatSubject, last.pack())); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the last one", a.hears("x", "z"))
	if p := a.Peers()[0]; p.Beat != beat {
		t.Errorf("%+v", p)
	}
	want := map[string]uint64{"short": 1, "form": 1, "forged": 2, "malformed": 3}
	for why, n := range a.Seal.Refused() {
		if n != want[why] {
			t.Errorf("%d refused as %s, want %d", n, why, want[why])
		}
	}
}

// A NATS server that lets us in by no means is told of at the start.
func TestUnauthorized(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t, 1, "authorization { user: a, password: b }").URL()
	if err := refuse(t, configOf("a", url)); !errors.Is(err, nats.ErrAuthorization) {
		t.Error(err)
	}
}

func TestFloor(t *testing.T) {
	for text, ok := range map[string]bool{
		"2.10.23": true, "2.10.22": false, "2.9.99": false, "2.11.0": true, "2.10.23-RC.1": true, "3.0.0": true,
		"2.15.2": true, "1.99.99": false, "": false, "2.10": false, "dev": false,
	} {
		if err := checkVersion(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
