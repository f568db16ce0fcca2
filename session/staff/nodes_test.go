package staff_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"strangerd/moderation"
	"strangerd/session/staff"
)

// newNodes returns stations that are nodes of each other, and node c, which doesn't answer
// and is gone. What a asks, spoil may change the reply to.
func newNodes(t *testing.T) (a, b *station, spoil func(func(reply string) string)) {
	a, b = newStation(t), newStation(t)
	spoiled := func(reply string) string { return reply }
	all := []staff.Node{
		{Name: "a", Version: "1.2.3", Online: 5, Number: 1, Here: true, Deals: true, Since: a.clock()},
		{Name: "b", Version: "1.2.2", Online: 2, Waiting: 1, Number: 2, Draining: true, Silent: 1, Since: a.clock()},
	}
	a.Nodes = func() []staff.Node { return append([]staff.Node(nil), all...) }
	a.Ask = func(_ context.Context, node uint64, request []byte, read func([]byte) bool) error {
		if node != 2 {
			return errors.New("silent")
		}
		if raw := b.Answer(request); raw == nil || !read([]byte(spoiled(string(raw)))) {
			return errors.New("silent")
		}
		return nil
	}
	return a, b, func(how func(string) string) { spoiled = how }
}

// gone adds a node that is gone.
func (s *station) gone(name string) {
	there := s.Nodes
	s.Nodes = func() []staff.Node {
		return append(there(), staff.Node{Name: name, Online: 12, Number: 3, Silent: 61, Gone: true, Since: s.clock()})
	}
}

// A server that is alone says so.
func TestNodesAlone(t *testing.T) {
	s := newStation(t)
	wantHas(t, "nodes", s.do("nodes"), "This server is alone: it was started without --cluster.\n")
	if all := s.objects("nodes"); len(all) != 0 {
		t.Errorf("they are %v", all)
	}
	s.refuses(admin, "drain --node b", exitFailed, "alone")
}

func TestNodes(t *testing.T) {
	a, _, _ := newNodes(t)
	out := a.do("nodes")
	wantHas(t, "nodes", out, "here, pairing", "draining", "1.2.2", "2026-11-22 12:00")
	all := a.objects("nodes")
	if len(all) != 2 || all[0]["id"] != "a" || all[0]["deals"] != true || all[1]["waiting"] != 1.0 || all[1]["silent"] != 1.0 {
		t.Errorf("they are %v", all)
	}
	wantHas(t, "stats", a.do("stats"), "nodes         2\n")
	alone := newStation(t)
	alone.Nodes = func() []staff.Node { return []staff.Node{{Name: "a", Here: true, Apart: true}} }
	wantHas(t, "nodes", alone.do("nodes"), "here, without NATS")
	a.gone("c")
	a.refuses(admin, "nodes", exitFailed, "node c doesn't answer (silent for 1m1s, with 12 online)")
	wantHas(t, "stats", a.refuses(moderator, "stats", exitFailed, "node c doesn't answer").out, "nodes         2\n")
	a.width = 40
	wantHas(t, "nodes", a.ask(admin, "nodes").out, "c", "1m1s", "gone")
}

// sessions lists those of all nodes, longest first, and names the node that doesn't say.
func TestSessionsEverywhere(t *testing.T) {
	a, b, spoil := newNodes(t)
	first := b.enter("192.0.2.1").ID()
	a.step(b, time.Minute)
	second := a.enter("192.0.2.2").ID()
	a.step(b, time.Minute)
	var more []string // than fit a page
	for i := range 1100 {
		pass, err := b.Gate.Admit(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), moderation.Subject{})
		must(t, err)
		more = append(more, pass.ID())
	}
	wantHas(t, "sessions", a.do("sessions"), "NODE", first, second, more[0])
	list := a.objects("sessions")
	if len(list) != 2+len(more) || list[0]["id"] != first || list[0]["node"] != "b" || list[1]["id"] != second || list[1]["node"] != "a" {
		t.Fatalf("they are %d, and first %v", len(list), list[:2])
	}
	seen := make(map[any]bool)
	for _, s := range list {
		seen[s["id"]] = true
	}
	if len(seen) != len(list) {
		t.Errorf("%d of %d are listed more than once", len(list)-len(seen), len(list))
	}
	wantHas(t, "audit", a.do("audit"), "sessions")
	if did := b.objects("audit"); len(did) != 0 {
		t.Errorf("what a looked at, b audits: %v", did)
	}
	a.gone("c")
	a.refuses(admin, "sessions", exitFailed, "node c doesn't answer (silent for 1m1s, with 12 online): not all its sessions are listed")
	var whole []map[string]any
	if err := json.Unmarshal([]byte(a.ask(admin, "sessions --json").out), &whole); err != nil || len(whole) != len(list) {
		t.Errorf("with a node that is gone: %d sessions, %v", len(whole), err)
	}
	for _, bad := range []func(string) string{
		func(string) string { return "junk" },
		func(string) string { return `{"sessions":[{"id":"S-\u001b[2J"}]}` },
		func(s string) string { return strings.Replace(s, "T12:00:00Z", "T12:03:00Z", 1) }, // in no order
		func(string) string {
			return `{"sessions":[{"id":"S-1","subject":"` + strings.Repeat("x", 1000) + `"}]}`
		},
		func(string) string { return `{"told":-1}` },
		func(string) string { // without end
			return `{"sessions":[` + strings.Repeat(`{"id":"S-1"},`, 501) + `{"id":"S-2"}]}`
		},
	} {
		spoil(bad)
		if asked := a.ask(admin, "sessions"); asked.exit != exitFailed || !strings.Contains(asked.err, "node b doesn't answer") || strings.Contains(asked.out, "S-1 ") {
			t.Errorf("what b can't have said is listed: %v", asked)
		}
	}
	spoil(func(string) string {
		return `{"sessions":[{"id":"S-1","since":"2026-11-22T12:00:00Z","subject":"a\u001b[2J\u202eb\nc"}]}`
	})
	out := a.ask(admin, "sessions").out
	wantSafe(t, "sessions", out)
	wantHas(t, "sessions", out, "S-1", second)
}

