package matcher

import (
	"math/bits"
	"slices"
	"unique"
)

// A Name is that of an interest or of a language. To compare two, or to look one up,
// takes no look at its letters.
type Name = unique.Handle[string]

type groupID uint32

const noGroup groupID = 0

// A group is those awake who can be found by one interest or by one language, in no
// order. It lasts as long as a wish names it.
type group struct {
	entries []entry // of those found, and void ones, no more than half as many
	found   uint32
	users   uint32 // wishes that name it
}

// An entry is somebody in a group: the number of their seat, its round, and roughly what
// they like. It is void once that round is over, which takes somebody out of all groups at
// once. Void entries go when a group has too many, since to find one costs a fetch from
// memory.
type entry struct {
	number, round uint32
	likes         sketch
}

// A wish is what the present search of a seat asks for: the groups of the interests and,
// from MaxInterests on, of the languages; noGroup fills up. It lies in one cache line.
type wish [16]groupID

func (w *wish) likes() []groupID  { return named(w[:MaxInterests]) }
func (w *wish) speaks() []groupID { return named(w[MaxInterests:][:MaxLanguages]) }

// named are the first of ids, up to noGroup.
func named(ids []groupID) []groupID {
	for i, id := range ids {
		if id == noGroup {
			return ids[:i]
		}
	}
	return ids
}

// A sketch tells of a few groups, within one word, roughly which they are.
type sketch uint64

func sketchOf(ids []groupID) (k sketch) {
	for _, id := range ids {
		k |= 1 << (id % 64)
	}
	return k
}

func (k sketch) mayHave(id groupID) bool { return k>>(id%64)&1 == 1 }

// common is how many groups both seem to be of.
func (k sketch) common(other sketch) int { return bits.OnesCount64(uint64(k & other)) }

// groups are those that are named. What a match looks at is kept small and side by side,
// since it costs about as much as has to be fetched from memory for it.
type groups struct {
	all                  []group // by their ids, of which the first is noGroup
	names                []Name  // likewise
	free                 []groupID
	interests, languages map[Name]groupID

	// By the numbers of seats.
	seats  []*Seat
	wishes []wish
	rounds []uint32 // of those in which they could be found that are over
	spare  []uint32 // numbers
}

func newGroups() groups {
	return groups{
		all: make([]group, 1), names: make([]Name, 1),
		interests: make(map[Name]groupID), languages: make(map[Name]groupID),
	}
}

// id returns the group of that name, which may be new.
func (g *groups) id(ids map[Name]groupID, name Name) groupID {
	id, ok := ids[name]
	if ok {
		return id
	}
	if end := len(g.free) - 1; end >= 0 {
		id, g.free = g.free[end], g.free[:end]
	} else {
		id = groupID(len(g.all))
		g.all, g.names = append(g.all, group{}), append(g.names, Name{})
	}
	g.names[id] = name
	ids[name] = id
	return id
}

// name puts the groups of several names into into, which has none so far, each once; ids
// is where those names stand.
func (g *groups) name(into []groupID, ids map[Name]groupID, of []Name) {
	n := 0
	for _, name := range of {
		if id := g.id(ids, name); !slices.Contains(into[:n], id) {
			into[n] = id
			n++
		}
	}
	for _, id := range into[:n] {
		g.all[id].users++
	}
}

// admit gives s a number, and an empty wish.
func (g *groups) admit(s *Seat) {
	if end := len(g.spare) - 1; end >= 0 {
		s.number, g.spare = g.spare[end], g.spare[:end]
	} else {
		s.number = uint32(len(g.seats))
		g.seats, g.wishes, g.rounds = append(g.seats, nil), append(g.wishes, wish{}), append(g.rounds, 0)
	}
	g.seats[s.number] = s
}

// dismiss takes the number of s, whose wish is empty.
func (g *groups) dismiss(s *Seat) {
	g.seats[s.number] = nil
	g.spare = append(g.spare, s.number)
}

// add has the seat of that number be found by these groups of its wish.
func (g *groups) add(number uint32, ids []groupID) {
	e := entry{number, g.rounds[number], sketchOf(g.wishes[number].likes())}
	for _, id := range ids {
		one := &g.all[id]
		one.found++
		one.entries = append(one.entries, e)
	}
}

// remove undoes add, but for the round, whose end must come first.
func (g *groups) remove(ids []groupID) {
	for _, id := range ids {
		one := &g.all[id]
		if one.found--; uint32(len(one.entries)) > one.found+one.found/2 {
			one.entries = slices.DeleteFunc(one.entries, g.void)
		}
	}
}

// at is who an entry is of, or nil if it is void.
func (g *groups) at(e entry) *Seat {
	if g.void(e) {
		return nil
	}
	return g.seats[e.number]
}

func (g *groups) void(e entry) bool { return g.rounds[e.number] != e.round }

// leave says that a wish that named these groups has ended.
func (g *groups) leave(ids map[Name]groupID, of []groupID) {
	for _, id := range of {
		one := &g.all[id]
		if one.users--; one.users == 0 {
			delete(ids, g.names[id])
			*one, g.names[id] = group{}, Name{}
			g.free = append(g.free, id)
		}
	}
}
