package matcher

import (
	"math/rand/v2"
	"slices"
	"strings"
)

type groupID uint32

const (
	noGroup groupID = 0
	// someVoid is how many of a group may be void even if hardly anybody names it.
	someVoid = 8
)

// A group is those awake who can be found by one interest or by one language. It
// lasts as long as a wish names it.
type group struct {
	// found also holds what is void by now, so that a match needn't take its two out
	// of up to 28 groups. That goes when somebody comes across it, and all at once
	// when it is more than the rest.
	found  []finding
	search uint64 // the last one that looked for who shares this interest
	users  int    // wishes that name it
	name   string
	names  map[string]groupID // where its name stands
}

// A finding is somebody in a group, with a copy of what they like: to look at several
// costs less than to fetch each one's seat and wish.
type finding struct {
	number, round uint32 // void unless round is that of the number
	likes         [MaxInterests]groupID
}

// groups are those that are named.
type groups struct {
	all                  []group // by their ids, of which the first is noGroup
	free                 []groupID
	interests, languages map[string]groupID

	// By the numbers of seats: whose it is, and how often that one, or who had the
	// number before, was taken out of all groups.
	seats  []*Seat
	rounds []uint32
	spare  []uint32 // numbers
}

func newGroups() groups {
	return groups{all: make([]group, 1), interests: make(map[string]groupID), languages: make(map[string]groupID)}
}

// id returns the group of that name, which may be new.
func (g *groups) id(names map[string]groupID, name string) groupID {
	id, ok := names[name]
	if ok {
		return id
	}
	if end := len(g.free) - 1; end >= 0 {
		id, g.free = g.free[end], g.free[:end]
	} else {
		id = groupID(len(g.all))
		g.all = append(g.all, group{})
	}
	name = strings.Clone(name) // not to keep what it was cut from
	g.all[id] = group{name: name, names: names}
	names[name] = id
	return id
}

// name puts the groups of several names into ids, which are none so far, each once.
func (g *groups) name(ids []groupID, names map[string]groupID, of []string) {
	n := 0
	for _, name := range of {
		id := g.id(names, name)
		if !slices.Contains(ids[:n], id) {
			ids[n] = id
			n++
			g.all[id].users++
		}
	}
}

// named are the first of ids, up to noGroup.
func named(ids []groupID) []groupID {
	for i, id := range ids {
		if id == noGroup {
			return ids[:i]
		}
	}
	return ids
}

// admit gives s a number.
func (g *groups) admit(s *Seat) {
	if end := len(g.spare) - 1; end >= 0 {
		s.number, g.spare = g.spare[end], g.spare[:end]
	} else {
		s.number = uint32(len(g.seats))
		g.seats, g.rounds = append(g.seats, nil), append(g.rounds, 0)
	}
	g.seats[s.number] = s
}

// dismiss takes the number of s, whom no group has.
func (g *groups) dismiss(s *Seat) {
	g.seats[s.number] = nil
	g.spare = append(g.spare, s.number)
}

// add has s be found in groups.
func (g *groups) add(s *Seat, ids []groupID) {
	for _, id := range named(ids) {
		found := &g.all[id].found
		*found = append(*found, finding{s.number, g.rounds[s.number], s.wish.likes})
	}
}

// remove takes s out of all groups.
func (g *groups) remove(s *Seat) { g.rounds[s.number]++ }

// void reports whether f is no longer true.
func (g *groups) void(f finding) bool { return g.rounds[f.number] != f.round }

// leave says that a wish that named these groups has ended.
func (g *groups) leave(ids []groupID) {
	for _, id := range named(ids) {
		one := &g.all[id]
		one.users--
		switch {
		case one.users == 0:
			delete(one.names, one.name)
			*one = group{}
			g.free = append(g.free, id)
		case len(one.found) > 2*one.users+someVoid:
			one.found = slices.DeleteFunc(one.found, g.void)
		}
	}
}

// draw returns one of those that a group has from place i on, each with the same
// probability, and has it in that place then; nil if there is none.
func (g *groups) draw(from *group, i int, chance *rand.Rand) *finding {
	for i < len(from.found) {
		j := i + chance.IntN(len(from.found)-i)
		if found := from.found; !g.void(found[j]) {
			found[i], found[j] = found[j], found[i]
			return &found[i]
		}
		end := len(from.found) - 1
		from.found[j] = from.found[end]
		from.found = from.found[:end]
	}
	return nil
}
