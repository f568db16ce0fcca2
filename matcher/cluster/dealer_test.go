package cluster

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats.go"

	"strangerd/matcher"
	"strangerd/node"
)

// table is a Dealer and what it has dealt.
type table struct {
	*Dealer
	t     *testing.T
	clock time.Time
	dealt []string
	news  []string
}

func newTable(t *testing.T, mayMeet func(a, b any) bool) *table {
	d := &table{t: t, clock: time.Now()}
	d.Dealer = newDealer(mayMeet, func(m Message) {
		pair := []string{fmt.Sprint(m.Who), fmt.Sprint(m.Whose)}
		slices.Sort(pair)
		d.dealt = append(d.dealt, strings.Join(pair, "+"))
	}, func(node uint64, n News) {
		d.news = append(d.news, fmt.Sprintf("%d:%d %v %v", node, n.Of.Seat, n.Kind, n.With.Seat))
	}, func() time.Time { return d.clock })
	return d
}

// deals compares what was dealt since it was last asked.
func (d *table) deals(want ...string) {
	d.t.Helper()
	got := d.dealt
	if d.dealt = nil; !slices.Equal(got, want) {
		d.t.Fatalf("dealt %q, want %q", got, want)
	}
}

func (d *table) after(t time.Duration) {
	d.clock = d.clock.Add(t)
	d.Tick()
}

func offerOf(seat uint64, who string, likes ...string) matcher.Offer {
	return matcher.Offer{Seat: seat, Turn: 1, Subject: who, Criteria: matcher.Criteria{Interests: names(likes...)}}
}

// People of different machines are dealt by the rules of a Matcher; those of one are its
// own affair.
func TestDealer(t *testing.T) {
	d := newTable(t, func(a, b any) bool { return a.(string)+b.(string) != "xy" && a.(string)+b.(string) != "yx" })
	d.Offer(1, offerOf(1, "a", "go"))
	d.Offer(1, offerOf(2, "b", "go"))
	d.Offer(2, offerOf(3, "c", "rust"))
	d.deals()
	d.Offer(2, offerOf(4, "d", "rust", "go"))
	if len(d.dealt) != 1 || d.dealt[0] != "a+d" && d.dealt[0] != "b+d" {
		t.Fatalf("dealt %q", d.dealt)
	}
	d.dealt = nil
	for seat := range uint64(5) {
		d.Withdraw(1, seat)
		d.Withdraw(2, seat)
	}
	d.Offer(1, offerOf(5, "x"))
	d.Offer(2, offerOf(6, "y"))
	d.deals() // they may not meet
	d.Offer(3, offerOf(7, "z"))
	if len(d.dealt) != 1 {
		t.Fatalf("dealt %q", d.dealt)
	}
	if n := len(d.offers); n != 3 {
		t.Errorf("%d offers, want those of which nobody has heard what became of them", n)
	}
}

// Who talked to each other last isn't dealt.
func TestDealerKnowsWhoMet(t *testing.T) {
	d := newTable(t, nil)
	last := offerOf(1, "a")
	last.Last = 2
	d.Offer(1, last)
	d.Offer(2, offerOf(2, "b"))
	d.deals()
	d.Offer(3, offerOf(3, "c"))
	if len(d.dealt) != 1 || d.dealt[0] == "a+b" {
		t.Errorf("dealt %q", d.dealt)
	}
}

// passes lets time pass, in a bubble.
func (d *table) passes(t time.Duration) {
	time.Sleep(t)
	d.after(t)
}

// tells compares what was told since it was last asked: to whom, what, and of whom.
func (d *table) tells(want ...string) {
	d.t.Helper()
	got := d.news
	d.news = nil
	slices.Sort(got)
	if !slices.Equal(got, want) {
		d.t.Fatalf("told %q, want %q", got, want)
	}
}

func told(node, seat uint64, kind matcher.Kind, with uint64) string {
	return fmt.Sprintf("%d:%d %v %v", node, seat, kind, with)
}

// Two who talked to each other last are offered to meet again if nobody else is there, and
// do unless one of them would rather not.
func TestDealerOffersToMeetAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTable(t, nil)
		a, b := offerOf(1, "a"), offerOf(2, "b")
		a.Last, b.Last = 2, 1
		d.Offer(1, a)
		d.Offer(2, b)
		d.tells(told(1, 1, matcher.RematchOffered, 2), told(2, 2, matcher.RematchOffered, 1))
		d.passes(5*time.Second - 1)
		d.deals()
		d.passes(1)
		d.deals("a+b")
		d.tells()
		d.passes(dealAgain) // it came to nothing
		d.tells(told(1, 1, matcher.RematchOffered, 2), told(2, 2, matcher.RematchOffered, 1))
		a.Declined = []matcher.Search{{Seat: 2, Turn: 1}}
		d.Offer(1, a)
		d.tells(told(2, 2, matcher.RematchCancelled, 0))
		d.passes(5 * time.Second)
		d.deals()
		b.Turn = 2
		d.Offer(2, b)
		d.tells(told(1, 1, matcher.RematchOffered, 2), told(2, 2, matcher.RematchOffered, 1))
		d.Offer(3, offerOf(3, "c")) // who comes first
		if len(d.dealt) != 1 || d.dealt[0] == "a+b" {
			t.Errorf("dealt %q", d.dealt)
		}
	})
}

