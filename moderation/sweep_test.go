package moderation

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/data"
)

const day = 24 * time.Hour

// What is kept, and for how long: each row is kept to the last moment, and its
// words are gone from the file's bytes with the sweep after it.
func TestSweep(t *testing.T) {
	decided := func(action Action) func(h *house, f Filing) {
		return func(h *house, f Filing) {
			h.Resolve("ann", h.file(f).ID, Decision{Action: action, Reason: "because", For: 90 * day})
		}
	}
	for name, row := range map[string]struct {
		do   func(h *house, f Filing)
		kept time.Duration // zero is for good
	}{
		"undecided":              {func(h *house, f Filing) { h.file(f) }, 0},
		"no action":              {decided(ActionNone), 30 * day},
		"help":                   {decided(ActionHelp), 30 * day},
		"warned":                 {decided(ActionWarn), 180 * day},
		"banned for 90 days":     {decided(ActionBan), 180 * day},
		"banned for a year":      {banFor(365 * day), 365 * day},
		"banned for good":        {banFor(Forever), 0},
		"banned and lifted":      {func(h *house, f Filing) { must(h.t, h.Unban("ann", banned365(h, f).ID, "why")) }, 180 * day},
		"dismissed, then banned": {thenBanned(ActionNone, 365*day), 365 * day},
		"warned, then banned":    {thenBanned(ActionWarn, day), 180*day + time.Millisecond}, // of two decisions one is later
		"banned again, shorter":  {func(h *house, f Filing) { h.banReport(banned365(h, f).Report, day) }, 180*day + time.Millisecond},
		"held":                   {held300, 300 * day},
		"held and released":      {func(h *house, f Filing) { must(h.t, h.Release("ann", heldReport(h, f), "why")) }, 30 * day},
		"undecided and released": {func(h *house, f Filing) { id := h.file(f).ID; must(h.t, h.Hold("ann", id, start.Add(day), "why")) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			f := h.filing("spam", "192.0.2.1", "192.0.2.2")
			f.Reported = h.Subject(ip("192.0.2.2"), []byte("key"))
			f.Note, f.Lines = "canary-note", []Line{{Speaker: SpeakerReported, Text: "canary-line", At: start}}
			row.do(h, f)
			wantKept := func(kept bool) {
				t.Helper()
				want(h.Sweep(h.now()))(t)
				file := h.bytes()
				if bytes.Contains(file, []byte("canary-line")) != kept || bytes.Contains(file, []byte("canary-note")) != kept || (h.list(StatusAll) != "") != kept {
					t.Errorf("kept %v after %v", !kept, h.now().Sub(start))
				}
			}
			h.pass(row.kept - time.Millisecond)
			if row.kept == 0 {
				h.pass(2000 * day)
			}
			wantKept(true)
			h.restart()
			if row.kept != 0 {
				h.pass(time.Millisecond)
				wantKept(false)
				h.restart()
				if h.list(StatusAll) != "" {
					t.Error("it came back")
				}
			}
		})
	}
}

func banFor(d time.Duration) func(h *house, f Filing) {
	return func(h *house, f Filing) { bannedFor(h, f, d) }
}

// thenBanned decides, and bans by the same report.
func thenBanned(action Action, d time.Duration) func(h *house, f Filing) {
	return func(h *house, f Filing) {
		id := h.file(f).ID
		h.resolve(id, action)
		h.banReport(id, d)
	}
}

func (h *house) banReport(id string, d time.Duration) Ban {
	h.t.Helper()
	return want(h.Desk.Ban("ann", BanRequest{Report: id, Reason: "because", For: d}))(h.t).Ban
}

func banned365(h *house, f Filing) Ban { return bannedFor(h, f, 365*day) }

func bannedFor(h *house, f Filing, d time.Duration) Ban {
	h.t.Helper()
	return want(h.Resolve("ann", h.file(f).ID, Decision{Action: ActionBan, Reason: "because", For: d}))(h.t).Ban
}

func held300(h *house, f Filing) { heldReport(h, f) }

// heldReport is decided and held for 300 days.
func heldReport(h *house, f Filing) string {
	id := h.file(f).ID
	must(h.t, h.Hold("ann", id, start.Add(300*day), "why"))
	h.resolve(id, ActionNone)
	return id
}

