package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"strangerd/moderation"
)

// joinPlain starts line mode in a terminal, and accepts the rules.
func joinPlain(t *testing.T, p *program, source string) *terminal {
	t.Helper()
	term := openTerminal(t, p, window{source: source}.plain())
	term.expectSent("Type yes")
	term.press("yes", keyEnter)
	term.expectSent("-- Looking for a stranger")
	return term
}

// joiner is joinScreen from an address or, if the command is plain, joinPlain: for what
// both modes do.
func joiner(p *program, command string) func(t *testing.T, source string) *terminal {
	return func(t *testing.T, source string) *terminal {
		t.Helper()
		if command == "plain" {
			return joinPlain(t, p, source)
		}
		return joinScreen(t, p, window{source: source})
	}
}

// onlyReport is the one report in the queue.
func onlyReport(t *testing.T, p *program) moderation.Report {
	t.Helper()
	reports, err := p.bubble.desk.Reports("root", moderation.Filter{})
	if err != nil || len(reports) != 1 {
		t.Fatalf("the queue is %v, %v", reports, err)
	}
	report, err := p.bubble.desk.Report("root", reports[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// expectMarked expects one line of a report to be marked.
func expectMarked(t *testing.T, report moderation.Report, want string) {
	t.Helper()
	var marked []string
	for _, line := range report.Lines {
		if line.Marked {
			marked = append(marked, line.Speaker+": "+line.Text)
		}
	}
	if len(marked) != 1 || marked[0] != want {
		t.Errorf("marked are %q, want %q", marked, want)
	}
}

// In line mode, some words of a line mark it: nobody has to count lines. It is in
// the report wherever in the chat it was said.
func TestMarkedLineInLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a := joinPlain(t, p, "127.0.0.21")
		a.press("/mark pills", keyEnter)
		a.expectSent("-- There is nobody to report: there was no chat yet.\r\n")
		b := joinPlain(t, p, "127.0.0.22")
		a.expectSent("-- You are now chatting with a stranger")
		b.expectSent("-- You are now chatting with a stranger")
		a.press("/mark", keyEnter)
		a.expectSent("-- There is no line to mark: the stranger has said nothing yet.\r\n")
		for i := range 12 {
			b.press(fmt.Sprintf("early %d.", i), keyEnter)
		}
		b.press("Buy my  PILLS, cheap", keyEnter)
		a.expectSent("PILLS")
		a.press("I want no pills", keyEnter)
		for i := range 80 {
			b.press(fmt.Sprintf("late %d.", i), keyEnter)
			a.expectSent(fmt.Sprintf("stranger: late %d.\r\n", i))
		}
		for _, step := range []struct{ words, answer string }{
			{" elephants", `-- The stranger has said nothing with "elephants" in it. Type /mark and some words of the line.`},
			{"", `-- Marked: "late 79.". It goes with your report, if you send one.`},
			{" my  pills", `-- Marked: "Buy my  PILLS, cheap". It goes with your report, if you send one.`},
		} {
			a.press("/mark"+step.words, keyEnter)
			a.expectSent(step.answer + "\r\n")
		}
		a.press("/report spam an ad", keyEnter)
		a.expectSent("-- Sent to the moderators: the first 10 and the last 50 lines of this chat, the line that you marked, the category and your note; nothing else.")
		a.expectSent("-- Reported: ")
		report := onlyReport(t, p)
		expectMarked(t, report, "reported: Buy my  PILLS, cheap")
		if report.Note != "an ad" || len(report.Lines) != 61 || report.Omitted != 94-61 {
			t.Errorf("the report has the note %q and %d lines, %d omitted; want the first 10, the marked one and the last 50",
				report.Note, len(report.Lines), report.Omitted)
		}
		a.press("/mark late", keyEnter)
		a.expectSent("-- You have reported this chat already.\r\n")
	})
}

