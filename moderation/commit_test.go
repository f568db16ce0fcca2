package moderation

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"strangerd/data"
)

// houses are machines that have one secret, and tell each other what they change, when the
// test brings it.
type houses struct {
	t     testing.TB
	all   []*house
	brief [][]data.Event // by house: what it wasn't brought yet
	past  []data.Event
	skew  []time.Duration // by which the clock of each is wrong
}

func several(t testing.TB, n int) *houses {
	hs := &houses{t: t, brief: make([][]data.Event, n), skew: make([]time.Duration, n)}
	common := &clock{now: start}
	for i := range n {
		h := &house{t: t, dir: filepath.Join(t.TempDir(), "data"), clock: common, desk: DeskConfig{Threshold: 3}}
		h.gate = Config{
			Node: string(rune('a' + i)), Share: func(events []data.Event) { hs.tell(i, events) },
			Now: func() time.Time { return common.Now().Add(hs.skew[i]) },
		}
		if i > 0 {
			h.gate.Secret = hs.all[0].gate.Secret
		}
		h.start()
		hs.all = append(hs.all, h)
	}
	return hs
}

// tell has the others wait for events. They take no records that the first one has.
func (hs *houses) tell(from int, events []data.Event) {
	hs.past = append(hs.past, events...)
	for i := range hs.brief {
		if i != from {
			hs.brief[i] = append(hs.brief[i], events...)
		}
	}
}

// bring brings all that waits to a house, in any order, some of it twice.
func (hs *houses) bring(to int, random *rand.Rand) {
	events := hs.brief[to]
	hs.brief[to] = nil
	for range min(random.IntN(3), len(hs.past)) {
		events = append(events, pick(random, hs.past))
	}
	random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	for _, e := range events {
		must(hs.t, hs.all[to].Merge(0, e))
	}
}

// wantSame expects that all houses have the same on the disk, and answer the same.
func (hs *houses) wantSame(random *rand.Rand, receipts []string) {
	hs.t.Helper()
	clear(hs.skew)
	for len(slices.Concat(hs.brief...)) > 0 {
		for i := range hs.all {
			hs.bring(i, random)
		}
	}
	want := hs.all[0].state(receipts)
	for _, h := range hs.all[1:] {
		if got := h.state(receipts); got != want {
			hs.t.Fatalf("of the same events one has\n%s\nand another one\n%s", differing(want, got), differing(got, want))
		}
	}
}

// differing are the lines of a that b hasn't.
func differing(a, b string) string {
	there := strings.Split(b, "\n")
	return strings.Join(slices.DeleteFunc(strings.Split(a, "\n"), func(line string) bool { return slices.Contains(there, line) }), "\n")
}

