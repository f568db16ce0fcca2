package staff

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"strangerd/data"
	"strangerd/moderation"
	"strangerd/session/locale"
	"strangerd/session/terminal"
)

// An office is a data folder, and the moderators' desks that stand in it.
type office struct {
	t     testing.TB
	gate  *moderation.Gate
	desk  *moderation.Desk
	words *locale.Catalogues
	chats int
}

func newOffice(t testing.TB, records ...data.Record) *office {
	t.Helper()
	folder, err := data.OpenFolder(filepath.Join(t.TempDir(), "data"), nil)
	check(t, err)
	t.Cleanup(func() { check(t, folder.Close()) })
	check(t, folder.DB().Save(records...))
	o := &office{t: t}
	o.words, err = locale.Load()
	check(t, err)
	o.gate, err = moderation.NewGate(moderation.Config{
		DB: folder.DB(), Secret: folder.Secret(), Shared: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
	})
	check(t, err)
	o.desk, err = moderation.NewDesk(moderation.DeskConfig{
		DB: folder.DB(), Gate: o.gate, Secret: folder.Secret(), ReportsPerSource: 1 << 20,
	})
	check(t, err)
	return o
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// filing is a report by one address against another.
func (o *office) filing(category, by, against string) moderation.Filing {
	o.chats++
	return moderation.Filing{
		Category: category,
		Reporter: o.gate.Subject(netip.MustParseAddr(by), nil), ReporterSession: fmt.Sprint("S-by", o.chats),
		Reported: o.gate.Subject(netip.MustParseAddr(against), nil), ReportedSession: fmt.Sprint("S-of", o.chats),
		Chat: fmt.Sprint("chat ", o.chats), BothSpoke: true, Languages: []string{"en_GB"},
		Lines: []moderation.Line{
			{Speaker: moderation.SpeakerReporter, Text: "who is there"},
			{Speaker: moderation.SpeakerReported, Text: "words of " + against, Marked: true},
		},
	}
}

// report files a report and returns its id.
func (o *office) report(category, by, against string) string {
	o.t.Helper()
	return o.file(o.filing(category, by, against))
}

func (o *office) file(f moderation.Filing) string {
	o.t.Helper()
	filed, err := o.desk.File(f)
	check(o.t, err)
	return filed.ID
}

// decision is how a report was decided, or "" while it isn't.
func (o *office) decision(id string) string {
	o.t.Helper()
	all, err := o.desk.Reports("test", moderation.Filter{Status: moderation.StatusAll})
	check(o.t, err)
	for _, r := range all {
		switch {
		case r.ID == id && r.Decision != nil:
			return r.Decision.Action
		case r.ID == id && r.Status != moderation.StatusOpen:
			return string(r.Status)
		}
	}
	return ""
}

// wantDecision expects how a report was decided.
func (o *office) wantDecision(id, wanted string) {
	o.t.Helper()
	if got := o.decision(id); got != wanted {
		o.t.Errorf("%s is decided %q, want %q", id, got, wanted)
	}
}

// A seat is a moderator at a desk. It stands for terminal.Channel.Run, in a
// synctest bubble.
type seat struct {
	*Desk
	t     testing.TB
	inbox chan tea.Msg
	gone  bool
	slow  bool      // the disk is: commands wait
	held  []tea.Cmd // those that do
}

// sit opens a desk for a moderator.
func (o *office) sit(name string, change ...func(*Member)) *seat {
	o.t.Helper()
	s := &seat{t: o.t, inbox: make(chan tea.Msg, 100)}
	who := Member{Name: name, From: netip.MustParseAddr("192.0.2.250")}
	for _, f := range change {
		f(&who)
	}
	s.Desk = NewDesk(DeskConfig{
		Name: "test", Desk: o.desk, Gate: o.gate, Meter: new(Meter),
		Catalogues: o.words, Words: o.words.For("de_DE"),
		After: func(d time.Duration, msg tea.Msg) *time.Timer {
			return time.AfterFunc(d, func() { s.inbox <- msg })
		},
	}, who)
	s.start(s.Init())
	s.take(tea.WindowSizeMsg{Width: 80, Height: 24})
	s.wait(0)
	return s
}

func (s *seat) start(cmd tea.Cmd) {
	switch {
	case cmd == nil:
	case s.slow:
		s.held = append(s.held, cmd)
	default:
		go func() { s.inbox <- cmd() }()
	}
}

// hurry lets the disk be fast again.
func (s *seat) hurry() {
	held := s.held
	s.slow, s.held = false, nil
	for _, cmd := range held {
		s.start(cmd)
	}
	s.wait(0)
}

func (s *seat) take(msg tea.Msg) {
	if _, quit := msg.(tea.QuitMsg); quit || s.gone {
		s.gone = true
		return
	}
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, cmd := range batch {
			s.start(cmd)
		}
		return
	}
	_, cmd := s.Update(msg)
	s.start(cmd)
	s.View() // as after each message
}

