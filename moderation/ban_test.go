package moderation

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"strangerd/data"
)

// ban bans in the name of ann, with whatever needs yes.
func (h *house) ban(req BanRequest) Ban {
	h.t.Helper()
	req.Reason, req.Yes = "because", true
	return want(h.Desk.Ban("ann", req))(h.t).Ban
}

func TestBanEndsSessionsAndLasts(t *testing.T) {
	h := newHouse(t)
	one, same, other := h.enter("192.0.2.1"), h.enter("192.0.2.1"), h.enter("192.0.2.2")
	b := h.ban(BanRequest{Session: one.ID(), For: time.Hour})
	wantRevoked(t, one, b.ID)
	wantRevoked(t, same, b.ID)
	wantLive(t, other)
	h.wantBanned(b.ID, "192.0.2.1")
	h.wantBanned("", "192.0.2.2")
	if _, err := h.Screen(ip("192.0.2.1"), here, nil); err != nil {
		t.Error("a banned person is refused before the key exchange: they could not appeal")
	}
	h.restart()
	h.wantBanned(b.ID, "192.0.2.1")
	h.pass(time.Hour - time.Millisecond)
	h.wantBanned(b.ID, "192.0.2.1")
	h.pass(time.Millisecond)
	h.wantBanned("", "192.0.2.1")
	wantIs(t, h.Unban("ann", b.ID, "why"), ErrOver)
	h.wantAudit("ann ban " + b.ID + " " + one.ID() + ": because")
}

