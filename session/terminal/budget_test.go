package terminal

import (
	"testing"
	"time"
)

func TestBudget(t *testing.T) {
	var b budget
	now := time.Unix(0, 0)
	var decoded uint64
	expect := func(what string, bytes, events int, spent Spent, wait time.Duration, begins bool) {
		t.Helper()
		decoded += uint64(events)
		s, w, first := b.take(now, bytes, decoded)
		if s != spent || w.Round(100*time.Microsecond) != wait || first != begins {
			t.Errorf("%s: %v for %v (begins: %v), want %v for %v (begins: %v)", what, s, w, first, spent, wait, begins)
		}
	}
	expect("a paste", Burst, 1, Nothing, 0, false)
	expect("more", 1<<10, 1, Bytes, time.Second/16, true)
	now = now.Add(time.Second / 16)
	expect("and more", 1<<10, 1, Bytes, time.Second/16, false)
	now = now.Add(4 * time.Second)
	expect("before all is paid back", Burst, 1, Bytes, time.Second/16, false)
	now = now.Add(time.Minute)
	expect("characters that were pasted", 3*eventBurst, eventBurst, Nothing, 0, false)
	expect("keys", 100, 100, Events, time.Second/2, true)
	now = now.Add(time.Second / 2)
	expect("a key", 1, 1, Events, 5*time.Millisecond, false)
	now = now.Add(time.Minute)
	for range 1000 { // of a key that is held down
		now = now.Add(time.Second / 30)
		expect("a key that is held down", 3, 1, Nothing, 0, false)
	}
}