// state is all that is on the disk, and what is answered from memory, as text.
func (h *house) state(receipts []string) string {
	h.t.Helper()
	var all strings.Builder
	note := func(what string, value any) {
		text, err := json.Marshal(value)
		must(h.t, err)
		fmt.Fprintln(&all, what, string(text))
	}
	db := h.folder.DB()
	must(h.t, db.EachBan(func(b Ban) { note("ban", b) }))
	must(h.t, db.EachReport(func(r data.Report) { note("report", r) }))
	must(h.t, db.EachAppeal(func(a Appeal) { note("appeal", a) }))
	must(h.t, db.EachWarning(func(w Warning) { note("warning", w) }))
	must(h.t, db.EachAction(func(a AuditEntry) { note(a.Line(), a) }))
	must(h.t, db.EachModerator(func(m Moderator) { note("moderator", m) }))
	must(h.t, db.EachTally(func(t data.Tally) { note("tally", t) }))
	must(h.t, db.EachApart(func(a data.Apart) { note("apart", a) }))
	must(h.t, db.EachKnown(func(k data.Known) { note("known", k) }))
	must(h.t, db.EachMemory(func(m Memory) { note("memory", m) }))
	must(h.t, db.EachBlock(func(b data.Block) { note("block", b) }))
	for _, name := range []string{doorSetting, motdSetting} {
		note("setting", want(db.Setting(name))(h.t))
	}

	note("shown appeals", h.findAppeals(true))
	note("moderators", h.Moderators())
	note("transparency", h.Transparency(start))
	note("motd", h.Motd())
	note("door", h.Door())
	note("in force", h.InForce())
	for _, r := range h.find(Filter{Status: StatusAll}) {
		note("case", r)
		e, _, err := db.Evidence(r.ID)
		must(h.t, err)
		note("evidence", e)
	}
	for _, r := range receipts {
		outcome, err := h.Case(r)
		note("outcome of "+r, []any{outcome, err})
	}
	for _, a := range everybody {
		arrival, err := h.Screen(a.addr, here, nil)
		if err == nil {
			arrival.Close()
		}
		s := h.Subject(a.addr, a.key)
		ban, banned := h.BanOf(a.addr, s)
		appeal, appealed := h.AppealOf(ban.ID)
		note(fmt.Sprint(a), []any{err, ban, banned, appeal, appealed, h.Shut(s)})
		young, err := h.tooYoung(s)
		note("too young", []any{young, err})
		if a.key != nil {
			m, first, last, err := h.Memory(s)
			note("memory", []any{m, first, last, err})
			note("blocks", want(h.Blocks(s))(h.t))
		}
		for _, b := range everybody {
			note("may meet", h.MayPair(s, h.Subject(b.addr, b.key)))
		}
		h.Desk.mu.RLock()
		for _, w := range h.warnings {
			if w.To.Is(s) {
				note("must see", w.ID)
			}
		}
		h.Desk.mu.RUnlock()
	}
	lines := strings.Split(all.String(), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// A somebody comes from an address, some with a key.
type somebody struct {
	addr netip.Addr
	key  []byte
}

var everybody = []somebody{
	{ip("192.0.2.1"), nil}, {ip("192.0.2.2"), []byte{2}}, {ip("192.0.2.3"), nil}, {ip("198.51.100.1"), []byte{4}},
	{ip("2001:db8::1"), nil}, {ip("10.0.0.1"), nil}, {ip("10.0.0.1"), []byte{7}},
}

// What has been done on one machine is in another's memory once that has the event, as
// if it had been done there: whom it hits is out, and whom it frees is in.
func TestMemoryFollowsEvents(t *testing.T) {
	hs := several(t, 2)
	h, m := hs.all[0], hs.all[1]
	random := rand.New(rand.NewPCG(1, 2))
	changed, stop := m.Watch()
	defer stop()
	follow := func() {
		t.Helper()
		hs.wantSame(random, nil)
	}
	nudged := func(what string) {
		t.Helper()
		select {
		case <-changed:
		default:
			t.Error("whoever watches isn't told of", what)
		}
	}
	live := m.enter("192.0.2.1")
	other := m.enter("192.0.2.2")
	gone := m.enter("192.0.2.1")
	gone.Wait()
	f := h.filing("spam", "192.0.2.9", "192.0.2.1")
	f.Reporter, f.Reported = h.Subject(ip("192.0.2.9"), []byte{1}), h.Subject(ip("192.0.2.1"), []byte{2})
	filed := h.file(f)
	follow()
	nudged("a report")
	wantLive(t, live)
	must(t, m.Desk.Take("ben", filed.ID))
	ban := h.resolve(filed.ID, ActionBan)
	follow()
	nudged("a decision")
	wantRevoked(t, live, ban.ID)
	wantRevoked(t, gone, ban.ID)
	wantLive(t, other)
	m.wantBanned(ban.ID, "192.0.2.1")
	if len(m.taken) > 0 {
		t.Error("somebody is at a case that is decided")
	}
	if stats := m.Gate.Stats(); stats.People > 0 {
		t.Error("a ban of another machine is counted here")
	}

	appeal, err := h.Appeal(ban.ID, "it wasn't me")
	must(t, err)
	follow()
	nudged("an appeal")
	must(t, m.AcceptAppeal("ben", appeal.ID, "it wasn't"))
	follow()
	h.wantBanned("", "192.0.2.1")
	warned := h.enter("192.0.2.1")
	w, ok := h.Warning(warned)
	if !ok || w.Kind != WarningAppeal {
		t.Errorf("nothing tells of the appeal: %+v", w)
	}
	must(t, h.Confirm(w.ID))
	follow()
	if _, ok := m.Warning(m.enter("192.0.2.1")); ok {
		t.Error("it is told though it was confirmed")
	}

	nobody := m.enter("10.0.0.1")
	f = h.filing("spam", "192.0.2.9", "10.0.0.1")
	f.ReportedSession = nobody.ID()
	h.resolve(h.file(f).ID, ActionBan)
	follow()
	if _, kicked := nobody.Why().(*Kicked); !kicked {
		t.Errorf("who can't be told apart ended by %v", nobody.Why())
	}
	must(t, h.SetDoor("ann", DoorClosed))
	follow()
	if _, err := m.Admit(ip("192.0.2.2"), m.from("192.0.2.2")); err != ErrDoorClosed {
		t.Errorf("through a closed door: %v", err)
	}
	wantLive(t, other)
}

// Two machines ban one network at the same time. It is banned until both bans are over.
func TestNetworkBannedTwice(t *testing.T) {
	hs := several(t, 2)
	var ids []string
	for _, h := range hs.all {
		verdict, err := h.Ban("ann", BanRequest{Network: net("192.0.2.0/24"), Reason: "why"})
		must(t, err)
		ids = append(ids, verdict.ID)
	}
	random := rand.New(rand.NewPCG(1, 2))
	hs.wantSame(random, nil)
	for i, id := range ids {
		for _, h := range hs.all {
			if _, err := h.Screen(ip("192.0.2.1"), here, nil); err == nil {
				t.Errorf("with %d of two bans lifted it isn't banned", i)
			}
		}
		must(t, hs.all[0].Unban("ann", id, "why"))
		hs.wantSame(random, nil)
	}
	for _, h := range hs.all {
		h.wantBanned("", "192.0.2.1")
	}
}

// Who has themselves forgotten is forgotten everywhere, also by a machine that hears of it
// late; and what they have remembered since isn't.
func TestForgottenEverywhere(t *testing.T) {
	hs := several(t, 2)
	a, b := hs.all[0], hs.all[1]
	ann := a.holder("192.0.2.1", 1)
	must(t, a.Remember(ann, like("tea")))
	must(t, a.Block(ann, a.from("192.0.2.7")))
	early := slices.Clone(hs.past)
	random := rand.New(rand.NewPCG(1, 2))
	hs.wantSame(random, nil)
	must(t, a.Forget(ann))
	hs.wantSame(random, nil)
	for _, e := range early {
		must(t, b.Merge(0, e))
		must(t, a.Merge(0, e))
	}
	for _, h := range hs.all {
		h.wantMemory(ann, Memory{})
		h.wantBlocked(ann, h.from("192.0.2.7"), false)
		if _, first, last, _ := h.Memory(ann); !first.IsZero() || !last.IsZero() {
			t.Errorf("they came from %v to %v", first, last)
		}
	}
	must(t, b.Remember(ann, like("coffee")))
	hs.wantSame(random, nil)
	a.wantMemory(ann, Memory{Interests: []string{"coffee"}})
}

// What one machine ended and swept doesn't come back when it is told late of how it began.
func TestEndedStaysEnded(t *testing.T) {
	hs := several(t, 2)
	h := hs.all[0]
	must(t, h.AddModerator("ann", "cem", "ssh-ed25519 AAAA"))
	h.resolve(h.report("spam", "192.0.2.1", "192.0.2.2").ID, ActionWarn)
	begun := slices.Clone(hs.past)
	p := h.enter("192.0.2.2")
	w, _ := h.Warning(p)
	must(t, h.Confirm(w.ID))
	must(t, h.RemoveModerator("ann", "cem"))
	want(h.Sweep(h.now()))(t)
	h.restart()
	for _, e := range begun {
		must(t, h.Merge(0, e))
	}
	if list := h.Moderators(); len(list) > 0 {
		t.Errorf("moderators are %v", list)
	}
	if w, ok := h.Warning(p); ok {
		t.Errorf("told again: %+v", w)
	}
	h.pass(KeptRemoved)
	want(h.Sweep(h.now()))(t)
	must(t, h.folder.DB().EachModerator(func(m Moderator) { t.Errorf("%s is kept for good", m.Name) }))
}

// Two machines take an appeal against one ban at the same time: it has the first one on both.
// Which ban one is against all know when another took the place of that.
func TestAppealedTwice(t *testing.T) {
	hs := several(t, 2)
	a, b := hs.all[0], hs.all[1]
	random := rand.New(rand.NewPCG(1, 2))
	filed := a.report("spam", "192.0.2.1", "192.0.2.2")
	ban := a.resolve(filed.ID, ActionBan)
	hs.wantSame(random, nil)
	second, err := b.Appeal(ban.ID, "from b")
	must(t, err)
	hs.skew[0] = -time.Second
	first, err := a.Appeal(ban.ID, "from a")
	must(t, err)
	hs.wantSame(random, nil)
	for _, h := range hs.all {
		if got, _ := h.AppealOf(ban.ID); got.ID != first.ID {
			t.Errorf("it has %s, and not the first, %s: the other is %s", got.ID, first.ID, second.ID)
		}
	}
	for range 6 { // the ids of bans are in no order
		filed := a.report("spam", "192.0.2.1", "198.51.100.2")
		old := a.resolve(filed.ID, ActionBan)
		appeal, err := a.Appeal(old.ID, "why?")
		must(t, err)
		hs.wantSame(random, nil)
		b.pass(time.Hour)
		again := b.banReport(filed.ID, 24*time.Hour)
		hs.wantSame(random, nil)
		for _, h := range hs.all {
			if got, _ := h.AppealOf(again.ID); got.ID != appeal.ID {
				t.Fatalf("%s has the appeal %q, want %s", again.ID, got.ID, appeal.ID)
			}
		}
		must(t, a.RejectAppeal("ann", appeal.ID, "no"))
		must(t, a.Unban("ann", again.ID, "done"))
		hs.wantSame(random, nil)
	}
}

// Two machines ban somebody at the same time, for as long: all show them the same ban.
func TestBannedTwice(t *testing.T) {
	hs := several(t, 2)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 8 {
		filed := hs.all[0].report("spam", fmt.Sprint("192.0.2.", i), fmt.Sprint("198.51.100.", i))
		hs.wantSame(random, nil)
		for _, h := range hs.all {
			h.resolve(filed.ID, ActionBan)
		}
		hs.wantSame(random, nil)
		from := fmt.Sprint("198.51.100.", i)
		a, _ := hs.all[0].BanOf(ip(from), hs.all[0].from(from))
		b, _ := hs.all[1].BanOf(ip(from), hs.all[1].from(from))
		if a.ID == "" || a.ID != b.ID {
			t.Fatalf("one shows %q, the other one %q", a.ID, b.ID)
		}
	}
}

// Two machines pause somebody at the same time, for reports of which each has one that the
// other doesn't know yet: it is one pause, which a decision ends on both.
func TestPausedTwice(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for last := range 4 {
		hs := several(t, 2)
		a, b := hs.all[0], hs.all[1]
		filed := a.reports("spam", 1, 2)
		hs.wantSame(random, nil)
		a.pass(time.Minute)
		hs.skew[1] = time.Duration(last) * time.Millisecond
		filed = append(filed, a.reports("spam", 3)[0], b.reports("spam", 4)[0])
		for _, h := range hs.all {
			if _, paused := h.BanOf(ip(bad), h.from(bad)); !paused {
				t.Errorf("%s doesn't pause", h.gate.Node)
			}
		}
		hs.wantSame(random, nil)
		if list := want(a.Bans("ann", true))(t); len(list) != 1 {
			t.Errorf("%d pauses", len(list))
		}
		b.resolve(filed[last].ID, ActionNone)
		hs.wantSame(random, nil)
		for _, h := range hs.all {
			for range 2 {
				h.wantPaused(time.Time{})
				h.restart()
			}
		}
	}
}

// Who is inside stays there when a ban comes together with its end.
func TestBanThatIsOverEndsNothing(t *testing.T) {
	hs := several(t, 2)
	a, b := hs.all[0], hs.all[1]
	live := b.enter(bad)
	filed := a.report("spam", "192.0.2.1", bad)
	ban := a.resolve(filed.ID, ActionBan)
	must(t, a.Unban("ann", ban.ID, "a mistake"))
	var all data.Event
	for _, e := range hs.brief[1] {
		all.Records = append(all.Records, e.Records...)
	}
	must(t, b.Merge(0, all))
	if err := live.Context().Err(); err != nil {
		t.Errorf("they are thrown out: %v", context.Cause(live.Context()))
	}
	if _, banned := b.BanOf(ip(bad), b.from(bad)); banned {
		t.Error("they are banned")
	}
}

// Whose appeal is accepted on two machines at once is told so once.
func TestAppealAcceptedTwice(t *testing.T) {
	hs := several(t, 2)
	a, b := hs.all[0], hs.all[1]
	ban := a.resolve(a.report("hate", "192.0.2.1", bad).ID, ActionBan)
	appeal := want(a.Appeal(ban.ID, "it wasn't me"))(t)
	random := rand.New(rand.NewPCG(1, 2))
	hs.wantSame(random, nil)
	must(t, a.AcceptAppeal("ann", appeal.ID, "so it seems"))
	a.pass(time.Second)
	must(t, b.AcceptAppeal("ben", appeal.ID, "so it is"))
	hs.wantSame(random, nil)
	for _, h := range hs.all {
		p := h.enter(bad)
		w, ok := h.Warning(p)
		if !ok {
			t.Fatal("nobody tells them")
		}
		must(t, h.Confirm(w.ID))
		if w, ok := h.Warning(p); ok {
			t.Errorf("they are told again: %+v", w)
		}
	}
}

// Each machine counts by itself, and all show the sum.
func TestCountsAreSummed(t *testing.T) {
	hs := several(t, 3)
	for i, h := range hs.all {
		for n := range 5 + i {
			h.report("spam", fmt.Sprint("192.0.2.", n), fmt.Sprint("198.51.100.", i))
		}
	}
	hs.wantSame(rand.New(rand.NewPCG(1, 2)), nil)
	for _, h := range hs.all {
		if n := h.Transparency(start).Reports["spam"]; n != 5+6+7 {
			t.Errorf("%s counts %d", h.gate.Node, n)
		}
	}
}

// Nobody forgets a block, or whom a report keeps apart, because another machine's clock is
// ahead.
func TestClocksDiffer(t *testing.T) {
	hs := several(t, 2)
	a, b := hs.all[0], hs.all[1]
	random := rand.New(rand.NewPCG(1, 2))
	ann := a.holder("192.0.2.1", 1)
	hs.skew[0] = time.Minute
	must(t, a.Block(ann, a.from("192.0.2.7")))
	a.report("spam", "192.0.2.1", "192.0.2.2")
	hs.bring(1, random)
	must(t, b.Block(ann, b.from("192.0.2.7")))
	b.report("spam", "192.0.2.1", "192.0.2.2")
	must(t, b.SetMotd("ann", "hello"))
	hs.wantSame(random, nil)
}

// What is shared is shared without a lock that whoever brings it needs.
func TestSharedWithoutLock(t *testing.T) {
	hs := several(t, 2)
	a, b := hs.all[0], hs.all[1]
	a.gate.Share = func(events []data.Event) {
		for _, e := range events {
			must(t, b.Merge(0, e))
			must(t, a.Merge(0, e)) // it comes back
		}
	}
	a.restart()
	filed := a.report("spam", "192.0.2.1", "192.0.2.2")
	a.resolve(filed.ID, ActionBan)
	must(t, a.SetDoor("ann", DoorKnown))
	if b.list(StatusResolved) != filed.ID || b.Door() != DoorKnown {
		t.Error("the other machine wasn't told")
	}
}

// Machines that change things at the same time, and tell each other at once, don't wait for
// each other for good; nobody looks meanwhile at what is half there.
func TestMachinesAtOnce(t *testing.T) {
	hs := several(t, 2)
	for i, h := range hs.all {
		other := hs.all[1-i]
		h.gate.Share = func(events []data.Event) {
			for _, e := range events {
				must(t, other.Merge(0, e))
			}
		}
	}
	for _, h := range hs.all {
		h.restart()
	}
	var all sync.WaitGroup
	for i, h := range hs.all {
		for n := range 3 {
			from, against := fmt.Sprint("192.0.2.", i), fmt.Sprint("198.51.100.", n)
			all.Go(func() {
				for range 8 {
					filed, err := h.File(h.filing("spam", from, against))
					if err == nil {
						h.Resolve("ann", filed.ID, Decision{Action: ActionBan, Reason: "why"})
					}
					h.SetDoor("ann", DoorOpen)
					must(t, h.Remember(h.holder(from, byte(n)), like(filed.ID)))
					h.Queue("ben")
					h.MayPair(h.from(from), h.from(against))
				}
			})
		}
	}
	all.Wait()
	hs.wantSame(rand.New(rand.NewPCG(1, 2)), nil)
}

// Whatever people and staff do on several machines, and in whatever order each is told of it,
// once all are told of all they have the same, in the file and in memory.
func TestMachinesAgree(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 7))
			hs := several(t, 2+int(seed%2))
			e := &evening{houses: hs, Rand: random}
			for range 100 {
				e.step()
			}
			for _, h := range hs.all {
				must(t, h.saveKnown())
			}
			hs.wantSame(random, e.receipts)
			e.wantNobodyBannedInside()
			for _, h := range hs.all { // what is read from the disk is what was in memory
				h.restart()
			}
			hs.wantSame(random, e.receipts)
			hs.all[0].pass(200 * 24 * time.Hour)
			for _, h := range hs.all {
				want(h.Sweep(h.now()))(t)
			}
			hs.wantSame(random, e.receipts)
		})
	}
}

