package moderation

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Row 30: whatever staff can do or look at leaves one entry that names who, what
// and the ids that it was about. Taking out the audit of any fails its line.
func TestRow30EverythingIsAudited(t *testing.T) {
	h := newHouse(t)
	p, q := h.enter("198.51.100.1"), h.enter("198.51.100.2")
	filed, held, banned := h.report("spam", "192.0.2.1", "192.0.2.2").ID, h.report("hate", "192.0.2.1", "192.0.2.3").ID, h.report("hate", "192.0.2.1", "192.0.2.4").ID
	b := h.ban(BanRequest{Session: p.ID()})
	a := want(h.Appeal(b.ID, "please"))(t)
	network := BanRequest{Network: net("203.0.113.0/24"), Reason: "why", From: ip("203.0.113.7")}
	made := make(map[string]string) // ids that an action made, by name
	steps := []struct {
		name string
		do   func() error
		want string
	}{
		{"sessions", func() error { return second(h.Sessions("ann")) }, "ann sessions"},
		{"reports", func() error { return second(h.Reports("ann", Filter{})) }, "ann reports 3 reports"},
		{"lines", func() error { return second(h.Reports("ann", Filter{Lines: true})) }, "ann reports 3 reports with lines"},
		{"queue", func() error { return second2(h.Queue("ann")) }, "ann queue"},
		{"case", func() error { return second(h.Report("ann", filed)) }, "ann look " + filed},
		{"appeals", func() error { return second(h.Appeals("ann", true)) }, "ann appeals"},
		{"appeal", func() error { return second2(h.ReadAppeal("ann", a.ID)) }, "ann look " + a.ID + " " + b.ID},
		{"bans", func() error { return second(h.Bans("ann", true)) }, "ann bans"},
		{"audit", func() error { return second(h.Audit("ann", start)) }, "ann audit"},
		{"moderators", func() error { return second(h.ListModerators("ann")) }, "ann moderator list"},
		{"add", func() error { return h.AddModerator("ann", "ben", "ssh-ed25519 AAAA") }, "ann moderator add ben"},
		{"remove", func() error { return h.RemoveModerator("ann", "ben") }, "ann moderator remove ben"},
		{"kick", func() error { return h.Kick("ann", q.ID(), "why") }, "ann kick " + q.ID() + ": why"},
		{"hold", func() error { return h.Hold("ann", held, time.Time{}, "why") }, "ann hold " + held + ": why"},
		{"release", func() error { return h.Release("ann", held, "why") }, "ann release " + held + ": why"},
		{"resolve", func() error { return second(h.Resolve("ann", filed, Decision{Action: ActionWarn, Reason: "why"})) }, "ann resolve warn " + filed + ": why"},
		{"preview", func() error {
			_, err := h.Desk.Ban("ann", BanRequest{Report: banned, Reason: "why", Wider: 24})
			asked(t, err)
			return nil
		}, "ann ban preview " + banned + ": why"},
		{"preview of a network", func() error {
			_, err := h.Desk.Ban("ann", network)
			asked(t, err)
			return nil
		}, "ann ban preview 203.0.113.0/24: why"},
		{"ban", func() error {
			ban, err := h.Desk.Ban("ann", BanRequest{Report: banned, Reason: "why"})
			made["ban"] = ban.ID
			return err
		}, "ann ban BAN " + banned + ": why"},
		{"unban", func() error { return h.Unban("ann", made["ban"], "why") }, "ann unban BAN: why"},
		{"accept", func() error { return h.AcceptAppeal("ann", a.ID, "why") }, "ann appeal accept " + a.ID + " " + b.ID + ": why"},
		{"import", func() error {
			_, _, err := h.Import("ann", strings.NewReader("192.0.2.0/24"), BanRequest{})
			return err
		}, "ann import 1 networks: imported list"},
		{"door", func() error { return h.SetDoor("ann", DoorKnown) }, "ann door known"},
		{"motd", func() error { return h.SetMotd("ann", "hello") }, "ann motd: hello"},
		{"backup", func() error { return h.Backup("ann", new(strings.Builder)) }, "ann backup"},
		{"drain", func() error { return second(h.Drain("ann", time.Hour)) }, "ann drain 1h0m0s"},
	}
	for _, step := range steps {
		before := h.log()
		must(t, step.do())
		added := h.log()[len(before):]
		i := slices.IndexFunc(added, func(e AuditEntry) bool {
			line := strings.TrimSpace(e.By + " " + e.Do + " " + e.On)
			if e.Why != "" {
				line += ": " + e.Why
			}
			return line == strings.ReplaceAll(step.want, "BAN", made["ban"])
		})
		if i < 0 || len(added) > 2 { // a ban of a report is a decision of it too
			t.Errorf("%s left %+v, want %s", step.name, added, step.want)
		}
	}
	names := make(map[string]bool)
	for _, e := range h.log() {
		names[e.Line()] = true
	}
	if log := h.log(); len(names) != len(log) || !slices.IsSortedFunc(log, func(a, b AuditEntry) int { return strings.Compare(a.Line(), b.Line()) }) {
		t.Error("entries aren't named in their order")
	}
}

// The machine's doings are in the log too, and that a decision ended them.
func TestPausesAreAudited(t *testing.T) {
	h := newHouse(t)
	h.reports("spam", 1, 2)
	third := h.report("spam", "192.0.2.3", bad).ID
	pause := want(h.Bans("ann", false))(t)[0].ID
	h.wantAudit("machine pause " + pause + " " + third + ": " + pauseReason)
	h.resolve(third, ActionNone)
	h.wantAudit("ann unban " + pause + ": " + third + " was decided")
}

// A desk that reads its queue at every change is one look an hour.
func TestOneLookAtTheQueueAnHour(t *testing.T) {
	h := newHouse(t)
	h.ban(BanRequest{Session: h.enter("192.0.2.9").ID()})
	ban := want(h.Bans("cem", false))(t)[0]
	a := want(h.Appeal(ban.ID, "a canary"))(t)
	looks := func(by string) (n int) {
		for _, e := range h.log() {
			if e.By == by && e.Do == "queue" {
				n++
			}
		}
		return n
	}
	for minute := range 90 {
		id := ""
		if minute%10 == 0 {
			id = h.report("spam", "192.0.2.1", "192.0.2.2").ID
		}
		reports, appeals, err := h.Queue("ann")
		must(t, err)
		if id != "" && !slices.ContainsFunc(reports, func(r Report) bool { return r.ID == id && len(r.Lines) == 0 }) {
			t.Errorf("%s isn't in the queue", id)
		}
		if len(appeals) != 1 || appeals[0].ID != a.ID || appeals[0].Text != "" {
			t.Errorf("%+v", appeals)
		}
		h.pass(time.Minute)
	}
	must(t, second2(h.Queue("ben")))
	if looks("ann") != 2 || looks("ben") != 1 {
		t.Errorf("%d and %d looks", looks("ann"), looks("ben"))
	}
	if got, _, err := h.ReadAppeal("ann", a.ID); err != nil || got.Text != "a canary" {
		t.Errorf("%+v, %v", got, err)
	}
	_, _, err := h.ReadAppeal("ann", "A-none")
	wantIs(t, err, ErrUnknown)
}