// step moves the clocks of two stations.
func (s *station) step(other *station, d time.Duration) {
	for _, of := range []*station{s, other} {
		of.mu.Lock()
		of.time = of.time.Add(d)
		of.mu.Unlock()
	}
}

// A session of another node is ended by what the audit log says, which all nodes have.
func TestKickElsewhere(t *testing.T) {
	a, b, _ := newNodes(t)
	there := b.enter("192.0.2.1").ID()
	wantHas(t, "kick", a.do("kick "+there+" --reason 'be nice'"), there+" is ended.")
	wantHas(t, "audit", a.do("audit"), "kick", there, "be nice")
	a.refuses(admin, "kick S-nobody --reason x", exitFailed, "S-nobody")
	a.gone("c")
	a.refuses(admin, "kick S-nobody --reason x", exitFailed, "node c doesn't answer")
}

// A session of another node is banned, or where nobody can be told apart ended.
func TestBanElsewhere(t *testing.T) {
	a, b, _ := newNodes(t)
	there, shared := b.enter("192.0.2.1"), b.enter("127.0.0.1")
	a.do("ban " + there.ID() + " --reason 'be nice'")
	if _, err := a.Gate.Admit(netip.MustParseAddr("192.0.2.9"), there.Subject()); err == nil {
		t.Error("who is banned comes in")
	}
	wantHas(t, "ban", a.do("ban "+shared.ID()+" --reason x"), shared.ID()+" is ended.")
	a.refuses(admin, "ban S-nobody --reason x", exitFailed, "S-nobody")
}

func TestBroadcastEverywhere(t *testing.T) {
	a, b, _ := newNodes(t)
	wantHas(t, "broadcast", a.do("broadcast 'tea at five'"), "10 people were told.\n")
	for _, s := range []*station{a, b} {
		if fmt.Sprint(s.told) != "[tea at five]" {
			t.Errorf("they were told %q", s.told)
		}
	}
	a.gone("c")
	wantHas(t, "broadcast", a.refuses(admin, "broadcast hello", exitFailed, "node c doesn't answer").out, "10 people")
}

// One node is drained, and no other.
func TestDrainNode(t *testing.T) {
	a, b, _ := newNodes(t)
	b.enter("192.0.2.1")
	wantHas(t, "drain", a.do("drain --node b --for 1h"), "Nobody new is let in. Node b ends when it is empty, or at 2026-11-22T13:00:00Z.\n")
	for s, want := range map[*station]error{a: nil, b: moderation.ErrDraining} {
		if err := s.Gate.Shut(moderation.Subject{}); !errors.Is(err, want) {
			t.Errorf("in comes %v, want %v", err, want)
		}
	}
	wantHas(t, "audit", a.do("audit"), "drain", "1h0m0s b")
	if did := b.objects("audit"); len(did) != 0 {
		t.Errorf("what a asked for, b audits: %v", did)
	}
	a.gone("c")
	a.refuses(admin, "drain --node c", exitFailed, "node c doesn't answer")
	a.refuses(admin, "drain --node 'd\x1b[2J'", exitFailed, "there are a, b, c")
	a.refuses(moderator, "drain --node b", exitNotAllowed, "administrators")
	a.do("drain --node a")
	if err := a.Gate.Shut(moderation.Subject{}); !errors.Is(err, moderation.ErrDraining) {
		t.Errorf("a doesn't drain: %v", err)
	}
}

// What no node asks does nothing, and is no request.
func TestStrangeRequests(t *testing.T) {
	s := newStation(t)
	for _, request := range []string{
		"", "junk", "{}", `{"do":"stop"}`, `{"do":"session"}`, `{"do":"session","id":"B-1"}`, `{"do":"broadcast"}`,
		`{"do":"broadcast","line":"\u001b\u202e"}`, `{"do":"broadcast","line":"` + strings.Repeat("x", 5000) + `"}`, `{"do":"drain","limit":-1}`,
	} {
		if reply := s.Answer([]byte(request)); reply != nil {
			t.Errorf("%.60q is answered: %s", request, reply)
		}
	}
	if len(s.told) != 0 || s.Gate.Shut(moderation.Subject{}) != nil {
		t.Error("something was done")
	}
	if s.Answer([]byte(`{"do":"broadcast","line":"a\u001b[2J\nb"}`)) == nil || len(s.told) != 1 || strings.ContainsAny(s.told[0], "\x1b\n") {
		t.Errorf("they are told %q", s.told)
	}
}
