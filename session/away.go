package session

import (
	"context"
	"sync"
	"time"

	"strangerd/matcher"
	"strangerd/moderation"
	"strangerd/session/editor"
	"strangerd/session/locale"
)

const (
	// backWithin is how long who came as me@ can come back to the chat in which their
	// line dropped.
	backWithin = 60 * time.Second
	// maxAbsences bounds those who can at the same time. Each keeps a transcript in
	// memory; whose line drops when there are so many is not waited for.
	maxAbsences = 10_000
	// retold is how many of the last messages line mode repeats to who comes back: they
	// may have gone out to a line that was dead already.
	retold = 10
)

// absence is a chat whose line has dropped: all that its person finds again.
type absence struct {
	seat *matcher.Seat
	me   *person
	pass *moderation.Pass // waits: who is away takes no place
	talk
	queue  []utterance
	editor editor.Line
	since  time.Time // the chat began
	until  time.Time
	lasted func(time.Duration)
}

// state is that which its person comes back to.
func (a *absence) state() state {
	if a.watched {
		return watching
	}
	return chatting
}

// end ends a chat that nobody came back to.
func (a *absence) end() {
	a.seat.Close()
	a.pass.Close()
	if !a.watched {
		a.talk.end(a.pass, a.lasted, a.since)
	}
}

// absences are those of all who are away, by their keys: one of each, the latest. Any
// goroutine may use them.
type absences struct {
	mu     sync.Mutex // guards what follows; no other lock is taken under it
	closed bool       // nobody comes back any more
	by     map[moderation.Subject]*absence
}

// of is what an absence is found by: who somebody is, wherever they come from.
func of(s moderation.Subject) moderation.Subject { return moderation.Subject{Key: s.Key} }

// put keeps an absence until its time is up or its person is banned, or ends it if there
// is no room.
func (all *absences) put(a *absence) {
	key := of(*a.me.subject.Load())
	all.mu.Lock()
	other := all.by[key]
	if all.closed || other == nil && len(all.by) >= maxAbsences {
		other = a
	} else {
		all.by[key] = a
	}
	all.mu.Unlock()
	if other != nil {
		other.end()
	}
	context.AfterFunc(a.pass.Context(), func() { all.drop(key, a) })
}

// drop ends an absence, unless its person has come back.
func (all *absences) drop(key moderation.Subject, a *absence) {
	all.mu.Lock()
	there := all.by[key] == a
	if there {
		delete(all.by, key)
	}
	all.mu.Unlock()
	if there {
		a.end()
	}
}

