package moderation

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"strangerd/data"
)

// mirror is another house of the same secret, which learns of h by its records alone.
func (h *house) mirror() *house {
	h.t.Helper()
	m := newHouse(h.t)
	secret := h.folder.Secret()
	var err error
	m.Gate, err = NewGate(Config{DB: m.folder.DB(), Secret: secret, Shared: shared, Now: h.clock.Now, NewSources: true})
	must(h.t, err)
	m.Desk, err = NewDesk(DeskConfig{DB: m.folder.DB(), Gate: m.Gate, Secret: secret, Threshold: 3})
	must(h.t, err)
	return m
}

// follow takes the records of another house, in any order, and tells whether there was news.
func (h *house) follow(other *house) bool {
	h.t.Helper()
	var all []data.Record
	db := other.folder.DB()
	must(h.t, db.EachBan(func(b data.Ban) { all = append(all, b) }))
	must(h.t, db.EachReport(func(r data.Report) { all = append(all, r) }))
	must(h.t, db.EachAppeal(func(a data.Appeal) { all = append(all, a) }))
	must(h.t, db.EachWarning(func(w data.Warning) { all = append(all, w) }))
	must(h.t, db.EachModerator(func(m data.Moderator) { all = append(all, m) }))
	must(h.t, db.EachApart(func(a data.Apart) { all = append(all, a) }))
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	before := h.state()
	must(h.t, h.Merge(0, data.Event{Records: all}))
	return before != h.state()
}

// state is what is in memory, as text.
func (h *house) state() string {
	h.t.Helper()
	show := func(what any) string {
		text, err := json.MarshalIndent(what, "", " ")
		must(h.t, err)
		return string(text)
	}
	h.Desk.mu.RLock()
	warnings, apart, receipts := show(h.warnings), len(h.apart), show(fmt.Sprint(h.receipts))
	h.Desk.mu.RUnlock()
	return strings.Join([]string{
		show(h.find(Filter{Status: StatusAll})), show(h.findAppeals(true)), show(h.Moderators()), warnings, receipts,
		fmt.Sprint(h.InForce(), apart),
	}, "\n")
}

// What has been done on one machine is in another's memory once that has the records, as
// if it had been done there: whom it hits is out, and whom it frees is in.
func TestMemoryFollowsRecords(t *testing.T) {
	h := newHouse(t)
	m := h.mirror()
	follow := func(news bool) {
		t.Helper()
		if was := m.follow(h); was != news {
			t.Errorf("that there is news is %v", was)
		}
		if here, there := h.state(), m.state(); here != there {
			t.Fatalf("here is\n%s\nand there\n%s", here, there)
		}
	}
	live := m.enter("192.0.2.1")
	other := m.enter("192.0.2.2")
	f := h.filing("spam", "192.0.2.9", "192.0.2.1")
	f.Reporter, f.Reported = h.Subject(ip("192.0.2.9"), []byte{1}), h.Subject(ip("192.0.2.1"), []byte{2})
	filed := h.file(f)
	follow(true)
	follow(false)
	wantLive(t, live)
	ban := h.resolve(filed.ID, ActionBan)
	follow(true)
	wantRevoked(t, live, ban.ID)
	wantLive(t, other)
	m.wantBanned(ban.ID, "192.0.2.1")
	follow(false)

	appeal, err := h.Appeal(ban.ID, "it wasn't me")
	must(t, err)
	follow(true)
	must(t, h.AcceptAppeal("ben", appeal.ID, "it wasn't"))
	follow(true)
	m.wantBanned("", "192.0.2.1")
	warned := m.enter("192.0.2.1")
	w, ok := m.Warning(warned)
	if !ok || w.Kind != WarningAppeal {
		t.Errorf("nothing tells of the appeal: %+v", w)
	}
	must(t, h.Confirm(w.ID))
	follow(true)
	if _, ok := m.Warning(warned); ok {
		t.Error("it is told though it was confirmed")
	}

	held := h.report("threat", "192.0.2.8", "192.0.2.3")
	must(t, h.Hold("ann", held.ID, h.clock.Now().Add(100*24*time.Hour), "the police asked"))
	follow(true)
	for i := range 3 {
		h.report("hate", fmt.Sprint("192.0.2.", 20+i), "192.0.2.4")
	}
	follow(true)
	if _, err := m.Admit(ip("192.0.2.4"), m.from("192.0.2.4")); err == nil {
		t.Error("who is paused comes in elsewhere")
	}
	must(t, h.AddModerator("ann", "cem", "ssh-ed25519 AAAA"))
	follow(true)
	h.pass(time.Hour)
	must(t, h.RemoveModerator("ann", "cem"))
	follow(true)
}
