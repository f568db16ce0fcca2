package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// told is how often the screen has said something, in what it shows.
func (term *terminal) told(words string) int {
	synctest.Wait()
	term.out.mu.Lock()
	defer term.out.mu.Unlock()
	return strings.Count(strings.Join(strings.Fields(term.text()), " "), words)
}

// Who sends more than anybody types is told once, for as long as it lasts, and nothing
// of it is lost.
func TestFastInputIsSaidOnce(t *testing.T) {
	t.Parallel()
	const words = "That was faster than anybody types."
	for name, flood := range map[string]struct {
		limit, keys string
		times       int
	}{
		"bytes":  {"input_bytes", strings.Repeat("word ", 200) + ctrl('u'), 150},
		"events": {"input_events", strings.Repeat("é", 100) + ctrl('u'), 60},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, nil)
				a, b := pairScreens(t, p, window{})
				for range 2 {
					before := a.told(words)
					for range flood.times {
						a.press(flood.keys)
					}
					a.press("still here\r")
					b.expect("Stranger: still here")
					if n := a.told(words); n != before+1 {
						t.Errorf("told %d times, not once:\n%s", n-before, a.picture())
					}
					time.Sleep(time.Minute)
				}
				if n := b.told(words); n != 0 {
					t.Errorf("the partner is told:\n%s", b.picture())
				}
				if n := p.bubble.server.Stats().Limits[flood.limit]; n == 0 {
					t.Errorf("%s is not counted", flood.limit)
				}
			})
		})
	}
}

// An escape sequence that is too long, or has no end, is left out and said, once for
// many that come together.
func TestEndlessSequenceIsSaidOnce(t *testing.T) {
	t.Parallel()
	const words = "Your terminal sent an escape sequence that has no end."
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := pairScreens(t, p, window{})
		long := strings.Repeat("0", 5000)
		for range 3 {
			a.press("\x1b]52;c;", long, "\a", "\x1bP", long, "\x1b\\", "\x1b[", long, "u")
		}
		if n := a.told(words); n != 1 {
			t.Errorf("told %d times, not once:\n%s", n, a.picture())
		}
		time.Sleep(time.Minute)
		a.press("\x1b]typed behind Alt and a bracket")
		time.Sleep(2 * time.Second)
		a.press("hello\r")
		b.expect("Stranger: hello")
		if n := a.told(words); n != 2 {
			t.Errorf("told %d times, not once more:\n%s", n, a.picture())
		}
		if n := p.bubble.server.Stats().Limits["sequence_bytes"]; n != 10 {
			t.Errorf("%d are counted, not 10", n)
		}
	})
}

// While nobody is there, Enter only says that the draft waits: to look at all of a long
// one takes its time, with each Enter that somebody presses.
func TestDraftIsLookedAtWhenItIsSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a := joinScreen(t, p, window{})
		a.press(strings.Repeat("é", 1001), keyEnter)
		a.expect("Nobody is here yet. Your text waits in the input line.")
		joinScreen(t, p, window{})
		a.expect("You are now chatting with a stranger")
		a.press(keyEnter)
		a.expect("Not sent: a message has up to 1000 characters, and this has 1001. Shorten it.")
	})
}

// Who presses Enter on a long draft again and again is told what is wrong with it, and
// after some times to wait: to look at it takes its time. The draft stays.
func TestRefusedDraftIsNotLookedAtAllTheTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := pairScreens(t, p, window{})
		const long, fast = "Not sent: a message has up to 1000 characters, and this has 1001.", "Not sent: that was too fast."
		a.press(strings.Repeat("é", 1001))
		time.Sleep(time.Minute)
		for range 2 {
			before := a.told(long)
			for range 100 {
				a.press(keyEnter)
			}
			a.expect(fast)
			if n := a.told(long) - before; n > 10 {
				t.Errorf("a draft of 2 KB is looked at %d times at once", n)
			}
			time.Sleep(time.Minute)
			a.press(keyEnter)
			a.expect(long)
		}
		a.press(backspace, keyEnter)
		b.expect("Stranger: ééé")
	})
}
