package session

import (
	"time"

	"strangerd/moderation"
)

// talk is a chat as far as it is about what was said and with whom: the present one
// or, until the next, the last one.
type talk struct {
	partner    *person
	others     []*other // partner, and whoever else there was
	watched    bool     // it was others' chat, about this one's question
	question   string   // it was about
	record     record   // what was said in it
	transcript transcript
	hidden     bool     // some of it doesn't stand in the person's own terminal
	cautioned  []string // of which traps
	lines      int      // said or in the queue, to this partner
	away       bool     // the partner's line dropped
}

// end counts a chat of the holder of pass, which is over. It began at since, and lasted
// is told how long it took.
func (t *talk) end(pass *moderation.Pass, lasted func(time.Duration), since time.Time) {
	took(lasted, since)
	if t.record.spoke[you] && t.record.spoke[stranger] {
		pass.Settled(*t.partner.subject.Load())
	}
}
