package main

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"strangerd/data"
	"strangerd/moderation"
	"strangerd/session"
	"strangerd/session/locale"
	"strangerd/session/text"
)

// comes opens a screen in a language, accepts the rules, and searches.
func comes(t *testing.T, p *program, posix string, size window, source string) *reader {
	t.Helper()
	r := read(t, p, posix, size, source)
	r.fits(r.With(locale.AgeLine, locale.Data{"Age": 18}))
	r.press(keyEnter)
	return r
}

// leaves goes after the question whether it really wants to.
func (r *reader) leaves(really string) {
	r.t.Helper()
	r.press(keyEsc)
	r.fits(really)
	r.press(keyEsc)
	r.fits(r.Say(locale.YouLeft))
}

// debates returns one who watches two others discuss a question, all in a language. On
// the way each side of question mode is told of the other.
func debates(t *testing.T, p *program, posix string, size window, me *staffKey) (a, x, y *reader) {
	t.Helper()
	withKey := size
	withKey.me = me
	x = read(t, p, posix, withKey, "127.0.0.22")
	x.fits(x.With(locale.AgeLine, locale.Data{"Age": 18}))
	x.press("/discuss", keyEnter, keyEnter)
	x.fits(x.Say(locale.LookingToDiscuss), x.Say(locale.TalkInstead), x.Say(locale.Alone))
	third := read(t, p, posix, size, "127.0.0.24") // fewer than three are told of no question
	a = comes(t, p, posix, size, "127.0.0.21")
	a.fits(a.Count(locale.DiscussersWait, 1))
	third.press(ctrl('c'), ctrl('c'))
	x.fits(x.Say(locale.NoQuestion))
	a.enters("/ask")
	a.fits(a.Say(locale.AskUsage))
	a.press(ctrl('u'))
	a.enters("/ask Soup?")
	a.fits(a.Say(locale.LookingForTwo), a.Say(locale.TalkInstead), a.Count(locale.SomeDiscuss, 1), a.Say(locale.HeaderSearching))
	time.Sleep(time.Minute)
	x.fits(x.Count(locale.Waiting, 1), x.Count(locale.QuestionsForTwo, 1))
	y = comes(t, p, posix, size, "127.0.0.23")
	y.fits(y.Count(locale.QuestionsWait, 1))
	y.enters("/discuss")
	for _, r := range []*reader{x, y} {
		r.fits(r.Say(locale.Question)+"Soup?", r.Say(locale.AskerWatches), r.Say(locale.HeaderChatting))
	}
	a.fits(a.Say(locale.Watching), a.Say(locale.Question)+"Soup?", a.Say(locale.HeaderWatching))
	return a, x, y
}

// Who asks, who watches, and who discusses while somebody does.
func TestQuestionFitsInEveryLanguage(t *testing.T) {
	inEveryLanguage(t, nil, func(t *testing.T, p *program, posix string, size window) {
		a, x, y := debates(t, p, posix, size, nil)
		first := sayToWatcher(a, x, y)
		a.enters("hm")
		a.fits(a.Say(locale.WatchOnly))
		a.press(ctrl('u'))
		a.enters("/save")
		a.fits(a.Say(locale.SaveWatched))
		a.enters("/block")
		a.fits(a.Say(locale.BlockWhom))
		for _, r := range []*reader{a, x} {
			one, two := locale.TheStranger, locale.TheAsker
			if r == a {
				one, two = locale.TheFirst, locale.TheSecond
			}
			r.press(ctrl('u'), ctrl('r'))
			r.fits(r.Say(locale.KeysWhom))
			r.scrolls(r.Say(locale.ReportWhom), r.Say(one), r.Say(two))
			r.press(keyEsc)
			r.fits(r.Say(locale.ReportCancelled))
		}
		x.leaves(x.Say(locale.Really))
		x.fits(x.Say(locale.NextQuestion))
		left := locale.SecondLeft
		if first {
			left = locale.FirstLeft
		}
		a.fits(a.Say(left), a.Say(locale.NextQuestion))
		y.fits(y.Say(locale.PartnerLeft), y.Say(locale.NextQuestion))
		a.enters("/ask And?")
		a.fits(a.Say(locale.LookingForTwo))
		a.enters("/ask Or?")
		a.fits(a.Count(locale.QuestionPaced, 60))
	})
}