// An evening is what people and staff do at random.
type evening struct {
	*houses
	*rand.Rand
	receipts               []string
	reports, bans, appeals []string
	chats                  []string
	inside                 []*Pass
}

func (e *evening) step() {
	i := e.IntN(len(e.all))
	h := e.all[i]
	a, b := pick(e.Rand, everybody), pick(e.Rand, everybody)
	sa, sb := h.Subject(a.addr, a.key), h.Subject(b.addr, b.key)
	by, why := pick(e.Rand, []string{"ann", "ben"}), pick(e.Rand, []string{"because", "so"})
	h.pass(time.Duration(e.IntN(3)) * time.Millisecond)
	switch e.IntN(22) {
	case 0, 1, 2:
		e.file(h, sa, sb)
	case 3, 4:
		action := pick(e.Rand, []Action{ActionNone, ActionWarn, ActionHelp, ActionBan})
		v, err := h.Resolve(by, pick(e.Rand, e.reports), Decision{Action: action, Reason: why, Both: e.IntN(2) == 0, Yes: true})
		e.bans = kept(e.bans, v.ID, err)
	case 5:
		v, err := h.Ban(by, BanRequest{Report: pick(e.Rand, e.reports), Reason: why, For: time.Duration(1+e.IntN(30)) * 24 * time.Hour})
		e.bans = kept(e.bans, v.ID, err)
	case 6:
		network, _ := a.addr.Prefix(24)
		v, err := h.Ban(by, BanRequest{Network: network, Reason: why, Yes: true})
		e.bans = kept(e.bans, v.ID, err)
	case 7:
		h.Unban(by, pick(e.Rand, e.bans), why)
	case 8:
		a, err := h.Appeal(pick(e.Rand, e.bans), why)
		e.appeals = kept(e.appeals, a.ID, err)
	case 9:
		h.AcceptAppeal(by, pick(e.Rand, e.appeals), why)
	case 10:
		h.RejectAppeal(by, pick(e.Rand, e.appeals), why)
	case 11:
		h.Hold(by, pick(e.Rand, e.reports), h.now().Add(time.Duration(e.IntN(99))*time.Hour), why)
	case 12:
		h.Release(by, pick(e.Rand, e.reports), why)
	case 13:
		h.AddModerator(by, pick(e.Rand, []string{"cem", "dan"}), "ssh-ed25519 "+why)
	case 14:
		h.RemoveModerator(by, pick(e.Rand, []string{"cem", "dan"}))
	case 15:
		must(e.t, h.SetMotd(by, why))
		must(e.t, h.SetDoor(by, pick(e.Rand, []Door{DoorOpen, DoorKnown, DoorOpen})))
	case 16:
		must(e.t, h.RefuseAge(sa))
		for id := range h.warnings {
			must(e.t, h.Confirm(id))
		}
	case 17:
		e.remember(h, sa, sb)
	case 18:
		if p, err := h.Admit(a.addr, sa); err == nil {
			e.inside = append(e.inside, p)
		}
	case 19:
		must(e.t, h.saveKnown())
		h.pass(time.Duration(e.IntN(30)) * time.Hour)
	case 20:
		e.skew[i] = time.Duration(e.IntN(9)-4) * time.Second
	case 21:
		e.bring(i, e.Rand)
	}
}

