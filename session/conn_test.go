package session

import (
	"testing"
	"time"
)

// A session that would begin as the grace period ends doesn't: it would end the next
// moment, by a connection that is closed under it.
func TestBeginsWithinTheGracePeriod(t *testing.T) {
	c := &conn{grace: time.NewTimer(time.Hour)}
	if !c.begin() {
		t.Error("a session begins in time, and isn't let")
	}
	if c.begin() {
		t.Error("a session begins after the grace period")
	}
}
