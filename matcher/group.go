package matcher

import (
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
	found []entry
	users int // wishes that name it
}

// An entry is somebody in a group: the number of their seat, and which of their wish's
// groups that is.
type entry uint32

func (e entry) number() uint32 { return uint32(e / wishRoom) }

// wishRoom is how many groups a wish has room for: more than it needs, so that one lies
// in two cache lines.
const wishRoom = 16

// A wish is what the present search of a seat asks for.
type wish struct {
	groups [wishRoom]groupID // of the interests and, from MaxInterests on, of the languages; noGroup fills up
	places [wishRoom]int32   // of the entries, in the groups that find the seat
}

func (w *wish) likes() []groupID  { return named(w.groups[:MaxInterests]) }
func (w *wish) speaks() []groupID { return named(w.groups[MaxInterests:][:MaxLanguages]) }

// named are the first of ids, up to noGroup.
func named(ids []groupID) []groupID {
	for i, id := range ids {
		if id == noGroup {
			return ids[:i]
		}
	}
	return ids
}

// A sketch tells quickly of most groups that they are not among those it is of.
type sketch uint64

func sketchOf(ids []groupID) (k sketch) {
	for _, id := range ids {
		k |= 1 << (id % 64)
	}
	return k
}

func (k sketch) mayHave(id groupID) bool { return k>>(id%64)&1 == 1 }

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
		g.seats, g.wishes = append(g.seats, nil), append(g.wishes, wish{})
	}
	g.seats[s.number] = s
}

// dismiss takes the number of s, whose wish is empty.
func (g *groups) dismiss(s *Seat) {
	g.seats[s.number] = nil
	g.spare = append(g.spare, s.number)
}

// add has s be found by n groups of its wish, from the first on.
func (g *groups) add(s *Seat, first, n int) {
	w := &g.wishes[s.number]
	for i := first; i < first+n; i++ {
		one := &g.all[w.groups[i]]
		w.places[i] = int32(len(one.found))
		one.found = append(one.found, entry(s.number*wishRoom+uint32(i)))
	}
}

// remove undoes add.
func (g *groups) remove(s *Seat, first, n int) {
	w := &g.wishes[s.number]
	for i := first; i < first+n; i++ {
		one, place := &g.all[w.groups[i]], w.places[i]
		end := len(one.found) - 1
		last := one.found[end]
		one.found[place] = last
		one.found = one.found[:end]
		g.wishes[last.number()].places[last%wishRoom] = place
	}
}

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
