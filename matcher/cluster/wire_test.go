package cluster

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
	"unique"

	"strangerd/matcher"
)

// plainCards are those of people who are what they are called.
var plainCards = Cards{
	Write: func(subject any) []byte { return []byte(subject.(string)) },
	Read: func(card []byte) (any, error) {
		if strings.HasPrefix(string(card), "bad") {
			return nil, errors.New("nobody is called so")
		}
		return string(card), nil
	},
}

func names(all ...string) (of []matcher.Name) {
	for _, name := range all {
		of = append(of, unique.Make(name))
	}
	return of
}

// examples are what nodes send each other, one of each, as it is read and as it is sent.
func examples() (all []any, sent [][]byte) {
	far := matcher.Far{Node: 1 << 63, Seat: 7}
	for _, m := range []Message{
		{Kind: Dealt, Chat: matcher.ChatID{1, 15: 9}, After: matcher.ChatID{3}, From: far, To: matcher.Far{Node: 3, Seat: 4}, Turn: 1, FromTurn: maxTurn, Who: "a", Whose: "b", Shared: names("go", "c++")},
		{Kind: Accepted, Who: "b"},
		{Kind: Ended, Chat: matcher.ChatID{2}},
	} {
		w := new(writer)
		plainCards.message(w, m)
		all, sent = append(all, m), append(sent, w.b)
	}
	for _, o := range []matcher.Offer{
		{Seat: 1, Last: 2, Turn: 3, Open: true, Idle: time.Minute, Subject: "a", Declined: []matcher.Search{{Seat: 5, Turn: 6}, {Seat: 1 << 63, Turn: maxTurn}},
			Criteria: matcher.Criteria{Interests: names("go"), Languages: names("en", "id"), OnlyLanguages: true}},
		{Subject: "b"},
	} {
		w := new(writer)
		plainCards.offer(w, o)
		all, sent = append(all, o), append(sent, w.b)
	}
	for _, p := range []Parcel{
		{N: 1 << 62, Ack: 3, Letter: matcher.Letter{Chat: matcher.ChatID{1}, From: 1, To: 1 << 63, Kind: matcher.Said, Mark: 255, Text: "Hello, 世界"}},
		{},
	} {
		w := new(writer)
		w.parcel(p)
		all, sent = append(all, p), append(sent, w.b)
	}
	for _, n := range []News{
		{Kind: matcher.RematchOffered, Of: matcher.Search{Seat: 1, Turn: maxTurn}, With: matcher.Search{Seat: 2}, Whose: "a"},
		{Kind: matcher.Called},
	} {
		w := new(writer)
		plainCards.news(w, n)
		all, sent = append(all, n), append(sent, w.b)
	}
	hope := matcher.Hope{Chat: matcher.ChatID{1}, With: far, Subject: "a"}
	w := new(writer)
	plainCards.hope(w, hope)
	return append(all, hope), append(sent, w.b)
}

// read reads what is sent as what example is.
func read(example any, sent []byte) (any, error) {
	r := &reader{rest: sent}
	var got any
	switch example.(type) {
	case Message:
		got = plainCards.readMessage(r)
	case matcher.Offer:
		got = plainCards.readOffer(r)
	case Parcel:
		got = r.parcel()
	case News:
		got = plainCards.readNews(r)
	case matcher.Hope:
		got = plainCards.readHope(r)
	}
	return got, r.done()
}

// What a node sends is read as it was meant, and nothing that is cut or has something
// behind it.
func TestWire(t *testing.T) {
	all, sent := examples()
	for i, want := range all {
		got, err := read(want, sent[i])
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
		for n := range sent[i] {
			if got, err := read(want, sent[i][:n]); err == nil {
				t.Errorf("%d of %d bytes: %+v", n, len(sent[i]), got)
			}
		}
		if got, err := read(want, append(sent[i][:len(sent[i]):len(sent[i])], 0)); err == nil {
			t.Errorf("a byte too many: %+v", got)
		}
	}
}

// What no node of this version would say is refused.
func TestWireRefuses(t *testing.T) {
	many := make([]string, matcher.MaxInterests+1)
	for i := range many {
		many[i] = strings.Repeat("x", i+1)
	}
	for what, m := range map[string]Message{
		"no kind":        {},
		"unknown kind":   {Kind: Ended + 1},
		"nobody dealt":   {Kind: Dealt, Who: "a"},
		"nobody there":   {Kind: Accepted},
		"a bad card":     {Kind: Accepted, Who: "bad"},
		"a large card":   {Kind: Accepted, Who: strings.Repeat("x", maxCard+1)},
		"many in common": {Kind: Begin, Shared: names(many...)},
		"a long name":    {Kind: Begin, Shared: names(strings.Repeat("x", maxName+1))},
	} {
		w := new(writer)
		plainCards.message(w, m)
		if got, err := read(m, w.b); err == nil {
			t.Errorf("%s: %+v", what, got)
		}
	}
	for what, o := range map[string]matcher.Offer{
		"nobody":         {},
		"many languages": {Subject: "a", Criteria: matcher.Criteria{Languages: names(many[:matcher.MaxLanguages+1]...)}},
		"asleep":         {Subject: "a", Idle: matcher.AsleepAfter + 1},
	} {
		w := new(writer)
		plainCards.offer(w, o)
		if got, err := read(o, w.b); err == nil {
			t.Errorf("%s: %+v", what, got)
		}
	}
}

// A letter without the number that tells whether it was lost is refused. One of a kind that
// isn't known is not: those that follow it would wait for it.
func TestWireRefusesLetters(t *testing.T) {
	for _, p := range []Parcel{
		{N: 1},
		{N: 1, Letter: matcher.Letter{Kind: matcher.TypingStarted}},
		{Letter: matcher.Letter{Kind: matcher.Said}},
	} {
		w := new(writer)
		w.parcel(p)
		if got, err := read(Parcel{}, w.b); err == nil {
			t.Errorf("%+v", got)
		}
	}
	w := new(writer)
	w.parcel(Parcel{N: 1, Letter: matcher.Letter{Kind: 200}})
	if _, err := read(Parcel{}, w.b); err != nil {
		t.Error(err)
	}
}

// What is no news, and what nobody hopes, is refused.
func TestWireRefusesNews(t *testing.T) {
	for _, n := range []News{{Kind: matcher.Said}, {Kind: matcher.RematchOffered}} {
		w := new(writer)
		plainCards.news(w, n)
		if got, err := read(News{}, w.b); err == nil {
			t.Errorf("%+v", got)
		}
	}
	w := new(writer)
	plainCards.hope(w, matcher.Hope{})
	if got, err := read(matcher.Hope{}, w.b); err == nil {
		t.Errorf("%+v", got)
	}
}

func FuzzWire(f *testing.F) {
	_, sent := examples()
	for i, s := range sent {
		f.Add(i, s)
	}
	all := []any{Message{}, matcher.Offer{}, Parcel{}, News{}, matcher.Hope{}}
	f.Fuzz(func(t *testing.T, i int, sent []byte) {
		read(all[uint(i)%uint(len(all))], sent) // must not panic, nor take memory that isn't there
	})
}
