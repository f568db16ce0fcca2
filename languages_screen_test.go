package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"strangerd/moderation"
	"strangerd/session"
	"strangerd/session/locale"
	"strangerd/session/text"
)

// reader is somebody who reads a screen in some language.
type reader struct {
	*terminal
	*locale.Words
	posix string
	size  window
}

// read opens a screen in a language.
func read(t *testing.T, p *program, posix string, size window, source string) *reader {
	t.Helper()
	size.env, size.source = map[string]string{"LANG": posix}, source
	return &reader{terminal: openTerminal(t, p, size), Words: words(t, posix), posix: posix, size: size}
}

// squeezed is a text without its spaces and line ends, which wrapping changes.
func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// fits waits until the screen shows all of these texts, each from its beginning to its
// end, with no word cut; and the keys below them, with no key cut; and the cursor.
func (r *reader) fits(texts ...string) {
	r.t.Helper()
	r.until(fmt.Sprintf("%q", texts), func() bool {
		shown := squeezed(r.text())
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(shown, squeezed(text)) })
	})
	synctest.Wait()
	r.out.mu.Lock()
	defer r.out.mu.Unlock()
	shown := r.text()
	for _, said := range texts {
		for word := range strings.FieldsSeq(said) {
			wide := text.Width(word) > utf8.RuneCountInString(word) // which is wrapped anywhere
			if !wide && text.Width(word) <= r.size.cols/2 && !strings.Contains(shown, word) {
				r.t.Errorf("%s: %q is cut at\n%s", r.posix, word, shown)
			}
		}
	}
	footer := r.row(r.size.rows - 1)
	if strings.TrimSpace(footer) == "" || strings.HasSuffix(footer, "...") || text.Width(footer) > r.size.cols {
		r.t.Errorf("%s: the footer is %q", r.posix, footer)
	}
}

// types types something where there is an input line, and sees it there.
func (r *reader) types(line string) {
	r.t.Helper()
	r.press(line)
	r.until(line+" in the input line", func() bool {
		return strings.Contains(r.text(), "> "+line) && r.cursor && r.screen.CursorPosition().Y < r.size.rows-1
	})
}

// enters types a line and enters it.
func (r *reader) enters(line string) {
	r.t.Helper()
	r.types(line)
	r.press(keyEnter)
}

// scrolls reads a page that may be taller than the screen, to its end, and sees all of
// these texts on it.
func (r *reader) scrolls(texts ...string) {
	r.t.Helper()
	seen := ""
	for range 40 {
		synctest.Wait()
		r.out.mu.Lock()
		shown := r.text()
		r.out.mu.Unlock()
		for line := range strings.Lines(shown) {
			if !strings.Contains(seen, line) {
				seen += line
			}
		}
		more := strings.Contains(shown, strings.TrimSpace(r.Say(locale.KeysMore))) || strings.Contains(shown, r.Say(locale.MoreRules))
		if !more {
			break
		}
		r.press(keyPgDn)
	}
	for _, said := range texts {
		for _, row := range text.Wrap(said, r.size.cols) {
			if !strings.Contains(squeezed(seen), squeezed(row)) {
				r.t.Errorf("%s: %q is not among\n%s", r.posix, row, seen)
			}
		}
	}
}

// inEveryLanguage runs a test in a bubble for each language, and the sizes that all
// screens have to fit.
func inEveryLanguage(t *testing.T, change func(*session.Config), test func(t *testing.T, p *program, posix string, size window)) {
	t.Parallel()
	for _, posix := range speakers {
		for _, size := range []window{{cols: 80, rows: 24}, {cols: 40, rows: 10}} {
			t.Run(fmt.Sprintf("%s-%dx%d", posix[:2], size.cols, size.rows), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { test(t, startBubble(t, change), posix, size) })
			})
		}
	}
}

