package moderation

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strangerd/data"
)

func TestModerators(t *testing.T) {
	h := newHouse(t)
	must(t, h.AddModerator("ann", "ben", " ssh-ed25519 AAAA ben@home\n"))
	must(t, h.AddModerator("ann", "Cem_2", "ssh-ed25519 BBBB"))
	for name, wanted := range map[string]error{
		"BEN": ErrNameTaken, "": ErrModerator, "a b": ErrModerator, "x;y": ErrModerator, "machine": ErrModerator, "Offline": ErrModerator,
		strings.Repeat("x", 33): ErrModerator, "dan": nil,
	} {
		wantIs(t, h.AddModerator("ann", name, "ssh-ed25519 CCCC"), wanted)
	}
	wantIs(t, h.AddModerator("ann", "eve", "ssh-ed25519 CCCC\nssh-ed25519 DDDD"), ErrKeyLine)
	wantIs(t, h.AddModerator("ann", "eve", " "), ErrKeyLine)
	must(t, h.RemoveModerator("ann", "dan"))
	wantIs(t, h.RemoveModerator("ann", "dan"), ErrUnknown)
	for range 2 {
		list := h.Moderators()
		if len(list) != 2 || list[0].Name != "Cem_2" || list[1] != (Moderator{Name: "ben", Key: "ssh-ed25519 AAAA ben@home", Added: start, By: "ann"}) {
			t.Errorf("%+v", list)
		}
		h.restart()
	}
	must(t, h.AddModerator("ann", "dan", "ssh-ed25519 EEEE")) // again
	h.wantAudit("ann moderator add ben")
	h.wantAudit("ann moderator remove dan")
}

func TestAudit(t *testing.T) {
	h := newHouse(t)
	for _, why := range []string{"first", "second", "third"} {
		must(t, h.Note("ann", "broadcast", "", why))
		h.pass(time.Hour)
		h.restart()
	}
	log := want(h.Audit("ann", start.Add(time.Hour)))(t)
	second := AuditEntry{At: start.Add(time.Hour), By: "ann", Do: "broadcast", Why: "second"}
	if len(log) == 2 {
		second.Event = log[0].Event
	}
	if len(log) != 2 || log[0] != second || log[1].Why != "third" {
		t.Errorf("%+v", log)
	}
	raw := want(json.Marshal(log[0]))(t)
	if string(raw) != `{"at":"2026-11-22T13:00:00Z","by":"ann","action":"broadcast","reason":"second"}` {
		t.Errorf("%s", raw)
	}
}

func TestMotd(t *testing.T) {
	h := newHouse(t)
	must(t, h.SetMotd("ann", "a quiz at eight"))
	wantIs(t, h.SetMotd("ann", strings.Repeat("x", MaxText+1)), ErrTooLong)
	h.restart()
	if h.Motd() != "a quiz at eight" {
		t.Errorf("%q", h.Motd())
	}
	must(t, h.SetMotd("ann", ""))
	h.restart()
	if h.Motd() != "" {
		t.Errorf("%q", h.Motd())
	}
	h.wantAudit("ann motd: a quiz at eight")
}

func TestBackupHoldsTheBans(t *testing.T) {
	h := newHouse(t)
	b := h.ban(BanRequest{Network: net("192.0.2.0/24")})
	var copied bytes.Buffer
	must(t, h.Backup("ann", &copied))
	h.wantAudit("ann backup")
	path := filepath.Join(t.TempDir(), "backup.db")
	must(t, os.WriteFile(path, copied.Bytes(), 0o600))
	db := want(data.Open(path, nil))(t)
	defer db.Close()
	if got, ok, err := db.Ban(b.ID); !ok || err != nil || got.Target.Network != net("192.0.2.0/24") {
		t.Errorf("%+v, %v", got, err)
	}
}