// A line that was marked stays in the report, however much is said after it.
func TestRow25MarkedLineOutlivesFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := joinPlain(t, p, "127.0.0.21"), joinPlain(t, p, "127.0.0.22")
		b.expectSent("-- You are now chatting with a stranger")
		for i := range 10 {
			b.press(fmt.Sprintf("early %d.", i), keyEnter)
		}
		b.press("the threat", keyEnter)
		a.expectSent("stranger: the threat")
		a.press("/mark threat", keyEnter)
		a.expectSent(`-- Marked: "the threat".`)
		for i := range 300 {
			b.press(fmt.Sprintf("%d %s", i, strings.Repeat("long ", 150)), keyEnter)
			a.expectSent(fmt.Sprintf("stranger: %d long", i))
			if i%100 == 0 {
				a.press("stop it", keyEnter) // somebody is there
			}
		}
		a.press("/report threat", keyEnter)
		a.expectSent("the line that you marked")
		a.expectSent("-- Reported: ")
		report := onlyReport(t, p)
		expectMarked(t, report, "reported: the threat")
		if len(report.Lines) != 61 || report.Omitted != 314-61 {
			t.Errorf("the report has %d lines, and %d are omitted", len(report.Lines), report.Omitted)
		}
	})
}

// In the full screen, a typed /report shows what it sends before it sends it.
func TestReportCommandOnScreenAsksFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := joinScreen(t, p, window{source: "127.0.0.21"}), joinPlain(t, p, "127.0.0.22")
		a.expect("You are now chatting with a stranger")
		b.expectSent("You are now chatting with a stranger")
		for _, words := range []string{"you are awful", "and so is your town", "goodbye"} {
			b.press(words, keyEnter)
			a.expect("Stranger: " + words)
		}
		a.press("/report hate they hate my town", keyEnter)
		a.expect("You report: hate.", "Sent to the moderators: the first 10 and the last 50 lines", "> they hate my town", "Enter: send the report")
		if reports, _ := p.bubble.desk.Reports("root", moderation.Filter{}); len(reports) != 0 {
			t.Fatalf("what is sent was not shown yet, and the queue is %v", reports)
		}
		a.press(keyEsc)
		a.expect("Nothing was reported.", "chatting 0 min")
		a.press("/mark TOWN", keyEnter)
		a.expect(`Marked: "and so is your town". It goes with your report, if you send one.`)
		a.press("/report hate they hate my town", keyEnter)
		a.expect("that you marked, the category", "Marked: and so is your town")
		a.press(keyUp)
		a.expect("Marked: you are awful")
		a.press(keyUp)
		a.expectGone("Marked:")
		a.press(keyUp)
		a.expect("Marked: goodbye")
		a.press(keyDown, keyDown)
		a.expect("Marked: you are awful")
		a.press(keyEnter)
		a.expect("Reported: R-", "You left the chat")
		report := onlyReport(t, p)
		expectMarked(t, report, "reported: you are awful")
		if report.Category != "hate" || report.Note != "they hate my town" {
			t.Errorf("the report is %+v", report)
		}
	})
}

// A report that can't be sent loses nothing of what was written.
func TestReportThatIsTooLongIsKept(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := joinScreen(t, p, window{source: "127.0.0.21"})
	joinFrom(t, p, "127.0.0.22")
	a.expect("You are now chatting with a stranger")
	a.press("my draft", ctrl('r'), "3")
	a.expect("Sent to the moderators")
	a.press(strings.Repeat("x", 1000), "end", keyEnter)
	a.expect("Not sent: a note has up to 1,000 characters. Shorten it.", "You report: ")
	a.press(strings.Repeat(backspace, 3), keyEnter)
	a.expect("Reported: R-", "> my draft")
}

// In line mode with a terminal there is no form: Ctrl+R says which command it is.
func TestReportKeyInLines(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := openTerminal(t, p, window{source: "127.0.0.21", command: "plain"})
	a.expect("Type yes")
	a.press("yes", keyEnter)
	joinFrom(t, p, "127.0.0.22")
	a.expect("-- You are now chatting with a stranger")
	a.press(ctrl('r'))
	a.expect("-- Say what it is about: /report CATEGORY [note].")
	a.press("3")
	a.expect("3")
}

// The keys and commands that end a visit end it while a report is written, too, and
// nothing is reported.
func TestQuitInTheForm(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]string{
		"Ctrl+C twice":      {"\x03", "\x03"},
		"/quit in the note": {"8", "/quit", keyEnter},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, nil)
				a := joinScreen(t, p, window{source: "127.0.0.21"})
				b := joinPlain(t, p, "127.0.0.22")
				a.expect("You are now chatting with a stranger")
				a.press("\x12") // Ctrl+R
				a.press(keys...)
				a.expectExit(exitDone)
				b.expectSent("-- Stranger has left the chat")
				if reports, err := p.bubble.desk.Reports("root", moderation.Filter{}); err != nil || len(reports) != 0 {
					t.Errorf("the queue is %v, %v", reports, err)
				}
			})
		})
	}
}
