package moderation

import (
	"crypto/rand"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"strangerd/data"
)

// What a new source may do, for who is banned comes back from a fresh one. It is new
// until, since the process began, settledChats chats with other sources have ended in
// which both spoke and that nobody reported. Shared sources are never new, nor is who
// has a me@ key that has been coming for knownAfter.
const (
	newPartners  = 3 // whom it may meet
	newWindow    = 10 * time.Minute
	settledChats = 2
)

// To how many partners somebody may say the same in openerWindow. Of the last
// openersKept it is known to whom they were said.
const (
	openerPartners = 3
	openerWindow   = 10 * time.Minute
	openersKept    = 16
)

// maxPasts is how many sources are remembered, of which each takes about 700 bytes at
// most.
const maxPasts = 50_000

// conduct remembers how people behaved in chats, by their source; of a shared source
// by their key or, without one, by their session. It is in memory alone, under hashes
// whose key lives with the process.
//
// What is remembered lies in two maps of half the size. When the first is full, it
// takes the place of the second, which is forgotten; what is asked for moves to the
// first.
type conduct struct {
	newSources bool // are limited
	hashes     identity
	clock      func() time.Time
	began      time.Time
	half       int

	mu            sync.Mutex // guards what follows and Pass.place; no other lock is taken under it
	recent, older map[data.Hash]*past
}

// past is what is remembered of one source.
type past struct {
	met     []meeting // a partner at most once, latest last
	places  int       // taken by those who search, or have said nothing to their partner yet
	settled int       // chats, less those that were reported
	openers []opener  // oldest first
}

type meeting struct {
	partner uint64        // a hash
	at      time.Duration // when, since the process began
}

type opener struct {
	text, partner uint64
	at            time.Duration
}

func newConduct(newSources bool, clock func() time.Time) *conduct {
	secret := make([]byte, 32)
	rand.Read(secret)
	return &conduct{
		newSources: newSources,
		hashes:     identity{secret: secret},
		clock:      clock,
		began:      clock(),
		half:       maxPasts / 2,
		recent:     make(map[data.Hash]*past),
	}
}

// past returns what is remembered under a name, from now on at least that it was
// asked for. The caller holds mu.
func (c *conduct) past(name data.Hash) *past {
	if p := c.recent[name]; p != nil {
		return p
	}
	p := c.older[name]
	if p == nil {
		p = new(past)
	}
	delete(c.older, name)
	if len(c.recent) >= c.half {
		c.older, c.recent = c.recent, make(map[data.Hash]*past)
	}
	c.recent[name] = p
	return p
}

// now is the time since the process began, whatever the machine's clock is set to.
func (c *conduct) now() time.Duration { return c.clock().Sub(c.began) }

// source is the name of a source.
func (c *conduct) source(s Subject) data.Hash { return c.hashes.hash("source", string(s.Source[:])) }

// name is what somebody is remembered under.
func (c *conduct) name(p *Pass) data.Hash {
	switch s := p.subject; {
	case !s.Source.IsZero():
		return c.source(s)
	case !s.Key.IsZero():
		return c.hashes.hash("key", string(s.Key[:]))
	}
	return c.hashes.hash("session", p.id)
}

// short is a hash of what nobody can choose to make two the same.
func (c *conduct) short(kind, value string) uint64 {
	h := c.hashes.hash(kind, value)
	return binary.LittleEndian.Uint64(h[:])
}

// New tells whether the holder comes from a new source, which may say no links.
func (p *Pass) New() bool {
	c := p.gate.conduct
	if !c.newSources || p.subject.Source.IsZero() || p.gate.knows(p.subject) {
		return false
	}
	name := c.source(p.subject)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.past(name).settled < settledChats
}

// knows tells whether somebody has a key that has been coming for a while.
func (g *Gate) knows(s Subject) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.known.since(s.Key, g.now().Add(-knownAfter))
}

// Seek asks for a partner, and returns how long the holder, whose source is new, has
// to wait before asking again; 0 is a yes. A partner is one place of the source's,
// from the search on. It becomes a meeting by Met, or is given back by Unmet or Close.
func (p *Pass) Seek() time.Duration {
	if !p.New() {
		return 0
	}
	c := p.gate.conduct
	name := c.source(p.subject)
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	past := c.past(name)
	past.met = slices.DeleteFunc(past.met, func(m meeting) bool { return now-m.at >= newWindow })
	switch {
	case p.place != nil:
		return 0
	case len(past.met)+past.places < newPartners:
		past.places++
		p.place = past
		return 0
	case len(past.met) > 0:
		return past.met[0].at + newWindow - now
	}
	return placeWait
}

// placeWait is when to ask again while others of the source have all the places.
const placeWait = 10 * time.Second

// Met says that the holder has said something to the session partner, or left it. A
// partner who is met again is still one.
func (p *Pass) Met(partner string) {
	c := p.gate.conduct
	with := c.short("partner", partner)
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if past := p.giveBack(); past != nil {
		past.met = slices.DeleteFunc(past.met, func(m meeting) bool { return m.partner == with })
		past.met = append(past.met, meeting{with, now})
	}
}

// Unmet says that the search or the chat has ended, if there was any, and that the
// holder needs no partner for now.
func (p *Pass) Unmet() {
	c := p.gate.conduct
	c.mu.Lock()
	defer c.mu.Unlock()
	p.giveBack()
}

// giveBack gives back the place, if there is one, and returns whose it was. The
// caller holds conduct's mu.
func (p *Pass) giveBack() (of *past) {
	if of = p.place; of != nil {
		of.places--
		p.place = nil
	}
	return of
}

// Settled says that a chat of the holder with partner has ended in which both spoke.
func (p *Pass) Settled(partner Subject) { p.gate.conduct.settle(p.subject, partner, +1) }

// settle counts a chat that has ended, or takes back one that was reported, whichever
// comes first. With others of the same source there is nothing to count.
func (c *conduct) settle(s, partner Subject, by int) {
	if s.Source.IsZero() || s.Source == partner.Source {
		return
	}
	name := c.source(s)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.past(name).settled += by
}

// Repeats notes what the holder says to the session partner at the beginning of a
// chat, and returns to how many others the same was said lately, if they are too many
// to say it once more; that isn't noted.
func (p *Pass) Repeats(opening, partner string) (others int) {
	c := p.gate.conduct
	name := c.name(p)
	now := c.now()
	said := opener{c.short("opener", opening), c.short("partner", partner), now}
	c.mu.Lock()
	defer c.mu.Unlock()
	past := c.past(name)
	past.openers = slices.DeleteFunc(past.openers, func(o opener) bool { return now-o.at >= openerWindow })
	for _, o := range past.openers {
		switch {
		case o.text == said.text && o.partner == said.partner:
			return 0
		case o.text == said.text:
			others++
		}
	}
	if others >= openerPartners {
		return others
	}
	if len(past.openers) == openersKept {
		past.openers = slices.Delete(past.openers, 0, 1)
	}
	past.openers = append(past.openers, said)
	return 0
}