func TestBannedNetworkIsScreened(t *testing.T) {
	for network, addrs := range map[string][3]string{ // inside, at its end, outside
		"192.0.2.0/24":          {"192.0.2.1", "::ffff:192.0.2.255", "192.0.3.0"},
		"192.0.2.128/25":        {"192.0.2.128", "192.0.2.255", "192.0.2.127"},
		"192.0.2.7/32":          {"192.0.2.7", "192.0.2.7", "192.0.2.8"},
		"0.0.0.0/0":             {"1.2.3.4", "255.255.255.255", "2001:db8::"},
		"2001:db8::/32":         {"2001:db8::1", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
		"::/0":                  {"::2", "ffff::", "1.2.3.4"},
		"2001:db8::1:2:3:4/128": {"2001:db8::1:2:3:4", "2001:db8::1:2:3:4", "2001:db8::1:2:3:5"},
		"10.0.0.0/8":            {"10.1.2.3", "10.255.255.255", "11.0.0.0"}, // shared, but typed
	} {
		h := newHouse(t)
		inside, outside := h.enter(addrs[0], 1), h.enter(addrs[2], 2)
		b := h.ban(BanRequest{Network: net(network), For: Forever})
		wantRevoked(t, inside, b.ID)
		wantLive(t, outside)
		for range 2 {
			for i, addr := range addrs {
				_, err := h.Screen(ip(addr), here, nil)
				banned := new(Banned)
				if errors.As(err, &banned) != (i < 2) {
					t.Errorf("%s, %s: %v", network, addr, err)
				} else if i < 2 && (banned.Ban.ID != b.ID || banned.Ban.Reason != "because" || banned.Ban.Target.Network != net(network) || !banned.Ban.Until.IsZero()) {
					t.Errorf("%s, %s: %+v", network, addr, banned.Ban)
				}
			}
			h.wantBanned(b.ID, addrs[0])
			h.restart()
		}
		must(t, h.Unban("ben", b.ID, "a mistake"))
		for range 2 {
			if _, err := h.Screen(ip(addrs[0]), here, nil); err != nil {
				t.Errorf("%s after unban: %v", network, err)
			}
			h.restart()
		}
		wantIs(t, h.Unban("ben", b.ID, "twice"), ErrOver)
		if got := want(h.findBan(b.ID))(t); *got.Lifted != (Lifted{At: start, By: "ben", Reason: "a mistake"}) {
			t.Errorf("lifted: %+v", got.Lifted)
		}
	}
}

func TestNetworkIsBannedOnce(t *testing.T) {
	h := newHouse(t)
	first := h.ban(BanRequest{Network: net("192.0.2.0/24"), For: time.Hour})
	_, err := h.Desk.Ban("ann", BanRequest{Network: net("192.0.2.0/24"), Reason: "again"})
	if err == nil || !strings.Contains(err.Error(), first.ID) {
		t.Errorf("a second ban of a network: %v", err)
	}
	h.pass(time.Hour)
	second := h.ban(BanRequest{Network: net("192.0.2.0/24")})
	h.wantBanned(second.ID, "192.0.2.1")
	// The end of the first, whenever it is noticed, isn't the end of the second.
	want(h.Sweep(h.now()))(t)
	h.wantBanned(second.ID, "192.0.2.1")
}

// Row 24: sources are banned for 90 days at most, shared ones not at all.
// A ban of somebody who is banned takes the place of that ban, so that whoever lifts
// the one that is shown lets them in.
func TestABanTakesThePlaceOfAnother(t *testing.T) {
	day := 24 * time.Hour
	for name, row := range map[string]struct {
		first, second time.Duration
		anew          bool // by the same report
		wider         int  // of the first
		ends          time.Duration
	}{
		"the same report, longer":   {day, 7 * day, true, 0, 7 * day},
		"the same report, shorter":  {7 * day, day, true, 0, day},
		"the same report, narrower": {day, day, true, 24, day},
		"another report, longer":    {day, 7 * day, false, 0, 7 * day},
		"another report, shorter":   {7 * day, day, false, 0, 7 * day},
	} {
		h := newHouse(t)
		one, two := h.report("spam", "203.0.113.1", "192.0.2.2").ID, h.report("hate", "203.0.113.2", "192.0.2.2").ID
		if row.anew {
			two = one
		}
		old := want(h.Desk.Ban("ann", BanRequest{Report: one, Reason: "why", For: row.first, Wider: row.wider, Yes: true}))(t)
		appeal := want(h.Appeal(old.ID, "it wasn't me"))(t)
		b := want(h.Desk.Ban("ann", BanRequest{Report: two, Reason: "and again", For: row.second}))(t)
		if !b.Until.Equal(start.Add(row.ends)) {
			t.Errorf("%s: it ends %v", name, b.Until)
		}
		for range 2 {
			h.wantBanned(b.ID, "192.0.2.2")
			h.wantBanned("", "192.0.2.3")
			if list := want(h.Bans("ann", false))(t); len(list) != 1 || list[0].ID != b.ID {
				t.Errorf("%s: these bans are in force: %v", name, list)
			}
			if moved, _ := h.AppealOf(b.ID); moved.ID != appeal.ID {
				t.Errorf("%s: the appeal isn't about the new ban: %+v", name, moved)
			}
			h.restart()
		}
		h.wantAudit("ann unban " + old.ID + ": replaced by " + b.ID)
		decisions := h.Transparency(start).People[string(ActionBan)]
		if wanted := map[bool]Count{true: 1, false: 2}[row.anew]; decisions != wanted {
			t.Errorf("%s: %d decisions are counted, want %d", name, int(decisions), int(wanted))
		}
		must(t, h.AcceptAppeal("ann", appeal.ID, "right"))
		h.wantBanned("", "192.0.2.2")
	}
}

// Of somebody who can't be told apart the session is ended, and the case decided.
func TestRow24ABanOfNobodyEndsTheSession(t *testing.T) {
	for name, ban := range map[string]func(h *house, report, session string) (Verdict, error){
		"resolve": func(h *house, report, _ string) (Verdict, error) {
			return h.Resolve("ann", report, Decision{Action: ActionBan, Reason: "why"})
		},
		"ban of the report": func(h *house, report, _ string) (Verdict, error) {
			return h.Desk.Ban("ann", BanRequest{Report: report, Reason: "why"})
		},
		"ban of the session": func(h *house, _, session string) (Verdict, error) {
			return h.Desk.Ban("ann", BanRequest{Session: session, Reason: "why"})
		},
	} {
		h := newHouse(t)
		abuser, other := h.enter("127.0.0.1"), h.enter("127.0.0.1")
		f := h.filing("threat", "192.0.2.1", "127.0.0.1")
		f.ReportedSession = abuser.ID()
		id := h.file(f).ID
		verdict := want(ban(h, id, abuser.ID()))(t)
		if verdict.Action != ActionKick || verdict.Ended != abuser.ID() || verdict.ID != "" {
			t.Errorf("%s: %+v", name, verdict)
		}
		if kicked := new(Kicked); !errors.As(abuser.Why(), &kicked) || kicked.Reason != "why" {
			t.Errorf("%s: the session ended by %v", name, abuser.Why())
		}
		wantLive(t, other)
		h.wantAudit("ann kick " + abuser.ID() + ": why")
		if r := want(h.Report("ann", id))(t); name != "ban of the session" && (r.Status != StatusResolved || r.Decision.Action != string(ActionKick)) {
			t.Errorf("%s: the report is %+v", name, r)
		}
	}
	h := newHouse(t)
	id := h.report("threat", "192.0.2.1", "127.0.0.1").ID
	wantIs(t, second(h.Desk.Ban("ann", BanRequest{Report: id, Reason: "why"})), ErrNobody)
	verdict := want(h.Resolve("ann", id, Decision{Action: ActionBan, Reason: "why"}))(t)
	if verdict.Action != ActionKick || verdict.Ended != "" || h.list(StatusOpen) != "" {
		t.Errorf("of somebody who has left: %+v, open: %s", verdict, h.list(StatusOpen))
	}
	if w := h.weight(h.from("192.0.2.1")); w != 1 {
		t.Errorf("the reporter weighs %v", w)
	}
}

func TestRow24HowLongABanMayLast(t *testing.T) {
	day := 24 * time.Hour
	never := time.Time{}
	for name, row := range map[string]struct {
		addr string
		key  []byte
		for_ time.Duration
		err  error
		ends time.Time // for the key; zero is never
	}{
		"unsaid":              {addr: "192.0.2.1", ends: start.Add(day)},
		"source, 90 days":     {addr: "192.0.2.1", for_: 90 * day, ends: start.Add(90 * day)},
		"source, longer":      {addr: "192.0.2.1", for_: 90*day + 1, err: ErrForever},
		"source, forever":     {addr: "192.0.2.1", for_: Forever, err: ErrForever},
		"key at a shared one": {addr: "127.0.0.1", key: []byte{1}, for_: Forever, ends: never},
		"key, forever":        {addr: "192.0.2.1", key: []byte{1}, for_: Forever, ends: never},
		"key, a year":         {addr: "192.0.2.1", key: []byte{1}, for_: 365 * day, ends: start.Add(365 * day)},
		"negative":            {addr: "192.0.2.1", for_: -1, err: ErrDuration},
		"too short":           {addr: "192.0.2.1", for_: time.Second - 1, err: ErrDuration},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			p := h.enter(row.addr, row.key...)
			b, err := h.Desk.Ban("ann", BanRequest{Session: p.ID(), For: row.for_, Reason: "why", Yes: true})
			wantIs(t, err, row.err)
			if row.err != nil {
				wantLive(t, p)
				h.wantBanned("", row.addr, row.key...)
				return
			}
			if !b.Until.Equal(row.ends) {
				t.Errorf("it ends %v, want %v", b.Until, row.ends)
			}
			if row.addr == "127.0.0.1" {
				h.wantBanned("", row.addr) // somebody else
			}
			h.pass(90*day - time.Millisecond)
			if row.ends.IsZero() || row.ends.After(h.now()) {
				h.restart()
				h.wantBanned(b.ID, row.addr, row.key...)
			}
			h.pass(time.Millisecond)
			h.wantBanned("", "192.0.2.1") // the source, whoever has it now
			if row.ends.IsZero() {
				h.pass(1000 * day)
				h.restart()
				h.wantBanned(b.ID, "198.51.100.1", row.key...)
			}
		})
	}
}

