package session

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"strangerd/moderation"
)

// Whatever keeps somebody out is counted under a name of its own.
func TestRefusalsAreCounted(t *testing.T) {
	c := newCounters()
	for _, why := range []error{
		&moderation.Limited{Most: 16},
		&moderation.Limited{Again: time.Minute},
		&moderation.Limited{Again: time.Minute, Misbehaved: true},
		&moderation.Banned{},
		moderation.ErrFull,
		moderation.ErrDraining,
		moderation.ErrDoorClosed,
		moderation.ErrTooYoung,
		errors.New("the disk"),
	} {
		c.refused.add(refusal(fmt.Errorf("no: %w", why)))
	}
	c.refused.add(refusal(moderation.ErrDoorKnown))
	want := map[string]uint64{
		refusedCrowded: 1, refusedTooOften: 1, refusedPenalty: 1, refusedBanned: 1, refusedFull: 1,
		refusedDraining: 1, refusedDoor: 2, refusedTooYoung: 1, refusedFailed: 1, refusedHeader: 0,
	}
	if got := c.refused.read(); !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}
