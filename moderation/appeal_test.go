package moderation

import (
	"strings"
	"testing"
	"time"
)

func TestAppealLiftsTheBan(t *testing.T) {
	h := newHouse(t)
	b := h.resolve(h.report("hate", "192.0.2.1", "192.0.2.2").ID, ActionBan)
	if _, ok := h.AppealOf(b.ID); ok {
		t.Error("an appeal that nobody made")
	}
	a := want(h.Appeal(b.ID, "  it was a joke "))(t)
	if a.Text != "it was a joke" || !strings.HasPrefix(a.ID, "A-") || a.Created != start {
		t.Errorf("%+v", a)
	}
	h.restart()
	if list := want(h.Appeals("ann", false))(t); len(list) != 1 || list[0] != a {
		t.Errorf("%+v", list)
	}
	_, err := h.Appeal(b.ID, "again")
	wantIs(t, err, ErrAppealed)
	h.wantBanned(b.ID, "192.0.2.2")
	wantIs(t, h.AcceptAppeal("ben", a.ID, ""), ErrReason)
	wantIs(t, h.AcceptAppeal("ben", "A-none", "why"), ErrUnknown)
	must(t, h.AcceptAppeal("ben", a.ID, "so it was"))
	for range 2 {
		p := h.enter("192.0.2.2")
		w, ok := h.Warning(p)
		if !ok || w.Kind != WarningAppeal || w.Reason != "so it was" {
			t.Errorf("what they are told: %+v", w)
		}
		if got, _ := h.AppealOf(b.ID); got.Answer == nil || *got.Answer != (Answer{At: start, By: "ben", Accepted: true, Reason: "so it was"}) {
			t.Errorf("%+v", got.Answer)
		}
		if len(want(h.Appeals("ann", false))(t)) != 0 || len(want(h.Appeals("ann", true))(t)) != 1 {
			t.Error("an answered appeal waits")
		}
		h.restart()
	}
	wantTaken(t, h.RejectAppeal("ann", a.ID, "no"), "ben", "accepted")
	if lifted := want(h.findBan(b.ID))(t).Lifted; lifted == nil || lifted.By != "ben" {
		t.Errorf("lifted by %+v", lifted)
	}
	h.wantAudit("ben appeal accept " + a.ID + " " + b.ID + ": so it was")
}

func TestRejectedAppealLeavesTheBan(t *testing.T) {
	h := newHouse(t)
	b := h.resolve(h.report("hate", "192.0.2.1", "192.0.2.2").ID, ActionBan)
	a := want(h.Appeal(b.ID, "please"))(t)
	must(t, h.RejectAppeal("ben", a.ID, "no joke"))
	h.restart()
	h.wantBanned(b.ID, "192.0.2.2")
	if got, _ := h.AppealOf(b.ID); got.Answer == nil || got.Answer.Accepted || got.Answer.Reason != "no joke" {
		t.Errorf("%+v", got.Answer)
	}
	_, err := h.Appeal(b.ID, "again")
	wantIs(t, err, ErrAppealed)
	h.wantAudit("ben appeal reject " + a.ID + " " + b.ID + ": no joke")
}

func TestAppealRefuses(t *testing.T) {
	h := newHouse(t)
	b := h.resolve(h.report("hate", "192.0.2.1", "192.0.2.2").ID, ActionBan)
	lifted := h.resolve(h.report("hate", "192.0.2.1", "192.0.2.3").ID, ActionBan)
	must(t, h.Unban("ann", lifted.ID, "why"))
	network := h.ban(BanRequest{Network: net("203.0.113.0/25")})
	for _, row := range []struct {
		ban, text string
		want      error
	}{
		{b.ID, " \n", ErrEmpty},
		{b.ID, strings.Repeat("é", MaxText+1), ErrTooLong},
		{lifted.ID, "why", ErrNoBan},
		{network.ID, "why", ErrNoBan},
		{"B-none", "why", ErrNoBan},
	} {
		_, err := h.Appeal(row.ban, row.text)
		wantIs(t, err, row.want)
	}
	want(h.Appeal(b.ID, strings.Repeat("é", MaxText)))(t)
}

func TestAppealAgainstThePause(t *testing.T) {
	h := newHouse(t)
	h.reports("spam", 1, 2, 3)
	pause, _ := h.BanOf(ip(bad), h.from(bad))
	a := want(h.Appeal(pause.ID, "they ganged up on me"))(t)
	must(t, h.AcceptAppeal("ann", a.ID, "they did"))
	h.wantBanned("", bad)
}

func TestAppealAfterTheBanEnded(t *testing.T) {
	h := newHouse(t)
	b := h.resolve(h.report("hate", "192.0.2.1", "192.0.2.2").ID, ActionBan)
	a := want(h.Appeal(b.ID, "please"))(t)
	h.pass(DefaultBan)
	must(t, h.AcceptAppeal("ann", a.ID, "too late, but yes"))
	if want(h.findBan(b.ID))(t).Lifted != nil {
		t.Error("lifted after its end")
	}
}

func TestWarning(t *testing.T) {
	for action, kind := range map[Action]string{ActionWarn: WarningRule, ActionHelp: WarningHelp} {
		h := newHouse(t)
		p := h.enter("192.0.2.2")
		h.resolve(h.report("hate", "192.0.2.1", "192.0.2.2").ID, action)
		h.pass(time.Second)
		h.resolve(h.report("spam", "192.0.2.1", "192.0.2.2").ID, action)
		wantLive(t, p)
		for _, category := range []string{"hate", "spam"} {
			h.restart()
			p = h.enter("192.0.2.2")
			w, ok := h.Warning(p)
			if !ok || w.Kind != kind || w.Category != category || w.Reason != "because" {
				t.Fatalf("%s: %+v, %v", action, w, ok)
			}
			if _, ok := h.Warning(h.enter("192.0.2.3")); ok {
				t.Error("somebody else is warned")
			}
			must(t, h.Confirm(w.ID))
			wantIs(t, h.Confirm(w.ID), ErrUnknown)
		}
		if w, ok := h.Warning(p); ok {
			t.Errorf("confirmed: %+v", w)
		}
	}
}

// Who can't be told apart is warned as long as the session lives.
func TestWarningOfALiveSession(t *testing.T) {
	h := newHouse(t)
	p, other := h.enter("127.0.0.1"), h.enter("127.0.0.1")
	f := h.filing("hate", "192.0.2.1", "127.0.0.1")
	f.ReportedSession = p.ID()
	h.resolve(h.file(f).ID, ActionWarn)
	if _, ok := h.Warning(p); !ok {
		t.Error("no warning")
	}
	if _, ok := h.Warning(other); ok {
		t.Error("everybody at a shared source is warned")
	}
}
