package cluster

import (
	"encoding/binary"
	"errors"
	"time"
	"unique"

	"strangerd/matcher"
)

const (
	maxCard = 1 << 10 // bytes of who somebody is
	maxName = 256     // bytes of an interest or a language
	maxWord = 16 << 10
)

var errWire = errors.New("cluster: a message that doesn't end where it should, or says what can't be")

// A writer appends what a message is made of.
type writer struct{ b []byte }

func (w *writer) byte(b byte)           { w.b = append(w.b, b) }
func (w *writer) fixed(n uint64)        { w.b = binary.BigEndian.AppendUint64(w.b, n) }
func (w *writer) number(n uint64)       { w.b = binary.AppendUvarint(w.b, n) }
func (w *writer) bytes(b []byte)        { w.number(uint64(len(b))); w.b = append(w.b, b...) }
func (w *writer) far(f matcher.Far)     { w.fixed(f.Node); w.fixed(f.Seat) }
func (w *writer) chat(c matcher.ChatID) { w.b = append(w.b, c[:]...) }

func (w *writer) search(s matcher.Search) { w.fixed(s.Seat); w.number(uint64(s.Turn)) }

func (w *writer) flag(on bool) {
	if on {
		w.byte(1)
	} else {
		w.byte(0)
	}
}

func (w *writer) names(all []matcher.Name) {
	w.number(uint64(len(all)))
	for _, name := range all {
		w.bytes([]byte(name.Value()))
	}
}

// A reader reads a message from its beginning. After the first mistake it reads zeros.
type reader struct {
	rest []byte
	bad  bool
}