// wait lets d pass, and what comes of it.
func (s *seat) wait(d time.Duration) {
	time.Sleep(d)
	for {
		synctest.Wait()
		select {
		case msg := <-s.inbox:
			s.take(msg)
		default:
			return
		}
	}
}

// named are the keys that are no characters.
var named = map[string]tea.KeyPressMsg{
	"Enter": {Code: tea.KeyEnter}, "Esc": {Code: tea.KeyEscape}, "Tab": {Code: tea.KeyTab},
	"Up": {Code: tea.KeyUp}, "Down": {Code: tea.KeyDown}, "PgDn": {Code: tea.KeyPgDown},
	"Left": {Code: tea.KeyLeft}, "Home": {Code: tea.KeyHome}, "Backspace": {Code: tea.KeyBackspace},
	"Ctrl+U": {Code: 'u', Mod: tea.ModCtrl}, "Ctrl+C": {Code: 'c', Mod: tea.ModCtrl},
}

// press presses keys one after the other, as terminal hands them over.
func (s *seat) press(keys ...string) {
	s.t.Helper()
	for _, key := range keys {
		msg, ok := named[key]
		if !ok {
			msg = tea.KeyPressMsg{Code: tea.KeyExtended, Text: key}
		}
		s.take(msg)
		s.take(terminal.ReadMsg{})
		s.wait(0)
	}
}

// screen is what is shown, without styles.
func (s *seat) screen() string { return ansi.Strip(s.View().Content) }

// shows expects texts on the screen.
func (s *seat) shows(texts ...string) {
	s.t.Helper()
	screen := s.screen()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			s.t.Errorf("no %q at\n%s", text, screen)
		}
	}
}

func (s *seat) hides(texts ...string) {
	s.t.Helper()
	screen := s.screen()
	for _, text := range texts {
		if strings.Contains(screen, text) {
			s.t.Errorf("%q at\n%s", text, screen)
		}
	}
}

// leaves closes a desk, which is what ends a visit of any kind.
func (s *seat) leaves() {
	s.t.Helper()
	check(s.t, s.Close())
	s.wait(0)
}

func TestASlowDiskFreezesNoKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		first := o.report("spam", "192.0.2.1", "198.51.100.1")
		time.Sleep(time.Second)
		second := o.report("hate", "192.0.2.2", "198.51.100.2")
		s := o.sit("ann")
		s.slow = true
		s.press("d", "Enter")
		s.shows(first+": ban for a day in 10 s", "Case "+second, "being read")
		s.press("w") // nobody decides what they haven't seen
		if s.mode == writing {
			t.Error("a case is decided before it was read")
		}
		s.press("?")
		s.shows("undo, within 10 seconds")
		s.press("?")
		s.wait(undoFor)
		o.wantDecision(first, "")
		s.hides(first)
		s.press("q")
		s.shows("is being saved")
		if s.gone {
			t.Error("the desk was left before it was saved")
		}
		s.hurry()
		o.wantDecision(first, "ban")
		if !s.gone {
			t.Error("the desk goes on though all is saved")
		}
		s.leaves()
	})
}

func TestTheEndWaitsForTheDisk(t *testing.T) {
	for _, quits := range []string{"input", "q"} {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			first := o.report("spam", "192.0.2.1", "198.51.100.1")
			time.Sleep(time.Second)
			second := o.report("spam", "192.0.2.2", "198.51.100.2")
			s := o.sit("ann")
			s.press("n", "Enter")
			s.slow = true // and what waits for it never comes
			s.wait(undoFor)
			s.take(readMsg{})
			if quits == "q" {
				s.press("q", "q")
			} else {
				s.take(terminal.EOFMsg{})
			}
			check(t, s.Close())
			o.wantDecision(first, "none")
			o.wantDecision(second, "")
			check(t, o.desk.Take("bob", second))
		})
	}
}

