package staff

import (
	"fmt"
	"slices"
	"time"

	"strangerd/moderation"
)

// entries are what a pane lists: reports or appeals, and the one that is chosen.
type entries[T any] struct {
	id     func(T) string
	items  []T
	cursor int
}

// index is where id stands, or -1.
func (l *entries[T]) index(id string) int {
	return slices.IndexFunc(l.items, func(item T) bool { return l.id(item) == id })
}

// chosen is the id of the chosen one, or "".
func (l *entries[T]) chosen() string {
	if len(l.items) == 0 {
		return ""
	}
	return l.id(l.items[l.cursor])
}

// set takes what was read, but for what waits to be carried out. The same one
// stays chosen, or if it is gone, what stands in its place.
func (l *entries[T]) set(items []T, waiting []*pending) {
	chosen := l.chosen()
	l.items = slices.DeleteFunc(items, func(item T) bool {
		return slices.ContainsFunc(waiting, func(p *pending) bool { return p.entry == l.id(item) })
	})
	if i := l.index(chosen); i >= 0 {
		l.cursor = i
	}
	l.move(0)
}

// move moves by so many, as far as there are any.
func (l *entries[T]) move(by int) {
	l.cursor = max(0, min(l.cursor+by, len(l.items)-1))
}

// remove takes id out, and returns a function that puts it back.
func (l *entries[T]) remove(id string) (back func()) {
	i := l.index(id)
	if i < 0 {
		return func() {}
	}
	item := l.items[i]
	l.items = slices.Delete(l.items, i, i+1)
	if i < l.cursor {
		l.cursor--
	}
	l.move(0)
	return func() { l.putBack(i, item) }
}

func (l *entries[T]) putBack(i int, item T) {
	if l.index(l.id(item)) >= 0 {
		return // it was read again
	}
	i = min(i, len(l.items))
	l.items = slices.Insert(l.items, i, item)
	if i <= l.cursor && len(l.items) > 1 {
		l.cursor++ // the same one stays chosen
	}
}

// rows lays out the part around the chosen one that fits.
func (l *entries[T]) rows(height int, line func(T) string) []row {
	top := max(0, min(l.cursor-height/2, len(l.items)-height))
	var rows []row
	for i := top; i < min(top+height, len(l.items)); i++ {
		if i == l.cursor {
			rows = append(rows, row{label: "> " + line(l.items[i]), look: bold})
		} else {
			rows = append(rows, row{label: "  " + line(l.items[i])})
		}
	}
	return rows
}

// reportLine is a report in the queue.
func (d *Desk) reportLine(r moderation.Report) string {
	tail := r.ID
	switch {
	case r.TakenBy != "" && r.TakenBy != d.who.Name:
		tail = "taken by " + r.TakenBy
	case r.Pause != "":
		tail = "paused " + r.ID // by the machine
	}
	return fmt.Sprintf("%-10s %5s %s", foreign(r.Category), d.ago(r.Created), tail)
}

// appealLine is an appeal in its list.
func (d *Desk) appealLine(a moderation.Appeal) string {
	return fmt.Sprintf("%-10s %5s %s", "appeal", d.ago(a.Created), a.ID)
}

// ago is how long ago something was, in its largest unit.
func (d *Desk) ago(t time.Time) string {
	switch past := d.config.Now().Sub(t); {
	case past < time.Minute:
		return "now"
	case past < time.Hour:
		return fmt.Sprintf("%d min", past/time.Minute)
	case past < 48*time.Hour:
		return fmt.Sprintf("%d h", past/time.Hour)
	default:
		return fmt.Sprintf("%d d", past/(24*time.Hour))
	}
}
