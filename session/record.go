package session

import (
	"slices"
	"strings"
	"time"

	"strangerd/moderation"
	"strangerd/session/text"
)

// record is what was said in a chat, as far as a report of it can need: the first
// messages, so that no flood of others makes the evidence scroll away, as many of
// the last as can be scrolled to, and the one that is marked.
type record struct {
	own         speaker // whose record it is
	first, last []said
	count       int   // messages so far
	bytes       int   // of last
	marked      int32 // the number of the marked one; 0 for none
	spoke       [asker + 1]bool
}

// said is a message in a record, of which everybody here has many: 32 bytes.
type said struct {
	text   string
	at     int64 // Unix nanoseconds
	number int32 // from 1
	from   speaker
}

func (r *record) add(from speaker, message string) {
	r.spoke[from] = true
	r.count++
	s := said{message, time.Now().UnixNano(), int32(r.count), from}
	if r.first == nil {
		r.first = make([]said, 0, moderation.FirstLines)
	}
	if len(r.first) < moderation.FirstLines {
		r.first = append(r.first, s)
		return
	}
	r.last = append(r.last, s)
	r.bytes += len(message)
	for len(r.last) > moderation.LastLines+1 && (len(r.last) > maxTranscriptLines || r.bytes > maxTranscriptBytes) {
		oldest := 0
		if r.last[oldest].number == r.marked {
			oldest++
		}
		r.bytes -= len(r.last[oldest].text)
		r.last = slices.Delete(r.last, oldest, oldest+1)
	}
}

// all are the messages that are kept, oldest first.
func (r *record) all() []said { return slices.Concat(r.first, r.last) }

// omitted is how many messages are not kept.
func (r *record) omitted() int { return r.count - len(r.first) - len(r.last) }

// lines are the messages as a report of who said some of them shows them.
func (r *record) lines(reported speaker) []moderation.Line {
	var lines []moderation.Line
	for _, s := range r.all() {
		who := moderation.SpeakerOther
		switch s.from {
		case reported:
			who = moderation.SpeakerReported
		case r.own:
			who = moderation.SpeakerReporter
		}
		lines = append(lines, moderation.Line{Speaker: who, Text: s.text, At: time.Unix(0, s.at), Marked: s.number == r.marked})
	}
	return lines
}

// mark marks the last message of somebody else that holds these words, in capitals or
// not, and tells whether there is one.
func (r *record) mark(words string) bool {
	words = strings.ToLower(text.Line(words))
	for _, s := range slices.Backward(r.all()) {
		if s.from != r.own && strings.Contains(strings.ToLower(text.Line(s.text)), words) {
			r.marked = s.number
			return true
		}
	}
	return false
}

// moveMark marks somebody else's message after the marked one, or the one before it
// if by is -1. Round the ends lies none.
func (r *record) moveMark(by int) {
	numbers := []int32{0} // none, and others' messages
	for _, s := range r.all() {
		if s.from != r.own {
			numbers = append(numbers, s.number)
		}
	}
	at := slices.Index(numbers, r.marked)
	r.marked = numbers[(at+by+len(numbers))%len(numbers)]
}

// markedText is the marked message, or nothing.
func (r *record) markedText() string {
	for _, s := range r.all() {
		if s.number == r.marked {
			return s.text
		}
	}
	return ""
}