func TestOfSeveralBansTheLastToEndIsTold(t *testing.T) {
	h := newHouse(t)
	p := h.enter("192.0.2.1", 1)
	q := h.enter("192.0.2.1")
	b := h.ban(BanRequest{Session: p.ID(), For: time.Hour})
	longer := h.ban(BanRequest{Session: q.ID(), For: 2 * time.Hour}) // not of the key
	h.wantBanned(longer.ID, "192.0.2.1")
	must(t, h.Unban("ann", longer.ID, "too long"))
	h.wantBanned(b.ID, "192.0.2.1")
	others := func(id, want string) {
		t.Helper()
		got, err := h.AlsoBanned(id)
		if must(t, err); strings.Join(got, " ") != want {
			t.Errorf("beside %s hold %v, want %q", id, got, want)
		}
	}
	others(longer.ID, b.ID)
	others(b.ID, "") // that one is lifted
	must(t, h.Unban("ann", b.ID, "too long"))
	h.wantBanned("", "192.0.2.1")
	others(longer.ID, "")
}

// Rows 24 and 30: what may hit more than was meant is asked about.
func TestRow24And30BanAsks(t *testing.T) {
	from := "198.51.100.9"
	for network, asks := range map[string]string{
		"192.0.2.0/24":     "",
		"192.0.0.0/16":     "",
		"192.0.0.0/15":     "large",
		"2001:db8::/32":    "",
		"2001:db8::/31":    "large",
		"127.0.0.0/8":      "machine itself",
		"127.0.0.1/32":     "machine itself",
		"127.0.0.0/24":     "machine itself",
		"127.0.0.9/32":     "",
		"127.0.9.0/24":     "",
		"0.0.0.0/0":        "machine itself",
		"::1/128":          "machine itself",
		"203.0.113.0/24":   "proxy",
		"198.51.100.0/24":  "where you come from",
		"198.51.101.0/24":  "",
		"198.51.100.10/32": "",
	} {
		h := newHouse(t)
		req := BanRequest{Network: net(network), For: time.Hour, Reason: "why", From: ip(from)}
		b, err := h.Desk.Ban("ann", req)
		if asks == "" {
			must(t, err)
			continue
		}
		if n := asked(t, err); !strings.Contains(n.Error(), asks) || !strings.Contains(n.Error(), "--yes") || strings.Contains(n.Error(), "\n") {
			t.Errorf("%s: %v", network, n)
		}
		if list := want(h.Bans("ann", true))(t); len(list) != 0 {
			t.Errorf("%s: banned %v without yes", network, list)
		}
		req.Yes = true
		b = want(h.Desk.Ban("ann", req))(t)
		h.wantBanned(b.ID, req.Network.Addr().Next().Prev().String())
	}
	h := newHouse(t)
	p := h.enter(from)
	_, err := h.Desk.Ban("ann", BanRequest{Session: p.ID(), Reason: "why", From: ip(from)})
	asked(t, err)
	wantLive(t, p)
}

