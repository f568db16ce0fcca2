package cluster

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/matcher"
)

// What isn't answered for is sent again, all of it and in order; what is, isn't.
func TestLinkResends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, chats)
		d.say("a", "b")
		d.sends("1a/0", "2b/0")
		d.after(resendAfter - 1)
		d.sends()
		d.after(1)
		d.sends("1a/0", "2b/0")
		d.after(1)
		d.comes(0, 1, 0, "")
		d.after(resendAfter - 1)
		d.sends() // there is an answer, so it waits anew
		d.after(1)
		d.sends("2b/0")
		d.comes(1, 2, matcher.Said, "x")
		d.hears("x")
		d.after(time.Hour)
		d.sends()
		d.links.Answer()
		d.sends("0/1")
		d.links.Answer()
		d.sends()
	})
}

// A letter that comes twice, or before another one, isn't taken, and is answered for by
// what was taken; the next letter is an answer, too.
func TestLinkTakesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, chats)
		d.comes(2, 0, matcher.Said, "y")
		d.hears("")
		d.comes(1, 0, matcher.Said, "x")
		d.comes(1, 0, matcher.Said, "x")
		d.comes(0, 0, matcher.TypingStarted, "")
		d.comes(2, 0, matcher.Said, "y")
		d.hears("x typing y")
		d.say("a")
		d.sends("1a/2")
		d.links.Answer()
		d.sends()
		d.comes(1, 0, matcher.Said, "x") // the answer was lost
		d.links.Answer()
		d.sends("0/2")
	})
}

// Who leaves says so until it is answered, by whatever; who said something that isn't
// answered for is told when the other leaves.
func TestLinkLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, chats)
		d.say("a")
		d.h.Leave()
		d.sends("1a/0", "2left/0")
		d.comes(0, 1, 0, "")
		d.after(resendAfter)
		d.sends("2left/0")
		d.after(resendAfter)
		d.sends("2left/0")
		d.after(resendAfter)
		d.sends() // it waits longer each time
		d.comes(0, 2, 0, "")
		d.empty()
		d.comes(1, 2, matcher.Said, "late")
		d.hears("")
		d.sends("0left/0") // and that isn't answered
		d.empty()

		d = newDesk(t, chats)
		d.say("a", "b", "c")
		d.sends("1a/0", "2b/0", "3c/0")
		d.comes(1, 1, matcher.PartnerLeft, "")
		d.hears("left:2")
		d.sends("0/1")
		d.empty()
		d.comes(1, 1, matcher.PartnerLeft, "") // the answer was lost
		d.sends("0left/0")
		d.empty()
		if ended := d.links.Ended(); len(ended) > 0 {
			t.Errorf("told of what the other side has told: %v", ended)
		}

		d = newDesk(t, chats)
		d.h.Leave()
		d.sends("1left/0")
		d.comes(1, 0, matcher.PartnerLeft, "") // both left
		d.sends("0left/0")
		d.empty()

		d = newDesk(t, chats)
		d.h.Leave()
		for range int(memory / resendMost) {
			d.after(resendMost)
		}
		d.empty() // nobody answers any more
	})
}

// Where there is no such chat any more, both sides come to know; where it is about to
// begin, what is said in it waits.
func TestLinkOfNoChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, chats)
		d.say("a")
		d.comes(0, 0, matcher.PartnerLeft, "")
		d.hears("left:1")
		d.empty()
		if ended := d.links.Ended(); len(ended) > 0 {
			t.Errorf("told of what the other side has told: %v", ended)
		}
		d.comes(0, 0, matcher.PartnerLeft, "")
		d.empty()

		d = newDesk(t, guest)
		d.comes(1, 0, matcher.Said, "early")
		d.sends()
		d.told(Begin)
		d.comes(1, 0, matcher.Said, "early")
		d.hears("matched early")
	})
}

// When this machine takes the other one for gone, it says so, if that should be wrong, and
// the person is told what may be lost. So it is when nothing more finds room.
func TestLinkIsHungUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, chats)
		d.say("a", "b")
		d.h.Dozing(true) // nobody misses that
		d.pairs.Lose(there.Node)
		d.hears("left:2")
		d.empty()
		ended := d.links.Ended()
		if len(ended) != 1 || len(d.links.Ended()) != 0 {
			t.Fatalf("%d chats have ended", len(ended))
		}
		d.hand.Abandon(ended[0])
		d.after(repeatEvery)
		d.says(Over, Over)
		d.told(Ended)
		d.after(repeatEvery)
		d.says()

		d = newDesk(t, chats)
		for range window {
			d.say("a")
		}
		if err := d.h.Say("b", 0); err != matcher.ErrNoPartner {
			t.Errorf("there was room: %v", err)
		}
		d.hears(fmt.Sprint("left:", window))

		d = newDesk(t, chats)
		d.say(strings.Repeat("a", windowBytes))
		if err := d.h.Say("b", 0); err != matcher.ErrNoPartner {
			t.Errorf("there was room: %v", err)
		}
		d.hears("left:1")

		d = newDesk(t, chats)
		d.told(Over)
		d.hears("left")
		for _, over := range d.links.Ended() {
			d.hand.Abandon(over)
		}
		d.says(Ended) // and not what the other side has said
	})
}