// take returns the absence of who has come, to come back to or to put again, or nil.
func (all *absences) take(s moderation.Subject) *absence {
	if s.Key.IsZero() {
		return nil
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	a := all.by[of(s)]
	delete(all.by, of(s))
	return a
}

// sweep ends the absences whose time is up, and those of which vain says that nobody can
// come back to them.
func (all *absences) sweep(vain func(*absence) bool) {
	now := time.Now()
	var over []*absence
	all.mu.Lock()
	for key, a := range all.by {
		if now.After(a.until) || vain(a) {
			delete(all.by, key)
			over = append(over, a)
		}
	}
	all.mu.Unlock()
	for _, a := range over {
		a.end()
	}
}

// close ends all absences, for good.
func (all *absences) close() {
	all.mu.Lock()
	all.closed = true
	all.mu.Unlock()
	all.sweep(func(*absence) bool { return true })
}

// askedFor is how long who came as the same me@ before has to show that they are still
// there.
const askedFor = 3 * time.Second

// findGone ends the chats of who comes as me@ whose line is dead and nobody has noticed
// yet, so that they can come back to the last one of them at once. Other windows that
// they have open stay.
func (s *Server) findGone(subject moderation.Subject) {
	if subject.Key.IsZero() {
		return
	}
	asked := make(map[*chat]<-chan struct{})
	s.mu.Lock()
	for _, chats := range s.chats {
		for c := range chats {
			if of(c.subject) == of(subject) {
				asked[c] = c.ch.Ask()
			}
		}
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), askedFor)
	defer cancel()
	for c, answered := range asked {
		select {
		case <-answered:
		case <-c.gone:
		case <-ctx.Done():
			if !isClosed(answered) { // both may have come
				c.ch.Disconnect()
				<-c.gone
			}
		}
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// admit is what the gate says to who has come, if they were away as the session that
// they left. Who can't come in now, but for want of room, is waited for no more.
func (s *Server) admit(v *visit, a *absence) (*moderation.Pass, error) {
	if a == nil {
		return s.config.Gate.Admit(v.addr, v.subject)
	}
	pass, err := s.config.Gate.Readmit(v.addr, v.subject, a.me.pass)
	switch {
	case err == moderation.ErrFull:
		s.absences.put(a)
	case err != nil:
		a.end()
	}
	return pass, err
}

// goAway leaves a chat open for who came as me@ and whose line dropped, and tells
// whether it does.
func (c *chat) goAway() bool {
	switch {
	case !c.dropped, c.over, c.done, !c.inChat(), !c.remembered():
		return false
	case c.pass.Why() != nil, c.config.Gate.Shut(c.subject) != nil, !c.seat.Away(backWithin):
		return false
	}
	c.pass.Wait()
	c.absences.put(&absence{
		seat: c.seat, me: c.me, pass: c.pass, talk: c.talk, queue: c.queue, editor: c.editor,
		since: c.since, until: time.Now().Add(backWithin), lasted: c.config.Timings.Chat,
	})
	return true
}

// comeBack goes on with the chat in which the line dropped, and tells whether there was
// one. Whatever came meanwhile follows, be it the end of that chat.
func (c *chat) comeBack() bool {
	a := c.absence
	if c.absence = nil; a == nil {
		return false
	}
	a.me.subject.Store(&c.subject)
	a.me.languages.Store(c.me.languages.Load())
	a.me.blocks.Store(c.me.blocks.Load())
	c.profile.Subject = a.me
	a.pass.Close()
	if !a.seat.Back(c.profile) {
		a.end()
		return false
	}
	c.enter(a.state())
	c.seat.Close()
	c.me, c.seat, c.talk, c.queue = a.me, a.seat, a.talk, a.queue
	c.hidden = true
	if c.editor.Text() == "" {
		c.editor = a.editor
	}
	c.since, c.lastKey, c.nudged = a.since, time.Now(), false
	c.announce(c.words.Say(locale.YouAreBack))
	c.retell()
	c.watchIdle()
	c.receive()
	c.sayQueued()
	return true
}

// retell repeats in line mode what was said last.
func (c *chat) retell() {
	if !c.plain {
		return
	}
	var last []entry
	for _, e := range c.transcript.entries {
		if e.from != server {
			last = append(last, e)
		}
	}
	last = last[max(0, len(last)-retold):]
	if len(last) > 0 {
		c.print("-- ", c.words.Say(locale.LastLines))
	}
	for _, e := range last {
		if e.from == you || e.from == asker {
			c.print("-- "+c.label(e.from), e.text)
		} else {
			c.print(c.plainLabel(e.from), e.text)
		}
	}
}

// partnerGone says that the line of somebody else in the chat dropped, and partnerBack
// that they are back.
func (c *chat) partnerGone(by uint8) {
	c.away, c.typing, c.idlers[by] = by == 0, false, false
	c.announce(c.awayLine(by))
}

func (c *chat) awayLine(by uint8) string {
	return c.words.With([...]locale.ID{locale.PartnerAway, locale.FirstAway, locale.SecondAway}[by],
		locale.Data{"Seconds": int(backWithin.Seconds())})
}

func (c *chat) partnerBack(by uint8) {
	c.away = false
	c.announce(c.words.Say([...]locale.ID{locale.PartnerBack, locale.FirstBack, locale.SecondBack}[by]))
	if by == 0 {
		c.callAgain(locale.TitleFound)
	}
	if c.state == chatting {
		c.sayKept()
		c.sayQueued()
	}
}
