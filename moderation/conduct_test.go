package moderation

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"
)

const fresh = "203.0.113.23"

// chat is one of the holder's: it begins, if it may, the holder says something, and
// it ends. It returns how long the holder had to wait instead.
func (h *house) chat(p *Pass, partner *Pass, bothSpoke bool) time.Duration {
	if wait := p.Seek(); wait > 0 {
		return wait
	}
	p.Met(partner.ID())
	if bothSpoke {
		p.Settled(partner.Subject())
	}
	p.Unmet()
	return 0
}

// Row 23: banned, back with a fresh address. Whatever they do, and however often they
// come again, no ten minutes have more than three partners in them, until two chats
// ended that nobody reported.
func TestRow23FreshAddress(t *testing.T) {
	h := newHouse(t, func(c *DeskConfig) { c.Threshold = 0 })
	partners := map[string][]time.Time{}
	const visits, every = 300, 47 * time.Second
	for i := range visits {
		p := h.enter(fresh)
		if !p.New() {
			t.Fatal("a fresh address is nothing new")
		}
		partner := h.enter("198.51.100.9")
		if h.chat(p, partner, i%2 == 0) == 0 {
			partners[partner.ID()] = append(partners[partner.ID()], h.clock.Now())
			if i%2 == 0 { // who was there to talk reports them
				h.report("spam", fmt.Sprint("192.0.2.", i%250), fresh)
			}
		}
		p.Close()
		partner.Close()
		h.pass(every)
	}
	var met []time.Time
	for _, at := range partners {
		met = append(met, at...)
	}
	slices.SortFunc(met, time.Time.Compare)
	for i := range met[newPartners:] {
		if d := met[i+newPartners].Sub(met[i]); d < newWindow {
			t.Errorf("%d partners within %v", newPartners+1, d)
		}
	}
	if want := int(visits*every/newWindow) * newPartners; len(met) < want {
		t.Errorf("%d partners in the time for %d: who waits gets none", len(met), want)
	}
	other := h.enter("203.0.113.24")
	if wait := other.Seek(); wait != 0 {
		t.Errorf("another source waits %v", wait)
	}
}

// Row 23: what ends it, and for whom it never was.
func TestRow23UntilTwoChatsWentWell(t *testing.T) {
	key := []byte("somebody's key")
	for name, test := range map[string]struct {
		from    string
		key     []byte
		chats   int // in which both spoke
		with    string
		reports int
		known   time.Duration // since the key first came
		off     bool
		isNew   bool
	}{
		"a fresh address":                    {from: fresh, isNew: true},
		"one chat":                           {from: fresh, chats: 1, isNew: true},
		"two chats":                          {from: fresh, chats: 2},
		"two chats, one of them reported":    {from: fresh, chats: 2, reports: 1, isNew: true},
		"three chats, one of them reported":  {from: fresh, chats: 3, reports: 1},
		"two chats with oneself":             {from: fresh, chats: 2, with: fresh, isNew: true},
		"two chats with a shared source":     {from: fresh, chats: 2, with: "127.0.0.1"},
		"another address of a /64":           {from: "2001:db8::1", chats: 2},
		"a shared source":                    {from: "127.0.0.1"},
		"a private network":                  {from: "10.1.2.3"},
		"a key that came today":              {from: fresh, key: key, known: time.Hour, isNew: true},
		"a key that came a week ago":         {from: fresh, key: key, known: 8 * 24 * time.Hour},
		"a key of a week at a shared source": {from: "127.0.0.1", key: key, known: 8 * 24 * time.Hour},
		"--new-sources off":                  {from: fresh, off: true},
	} {
		h := newHouse(t)
		h.conduct.newSources = !test.off
		if test.known > 0 {
			h.enter("192.0.2.99", test.key...).Close()
			h.pass(test.known)
		}
		p := h.enter(test.from, test.key...)
		with := test.with
		if with == "" {
			with = "198.51.100.9"
		}
		partner := h.enter(with)
		for range test.chats {
			h.chat(p, partner, true)
		}
		for i := range test.reports {
			h.report("spam", fmt.Sprint("192.0.2.", i+1), test.from)
		}
		if test.from == "2001:db8::1" {
			p = h.enter("2001:db8::2")
		}
		if got := p.New(); got != test.isNew {
			t.Errorf("%s: new is %v", name, got)
		}
		waits := time.Duration(0)
		for range newPartners + 1 {
			waits = h.chat(p, h.enter("198.51.100.10"), false)
		}
		if (waits > 0) != test.isNew {
			t.Errorf("%s: the fourth stranger in %v", name, waits)
		}
	}
}

// A report before the chat has ended counts as one after it.
func TestRow23ReportedFirst(t *testing.T) {
	h := newHouse(t)
	p, partner := h.enter(fresh), h.enter("198.51.100.9")
	h.report("spam", "198.51.100.9", fresh)
	h.chat(p, partner, true)
	h.chat(p, partner, true)
	if !p.New() {
		t.Error("two chats, of which one was reported, are enough")
	}
	h.report("selfharm", "198.51.100.8", fresh)
	h.chat(p, partner, true)
	if p.New() {
		t.Error("a report of somebody in need counts")
	}
}

