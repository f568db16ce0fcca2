package moderation

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// However they meet, nobody is inside who came in around a ban: they are let in
// and revoked, or not let in.
func TestNobodySlipsThroughABan(t *testing.T) {
	h := newHouse(t)
	var all sync.WaitGroup
	for i := range 8 {
		addr := fmt.Sprint("192.0.2.", i)
		var passes []*Pass
		var mu sync.Mutex
		for range 4 {
			all.Go(func() {
				for range 50 {
					p, err := h.Admit(ip(addr), h.from(addr))
					if err != nil {
						return
					}
					mu.Lock()
					passes = append(passes, p)
					mu.Unlock()
				}
			})
		}
		all.Go(func() {
			if _, err := h.Desk.Ban("ann", BanRequest{Network: net(addr + "/32"), Reason: "why"}); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		for _, p := range passes {
			if p.Why() == nil {
				t.Fatalf("%s is inside, and banned", addr)
			}
		}
	}
}

// Everything at once, for the race detector; then the file is checked, and holds
// what memory held.
func TestEverythingAtOnce(t *testing.T) {
	h := newHouse(t, func(c *DeskConfig) { c.ReportsPerSource = 1000 })
	var all sync.WaitGroup
	for i := range 3 {
		by := fmt.Sprint("mod", i)
		all.Go(func() {
			for n := range 15 {
				h.Admit(ip("192.0.2.1"), h.Subject(ip("192.0.2.1"), []byte{byte(n)}))
				h.File(h.filing(Categories[n%10], fmt.Sprint("192.0.2.", n), bad))
				h.MayPair(h.from("192.0.2.1"), h.from(bad))
			}
		})
		all.Go(func() {
			for range 15 {
				list, _ := h.Reports(by, Filter{Lines: true})
				for _, r := range list[:min(2, len(list))] {
					h.Take(by, r.ID)
					h.Report(by, r.ID)
					h.History(r.ID)
					if b, err := h.Resolve(by, r.ID, Decision{Action: ActionBan, Reason: "why"}); err == nil {
						a, _ := h.Appeal(b.ID, "please")
						h.AcceptAppeal(by, a.ID, "fine")
					}
				}
				h.Counts()
				h.Hourly()
				h.Transparency(start)
				h.Bans("ann", true)
				h.Sessions("ann")
			}
		})
		all.Go(func() {
			changed, stop := h.Watch()
			defer stop()
			for range 5 {
				h.SetDoor(by, DoorOpen)
				h.SetMotd(by, by)
				h.AddModerator(by, by, "ssh-ed25519 AAAA")
				h.RemoveModerator(by, by)
				h.saveKnown()
				h.Sweep(h.now())
				select {
				case <-changed:
				default:
				}
			}
		})
	}
	all.Wait()
	before := h.list(StatusAll)
	if strings.Count(before, "R-") != 45 {
		t.Errorf("%d reports", strings.Count(before, "R-"))
	}
	h.restart()
	if h.list(StatusAll) != before {
		t.Error("memory and disk differ")
	}
}