func TestARemovedKeyCarriesNothingOut(t *testing.T) {
	ways := map[string]func(*seat){
		"the time to undo": func(s *seat) { s.wait(undoFor); s.shows("not decided: your key was removed") },
		"another decision": func(s *seat) { s.press("w", "Enter") },
		"leaving":          func(s *seat) { s.press("q"); s.shows("not decided") },
		"the end":          func(*seat) {},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				first := o.report("spam", "192.0.2.1", "198.51.100.1")
				time.Sleep(time.Second)
				second := o.report("spam", "192.0.2.2", "198.51.100.2")
				s := o.sit("ann")
				s.press("d", "Enter")
				s.config.Listed = func() bool { return false }
				way(s)
				s.Close()
				for _, id := range []string{first, second} {
					o.wantDecision(id, "")
					check(t, o.desk.Take("bob", id))
				}
			})
		})
	}
}

func TestACaseTakesTwoKeysAndTheNextOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		first := o.report("harassment", "192.0.2.1", "198.51.100.1")
		time.Sleep(time.Second)
		second := o.report("spam", "192.0.2.2", "198.51.100.2")
		s := o.sit("ann")
		defer s.leaves()
		s.shows("Case "+first, "harassment", "words of 198.51.100.1")
		s.press("d", "Enter")
		s.shows("Case "+second, first+": ban for a day in 10 s; u undoes")
		o.wantDecision(first, "")
		s.wait(undoFor)
		o.wantDecision(first, "ban")
		s.shows("Done: " + first)
		bans, err := o.gate.Bans("ann", false)
		check(t, err)
		if len(bans) != 1 || bans[0].Until.Sub(bans[0].Created) != 24*time.Hour || bans[0].By != "ann" ||
			bans[0].Reason != "Harassing people is not allowed here." {
			t.Errorf("the bans are %+v", bans)
		}
		s.press("m", "9", "Enter") // three keys at most
		s.shows("There is nothing to decide")
		s.wait(undoFor)
		o.wantDecision(second, "ban")
	})
}

func TestEveryKeyDecides(t *testing.T) {
	for keys, wanted := range map[string]string{
		"n": "none", "w": "warn", "d": "ban", "k": "ban", "m1": "ban", "m9": "ban", "h": "held", "l": "help",
	} {
		t.Run(keys, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				id := o.report("selfharm", "192.0.2.1", "198.51.100.1")
				s := o.sit("ann")
				defer s.leaves()
				s.press(strings.Split(keys, "")...)
				s.press("Enter")
				s.wait(undoFor)
				o.wantDecision(id, wanted)
			})
		})
	}
}

func TestKeysSayWhyTheyDoNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.report("spam", "192.0.2.1", "198.51.100.1")
		time.Sleep(time.Second)
		o.report("spam", "192.0.2.2", "10.0.0.1")
		s := o.sit("ann")
		defer s.leaves()
		for key, why := range map[string]string{
			"l": "for reports of selfharm", "x": "does nothing", "u": "nothing to undo", "o": "Only one of them",
		} {
			s.press(key)
			s.shows(why)
		}
		s.press("m", "f")
		s.shows("Only who came with a me@ key")
		s.press("Down", "d")
		s.shows("They came from a shared source")
	})
}

func TestForeverIsForKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		f := o.filing("hate", "192.0.2.1", "198.51.100.1")
		f.Reported = o.gate.Subject(netip.MustParseAddr("10.0.0.1"), []byte("key"))
		id := o.file(f)
		s := o.sit("ann")
		defer s.leaves()
		s.press("m", "f", "Enter")
		s.wait(undoFor)
		o.wantDecision(id, "ban")
		if bans, _ := o.gate.Bans("ann", false); len(bans) != 1 || !bans[0].Until.IsZero() {
			t.Errorf("the bans are %+v", bans)
		}
	})
}