// Honest newcomers: with two or three people online nobody waits, and those who are
// gone before a word was said are nobody's partners.
func TestRow23SmallServer(t *testing.T) {
	h := newHouse(t)
	p, a, b := h.enter(fresh), h.enter("198.51.100.1"), h.enter("198.51.100.2")
	for range 20 {
		for _, partner := range []*Pass{a, b} {
			if wait := h.chat(p, partner, false); wait > 0 {
				t.Fatalf("with three people online one waits %v", wait)
			}
		}
	}
	for range 20 {
		if wait := p.Seek(); wait > 0 {
			t.Fatalf("who is left at once waits %v", wait)
		}
		p.Unmet()
	}
	h.pass(time.Minute)
	h.chat(p, h.enter("198.51.100.3"), false)
	if wait := p.Seek(); wait != newWindow-time.Minute {
		t.Errorf("the next partner comes in %v", wait)
	}
	h.pass(newWindow - time.Minute)
	if wait := p.Seek(); wait != 0 {
		t.Errorf("after that the wait is %v", wait)
	}
}

// Several who search at once from one source have its places together, and who goes
// gives theirs back.
func TestRow23ManyAtOnce(t *testing.T) {
	h := newHouse(t)
	var inside []*Pass
	for range newPartners {
		p := h.enter(fresh)
		inside = append(inside, p)
		for range 2 { // to ask again takes no second place
			if p.Seek() != 0 {
				t.Fatal("no place where nobody is")
			}
		}
	}
	late := h.enter(fresh)
	if wait := late.Seek(); wait != placeWait {
		t.Errorf("one too many waits %v", wait)
	}
	inside[0].Close()
	inside[0].Close()
	if wait := late.Seek(); wait != 0 {
		t.Errorf("when a place is free: %v", wait)
	}
	if wait := h.enter(fresh).Seek(); wait != placeWait {
		t.Errorf("one place was given twice: %v", wait)
	}
}

// Row 28: the same opener to everyone.
func TestRow28SameOpener(t *testing.T) {
	for _, addr := range []string{fresh, "127.0.0.1"} {
		h := newHouse(t)
		p := h.enter(addr)
		say := func(p *Pass, opening, partner string, want int) {
			t.Helper()
			if got := p.Repeats(opening, partner); got != want {
				t.Errorf("%s says %q to %s: said to %d others, want %d", addr, opening, partner, got, want)
			}
		}
		for _, partner := range []string{"S-a", "S-b", "S-c"} {
			say(p, "buy", partner, 0)
			say(p, "buy", partner, 0) // twice to one
			h.pass(time.Minute)
		}
		say(p, "buy", "S-d", openerPartners)
		say(p, "sell", "S-d", 0)
		say(p, "buy", "S-c", 0)
		p.Close()
		again := 0
		if addr == fresh { // a new session of a shared source is nobody
			again = openerPartners
		}
		say(h.enter(addr), "buy", "S-e", again)
		say(h.enter("198.51.100.9"), "buy", "S-e", 0)
		h.pass(openerWindow - 3*time.Minute)
		say(p, "buy", "S-f", 0)
		say(p, "buy", "S-g", openerPartners)
	}
	h := newHouse(t)
	p := h.enter(fresh)
	for i := range 1000 {
		p.Repeats(fmt.Sprint("opener ", i), fmt.Sprint("S-", i))
	}
	if n := len(h.conduct.recent[h.conduct.name(p)].openers); n != openersKept {
		t.Errorf("%d openers are kept", n)
	}
}

// However many sources come, the memory of them is bounded, and the latest are
// remembered.
func TestConductIsBounded(t *testing.T) {
	h := newHouse(t)
	c := h.conduct
	c.half /= 50
	memory := func() int {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	before := memory()
	p := h.enter(fresh)
	for i := range 5 * c.half {
		p.subject.Source[0], p.subject.Source[1] = byte(i), byte(i>>8)
		for k := range openersKept {
			p.Repeats(fmt.Sprint("opener ", k), "S-1")
		}
		for k := range newPartners {
			p.Seek()
			p.Met(fmt.Sprint("S-", k))
		}
	}
	n := len(c.recent) + len(c.older)
	if n > 2*c.half {
		t.Errorf("%d sources are remembered", n)
	}
	if len(c.recent[c.name(p)].openers) == 0 {
		t.Error("the latest is forgotten")
	}
	each := (memory() - before) / n
	t.Logf("%d bytes a source, %d MB for %d", each, each*maxPasts>>20, maxPasts)
	if each > 1000 {
		t.Errorf("a source takes %d bytes", each)
	}
}

// A place that was forgotten with its source can't be given back: others of the source
// have places by then.
func TestForgottenPlace(t *testing.T) {
	h := newHouse(t)
	c := h.conduct
	first, second := h.enter(fresh), h.enter(fresh)
	first.Seek()
	for i := range 2*c.half + 1 {
		c.look(name(i), func(*past) {})
	}
	second.Seek()
	first.Met("S-a")
	second.Met("S-b")
	if p := c.recent[c.name(first)]; p.places != 0 || p.meetings != 1 {
		t.Errorf("after two places of which one was forgotten: %+v", p)
	}
}