func (e *evening) file(h *house, by, against Subject) {
	f := h.filing(pick(e.Rand, []string{"spam", CategorySelfharm, "hate"}), "192.0.2.1", "192.0.2.2")
	f.Reporter, f.Reported, f.Note = by, against, "a note"
	f.ReporterSession, f.ReportedSession = "S-"+by.String(), "S-"+against.String()
	if f.Chat = fmt.Sprint("chat ", len(e.chats)); e.IntN(3) == 0 && len(e.chats) > 0 {
		f.Chat = pick(e.Rand, e.chats)
	}
	e.chats = append(e.chats, f.Chat)
	if e.IntN(5) == 0 {
		h.Flag(f)
		return
	}
	filed, err := h.File(f)
	e.reports, e.receipts = kept(e.reports, filed.ID, err), kept(e.receipts, filed.Receipt, err)
}

func (e *evening) remember(h *house, s, other Subject) {
	if s.Key.IsZero() {
		return
	}
	switch e.IntN(4) {
	case 0:
		must(e.t, h.Remember(s, like(pick(e.Rand, []string{"tea", "jazz"}))))
	case 1:
		must(e.t, h.Remember(s, func(m *Memory) { *m = Memory{Key: m.Key} }))
	case 2:
		h.Block(s, other)
	case 3:
		must(e.t, h.Forget(s))
	}
}

// wantNobodyBannedInside expects that a ban ended whom it hits, wherever they were.
func (e *evening) wantNobodyBannedInside() {
	for _, p := range e.inside {
		if b, banned := p.gate.BanOf(p.addr, p.subject); banned && p.Why() == nil {
			e.t.Errorf("%s is inside, and banned by %s", p.ID(), b.ID)
		}
		p.Close()
	}
}

// pick is one of all, or nothing if there is none.
func pick[T any](random *rand.Rand, all []T) (one T) {
	if len(all) > 0 {
		one = all[random.IntN(len(all))]
	}
	return one
}

// kept is ids with one more, if that was made.
func kept(ids []string, id string, err error) []string {
	if err != nil || id == "" {
		return ids
	}
	return append(ids, id)
}
