package cluster

import (
	"testing"
	"testing/synctest"
	"time"

	"strangerd/matcher"
)

// atDesk runs a test at a desk whose person has come so far.
func atDesk(t *testing.T, what string, far int, f func(d *desk)) {
	t.Run(what, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { f(newDesk(t, far)) })
	})
}

// The machine of the guest, the second of two who are dealt.
func TestGuest(t *testing.T) {
	atDesk(t, "a chat begins once, and is said to have until that is confirmed", guest, func(d *desk) {
		d.told(Begin)
		d.hears("matched")
		d.told(Begin)
		d.says(Begun)
		d.after(repeatEvery)
		d.says(Begun)
		d.told(Confirmed)
		d.told(Begin) // late
		d.after(repeatEvery)
		d.says()
		d.hears("")
		d.after(time.Hour)
		d.hears("")
	})
	atDesk(t, "a promise ends by itself, and the chat can't begin any more", guest, func(d *desk) {
		d.after(promiseTime - 1)
		if promised, _ := d.pairs.Stage(d.home, chat); !promised {
			t.Error("it has ended already")
		}
		d.after(1)
		d.told(Begin)
		d.says(Over)
		d.told(Dealt) // again, and late
		d.says()
		d.hears("")
	})
	atDesk(t, "what the host's machine ends is over", guest, func(d *desk) {
		d.told(Over)
		d.says(Ended)
		if promised, _ := d.pairs.Stage(d.home, chat); promised {
			t.Error("the promise stands")
		}
		d.told(Dealt)
		d.says()
		d.told(Begin)
		d.says(Over)
		d.hears("")
		d.after(memory)
		if len(d.hand.past) > 0 {
			t.Error("it is remembered for good")
		}
	})
	atDesk(t, "what isn't confirmed ends, and that is said until it is heard", guest, func(d *desk) {
		d.told(Begin)
		d.after(halfOpen - 1)
		d.hears("matched")
		d.said = nil
		d.after(1)
		d.hears("left")
		d.says(Over)
		d.told(Confirmed) // late
		d.after(repeatEvery)
		d.says(Over)
		d.told(Begin) // late
		d.says()
		d.after(repeatEvery)
		d.says(Over)
		d.told(Ended)
		d.after(repeatEvery)
		d.says()
		d.hears("")
	})
	atDesk(t, "nobody answers for long", guest, func(d *desk) {
		d.told(Begin)
		d.after(halfOpen)
		d.after(giveUp)
		d.said = nil
		d.after(repeatEvery)
		d.says()
	})
	atDesk(t, "who leaves before it is confirmed isn't waited for", guest, func(d *desk) {
		d.told(Begin)
		d.says(Begun)
		d.h.Leave()
		d.after(1)
		d.says(Over)
		d.told(Begin)
		d.after(repeatEvery)
		d.says(Over)
	})
	atDesk(t, "whoever doesn't wait isn't promised", waits, func(d *desk) {
		d.h.Leave()
		d.told(Dealt)
		d.says()
	})
}

// The machine of the host.
func TestHost(t *testing.T) {
	atDesk(t, "a chat begins once, and that is confirmed each time", waits, func(d *desk) {
		d.told(Accepted)
		d.says(Begin)
		d.told(Accepted)
		d.says()
		d.after(repeatEvery)
		d.says(Begin)
		d.hears("")
		d.told(Begun)
		d.says(Confirmed)
		d.hears("matched")
		d.told(Begun)
		d.says(Confirmed)
		d.told(Accepted) // late
		d.after(repeatEvery)
		d.says()
		d.hears("")
		d.after(time.Hour)
		d.hears("")
	})
	atDesk(t, "a promise lasts as long as the guest may believe in the chat", waits, func(d *desk) {
		d.told(Accepted)
		d.after(promiseTime + halfOpen)
		x := d.pairs.Join(matcher.Profile{Subject: "x"})
		x.Find(matcher.Criteria{})
		d.hears("")
		d.after(holdTime)
		d.hears("matched") // somebody else
		d.said = nil
		d.told(Begun)
		d.says(Over)
		d.told(Begun)
		d.after(repeatEvery)
		d.says(Over)
		d.told(Ended)
		d.after(repeatEvery)
		d.says()
		d.hears("")
	})
	atDesk(t, "whoever leaves meanwhile is in no chat", waits, func(d *desk) {
		d.told(Accepted)
		d.says(Begin)
		d.h.Leave()
		d.after(1)
		d.says(Over)
		d.told(Begun)
		d.told(Accepted)
		d.says()
		d.after(repeatEvery)
		d.says(Over)
		d.hears("")
	})
	atDesk(t, "whoever doesn't wait is in no chat", waits, func(d *desk) {
		d.h.Leave()
		d.told(Accepted)
		d.says(Over)
		d.h.Find(matcher.Criteria{}) // it would be for this one
		d.told(Accepted)
		d.told(Begun)
		if _, live := d.pairs.Stage(d.home, chat); live {
			t.Error("it has begun")
		}
	})
	atDesk(t, "what the guest's machine ends is over", waits, func(d *desk) {
		d.told(Accepted)
		d.told(Over)
		d.says(Begin, Ended)
		d.told(Accepted)
		d.says(Over)
		d.told(Begun)
		d.hears("")
		d.after(repeatEvery)
		d.says(Over, Over)
	})
}
