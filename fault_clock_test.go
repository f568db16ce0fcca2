package main

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/moderation"
)

// The machine's clock leaps a day ahead, and back, as when it is set late. Who chats
// notices nothing: no chat counts as idle, nobody loses their pace. A ban that was over
// meanwhile is in force again, and ends the session of who came in.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		in := p.bubble
		a, b := pairScreens(t, p, window{})
		talk := func(line string) {
			t.Helper()
			a.press(line + keyEnter)
			b.expect("Stranger: " + line)
			b.press(line + " too" + keyEnter)
			a.expect("Stranger: " + line + " too")
		}
		talk("before")
		_, err := in.desk.Ban("root", moderation.BanRequest{
			Network: netip.MustParsePrefix("192.0.2.0/24"), For: 12 * time.Hour, Reason: "A raid."})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.gate.Screen(netip.MustParseAddr("192.0.2.1"), netip.Addr{}, nil); err == nil {
			t.Fatal("the ban is not in force")
		}

		in.leap.Add(int64(24 * time.Hour))
		time.Sleep(2 * time.Minute)
		talk("a day later")
		banned := joinScreen(t, p, window{source: "192.0.2.1"})

		in.leap.Add(-int64(24 * time.Hour))
		time.Sleep(2 * time.Minute)
		banned.expect("A raid.")
		banned.expectExit(exitNotAllowed)
		talk("and back")
		in.leap.Add(-int64(24 * time.Hour)) // before the server was started
		time.Sleep(2 * time.Minute)
		talk("yesterday")
	})
}
