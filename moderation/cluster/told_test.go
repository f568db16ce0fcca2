package cluster

import (
	"testing"
	"time"

	"strangerd/data"
)

// What was told is known for a while, and not all of it if that is much.
func TestTold(t *testing.T) {
	var all told
	now := time.Now()
	for i := range toldMost + 10 {
		all.add(data.Event{}, now.Add(time.Duration(i)*time.Second))
	}
	if n := len(all.after(now)); n != toldMost {
		t.Errorf("it knows %d", n)
	}
	if n := len(all.after(now.Add((toldMost + 5) * time.Second))); n != 4 {
		t.Errorf("%d are new", n)
	}
	all.forget(now.Add(toldFor + (toldMost+7)*time.Second))
	if n := len(all.after(now)); n != 3 {
		t.Errorf("%d are known for longer than that", n)
	}
}