func TestWiderPrintsWhomItHits(t *testing.T) {
	for _, row := range []struct {
		addr, near, far, out string
		bits, farBits, bad   int
	}{
		{"192.0.2.1", "192.0.2.2", "192.0.3.1", "192.1.0.1", 24, 16, 56},
		{"2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:1:102::1", "2001:db8:2::1", 56, 48, 24},
	} {
		h := newHouse(t)
		near, far := h.enter(row.near), h.enter(row.far)
		r := h.report("spam", "203.0.113.1", row.addr)
		earlier := h.report("spam", "203.0.113.2", row.near)
		h.report("spam", "203.0.113.3", row.out)
		req := BanRequest{Report: r.ID, Wider: row.bits, Reason: "why"}
		_, err := h.Desk.Ban("ann", req)
		n := asked(t, err)
		if got := fmt.Sprint(n.Preview.Sessions, n.Preview.Cases); !strings.Contains(got, near.ID()) || strings.Contains(got, far.ID()) ||
			strings.Contains(got, r.ID) || !strings.Contains(got, earlier.ID) || len(n.Preview.Cases) != 1 {
			t.Errorf("preview: %s", got)
		}
		req.Wider = row.bad
		if _, err := h.Desk.Ban("ann", req); err == nil {
			t.Errorf("%s in its /%d", row.addr, row.bad)
		}
		req.Wider, req.Yes = row.bits, true
		b := want(h.Desk.Ban("ann", req))(t)
		wantRevoked(t, near, b.ID)
		wantLive(t, far)
		h.restart()
		h.wantBanned(b.ID, row.near)
		h.wantBanned("", row.far)
		req.Wider = row.farBits
		b = want(h.Desk.Ban("ann", req))(t)
		h.wantBanned(b.ID, row.far)
		h.wantBanned("", row.out)
	}
}

