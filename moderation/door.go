package moderation

import (
	"fmt"
	"strings"
	"time"
)

// Door says whom Admit lets in. Who is inside stays, and staff don't use it.
type Door string

const (
	DoorOpen   Door = "open"
	DoorKnown  Door = "known" // me@ keys first seen over a week ago
	DoorClosed Door = "closed"
)

// knownAfter is how long a me@ key must have been coming here for DoorKnown.
const knownAfter = 7 * 24 * time.Hour

// ParseDoor reads open, known or closed.
func ParseDoor(text string) (Door, error) {
	switch d := Door(text); d {
	case DoorOpen, DoorKnown, DoorClosed:
		return d, nil
	}
	return "", fmt.Errorf("%q is no state of the door: open, known or closed", text)
}

// doorSetting is the name under which the door is kept.
const doorSetting = "door"

func (g *Gate) loadDoor() error {
	set, err := g.db.Setting(doorSetting)
	g.door, g.set[doorSetting] = DoorOpen, set.At
	if set.Value != "" {
		g.door = Door(set.Value)
	}
	return err
}

// Door returns how the door stands.
func (g *Gate) Door() Door {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.door
}

// SetDoor opens or shuts the door, also over restarts.
func (g *Gate) SetDoor(by string, door Door) error {
	if _, err := ParseDoor(string(door)); err != nil {
		return err
	}
	g.lock()
	defer g.unlock()
	return g.commit(g.setting(doorSetting, string(door)), g.action(by, "door", string(door), ""))
}

func (g *Gate) setDoor(door Door) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.door = door
}

// Drain lets nobody in any more, for good; who is inside stays. Drained is
// closed when nobody is inside or d has passed; a d of zero or less never
// passes. A later Drain sets the time anew. It is audited if the disk takes it,
// and goes on if not: a restart may be what the disk needs.
func (g *Gate) Drain(by string, d time.Duration) (<-chan struct{}, error) {
	err := g.NoteDrain(by, g.node, d)
	return g.DrainHere(d), err
}

// NoteDrain audits the Drain of a machine among several, or of the one there is.
func (g *Gate) NoteDrain(by, node string, d time.Duration) error {
	return g.note(by, "drain", strings.TrimSpace(d.String()+" "+node), "")
}

// DrainHere is Drain for another machine, where it is audited.
func (g *Gate) DrainHere(d time.Duration) <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.draining = true
	if g.drain != nil {
		g.drain.Stop()
	}
	if d > 0 {
		g.drain = time.AfterFunc(d, func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.endDrain()
		})
	}
	g.drainedIfEmpty()
	return g.drained
}

// Shut returns why the subject is not let in whatever they did: ErrDraining,
// ErrDoorClosed, ErrDoorKnown, or nil if they may be.
func (g *Gate) Shut(s Subject) error {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.shut(s, g.now())
}

// shut is Shut. The caller holds mu.
func (g *Gate) shut(s Subject, now time.Time) error {
	switch {
	case g.draining:
		return ErrDraining
	case g.door == DoorClosed:
		return ErrDoorClosed
	case g.door == DoorKnown && !g.known.since(s.Key, now.Add(-knownAfter)):
		return ErrDoorKnown
	}
	return nil
}

// Drained is closed when a Drain is done.
func (g *Gate) Drained() <-chan struct{} { return g.drained }

// drainedIfEmpty ends a Drain that has nobody to wait for. The caller holds mu.
func (g *Gate) drainedIfEmpty() {
	if g.draining && len(g.passes) == 0 {
		g.endDrain()
	}
}

// endDrain closes drained once. The caller holds mu.
func (g *Gate) endDrain() {
	select {
	case <-g.drained:
	default:
		close(g.drained)
	}
}
