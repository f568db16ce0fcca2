package moderation

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The clock leaps a day ahead, as before it is set at the start of a machine, and
// back. A ban that was over meanwhile is in force again, for who is inside too.
func TestClockLeapsAndReturns(t *testing.T) {
	for name, sweep := range map[string]func(h *house){
		"meanwhile":    func(h *house) { h.enter("192.0.2.9"); want(h.Sweep(h.clock.Now()))(h.t) },
		"at the start": func(h *house) { h.restart() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				network := h.ban(BanRequest{Network: net("198.51.100.0/24"), For: 12 * time.Hour})
				person := h.ban(BanRequest{Session: h.enter("192.0.2.1").ID(), For: 12 * time.Hour})
				h.report("spam", "192.0.2.3", "192.0.2.4")

				h.pass(day)
				sweep(h)
				h.wantBanned("", "192.0.2.1")
				inside := h.enter("192.0.2.1")
				stop := inBackground(h.Desk, t)
				defer stop()
				synctest.Wait()
				h.pass(-day)
				time.Sleep(time.Minute + time.Second)
				synctest.Wait()
				h.wantBanned(person.ID, "192.0.2.1")
				h.wantBanned(network.ID, "198.51.100.7")
				if inside.Why() == nil {
					t.Error("who came in meanwhile is inside still")
				}
				if h.MayPair(h.from("192.0.2.3"), h.from("192.0.2.4")) {
					t.Error("who reported somebody meets them")
				}

				h.pass(12 * time.Hour) // and in the end it is over
				h.wantBanned("", "192.0.2.1")
				h.wantBanned("", "198.51.100.7")
			})
		})
	}
}

// A clock that is a year ahead for a moment takes nothing from the disk.
func TestClockOfAnotherYear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.resolve(h.report("spam", "192.0.2.1", "192.0.2.2").ID, ActionNone)
		said := make(chan error, 10)
		stop := runInBackground(h.Desk, func(err error) { said <- err })
		synctest.Wait()
		h.pass(365 * day)
		time.Sleep(time.Hour)
		synctest.Wait()
		select {
		case err := <-said:
			if !strings.Contains(err.Error(), "the clock leapt ahead by 8760h") {
				t.Errorf("it is said that %v", err)
			}
		default:
			t.Error("a leap of the clock is not said")
		}
		h.pass(-365 * day)
		time.Sleep(time.Hour)
		synctest.Wait()
		if h.list(StatusAll) == "" {
			t.Error("a report is gone that is kept for 30 days")
		}
		h.pass(365 * day) // and this time for good
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		stop()
		if h.list(StatusAll) != "" {
			t.Error("a clock that stays ahead is never believed")
		}
	})
}