// sayToWatcher has each of two say something, and tells whether x is the first to who
// watches.
func sayToWatcher(a, x, y *reader) (first bool) {
	a.t.Helper()
	x.enters("yes")
	y.fits(y.Say(locale.Stranger) + "yes")
	y.enters("no")
	x.fits(x.Say(locale.Stranger) + "no")
	one, two := "yes", "no"
	a.until("both", func() bool {
		return strings.Contains(a.text(), a.Say(locale.Second)+one) || strings.Contains(a.text(), a.Say(locale.Second)+two)
	})
	if first = a.shows(a.Say(locale.Second) + two); !first {
		one, two = two, one
	}
	a.fits(a.Say(locale.First)+one, a.Say(locale.Second)+two)
	return first
}

// A line drops and comes back, both are idle, and then who watches leaves.
func TestAwayAndIdleFitInEveryLanguage(t *testing.T) {
	key := newStaffKey(t, "me")
	inEveryLanguage(t, nil, func(t *testing.T, p *program, posix string, size window) {
		a, x, y := debates(t, p, posix, size, key)
		away, back, other := locale.SecondAway, locale.SecondBack, 1
		if sayToWatcher(a, x, y) {
			away, back, other = locale.FirstAway, locale.FirstBack, 2
		}
		x.line.Close()
		minute := locale.Data{"Seconds": 60}
		y.fits(y.With(locale.PartnerAway, minute), y.Say(locale.HeaderAway))
		a.fits(a.With(away, minute))
		y.enters("hm")
		y.fits(y.Say(locale.AwayUnsent), y.Say(locale.HeaderAway))
		size.me = key
		x = read(t, p, posix, size, "127.0.0.24")
		x.fits(x.Say(locale.YouAreBack), x.Say(locale.HeaderChatting))
		y.fits(y.Say(locale.PartnerBack), y.Say(locale.HeaderChatting))
		a.fits(a.Say(back))
		time.Sleep(2 * time.Minute)
		a.fits(a.Say(locale.HeaderBothIdle), a.Count(locale.Online, 3))
		y.fits(y.Say(locale.HeaderIdle), y.Count(locale.Online, 3))
		x.press(" ")
		a.fits(a.With(locale.HeaderOneIdle, locale.Data{"Number": other}), a.Count(locale.Online, 3))
		y.fits(y.Say(locale.HeaderChatting))
		a.leaves(a.Say(locale.ReallyWatching))
		a.fits(a.Say(locale.NextQuestion))
		x.fits(x.Say(locale.AskerLeft))
	})
}

// Two ask to meet again. One then marks a line, and reports.
func TestAgainAndReportFitInEveryLanguage(t *testing.T) {
	inEveryLanguage(t, nil, func(t *testing.T, p *program, posix string, size window) {
		a, c := comes(t, p, posix, size, "127.0.0.21"), comes(t, p, posix, size, "127.0.0.23")
		a.fits(a.Say(locale.Matched))
		a.enters("/again")
		a.fits(a.Say(locale.AgainNobody))
		c.leaves(c.Say(locale.Really))
		a.fits(a.Say(locale.PartnerLeft))
		a.press(keyEnter)
		b := comes(t, p, posix, size, "127.0.0.22")
		b.fits(b.Say(locale.Matched))
		a.fits(a.Say(locale.Matched), a.Say(locale.HeaderChatting))
		a.enters("/again")
		a.fits(a.With(locale.AgainAskedBefore, locale.Data{"Span": a.Count(locale.Minutes, 10)}))
		b.leaves(b.Say(locale.Really))
		asked := b.With(locale.AgainAsked, locale.Data{"Span": b.Count(locale.Minutes, 10)})
		b.enters("/again")
		b.fits(asked)
		b.enters("/ask Soup?")
		b.fits(b.Say(locale.LookingForTwo))
		a.enters("/again")
		b.fits(b.With(locale.QuestionUnasked, locale.Data{"Question": "Soup?"}))
		for _, r := range []*reader{a, b} {
			r.fits(r.Say(locale.Matched), r.Say(locale.Reunited))
		}

		a.enters("/mark")
		a.fits(a.Say(locale.MarkNothing))
		b.enters("send money")
		a.fits(a.Say(locale.Stranger))
		a.enters("/mark love")
		a.fits(a.With(locale.MarkUnknown, locale.Data{"Words": `"love"`}))
		a.enters("/mark money")
		a.fits(a.With(locale.MarkedLine, locale.Data{"Line": `"send money"`}))
		a.press(ctrl('r'), "8")
		a.fits(a.Say(locale.ReportNoteMark))
		a.scrolls(a.Say(locale.ReportSendsMark), a.Say(locale.Marked))
		a.enters("always")
		var receipt []string
		a.until("the receipt", func() bool {
			receipt = regexp.MustCompile(`chat\.example\.orgcase([0-9A-Za-z]{20})`).FindStringSubmatch(squeezed(a.text()))
			return receipt != nil
		})
		a.fits(a.With(locale.Reported, locale.Data{"Report": onlyReport(t, p).ID, "Receipt": receipt[1], "SSH": "ssh chat.example.org"}))
		b.fits(b.Say(locale.PartnerLeft))
	})
}

