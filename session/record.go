package session

import (
	"slices"
	"time"

	"strangerd/moderation"
)

// record is what was said in a chat, as far as a report of it needs: the first
// lines and the last, so that no flood of lines makes the evidence scroll away.
type record struct {
	first, last []said
	omitted     int // lines between the two
	spoke       [stranger + 1]bool
}

// said is a message in a record.
type said struct {
	from speaker
	text string
	at   time.Time
}

func (r *record) add(from speaker, message string) {
	r.spoke[from] = true
	s := said{from, message, time.Now()}
	if len(r.first) < moderation.FirstLines {
		r.first = append(r.first, s)
		return
	}
	if len(r.last) == moderation.LastLines {
		copy(r.last, r.last[1:])
		r.last = r.last[:len(r.last)-1]
		r.omitted++
	}
	r.last = append(r.last, s)
}

// all are the messages that are kept, oldest first.
func (r *record) all() []said { return slices.Concat(r.first, r.last) }

// lines are the messages as a report shows them. The one at marked, if it is
// not negative, is marked.
func (r *record) lines(marked int) []moderation.Line {
	var lines []moderation.Line
	for i, s := range r.all() {
		who := moderation.SpeakerReporter
		if s.from == stranger {
			who = moderation.SpeakerReported
		}
		lines = append(lines, moderation.Line{Speaker: who, Text: s.text, At: s.at, Marked: i == marked})
	}
	return lines
}
