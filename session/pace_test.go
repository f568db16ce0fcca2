package session

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	now := time.Unix(1e9, 0)
	p := pace{burst: messageBurst, rate: messageRate}
	for i := range messageBurst {
		if wait := p.take(now); wait != 0 {
			t.Fatalf("message %d of the burst waits %v", i, wait)
		}
	}
	wait := p.take(now)
	if wait != time.Second {
		t.Errorf("the first message after the burst waits %v", wait)
	}
	if again := p.take(now.Add(wait / 2)); again != wait/2 {
		t.Errorf("half the wait later it waits %v: asking is not saying", again)
	}
	if late := p.take(now.Add(wait)); late != 0 {
		t.Errorf("after the wait it waits %v", late)
	}
	if idle := p.take(now.Add(time.Hour)); idle != 0 || p.debt != 1 {
		t.Errorf("an hour later it waits %v, with a debt of %v", idle, p.debt)
	}
}
