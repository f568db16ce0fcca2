package session

import (
	"sync"
	"sync/atomic"

	"strangerd/moderation"
)

// person is what the matcher keeps of somebody for their partner's session: who
// they are to moderation, and whom they must not meet again.
type person struct {
	subject   atomic.Pointer[moderation.Subject] // who comes back may do so from elsewhere
	pass      string                             // S-…
	languages atomic.Pointer[[]string]           // codes or locales, best first; its own session sets it
	avoided   sync.Map                           // of pass IDs: who was reported, or did report
	blocks    atomic.Pointer[moderation.Blocks]  // of earlier visits; nil holds nobody
	// question is the number, from 1, of what they were given to think about while they
	// waited; 0 is none.
	question atomic.Int32
}

func newPerson(subject moderation.Subject, pass string) *person {
	p := &person{pass: pass}
	p.subject.Store(&subject)
	return p
}

// avoid keeps two sessions apart as long as both last.
func (p *person) avoid(other *person) {
	p.avoided.Store(other.pass, true)
	other.avoided.Store(p.pass, true)
}

func (p *person) avoids(other *person) bool {
	_, apart := p.avoided.Load(other.pass)
	return apart || p.blocked(other) || other.blocked(p)
}

// blocked tells whether p has blocked other on an earlier visit.
func (p *person) blocked(other *person) bool {
	blocks := p.blocks.Load()
	return blocks != nil && blocks.Hold(*other.subject.Load())
}

// MayMeet returns what decides for a matcher whether two people may be
// partners: no report or block keeps their sessions apart, nor them themselves.
func MayMeet(desk *moderation.Desk) func(a, b any) bool {
	return func(a, b any) bool {
		p, q := a.(*person), b.(*person)
		return !p.avoids(q) && desk.MayPair(*p.subject.Load(), *q.subject.Load())
	}
}
