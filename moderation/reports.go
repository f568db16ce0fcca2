package moderation

import (
	"slices"
	"strings"

	"strangerd/data"
)

// reportIndex finds the reports by somebody, against somebody and of a chat, however many are
// kept. It has their ids.
type reportIndex struct {
	by, against lists[data.Hash] // by the source and the key of the one
	chats       lists[string]
}

func newIndex() reportIndex {
	return reportIndex{make(lists[data.Hash]), make(lists[data.Hash]), make(lists[string])}
}

func (x reportIndex) add(r *data.Report) {
	for _, h := range nonzero(r.Reporter.Source, r.Reporter.Key) {
		x.by.add(h, r.ID)
	}
	for _, h := range nonzero(r.Subject.Source, r.Subject.Key) {
		x.against.add(h, r.ID)
	}
	if r.Chat != "" {
		x.chats.add(r.Chat, r.ID)
	}
}

// drop takes reports out.
func (x reportIndex) drop(gone func(id string) bool) {
	x.by.drop(gone)
	x.against.drop(gone)
	x.chats.drop(gone)
}

// lists are ids by what they have in common.
type lists[K comparable] map[K]ids

func (l lists[K]) add(key K, id string) { l[key] = l[key].with(id) }

func (l lists[K]) drop(gone func(id string) bool) {
	for key, of := range l {
		var kept ids
		for id := range of.all {
			if !gone(id) {
				kept = kept.with(id)
			}
		}
		if l[key] = kept; kept.first == "" {
			delete(l, key)
		}
	}
}

// ids has the first apart: most lists have no more, and a slice of one would be one more
// thing on the heap that outlives who is gone.
type ids struct {
	first string // "" where there is none
	more  []string
}

func (l ids) with(id string) ids {
	if l.first == "" {
		return ids{first: id}
	}
	return ids{l.first, append(l.more, id)}
}

func (l ids) all(yield func(id string) bool) {
	if l.first == "" || !yield(l.first) {
		return
	}
	for _, id := range l.more {
		if !yield(id) {
			return
		}
	}
}

// each yields the reports in whose list somebody is, by their source or their key. The
// caller holds change or mu.
func (d *Desk) each(l lists[data.Hash], s Subject) func(yield func(*data.Report) bool) {
	found := slices.AppendSeq(slices.Collect(l[s.Source].all), l[s.Key].all) // the zero hash has none
	slices.Sort(found)
	return func(yield func(*data.Report) bool) {
		for _, id := range slices.Compact(found) {
			if !yield(d.reports[id]) {
				return
			}
		}
	}
}

// packed returns r with its names in one piece. A report outlives the sessions that its
// names come from: each by itself would keep a page of the heap that they have left, and
// a category the whole line that somebody typed.
func packed(r data.Report) *data.Report {
	names := []*string{&r.ID, &r.Category, &r.Chat, &r.Rules, &r.ReporterSession, &r.SubjectSession, &r.Mutual, &r.Pause}
	var all strings.Builder
	for _, name := range names {
		all.WriteString(*name)
	}
	rest := all.String()
	for _, name := range names {
		*name, rest = rest[:len(*name)], rest[len(*name):]
	}
	return &r
}