func TestPreviewOfANetworkFindsCasesOfItsSize(t *testing.T) {
	h := newHouse(t)
	r := h.report("spam", "203.0.113.1", "192.0.2.1")
	for network, wanted := range map[string]int{"192.0.2.0/24": 1, "192.0.2.1/32": 1, "192.0.0.0/16": 1, "192.0.2.0/25": 0, "192.0.3.0/24": 0} {
		p := want(h.preview(want(h.aim(BanRequest{Network: net(network)}))(t)))(t)
		if len(p.Cases) != wanted || wanted == 1 && p.Cases[0] != r.ID {
			t.Errorf("%s: %v", network, p.Cases)
		}
	}
}

func TestBanRefuses(t *testing.T) {
	h := newHouse(t)
	long := strings.Repeat("ü", MaxText+1)
	p := h.enter("192.0.2.1")
	for _, row := range []struct {
		req  BanRequest
		want error
	}{
		{BanRequest{Reason: "why"}, errTargets},
		{BanRequest{Session: p.ID(), Network: net("192.0.2.0/24"), Reason: "why"}, errTargets},
		{BanRequest{Session: "S-none", Reason: "why"}, ErrUnknown},
		{BanRequest{Report: "R-none", Reason: "why"}, ErrUnknown},
		{BanRequest{Session: p.ID()}, ErrReason},
		{BanRequest{Session: p.ID(), Reason: long}, ErrTooLong},
		{BanRequest{Network: net("192.0.2.0/24"), Wider: 16, Reason: "why"}, errWiderNetwork},
	} {
		_, err := h.Desk.Ban("ann", row.req)
		wantIs(t, err, row.want)
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("more than a line: %q", err)
		}
	}
	wantLive(t, p)
	wantIs(t, h.Unban("ann", "B-none", "why"), ErrUnknown)
	h.ban(BanRequest{Session: p.ID()})
}

func TestParseNetwork(t *testing.T) {
	for text, wanted := range map[string]string{
		"192.0.2.0/24":          "192.0.2.0/24",
		"192.0.2.7":             "192.0.2.7/32",
		"2001:db8::1":           "2001:db8::/64",
		"::ffff:192.0.2.0/120":  "192.0.2.0/24",
		"::ffff:192.0.2.7":      "192.0.2.7/32",
		"192.0.2.7/24":          "",
		"192.0.2.0/33":          "",
		"::/95":                 "::/95",
		"::ffff:0:0/95":         "",
		"2001:db8::%eth0/64":    "",
		"campus":                "",
		"":                      "",
		"192.0.2.0/24 and more": "",
	} {
		p, err := ParseNetwork(text)
		if (err != nil) != (wanted == "") || err == nil && p.String() != wanted {
			t.Errorf("%q: %v, %v; want %q", text, p, err, wanted)
		}
	}
}

