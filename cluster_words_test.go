package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/matcher"
	"strangerd/session"
)

// elsewhere is a Transport by which a test is another machine.
type elsewhere struct{ offers chan matcher.Offer }

func (e *elsewhere) Offer(o matcher.Offer) {
	select {
	case e.offers <- o:
	default:
	}
}

func (e *elsewhere) Withdraw(uint64)                                      {}
func (e *elsewhere) Hope(uint64, matcher.ChatID)                          {}
func (e *elsewhere) Send(uint64, matcher.Letter) bool                     { return true }
func (e *elsewhere) HangUp(uint64, matcher.Far, matcher.ChatID) (n uint8) { return 0 }

// What comes from another machine is cleaned as what is typed here is, whatever that machine
// let through.
func TestClusterWordsAreCleaned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		other := &elsewhere{make(chan matcher.Offer, 1)}
		pairs := matcher.New(&matcher.Options{Transport: other, OfferAfter: 300 * time.Millisecond})
		running, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { pairs.Run(running); close(ended) }()
		p := startBubble(t, func(c *session.Config) { c.Matcher = pairs })
		a := joinPlain(t, p, "")
		o := <-other.offers
		subject, err := session.ReadCard(session.WriteCard(o.Subject))
		if err != nil {
			t.Fatal(err)
		}
		deal := matcher.Deal{Chat: matcher.ChatID{1}, Turn: o.Turn, With: matcher.Far{Node: 1, Seat: 1}, Subject: subject}
		if !pairs.Promise(o.Seat, deal, time.Second) || !pairs.Begin(o.Seat, deal.Chat) {
			t.Fatal("no chat begins")
		}
		a.expect("-- You are now chatting with a stranger")
		l := matcher.Letter{Chat: deal.Chat, From: 1, To: o.Seat, Kind: matcher.Said, Text: "one\x1b]0;owned\atwo\r\n-- three\u202e"}
		if !pairs.Receive(l) {
			t.Fatal("the letter isn't taken")
		}
		a.expect("stranger: one")
		synctest.Wait()
		if said := a.out.String(); strings.ContainsAny(said, "\x1b\u202e") || strings.Contains(said, "owned") || strings.Contains(said, "\n-- three") {
			t.Errorf("they read %q", said)
		}
		a.press("/quit", keyEnter)
		a.expectExit(exitDone)
		stop()
		<-ended
	})
}