// From the rules through a search and a chat to its end.
func TestChatFitsInEveryLanguage(t *testing.T) {
	inEveryLanguage(t, nil, func(t *testing.T, p *program, posix string, size window) {
		a := read(t, p, posix, size, "")
		accept := a.With(locale.AgeLine, locale.Data{"Age": 18})
		a.fits(accept)
		rules := append(strings.Split(a.Say(locale.Rules), "\n"), a.Say(locale.RulesTitle), a.Say(locale.NotStored), a.Say(locale.InterestsHint))
		a.scrolls(append(rules, a.With(locale.Welcome, locale.Data{"Name": "chat.example.org"}), a.Say(locale.Alone))...)
		a.enters("/lang xx")
		a.fits(a.With(locale.LangUnknown, locale.Data{"Language": `"xx"`}))
		a.press(keyEnter)
		a.fits(a.Say(locale.Looking), a.Say(locale.Alone), a.Say(locale.HeaderSearching))
		a.enters("hm")
		a.fits(a.Say(locale.KeptDraft))
		a.press(ctrl('u'), "/interests go, jazz", keyEnter)
		a.fits(a.With(locale.Interests, locale.Data{"Interests": a.With(locale.ListAnd, locale.Data{"First": "go", "Last": "jazz"})}))
		a.press("/interests off", keyEnter)
		a.fits(a.Say(locale.InterestsOff))
		a.press(" ", backspace) // the hint has been read
		time.Sleep(3*time.Minute + time.Second)
		a.fits(a.Count(locale.Waiting, 3), a.Count(locale.Minutes, 3))

		b := read(t, p, posix, size, "127.0.0.2")
		b.fits(accept)
		b.press(keyEnter)
		a.fits(a.Say(locale.Called)) // after so long
		a.press(" ")
		a.fits(a.Say(locale.Matched))
		b.fits(b.Say(locale.Matched), b.Say(locale.HeaderChatting))
		b.types("a")
		a.fits(a.Say(locale.Typing))
		b.press(keyEnter)
		a.fits(a.Say(locale.Stranger) + "a")
		b.fits(b.Say(locale.You) + "a")
		a.press(ctrl('u'))
		a.enters("/wat")
		a.fits(a.With(locale.UnknownCommand, locale.Data{"Command": `"/wat"`}))
		a.enters("/savee")
		a.fits(a.With(locale.UnknownNearest, locale.Data{"Command": `"/savee"`, "Meant": "/save"}))
		a.enters("/save")
		a.fits(a.Say(locale.SaveBoth))
		a.enters("/report")
		a.scrolls(a.Say(locale.ReportTitle), a.Say(locale.Category("underage")), a.Say(locale.Category("selfharm")), a.Say(locale.Category("other")))
		a.press("3")
		a.fits(a.Say(locale.ReportNoteMark))
		a.scrolls(a.With(locale.ReportAbout, locale.Data{"Category": a.Say(locale.Category("harassment"))}), a.Say(locale.ReportSends))
		a.types("rude")
		a.press(keyEsc)
		a.fits(a.Say(locale.ReportCancelled))
		a.press(ctrl('c'))
		a.fits(a.With(locale.AgainToQuit, locale.Data{"Key": "Ctrl+C"}))
		a.press(keyEsc)
		a.fits(a.Say(locale.Really))
		a.press(keyEsc)
		a.fits(a.Say(locale.YouLeft), a.Say(locale.Next), a.Say(locale.HeaderResting))
		b.fits(b.Say(locale.PartnerLeft), b.Say(locale.Next))
		a.enters("/help")
		a.fits(a.Say(locale.Slash("next")), a.Say(locale.Slash("stop")))
		a.enters("/rules")
		a.fits(strings.Split(a.Say(locale.Rules), "\n")[0])
		a.press(ctrl('u'), keyEnter)
		b.press(keyEnter)
		b.fits(b.Say(locale.RematchOffered))
		b.press(keyEsc)
		b.fits(b.Say(locale.RematchDeclined))
	})
}

// The age, a warning and a ban.
func TestRefusalsFitInEveryLanguage(t *testing.T) {
	year := func(c *session.Config) { c.AgeGate = session.AgeYear }
	inEveryLanguage(t, year, func(t *testing.T, p *program, posix string, size window) {
		a := read(t, p, posix, size, "127.0.0.9")
		a.fits(a.Say(locale.AcceptLine))
		a.press(keyEnter)
		a.fits(a.Say(locale.AskYear))
		a.enters("no")
		a.fits(a.Say(locale.NotAYear))
		a.enters(fmt.Sprint(time.Now().Year() - 10))
		a.fits(a.Say(locale.TooYoung))
	})
}

func TestDecisionsFitInEveryLanguage(t *testing.T) {
	inEveryLanguage(t, nil, func(t *testing.T, p *program, posix string, size window) {
		for _, decision := range []moderation.Decision{
			{Action: moderation.ActionWarn, Reason: words(t, posix).Say(locale.Reason("harassment"))},
			{Action: moderation.ActionBan, Reason: words(t, posix).Say(locale.Reason("harassment")), For: 24 * time.Hour},
		} {
			by, whom := "127.0.1.1", "127.0.1.2"
			if decision.Action == moderation.ActionBan {
				by, whom = "127.0.2.1", "127.0.2.2"
			}
			id := reported(t, p, by, whom)
			if _, err := p.bubble.desk.Resolve("root", id, decision); err != nil {
				t.Fatal(err)
			}
			a := read(t, p, posix, size, whom)
			if decision.Action == moderation.ActionBan {
				a.types("sorry")
				a.scrolls(a.With(locale.BanRule, locale.Data{"Rule": a.Say(locale.Category("harassment"))}), a.Say(locale.BanByPerson),
					a.Say(locale.AppealHere), a.With(locale.BanReason, locale.Data{"Reason": decision.Reason}))
				a.press(keyEnter)
				a.until("the appeal", func() bool { return strings.Contains(a.text(), " A-") })
				continue
			}
			a.press(keyEnter)
			a.fits(a.Say(locale.WarningEnter), a.Say(locale.WarningTitle), a.Say(locale.HeaderWarned))
			a.press(keyEnter)
			a.fits(a.Say(locale.Looking))
			a.press("/quit", keyEnter)
			a.expectExit(exitDone)
		}
	})
}