func TestImport(t *testing.T) {
	h := newHouse(t)
	kept := h.ban(BanRequest{Network: net("192.0.2.0/24"), For: time.Hour})
	p := h.enter("198.51.100.1")
	const list = "# a list\n192.0.2.0/24\n\n198.51.100.0/24 ; SBL1\n2001:db8::/32\n198.51.100.0/24\n"
	added, already, err := h.Import("ann", strings.NewReader(list), BanRequest{})
	must(t, err)
	if len(added) != 2 || already != 2 {
		t.Errorf("%d added, %d already", len(added), already)
	}
	h.restart()
	h.wantBanned(kept.ID, "192.0.2.1")
	for _, b := range added {
		h.wantBanned(b.ID, b.Target.Network.Addr().String())
		if !b.Until.IsZero() || b.Reason != "imported list" {
			t.Errorf("%+v", b)
		}
	}
	<-p.Context().Done()
	h.wantAudit("ann import 2 networks: imported list")
	must(t, h.Unban("ann", added[0].ID, "one of them"))
	h.wantBanned("", added[0].Target.Network.Addr().String())

	before := len(want(h.Bans("ann", true))(t))
	_, _, err = h.Import("ann", strings.NewReader("203.0.113.128/25\n\ncampus\n"), BanRequest{})
	if bad := new(BadLine); !errors.As(err, &bad) || bad.Line != 3 || !strings.Contains(err.Error(), "line 3") || !strings.Contains(err.Error(), "campus") {
		t.Errorf("a bad line: %v", err)
	}
	_, _, err = h.Import("ann", strings.NewReader("203.0.113.128/25\n127.0.0.0/8\n"), BanRequest{})
	asked(t, err)
	_, _, err = h.Import("ann", strings.NewReader(strings.Repeat("1", 1<<20)), BanRequest{})
	if err == nil {
		t.Error("a line of a megabyte")
	}
	if n := len(want(h.Bans("ann", true))(t)); n != before {
		t.Errorf("%d bans after refused imports, want %d", n, before)
	}
}

func TestBansListsWhatIsInForce(t *testing.T) {
	h := newHouse(t)
	old := h.ban(BanRequest{Network: net("192.0.2.0/24"), For: time.Hour})
	h.pass(time.Minute)
	lifted := h.ban(BanRequest{Network: net("192.0.3.0/24"), For: time.Hour})
	h.pass(time.Minute)
	b := h.ban(BanRequest{Network: net("192.0.4.0/24"), For: 2 * time.Hour})
	must(t, h.Unban("ann", lifted.ID, "why"))
	h.pass(time.Hour)
	ids := func(all bool) (ids []string) {
		for _, b := range want(h.Bans("ann", all))(t) {
			ids = append(ids, b.ID)
		}
		return ids
	}
	if got := ids(false); len(got) != 1 || got[0] != b.ID {
		t.Errorf("in force: %v", got)
	}
	if got := fmt.Sprint(ids(true)); got != fmt.Sprint([]string{b.ID, lifted.ID, old.ID}) {
		t.Errorf("all, newest first: %v", got)
	}
}

// A disk that takes no more writes lifts no ban, and bans nobody by halves.
func TestBansWithoutDisk(t *testing.T) {
	h := newHouse(t)
	p, other := h.enter("192.0.2.1"), h.enter("192.0.2.2")
	b := h.ban(BanRequest{Session: p.ID()})
	must(t, h.folder.Close())
	h.wantBanned(b.ID, "192.0.2.1")
	_, err := h.Desk.Ban("ann", BanRequest{Session: other.ID(), Reason: "why"})
	wantIs(t, err, data.ErrNotSaved)
	wantLive(t, other)
	wantIs(t, h.Kick("ann", other.ID(), "why"), data.ErrNotSaved)
	wantIs(t, h.SetDoor("ann", DoorClosed), data.ErrNotSaved)
	if h.Door() != DoorOpen {
		t.Error("the door is shut, but only until the next start")
	}
	wantLive(t, other)
	h.open()
}

func TestRow30OfflineUnban(t *testing.T) {
	h := newHouse(t)
	b := h.ban(BanRequest{Network: net("192.0.2.0/24"), For: Forever})
	must(t, h.folder.Close())
	path := h.dir + "/strangerd.db"
	lifted := Lifted{At: start, By: "offline", Reason: "locked out"}
	if err := data.Unban(path, "B-none", lifted); err == nil {
		t.Error("no such ban, and it is lifted")
	}
	must(t, data.Unban(path, b.ID, lifted))
	if err := data.Unban(path, b.ID, lifted); err == nil {
		t.Error("lifted twice")
	}
	h.open()
	h.wantBanned("", "192.0.2.1")
	h.wantAudit("offline unban " + b.ID + ": locked out")
}
