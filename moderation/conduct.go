package moderation

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"sync"
	"time"
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

// maxPasts is how many sources are remembered, of which each takes about 600 bytes at
// most.
const maxPasts = 50_000

// conduct remembers how people behaved in chats, by their source; of a shared source
// by their key or, without one, by their session. It is in memory alone, under hashes
// whose key lives with the process.
//
// What is remembered lies in two maps of half the size. When the first is full, it
// takes the place of the second, which is forgotten; what is asked for moves to the
// first. It lies in the maps themselves: each by itself on the heap, they would keep
// whole pages of it from being given back after a crowd.
type conduct struct {
	newSources bool      // are limited
	macs       sync.Pool // of hash.Hash, under the process's key
	clock      func() time.Time
	began      time.Time
	half       int

	mu            sync.Mutex // guards what follows and Pass.place; no other lock is taken under it
	recent, older map[name]past
}

// name is what somebody is remembered under, a hash.
type name uint64

// past is what is remembered of one source.
type past struct {
	met      [newPartners]meeting // a partner at most once, latest last
	meetings int8                 // of them
	places   int32                // taken by those who search, or have said nothing to their partner yet; with meetings newPartners at most
	settled  int32                // chats, less those that were reported
	openers  []opener             // oldest first
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
		macs:       sync.Pool{New: func() any { return hmac.New(sha256.New, secret) }},
		clock:      clock,
		began:      clock(),
		half:       maxPasts / 2,
		recent:     make(map[name]past),
	}
}

// look runs do with what is remembered under a name, from now on at least that it was
// asked for.
func (c *conduct) look(who name, do func(*past)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.locked(who, do)
}

// locked is look for who holds mu.
func (c *conduct) locked(who name, do func(*past)) {
	p, ok := c.recent[who]
	if !ok {
		p = c.older[who]
		delete(c.older, who)
		if len(c.recent) >= c.half {
			c.older, c.recent = c.recent, make(map[name]past)
		}
	}
	do(&p)
	c.recent[who] = p
}

// now is the time since the process began, whatever the machine's clock is set to.
func (c *conduct) now() time.Duration { return c.clock().Sub(c.began) }

// source is the name of a source.
func (c *conduct) source(s Subject) name { return c.named("source", string(s.Source[:])) }

// name is what somebody is remembered under.
func (c *conduct) name(p *Pass) name {
	switch s := p.subject; {
	case !s.Source.IsZero():
		return c.source(s)
	case !s.Key.IsZero():
		return c.named("key", string(s.Key[:]))
	}
	return c.named("session", p.id)
}

func (c *conduct) named(kind, value string) name { return name(c.short(kind, value)) }

// short is a hash of what nobody can choose to make two the same.
func (c *conduct) short(kind, value string) uint64 {
	mac := c.macs.Get().(hash.Hash)
	defer c.macs.Put(mac)
	mac.Reset()
	h := keyed(mac, kind, value)
	return binary.LittleEndian.Uint64(h[:])
}

// New tells whether the holder comes from a new source, which may say no links.
func (p *Pass) New() (isNew bool) {
	c := p.gate.conduct
	if !c.newSources || p.subject.Source.IsZero() || p.gate.knows(p.subject) {
		return false
	}
	c.look(c.source(p.subject), func(past *past) { isNew = past.settled < settledChats })
	return isNew
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
func (p *Pass) Seek() (wait time.Duration) {
	if !p.New() {
		return 0
	}
	c := p.gate.conduct
	source, now := c.source(p.subject), c.now()
	c.look(source, func(past *past) {
		past.forget(func(m meeting) bool { return now-m.at >= newWindow })
		switch {
		case p.place != 0:
		case int32(past.meetings)+past.places < newPartners:
			past.places++
			p.place = source
		case past.meetings > 0:
			wait = past.met[0].at + newWindow - now
		default:
			wait = placeWait
		}
	})
	return wait
}

// placeWait is when to ask again while others of the source have all the places.
const placeWait = 10 * time.Second

// forget takes out meetings.
func (p *past) forget(gone func(meeting) bool) {
	p.meetings = int8(len(slices.DeleteFunc(p.met[:p.meetings], gone)))
}

// Met says that the holder has said something to the session partner, or left it. A
// partner who is met again is still one.
func (p *Pass) Met(partner string) {
	c := p.gate.conduct
	p.giveBack(func(past *past) {
		met := meeting{c.short("partner", partner), c.now()}
		past.forget(func(m meeting) bool { return m.partner == met.partner })
		past.met[past.meetings] = met
		past.meetings++
	})
}

// Unmet says that the search or the chat has ended, if there was any, and that the
// holder needs no partner for now.
func (p *Pass) Unmet() { p.giveBack(func(*past) {}) }

// giveBack gives back the place, if there is one, for what was done with it. Meanwhile
// it may have been forgotten with all that was known of the source.
func (p *Pass) giveBack(done func(*past)) {
	c := p.gate.conduct
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.place == 0 {
		return
	}
	c.locked(p.place, func(past *past) {
		if past.places > 0 {
			past.places--
			done(past)
		}
	})
	p.place = 0
}

// Settled says that a chat of the holder with partner has ended in which both spoke.
func (p *Pass) Settled(partner Subject) { p.gate.conduct.settle(p.subject, partner, +1) }

// settle counts a chat that has ended, or takes back one that was reported, whichever
// comes first. With others of the same source there is nothing to count.
func (c *conduct) settle(s, partner Subject, by int) {
	if s.Source.IsZero() || s.Source == partner.Source {
		return
	}
	c.look(c.source(s), func(past *past) { past.settled += int32(by) })
}

// Repeats notes what the holder says to the session partner at the beginning of a
// chat, and returns to how many others the same was said lately, if they are too many
// to say it once more; that isn't noted.
func (p *Pass) Repeats(opening, partner string) (others int) {
	c := p.gate.conduct
	said := opener{c.short("opener", opening), c.short("partner", partner), c.now()}
	c.look(c.name(p), func(past *past) { others = past.repeats(said) })
	return others
}

func (p *past) repeats(said opener) (others int) {
	p.openers = slices.DeleteFunc(p.openers, func(o opener) bool { return said.at-o.at >= openerWindow })
	for _, o := range p.openers {
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
	if len(p.openers) == openersKept {
		p.openers = slices.Delete(p.openers, 0, 1)
	}
	p.openers = append(p.openers, said)
	return 0
}