func TestUndo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		first := o.report("spam", "192.0.2.1", "198.51.100.1")
		time.Sleep(time.Second)
		second := o.report("spam", "192.0.2.2", "198.51.100.2")
		s := o.sit("ann")
		s.press("d", "Enter")
		s.wait(undoFor - time.Second)
		s.press("u")
		s.shows("Case "+first, first+": undone")
		s.wait(time.Minute)
		o.wantDecision(first, "")
		s.press("n", "Enter", "w", "Enter") // the next decision carries out the one before
		o.wantDecision(first, "none")
		o.wantDecision(second, "")
		s.press("u")
		s.shows("Case " + second)
		s.press("w", "Enter")
		s.leaves() // and so does the end
		o.wantDecision(second, "warn")
	})
}

func TestLeaving(t *testing.T) {
	ways := map[string]func(*seat){
		"q":        func(s *seat) { s.press("q") },
		"Ctrl+C":   func(s *seat) { s.press("Ctrl+C"); s.shows("Press Ctrl+C again"); s.press("Ctrl+C") },
		"input":    func(s *seat) { s.take(terminal.EOFMsg{}); s.wait(0) },
		"a letter": func(s *seat) { s.press("w", "q", "Ctrl+C", "Ctrl+C") }, // q is text in a reason
	}
	for name, leave := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				id := o.report("spam", "192.0.2.1", "198.51.100.1")
				time.Sleep(time.Second)
				open := o.report("spam", "192.0.2.2", "198.51.100.2")
				s := o.sit("ann")
				s.press("n", "Enter")
				leave(s)
				if !s.gone {
					t.Error("the desk goes on")
				}
				s.leaves()
				o.wantDecision(id, "none")
				check(t, o.desk.Take("bob", open)) // it was put back
			})
		})
	}
}

func TestTwoModeratorsNeverDecideTheSameCase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		first := o.report("spam", "192.0.2.1", "198.51.100.1")
		time.Sleep(time.Second)
		second := o.report("spam", "192.0.2.2", "198.51.100.2")
		ann, bob := o.sit("ann"), o.sit("bob")
		defer bob.leaves()
		ann.shows("Case " + first)
		bob.shows("Case "+second, "taken by ann")
		bob.press("Up")
		bob.shows(first+" is being looked at by ann", "taken by ann")
		bob.hides("words of")
		for _, key := range []string{"d", "m", "v", "h"} {
			bob.press(key)
			if bob.mode != browsing {
				t.Fatalf("bob's %s works on what ann has", key)
			}
		}
		ann.press("d", "Enter")
		bob.wait(time.Second)
		bob.shows("taken by ann") // while it can be undone
		ann.leaves()
		bob.wait(time.Second)
		o.wantDecision(first, "ban")
		bob.shows(first+" was decided elsewhere", "Case "+second)
	})
}

func TestATakenCaseOpensWhenItIsPutBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.report("spam", "192.0.2.1", "198.51.100.1")
		ann, bob := o.sit("ann"), o.sit("bob")
		defer bob.leaves()
		bob.shows("being looked at by ann")
		ann.leaves()
		bob.wait(time.Second)
		bob.shows("words of 198.51.100.1")
		bob.press("n", "Enter")
		bob.shows("u undoes")
	})
}

func TestWhoComesBackTooLateIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		id := o.report("spam", "192.0.2.1", "198.51.100.1")
		time.Sleep(time.Second)
		other := o.report("spam", "192.0.2.2", "198.51.100.2")
		s := o.sit("ann")
		defer s.leaves()
		s.press("d")
		s.wait(moderation.TakenFor)
		_, err := o.desk.Resolve("bob", id, moderation.Decision{Action: moderation.ActionNone, Reason: "because"})
		check(t, err)
		s.wait(time.Second)
		s.shows("Queue] 1")
		s.press("!", "Enter") // of the case that was read, not of the one in its place
		s.shows(id + " was decided by bob")
		s.wait(time.Minute)
		o.wantDecision(id, "none")
		o.wantDecision(other, "")
	})
}

func TestReportsAppearByThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		s := o.sit("ann")
		defer s.leaves()
		s.shows("There is nothing to decide", "Queue] 0")
		id := o.report("spam", "192.0.2.1", "198.51.100.1")
		s.wait(time.Second)
		s.shows("Case "+id, "Queue] 1", "reports       1 now")
		urgent := o.report("underage", "192.0.2.2", "198.51.100.2")
		s.wait(time.Second)
		s.press("p", "p")
		s.shows("Case "+id, "Queue] 2", urgent) // it doesn't push away what is read
		s.press("Up")
		s.shows("Case " + urgent)
	})
}