// usualHours are those in which twelve people were here in the first hour of a
// Saturday, which it takes.
func usualHours(t *testing.T) *moderation.Hours {
	t.Helper()
	folder, err := data.OpenFolder(filepath.Join(t.TempDir(), "data"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	hours, err := moderation.NewHours(folder.DB())
	if err != nil {
		t.Fatal(err)
	}
	counting, stop := context.WithTimeout(context.Background(), time.Hour+2*time.Minute)
	defer stop()
	hours.Run(counting, func() int { return 12 }, func(err error) { t.Error(err) })
	return hours
}

// Who waits is given a question to think about, be it the longest, which then breaks
// the ice.
func TestWaitingFitsInEveryLanguage(t *testing.T) {
	inEveryLanguage(t, func(c *session.Config) { c.InterestWait = 10 * time.Second }, func(t *testing.T, p *program, posix string, size window) {
		questions := strings.Split(words(t, posix).Say(locale.Questions), "\n")
		longest := 0
		for i, q := range questions {
			if text.Width(q) > text.Width(questions[longest]) {
				longest = i
			}
		}
		const each = 10 * time.Minute
		for int(time.Now().Unix()/int64(each/time.Second))%len(questions) != longest {
			time.Sleep(each)
		}
		question := locale.Data{"Question": questions[longest]}
		var both []*reader
		for _, likes := range []string{"go", "jazz"} {
			r := read(t, p, posix, size, "")
			r.enters("1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11")
			r.fits(r.Count(locale.InterestsMany, 10), r.With(locale.AgeLine, locale.Data{"Age": 18}))
			r.press(ctrl('u'))
			r.enters(likes)
			r.fits(r.With(locale.ThinkAbout, question))
			both = append(both, r)
		}
		both[1].fits(both[1].With(locale.Choosy, locale.Data{"Interests": "jazz"}))
		time.Sleep(11 * time.Second)
		for _, r := range both {
			r.fits(r.Say(locale.Matched), r.With(locale.IceBreaker, question))
		}
	})
}

// Who waits for long is told when people meet, or when more of them are here.
func TestHoursFitInEveryLanguage(t *testing.T) {
	t.Parallel()
	meet, err := session.ParseMeeting("Wed 20:00-22:00 Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for name, hours := range map[string]struct {
		change func(*session.Config)
		line   func(w *locale.Words) string
	}{
		"meet": {
			func(c *session.Config) { c.Meet = []session.Meeting{meet} },
			func(w *locale.Words) string {
				day := strings.Split(w.Say(locale.MeetDays), "\n")[1+time.Wednesday]
				return w.With(locale.Meet, locale.Data{"Day": day, "From": "20:00", "To": "22:00", "Zone": "Europe/Berlin", "Until": "|"})
			},
		},
		"busier": {
			func(c *session.Config) { c.Hours = usualHours(t) },
			func(w *locale.Words) string {
				return w.With(locale.Busier, locale.Data{"Count": 12, "Time": "00:00", "Until": "|"})
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			inEveryLanguage(t, hours.change, func(t *testing.T, p *program, posix string, size window) {
				a := comes(t, p, posix, size, "")
				a.fits(a.Say(locale.Looking))
				time.Sleep(2*time.Minute + 10*time.Second)
				a.fits(strings.Split(hours.line(a.Words), "|")...) // what stands there is how long it is until then
			})
		})
	}
}