// Each record is kept to its last moment, and its canary goes from the file.
func TestSweepOfTheRest(t *testing.T) {
	for name, row := range map[string]struct {
		do   func(h *house)
		kept time.Duration
	}{
		"ban that ended": {func(h *house) {
			want(h.Desk.Ban("ann", BanRequest{Network: net("192.0.2.0/24"), For: day, Category: "canary", Reason: "why"}))(h.t)
		}, 31 * day},
		"ban that was lifted": {func(h *house) {
			b := want(h.Desk.Ban("ann", BanRequest{Network: net("192.0.2.0/24"), For: Forever, Category: "canary", Reason: "why"}))(h.t)
			must(h.t, h.Unban("ann", b.ID, "why"))
		}, 30 * day},
		"appeal": {func(h *house) {
			p := h.enter("192.0.2.1")
			b := h.ban(BanRequest{Session: p.ID(), For: 10 * day})
			want(h.Appeal(b.ID, "canary"))(h.t)
		}, 40 * day},
		"confirmed warning": {func(h *house) {
			w := warned(h)
			must(h.t, h.Confirm(w.ID))
		}, time.Millisecond},
		"warning of one who stays away": {func(h *house) { warned(h) }, 90 * day},
		"audit":                         {func(h *house) { must(h.t, h.Note("ann", "canary", "", "")) }, 365 * day},
		"moderator": {func(h *house) {
			must(h.t, h.AddModerator("ann", "ben", "ssh-ed25519 canary"))
			must(h.t, h.RemoveModerator("ann", "ben"))
		}, time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			row.do(h)
			h.pass(row.kept - time.Millisecond)
			if row.kept > time.Millisecond {
				want(h.Sweep(h.now()))(t)
			}
			if !bytes.Contains(h.bytes(), []byte("canary")) {
				t.Error("gone too early")
			}
			h.pass(time.Millisecond)
			want(h.Sweep(h.now()))(t)
			if bytes.Contains(h.bytes(), []byte("canary")) {
				t.Error("kept too long")
			}
			h.restart()
			if n := want(h.Sweep(h.now()))(t); n != 0 {
				t.Errorf("%d more records went", n)
			}
		})
	}
}

// What another machine says of a report that was swept meanwhile goes with the second sweep,
// unless the report comes, too.
func TestSweepLostEvidence(t *testing.T) {
	h := newHouse(t)
	for _, id := range []string{"R-1", "R-2"} {
		must(t, h.Merge(0, data.Event{Records: []data.Record{data.Evidence{Report: id, Note: "canary " + id}}}))
	}
	want(h.Sweep(h.now()))(t)
	if file := h.bytes(); !bytes.Contains(file, []byte("canary R-1")) || !bytes.Contains(file, []byte("canary R-2")) {
		t.Error("gone before the report could come")
	}
	must(t, h.Merge(0, data.Event{Records: []data.Record{data.Report{ID: "R-2", Created: h.now()}}}))
	want(h.Sweep(h.now()))(t)
	if file := h.bytes(); bytes.Contains(file, []byte("canary R-1")) || !bytes.Contains(file, []byte("canary R-2")) {
		t.Error("kept for good, or gone though the report is there")
	}
}

// warned makes a warning whose category is the canary.
func warned(h *house) Warning {
	h.t.Helper()
	w := Warning{ID: "W-1", Kind: WarningRule, To: h.from("192.0.2.2"), Category: "canary", Reason: "why", Created: h.now()}
	must(h.t, h.folder.DB().Save(w))
	h.keepWarning(w)
	return w
}

func TestSweepForgets(t *testing.T) {
	h := newHouse(t)
	h.report("spam", "192.0.2.1", "192.0.2.2")
	h.enter("192.0.2.3", 1).Close()
	must(t, h.saveKnown())
	h.pass(90*day - time.Millisecond)
	want(h.Sweep(h.now()))(t)
	if len(h.apart) != 1 || len(h.Gate.known.keys) != 1 {
		t.Errorf("%d apart, %d known", len(h.apart), len(h.Gate.known.keys))
	}
	h.pass(time.Millisecond)
	for range 2 {
		want(h.Sweep(h.now()))(t)
		if len(h.apart) != 0 || len(h.Gate.known.keys) != 0 {
			t.Errorf("%d apart, %d known", len(h.apart), len(h.Gate.known.keys))
		}
		h.restart()
	}
}

func TestSweepLeavesWhatIsInForce(t *testing.T) {
	h := newHouse(t)
	lasting, short := h.ban(BanRequest{Network: net("192.0.2.0/24"), For: Forever}), h.ban(BanRequest{Network: net("192.0.3.0/24"), For: day})
	p := h.enter("198.51.100.1")
	person := h.ban(BanRequest{Session: p.ID(), For: 90 * day})
	h.pass(80 * day)
	want(h.Sweep(h.now()))(t)
	for range 2 {
		h.wantBanned(lasting.ID, "192.0.2.1")
		h.wantBanned(person.ID, "198.51.100.1")
		h.wantBanned("", "192.0.3.1")
		h.restart()
	}
	_, err := h.findBan(short.ID)
	wantIs(t, err, ErrUnknown)
}

func TestRunSweepsHourly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.resolve(h.report("spam", "192.0.2.1", "192.0.2.2").ID, ActionNone)
		h.pass(30 * day)
		h.enter("192.0.2.3", 1)
		stop := inBackground(h.Desk, t)
		time.Sleep(time.Hour - time.Second)
		synctest.Wait()
		if h.list(StatusAll) == "" {
			t.Error("swept before the hour")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if h.list(StatusAll) != "" {
			t.Error("not swept in the hour")
		}
		h.enter("192.0.2.4", 2)
		stop()
		h.restart()
		if len(h.Gate.known.keys) != 2 {
			t.Errorf("%d known keys", len(h.Gate.known.keys))
		}
	})
}