// Who sleeps is called for who is awake, and is met when they wake.
func TestDealerCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTable(t, nil)
		a, b := offerOf(1, "a"), offerOf(2, "b")
		a.Idle = matcher.AsleepAfter
		d.Offer(1, a)
		d.Offer(2, b)
		d.deals()
		d.tells(told(1, 1, matcher.Called, 0))
		for range 5 { // both stand
			d.passes(5 * time.Second)
			d.Offer(1, a)
			d.Offer(2, b)
		}
		d.tells()
		d.passes(5 * time.Second)
		d.tells(told(1, 1, matcher.CallMissed, 0))
		d.Offer(3, offerOf(3, "c"))
		if len(d.dealt) != 1 || d.dealt[0] != "b+c" {
			t.Fatalf("dealt %q", d.dealt)
		}
		d.dealt = nil
		d.Withdraw(2, 2)
		d.Withdraw(3, 3)
		x := offerOf(4, "x")
		x.Idle = matcher.AsleepAfter
		d.Offer(2, x)
		d.Offer(3, offerOf(5, "z"))
		woken, node := a, uint64(1)
		if slices.Equal(d.news, []string{told(2, 4, matcher.Called, 0)}) {
			woken, node = x, 2
		}
		d.news = nil
		woken.Idle = 0
		d.Offer(node, woken)
		d.deals(fmt.Sprint(woken.Subject, "+z"))
		d.tells() // nobody else was called meanwhile
	})
}

// What came to nothing is dealt again, ever later, until it is withdrawn, asked for anew,
// or nobody says any more that it stands.
func TestDealerDealsAgain(t *testing.T) {
	d := newTable(t, nil)
	a, b := offerOf(1, "a"), offerOf(2, "b")
	d.Offer(1, a)
	d.Offer(2, b)
	d.deals("a+b")
	d.Offer(1, a) // it is said again that it stands
	d.after(dealAgain - 1)
	d.deals()
	d.after(1)
	d.deals("a+b")
	d.after(dealAgain)
	d.deals()
	d.after(dealAgain)
	d.deals("a+b")
	a.Turn = 2
	d.Offer(1, a)
	d.deals() // b waits for what becomes of the last deal
	d.after(4 * dealAgain)
	d.deals("a+b")
	d.Withdraw(2, 1) // another node's
	d.Withdraw(1, 1)
	d.Offer(2, b)
	d.after(dealMost)
	d.deals()
	d.Offer(1, a)
	d.deals("a+b")
	d.after(offerLasts)
	if n := len(d.offers); n != 0 {
		t.Errorf("%d offers of nobody", n)
	}
	d.deals()
	d.Offer(1, a)
	d.Lose(1)
	d.Offer(2, b)
	d.deals()
}

// What a match costs the dealer, but for reading and writing the socket to NATS: two offers
// and two withdrawals that are opened, read and carried out as Cluster's loop does, and a
// deal that is written and sealed; all that among 1,000 who wait for something else.
func BenchmarkDeal(b *testing.B) {
	seal := node.NewSealer([]byte("ours"))
	c := New(Config{Node: &node.Node{Seal: seal}, Cards: plainCards})
	c.dealer = newDealer(nil, c.post, c.news, time.Now)
	for i := range uint64(1000) {
		c.dealer.Offer(1, offerOf(1000+i, "waits", fmt.Sprint("rare ", i)))
	}
	var round []*nats.Msg
	for _, kind := range []byte{aboutOffer, aboutWithdrawal} {
		for from := range uint64(2) {
			w := new(writer)
			w.fixed(1 + from)
			w.byte(kind)
			o := offerOf(1+from, strings.Repeat("x", 400))
			o.Criteria.Languages = names("en")
			if kind == aboutOffer {
				plainCards.offer(w, o)
			} else {
				w.fixed(o.Seat)
			}
			round = append(round, &nats.Msg{Subject: dealSubject, Data: seal.Seal(dealSubject, w.b)})
		}
	}
	dealt := 0
	before := used(b)
	for b.Loop() {
		for _, msg := range round {
			c.take(msg)
		}
		for len(c.out) > 0 {
			deal := <-c.out
			seal.Seal(deal.subject, deal.plain)
			dealt++
		}
	}
	if dealt != b.N {
		b.Errorf("%d of %d were dealt", dealt, b.N)
	}
	b.ReportMetric(float64(dealt)/b.Elapsed().Seconds(), "matches/s")
	b.ReportMetric((used(b)-before).Seconds()*1e6/float64(dealt), "CPU-µs/match")
}

// used is the CPU time of this process, which a busy machine doesn't change.
func used(b *testing.B) time.Duration {
	var all syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &all); err != nil {
		b.Fatal(err)
	}
	return time.Duration(all.Utime.Nano() + all.Stime.Nano())
}