func TestLinesAreHiddenUntilAKey(t *testing.T) {
	for _, category := range []string{"sexual", "illegal", "spam"} {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			o.report(category, "192.0.2.1", "198.51.100.1")
			s := o.sit("ann")
			defer s.leaves()
			if category != "spam" {
				s.shows("The 2 lines of the chat are hidden")
				s.hides("words of")
				s.press("v")
			}
			s.shows("Reported | words of 198.51.100.1", "The reporter marked this line:", "Reporter | who is there")
		})
	}
}

func TestTheCaseSaysWhatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		earlier := o.report("hate", "192.0.2.9", "198.51.100.1")
		dismissed := o.report("hate", "192.0.2.1", "198.51.100.9")
		for id, action := range map[string]moderation.Action{earlier: moderation.ActionWarn, dismissed: moderation.ActionNone} {
			_, err := o.desk.Resolve("bob", id, moderation.Decision{Action: action, Reason: "because"})
			check(t, err)
		}
		time.Sleep(time.Hour)
		f := o.filing("harassment", "192.0.2.1", "198.51.100.1")
		f.Note, f.Languages = "look \x1b[31mat this", []string{"pt_BR", "en"}
		id := o.file(f)
		time.Sleep(3 * time.Hour)
		s := o.sit("ann")
		defer s.leaves()
		s.take(tea.WindowSizeMsg{Width: 120, Height: 40})
		s.shows("harassment, "+id+": 3 h ago", "Languages: pt_BR, en", earlier+" hate 4 h ago: warn",
			"other reports: 1 no action.", "Note | look at this")
	})
}

func TestMutualReportsAreOneCase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		f := o.filing("spam", "192.0.2.1", "198.51.100.1")
		first := o.file(f)
		time.Sleep(time.Second)
		f.Reporter, f.Reported = f.Reported, f.Reporter
		f.ReporterSession, f.ReportedSession = f.ReportedSession, f.ReporterSession
		second := o.file(f)
		s := o.sit("ann")
		defer s.leaves()
		s.take(tea.WindowSizeMsg{Width: 120, Height: 40})
		s.shows("Queue] 1", "They reported each other")
		s.press("o")
		s.shows("Case " + second)
		s.press("o", "b")
		s.shows("Case "+first, "holds for both")
		s.press("w")
		s.shows("both people")
		s.press("Enter")
		s.wait(undoFor)
		o.wantDecision(first, "warn")
		o.wantDecision(second, "warn")
	})
}

func TestABanThatMayHitTheIssuerAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		id := o.report("spam", "192.0.2.1", "198.51.100.1")
		s := o.sit("ann", func(m *Member) { m.From = netip.MustParseAddr("198.51.100.1") })
		defer s.leaves()
		time.Sleep(time.Second)
		next := o.report("spam", "192.0.2.2", "198.51.100.2")
		s.wait(time.Second)
		s.press("d", "Enter")
		s.wait(undoFor)
		o.wantDecision(id, "")
		s.shows(id+" is not decided", "Case "+next)
		check(t, o.desk.Take("bob", id)) // anybody may decide it
		o.desk.PutBack("bob", id)
		s.press("Up", "d")
		s.shows("Enter bans although")
		s.press("Enter")
		s.wait(undoFor)
		o.wantDecision(id, "ban")
	})
}

func TestAppeals(t *testing.T) {
	for key, reversed := range map[string]bool{"y": true, "n": false} {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			id := o.report("spam", "192.0.2.1", "198.51.100.1")
			ban, err := o.desk.Resolve("bob", id, moderation.Decision{Action: moderation.ActionBan, Reason: "no spam"})
			check(t, err)
			appeal, err := o.desk.Appeal(ban.ID, "it was not me")
			check(t, err)
			s := o.sit("ann")
			defer s.leaves()
			s.shows("open 0, appeals 1")
			s.press("a")
			s.take(tea.WindowSizeMsg{Width: 120, Height: 40})
			s.shows("Case "+appeal.ID, "Against "+ban.ID+" by bob", "Its reason: no spam", "Appeal | it was not me", "words of")
			s.press(key, "Enter")
			s.shows(appeal.ID+":", "u undoes")
			s.press("u")
			s.shows("Case " + appeal.ID)
			s.press(key, "Enter")
			s.wait(undoFor)
			s.shows("Done: " + appeal.ID)
			answered, _ := o.desk.AppealOf(ban.ID)
			if answered.Answer == nil || answered.Answer.Accepted != reversed || answered.Answer.By != "ann" {
				t.Errorf("%s: the answer is %+v", key, answered.Answer)
			}
			s.press("a")
			s.shows("Queue] 0")
		})
	}
}

func TestAnAppealIsAnsweredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		id := o.report("spam", "192.0.2.1", "198.51.100.1")
		ban, err := o.desk.Resolve("eve", id, moderation.Decision{Action: moderation.ActionBan, Reason: "no spam"})
		check(t, err)
		appeal, err := o.desk.Appeal(ban.ID, "it was not me")
		check(t, err)
		ann, bob := o.sit("ann"), o.sit("bob")
		defer ann.leaves()
		defer bob.leaves()
		ann.press("a", "y", "Enter")
		bob.press("a", "n", "Enter")
		ann.wait(undoFor)
		bob.wait(0)
		bob.shows(appeal.ID+" is not decided", "was decided by ann")
		if answered, _ := o.desk.AppealOf(ban.ID); answered.Answer == nil || !answered.Answer.Accepted {
			t.Errorf("the answer is %+v", answered.Answer)
		}
	})
}

func TestTheReasonIsEdited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		id := o.report("spam", "192.0.2.1", "198.51.100.1")
		s := o.sit("ann")
		defer s.leaves()
		s.press("w")
		s.shows("The person reads this, in English.", "> Spam, ads and scams")
		s.press("Ctrl+U", "Enter")
		s.shows("A reason is missing")
		s.press("no d")
		s.take(tea.PasteMsg{Content: "umplings\nplease\x1b"})
		s.press("Enter")
		s.wait(undoFor)
		r, err := o.desk.Report("test", id)
		check(t, err)
		if r.Decision == nil || r.Decision.Reason != "no dumplings please" {
			t.Errorf("decided %+v", r.Decision)
		}
	})
}

func TestReasonsAreInTheirLanguage(t *testing.T) {
	for languages, c := range map[string]struct{ name, theirs, english string }{
		"pt_BR tr": {"Portuguese", "Aqui não é permitido o ódio.", "In English: Hate is not allowed here."},
		"xx tr":    {"Turkish", "Burada nefret söylemi yasaktır.", "In English: Hate is not allowed here."},
		"de_CH":    {"German", "Hass ist hier verboten.", ""}, // as the moderator's
		"xx":       {"English", "Hate is not allowed here.", ""},
		"":         {"English", "Hate is not allowed here.", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			f := o.filing("hate", "192.0.2.1", "198.51.100.1")
			f.Languages = strings.Fields(languages)
			id := o.file(f)
			s := o.sit("ann")
			defer s.leaves()
			s.take(tea.WindowSizeMsg{Width: 120, Height: 40})
			s.press("d")
			s.shows("in "+c.name+".", "> "+c.theirs, c.english)
			if c.english == "" {
				s.hides("In English:")
			}
			s.press("Esc", "w")
			s.shows("> " + c.theirs[:len(c.theirs)-1])
			s.press("Esc", "n")
			s.shows("> No rule was broken.")
			s.press("Esc", "d", "Enter")
			s.wait(undoFor)
			r, err := o.desk.Report("test", id)
			check(t, err)
			if r.Decision == nil || r.Decision.Reason != c.theirs {
				t.Errorf("%q: decided %+v", languages, r.Decision)
			}
		})
	}
}

func TestKeysThatCameAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		first := o.report("spam", "192.0.2.1", "198.51.100.1")
		time.Sleep(time.Second)
		second := o.report("spam", "192.0.2.2", "198.51.100.2")
		s := o.sit("ann")
		defer s.leaves()
		s.press("jw") // to the second, which isn't here yet
		s.shows("Case " + second)
		if s.mode == writing {
			t.Error("a case is decided before it was read")
		}
		s.press("w!") // warn, and type
		s.shows("Case "+second, "banned.!")
		s.press("Esc")
		s.take(tea.PasteMsg{Content: "q"}) // a paste presses no keys
		s.shows("Case " + second)
		o.wantDecision(first, "")
	})
}