// next returns the next n bytes.
func (r *reader) next(n uint64) []byte {
	if r.bad || n > uint64(len(r.rest)) {
		r.bad = true
		return make([]byte, min(n, 16))
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte           { return r.next(1)[0] }
func (r *reader) flag() bool           { return r.byte() != 0 }
func (r *reader) fixed() uint64        { return binary.BigEndian.Uint64(r.next(8)) }
func (r *reader) far() matcher.Far     { return matcher.Far{Node: r.fixed(), Seat: r.fixed()} }
func (r *reader) chat() matcher.ChatID { return matcher.ChatID(r.next(16)) }

func (r *reader) search() matcher.Search {
	return matcher.Search{Seat: r.fixed(), Turn: uint32(r.number(maxTurn))}
}

// number reads one that is no higher than most.
func (r *reader) number(most uint64) uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > most {
		r.bad = true
	}
	if r.bad {
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) bytes(most uint64) []byte {
	if n := r.number(most); n > 0 {
		return r.next(n)
	}
	return nil
}

func (r *reader) names(most uint64) (all []matcher.Name) {
	for range r.number(most) {
		if name := string(r.bytes(maxName)); !r.bad {
			all = append(all, unique.Make(name))
		}
	}
	return all
}

// done is the error of what was read, all of which must have been.
func (r *reader) done() error {
	if r.bad || len(r.rest) > 0 {
		return errWire
	}
	return nil
}

// Cards are how somebody's Subject becomes bytes, for another machine, and is made of
// them there. Read's error means that no node of this version wrote them.
type Cards struct {
	Write func(subject any) []byte // up to 1 KB
	Read  func(card []byte) (subject any, err error)
}

func (c *Cards) write(w *writer, subject any) {
	if subject == nil {
		w.number(0)
		return
	}
	w.bytes(c.Write(subject))
}

func (c *Cards) read(r *reader) any {
	card := r.bytes(maxCard)
	if r.bad || len(card) == 0 {
		return nil
	}
	subject, err := c.Read(card)
	if err != nil {
		r.bad = true
	}
	return subject
}

func (c *Cards) message(w *writer, m Message) {
	w.byte(byte(m.Kind))
	w.chat(m.Chat)
	w.chat(m.After)
	w.far(m.From)
	w.far(m.To)
	w.number(uint64(m.Turn))
	w.number(uint64(m.FromTurn))
	c.write(w, m.Who)
	c.write(w, m.Whose)
	w.names(m.Shared)
}

func (c *Cards) readMessage(r *reader) (m Message) {
	m = Message{
		Kind: Kind(r.byte()), Chat: r.chat(), After: r.chat(), From: r.far(), To: r.far(),
		Turn: uint32(r.number(maxTurn)), FromTurn: uint32(r.number(maxTurn)),
		Who: c.read(r), Whose: c.read(r), Shared: r.names(matcher.MaxInterests),
	}
	promises := m.Kind == Dealt || m.Kind == Accepted
	if m.Kind == 0 || m.Kind > Ended || promises && m.Who == nil || m.Kind == Dealt && m.Whose == nil {
		r.bad = true
	}
	return m
}

const maxTurn = 1<<32 - 1

func (c *Cards) offer(w *writer, o matcher.Offer) {
	w.fixed(o.Seat)
	w.fixed(o.Last)
	w.number(uint64(o.Turn))
	w.flag(o.Open)
	w.flag(o.Criteria.OnlyLanguages)
	w.number(uint64(max(0, o.Idle)))
	w.number(uint64(len(o.Declined)))
	for _, s := range o.Declined {
		w.search(s)
	}
	w.names(o.Criteria.Interests)
	w.names(o.Criteria.Languages)
	c.write(w, o.Subject)
}

func (c *Cards) readOffer(r *reader) (o matcher.Offer) {
	o = matcher.Offer{Seat: r.fixed(), Last: r.fixed(), Turn: uint32(r.number(maxTurn)), Open: r.flag()}
	o.Criteria.OnlyLanguages = r.flag()
	o.Idle = time.Duration(r.number(uint64(matcher.AsleepAfter)))
	for range r.number(matcher.MaxDeclined) {
		o.Declined = append(o.Declined, r.search())
	}
	o.Criteria.Interests = r.names(matcher.MaxInterests)
	o.Criteria.Languages = r.names(matcher.MaxLanguages)
	if o.Subject = c.read(r); o.Subject == nil {
		r.bad = true
	}
	return o
}

func (c *Cards) news(w *writer, n News) {
	w.byte(byte(n.Kind))
	w.search(n.Of)
	w.search(n.With)
	c.write(w, n.Whose)
}

func (c *Cards) readNews(r *reader) (n News) {
	n = News{Kind: matcher.Kind(r.byte()), Of: r.search(), With: r.search(), Whose: c.read(r)}
	switch n.Kind {
	case matcher.Called, matcher.CallMissed, matcher.RematchCancelled:
	case matcher.RematchOffered:
		r.bad = r.bad || n.Whose == nil
	default:
		r.bad = true
	}
	return n
}

func (c *Cards) hope(w *writer, h matcher.Hope) {
	w.chat(h.Chat)
	w.far(h.With)
	c.write(w, h.Subject)
}

func (c *Cards) readHope(r *reader) (h matcher.Hope) {
	h = matcher.Hope{Chat: r.chat(), With: r.far()}
	if h.Subject = c.read(r); h.Subject == nil {
		r.bad = true
	}
	return h
}

func (w *writer) parcel(p Parcel) {
	w.chat(p.Chat)
	w.fixed(p.From)
	w.fixed(p.To)
	w.number(p.N)
	w.number(p.Ack)
	w.byte(byte(p.Kind))
	w.byte(p.Mark)
	w.bytes([]byte(p.Text))
}

func (r *reader) parcel() (p Parcel) {
	p.Chat, p.From, p.To = r.chat(), r.fixed(), r.fixed()
	p.N, p.Ack = r.number(1<<63), r.number(1<<63)
	p.Kind, p.Mark, p.Text = matcher.Kind(r.byte()), r.byte(), string(r.bytes(maxWord))
	switch p.Kind {
	case 0, matcher.TypingStarted, matcher.TypingStopped:
		r.bad = r.bad || p.N != 0
	case matcher.Said, matcher.PartnerAway, matcher.PartnerBack, matcher.PartnerAsleep, matcher.PartnerAwake:
		r.bad = r.bad || p.N == 0
	} // of other kinds, which later versions may have, the Matcher makes nothing
	return p
}
