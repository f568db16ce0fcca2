package matcher

import (
	"math/rand/v2"
	"slices"
	"strings"
)

type groupID uint32

// A group is those awake who can be found by one interest or by one language. It
// lasts as long as a wish names it.
type group struct {
	// found also holds wishes that are void by now, so that a match needn't look for
	// its two in up to 28 groups. They go when somebody comes across them, and all at
	// once when they are more than the rest.
	found []*wish
	users int // wishes that name it
	name  string
	names map[string]groupID // where its name stands
}

// groups are those that are named.
type groups struct {
	all                  []group // by their ids
	free                 []groupID
	interests, languages map[string]groupID
}

func newGroups() groups {
	return groups{interests: make(map[string]groupID), languages: make(map[string]groupID)}
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

// add has w be found in groups.
func (g *groups) add(w *wish, ids []groupID) {
	for _, id := range ids {
		found := &g.all[id].found
		*found = append(*found, w)
	}
}

// leave says that a wish that named the group is void.
func (g *groups) leave(id groupID) {
	one := &g.all[id]
	one.users--
	switch {
	case one.users == 0:
		delete(one.names, one.name)
		*one = group{}
		g.free = append(g.free, id)
	case len(one.found) > 2*one.users+groupScan:
		one.found = slices.DeleteFunc(one.found, func(w *wish) bool { return w.seat == nil })
	}
}

// draw returns one of those who are found from place i on, each with the same
// probability, and has it in that place then; nil if there is none.
func (g *group) draw(i int, chance *rand.Rand) *wish {
	for i < len(g.found) {
		j := i + chance.IntN(len(g.found)-i)
		w := g.found[j]
		if w.seat != nil {
			g.found[i], g.found[j] = w, g.found[i]
			return w
		}
		end := len(g.found) - 1
		g.found[j], g.found[end] = g.found[end], nil
		g.found = g.found[:end]
	}
	return nil
}
