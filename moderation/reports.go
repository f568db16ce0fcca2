package moderation

import (
	"maps"
	"slices"

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
type lists[K comparable] map[K][]string

func (l lists[K]) add(key K, id string) { l[key] = append(l[key], id) }

func (l lists[K]) drop(gone func(id string) bool) {
	maps.DeleteFunc(l, func(key K, ids []string) bool {
		l[key] = slices.DeleteFunc(ids, gone)
		return len(l[key]) == 0
	})
}

// each yields the reports in whose list somebody is, by their source or their key. The
// caller holds change or mu.
func (d *Desk) each(l lists[data.Hash], s Subject) func(yield func(*data.Report) bool) {
	ids := slices.Concat(l[s.Source], l[s.Key]) // the zero hash has none
	slices.Sort(ids)
	return func(yield func(*data.Report) bool) {
		for _, id := range slices.Compact(ids) {
			if !yield(d.reports[id]) {
				return
			}
		}
	}
}
