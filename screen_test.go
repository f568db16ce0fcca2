package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"strangerd/session"
)

// The main job, by stock clients: one in a full screen, one in lines.
func TestScreenMeetsLines(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := startTmux(t, p)
	a.expect("You're the only one here. A bell rings when someone comes.", "1. ", "Press Enter if you are 18 or older")
	a.press("Enter")
	a.expect("Looking for a stranger")
	b := joinLines(t, p)
	b.expect("-- You are now chatting with a stranger\n")
	a.expect("You are now chatting with a stranger", "2 online")

	a.say("hello from the screen")
	a.press("Enter")
	a.expect("You: hello from the screen")
	b.expect("stranger: hello from the screen\n")
	b.send("hello from the pipe\n")
	a.expect("Stranger: hello from the pipe")

	c := joinLines(t, p)
	a.press("Escape")
	a.expect("Really?")
	a.press("Escape")
	a.expect("You left the chat")
	b.expect("-- Stranger has left the chat\n")
	a.press("Escape")
	a.expect("You are now chatting with a stranger")
	c.expect("-- You are now chatting with a stranger\n")
	d := joinLines(t, p)
	b.send("\n")
	b.expect("-- You are now chatting with a stranger\n")
	d.expect("-- You are now chatting with a stranger\n")

	c.send("/stop\n")
	a.expect("Stranger has left the chat", "Press Esc or Enter to look for someone new.")
	a.press("C-c")
	a.expect("Press Ctrl+C again to quit.")
	a.press("C-c")
	a.expect("before", "ended with 0")
	a.expectRestored()
}

func TestEscAsksAndLeaves(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairScreens(t, p, window{})
	a.press(keyEsc)
	a.expect("Really?", "Esc: leave   Enter: say and stay")
	a.press("I stay", keyEnter)
	b.expect("Stranger: I stay")
	a.expectGone("Really?")
	a.press(keyEsc)
	a.expect("Really?")
	a.press("and go")
	a.expect("> and go", "Really?") // only saying it takes the question back
	a.press(keyEsc)
	a.expect("You left the chat", "Press Esc or Enter to look for someone new.", "not chatting")
	b.expect("Stranger has left the chat", "Press Esc or Enter to look for someone new.")
	a.press(ctrl('u'), keyEsc)
	a.expect("Looking for a stranger")
	a.press(keyEsc)
	a.expect("The search has stopped.")
	a.press(keyEnter)
	a.expectGone("Press Esc or Enter")
	c := joinLines(t, p)
	a.expect("You are now chatting with a stranger")
	a.press(keyEsc + keyEsc) // in one write
	a.expect("You left the chat")
	c.expect("-- Stranger has left the chat\n")
	b.press(keyEnter)
	b.expect("You are now chatting with a stranger")
}

// A key sequence that the network splits is never Esc: it moves the cursor. Only
// after 50 ms is what came of it the key.
func TestSplitSequenceIsNoEsc(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := pairScreens(t, p, window{})
		a.press("bc")
		a.expect("> bc")
		for _, halves := range [][2]string{{"\x1b", "[D"}, {"\x1b[", "D"}, {"\x1bO", "D"}, {"\x1b", "OC"}} {
			a.press(halves[0])
			time.Sleep(49 * time.Millisecond) // the network
			a.press(halves[1])
			synctest.Wait()
		}
		a.press("a", keyEnter)
		b.expect("Stranger: bac")
		if a.shows("Really?") {
			t.Errorf("Esc was read at\n%s", a.picture())
		}
		a.press(keyEsc)
		time.Sleep(51 * time.Millisecond)
		synctest.Wait()
		if !a.shows("Really?") {
			t.Errorf("Esc was not read at\n%s", a.picture())
		}
	})
}

// What comes of a sequence later than that takes Esc back, and is the key that it was
// to be. What is typed by hand after Esc is typed.
func TestLateSequenceTakesEscBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := pairScreens(t, p, window{})
		escape := func(wait time.Duration, input ...string) {
			t.Helper()
			a.press(keyEsc)
			a.expect("Really?")
			time.Sleep(wait)
			for _, piece := range input {
				a.press(piece)
				synctest.Wait()
			}
		}
		expect := func(asked bool, input string) {
			t.Helper()
			if a.shows("Really?") != asked || !a.shows("> "+input) {
				t.Errorf("not %q, or asked is not %v, at\n%s", input, asked, a.picture())
			}
			a.press(ctrl('u'), "x", keyEnter) // takes Really? back
			a.expectGone("Really?")
			b.expect("Stranger: x")
		}
		a.press("bc")
		escape(200*time.Millisecond, "[D")
		escape(200*time.Millisecond, "OD", "a")
		expect(false, "abc")
		escape(200*time.Millisecond, "[200~paste", "d\x1b[201~")
		expect(false, "pasted")
		escape(200*time.Millisecond, "[", "A")
		expect(true, "[A")
		escape(200*time.Millisecond, "OK")
		expect(true, "OK")
		escape(time.Second, "[A")
		expect(true, "[A")
	})
}

// Whatever way a visit ends, the terminal is as it was.
func TestTerminalIsRestored(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	enter := func(a *terminal) {
		a.press(keyEnter)
		a.expect("Looking for a stranger")
	}
	for name, end := range map[string]func(a *terminal){
		"Ctrl+C twice": func(a *terminal) { a.press(ctrl('c'), ctrl('c')) },
		"Ctrl+C twice, searching": func(a *terminal) {
			enter(a)
			a.press(ctrl('c'))
			a.expect("Press Ctrl+C again to quit.")
			a.press(ctrl('c'))
		},
		"/quit":                   func(a *terminal) { a.press("/quit", keyEnter) },
		"/quit, searching":        func(a *terminal) { enter(a); a.press("/quit", keyEnter) },
		"end of input":            func(a *terminal) { a.hangUp() },
		"end of input, searching": func(a *terminal) { enter(a); a.hangUp() },
		"line mode":               func(a *terminal) { a.press("/plain", keyEnter); a.expect("-- Type yes"); a.press(ctrl('c')) },
	} {
		t.Run(name, func(t *testing.T) {
			a := openTerminal(t, p, window{})
			a.expect("Enter: accept")
			if !a.screen.IsAltScreen() {
				t.Error("no alternate screen")
			}
			end(a)
			a.expectExit(exitDone)
		})
	}

	// Another key takes the first Ctrl+C back.
	a := joinScreen(t, p, window{})
	a.press(ctrl('c'))
	a.expect("Press Ctrl+C again to quit.")
	a.press("x", ctrl('c'))
	a.expect("> x", "Press Ctrl+C again to quit.")
	a.press(keyRight)
	a.expectGone("Press Ctrl+C again to quit.")
}

func TestTypingIndicator(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, b := pairScreens(t, startBubble(t, nil), window{})
		a.press("h")
		b.expect("Stranger is typing")
		a.press(backspace)
		b.expectGone("Stranger is typing")
		a.press("hello")
		b.expect("Stranger is typing")
		a.press(keyEnter)
		b.expect("Stranger: hello")
		b.expectGone("Stranger is typing")
		a.press("…")
		b.expect("Stranger is typing")
		time.Sleep(5 * time.Second)
		b.expectGone("Stranger is typing")
	})
}

func TestLineModeInMidChat(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	b.send("before\n")
	a.expect("Stranger: before")
	a.press("/plain", keyEnter)
	a.expect("-- Line mode.")
	a.expectRestored()
	from := len(a.out.String())
	b.send("can you hear me?\n")
	a.expect("stranger: can you hear me?")
	a.press("I can", keyEnter)
	b.expect("stranger: I can\n")
	a.press("/save", keyEnter) // what the full screen showed before has gone with it
	a.expect("Stranger: before", "Stranger: can you hear me?", "You: I can", "-- The chat is in your terminal already")
	a.press("/stop", keyEnter)
	a.expect("-- You left the chat")
	a.press("/quit", keyEnter)
	a.expectExit(exitDone)
	if said := a.out.String()[from:]; strings.Contains(said, keyEsc) {
		t.Errorf("an escape sequence in %q", said)
	}
}

// Every terminal gets the same screen, without a colour.
func TestTerminalTypes(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	sgr := regexp.MustCompile(`\x1b\[([0-9;:]*)m`)
	for _, look := range []window{
		{term: "xterm"}, {term: "screen"}, {term: "tmux-256color"}, {term: "linux"}, {term: "vt100"},
		{term: "xterm-256color", env: map[string]string{"NO_COLOR": "1"}},
		{term: "xterm-256color", env: map[string]string{"COLORTERM": "truecolor"}},
		{term: "no such terminal"},
	} {
		t.Run(look.term, func(t *testing.T) {
			a, b := pairMixed(t, p, look)
			b.send("hello\n")
			a.expect("Stranger: hello", "chatting 0 min", "Esc: leave   Ctrl+R: report")
			a.press("hi", keyEnter)
			b.expect("stranger: hi\n")
			a.press("/quit", keyEnter)
			a.expectExit(exitDone)
			b.send("/quit\n")
			b.expectExit(exitDone)
			said := a.out.String()
			for _, style := range sgr.FindAllStringSubmatch(said, -1) {
				if style[1] != "" && style[1] != "1" && style[1] != "7" {
					t.Errorf("the style %q, where bold and reverse are enough", style[0])
				}
			}
			for _, words := range []string{"Looking for a stranger", "You are now chatting with a stranger", "Press Enter if you are 18 or older"} {
				if !strings.Contains(said, words) {
					t.Errorf("%q is not written whole", words)
				}
			}
			for _, mode := range []ansi.Mode{ansi.ModeMouseX10, ansi.ModeMouseNormal, ansi.ModeMouseButtonEvent, ansi.ModeMouseAnyEvent} {
				if _, touched := a.modes[mode]; touched {
					t.Errorf("mode %v, which captures the mouse", mode)
				}
			}
		})
	}
}

// Colour or not, what the server draws is told apart by style as well.
func TestScreenStyles(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	b.send("hello\n")
	a.expect("Stranger: hello")
	a.press("hi", keyEnter)
	a.expectSent("You: hi")
	a.expectSent("Stranger: hello") // in one piece, for who looks for it in the output
	a.out.mu.Lock()
	defer a.out.mu.Unlock()
	for y := range a.screen.Height() {
		want := uint8(0)
		switch {
		case y == 0 || y == a.screen.Height()-1:
			want = uv.AttrReverse
		}
		if got := a.screen.CellAt(0, y).Style.Attrs; got != want {
			t.Errorf("row %d has the attributes %v, want %v", y, got, want)
		}
	}
}

// Programs and pipes press Enter by a line feed.
func TestLineFeedIsEnter(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	b := joinLines(t, p)
	a := startSSH(t, p, "-tt")
	a.expect("Press Enter")
	a.send("\n")
	a.expect("Looking for a stranger")
	a.expect("You are now chatting with a stranger")
	b.expect("-- You are now chatting with a stranger\n")
	a.send("hello\nsame\r\nwrite\n\nhere" + keyAltEnter + "two rows\n")
	b.expectNext("stranger: hello\nstranger: same\nstranger: write\nstranger: here\nstranger: two rows\n")
	b.send("hi\n")
	a.expect("Stranger: hi")
	a.in.Close()
	a.expectExit(exitDone)
	b.expect("-- Stranger has left the chat\n")

	all := startSSH(t, p, "-tt")
	all.send("\n/next\n/quit\n")
	all.expectExit(exitDone)
}

// Whoever reads an answer of the server sees what the stranger says meanwhile, and who is
// found, unless they have scrolled there themselves.
func TestAnswerMakesRoomForTheStranger(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{cols: 40, rows: 10})
	a.press("/help", keyEnter)
	a.expect("/next", "More below.")
	b.send("hello?\n")
	a.expect("Stranger: hello?")
	a.expectGone("More below.")
	a.press("/help", keyEnter)
	a.expect("/next", "More below.")
	a.turn(keyPgDn)
	a.turn(keyPgUp)
	a.expect("/next", "More below.")
	b.send("anybody?\n/status\n")
	b.expect("-- 2 people")
	a.press("x")
	a.expect("/next", "More below.", "> x")
	a.press(backspace, "/stop", keyEnter)
	b.expect("-- Stranger has left the chat\n")
	a.press("/next", keyEnter)
	a.expectSent("Looking for a stranger")
	a.press("/help", keyEnter)
	a.expect("/next", "More below.")
	b.send("/next\n")
	a.expect("Only the person you last talked to is")
}

func TestBellRings(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := joinScreen(t, p, window{})
	joinScreen(t, p, window{})
	a.expect("You are now chatting with a stranger")
	a.until("the bell", func() bool { return a.bells == 1 })
}

func TestResizeInMidChat(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	b.send("a line that is too long for a narrow terminal, and fits a wide one\n")
	a.expect("Stranger: a line that is too long for a narrow terminal, and fits a wide one")
	a.press("my draft")
	for _, size := range [][2]int{{40, 10}, {200, 60}, {13, 5}, {80, 24}} {
		a.resize(size[0], size[1])
		a.until(fmt.Sprint("the right screen at ", size), func() bool {
			footer := size[1] - 1
			return strings.HasPrefix(a.row(footer), " Esc") && a.input(1) == "> my draft|" && a.cursor
		})
	}
	a.expect("Stranger: a line that is too long for a narrow terminal, and fits a wide one", "> my draft")
	a.press(keyEnter)
	b.expect("stranger: my draft\n")
	a.press("/quit", keyEnter)
	a.expectExit(exitDone)
}

// Whatever the size, there is an input line, even where there is much to say.
func TestSmallestScreen(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := joinScreen(t, p, window{})
	for _, size := range [][2]int{{40, 5}, {10, 5}} {
		a.resize(size[0], size[1])
		a.press("/nonsense", keyEnter)
		a.until("the input line", func() bool {
			return a.cursor && a.screen.CursorPosition() == uv.Pos(2, 3) && a.row(3) == ">" && strings.Contains(a.row(4), "Esc: ")
		})
	}
}

func TestTranscriptScrolls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a, b := joinScreen(t, p, window{}), mustSpeak(t, p, "127.0.0.2")
		a.expect("You are now chatting with a stranger")
		const lines = 200
		seen := make(map[string]bool)
		for i := range lines {
			b.say(fmt.Sprintf("number %03d", i))
			a.expect(fmt.Sprintf("Stranger: number %03d", i))
		}
		number := regexp.MustCompile(`Stranger: number \d{3}`)
		look := func() {
			a.out.mu.Lock()
			defer a.out.mu.Unlock()
			last := ""
			for _, line := range number.FindAllString(a.text(), -1) {
				if line <= last {
					t.Errorf("%s after %s", line, last)
				}
				last, seen[line] = line, true
			}
		}
		look()
		for !a.shows("Stranger: number 000") {
			a.turn(keyPgUp)
			look()
		}
		if len(seen) != lines {
			t.Errorf("%d lines of %d can be scrolled to", len(seen), lines)
		}

		// What comes now moves nothing but the oldest line, and says so.
		row := a.shownRow(3)
		b.say("look here")
		a.expect("More below. Press PgDn or type /down.", row)
		a.page(keyPgDn, "Stranger: look here")
		a.expectGone("More below.")
		a.press(keyPgUp)
		a.expectGone("look here")
		a.press("I saw it", keyEnter)
		a.expect("You: I saw it", "Stranger: look here")
	})
}

// The input edits as a shell's does. A bar stands where the cursor is.
func TestInputEdits(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, _ := pairScreens(t, p, window{})
	for _, edit := range []struct{ keys, want string }{
		{"hello", "> hello|"},
		{"hello" + keyLeft + keyLeft, "> hel|lo"},
		{"hello" + keyLeft + keyLeft + keyRight, "> hell|o"},
		{"hello" + keyHome + "x", "> x|hello"},
		{"hello" + keyHome + keyEnd + "x", "> hellox|"},
		{"hello" + "\x1b[1~" + "x" + "\x1b[4~" + "y", "> xhelloy|"},
		{"hello" + "\x1bOH" + "x" + "\x1bOF" + "y", "> xhelloy|"},
		{"hello" + ctrl('a') + "x" + ctrl('e') + "y", "> xhelloy|"},
		{"hello" + ctrl('b') + ctrl('b') + ctrl('f') + "x", "> hellx|o"},
		{"one two" + ctrl('u'), "> |"},
		{"one two" + keyLeft + ctrl('u'), "> |o"},
		{"one two three" + ctrl('w'), "> one two |"},
		{"one two  " + ctrl('w'), "> one |"},
		{"one two" + keyHome + ctrl('k'), "> |"},
		{"one two" + ctrl('a') + keyRight + ctrl('k') + ctrl('y') + ctrl('y'), "> one twone two|"},
		{"one two" + "\x1bb" + "x", "> one x|two"},
		{"one two" + keyHome + "\x1bf" + "x", "> onex| two"},
		{"one two" + "\x1b[1;5D" + "x", "> one x|two"},
		{"one two" + keyHome + "\x1b[1;5C" + "x", "> onex| two"},
		{"one two" + "\x1b" + backspace, "> one |"},
		{"hello" + backspace + "\b", "> hel|"},
		{"hello" + keyLeft + keyDelete + ctrl('a') + ctrl('d'), "> |ell"},
		{"日本語" + keyLeft + "x", "> 日本x|語"},
		{"日本語" + backspace, "> 日本|"},
		{"👨‍👩‍👧🇫🇷" + backspace, "> 👨‍👩‍👧|"},
		{"e\u0301a" + keyLeft + backspace, "> |a"},
		{"\x1b[200~one\ttwo\x1b[201~", "> one two|"},
		{"\x1b[200~one\r\ntwo\rthree\nfour\x1b[201~", "> one\n  two\n  three\n  four|"},
		{"one" + keyAltEnter + "two", "> one\n  two|"},
		{"one" + keyAltEnter + "two" + keyUp + "x", "> onex|\n  two"},
		{"one" + keyAltEnter + "two" + keyUp + keyHome + keyDown + "x", "> one\n  x|two"},
		{"one" + keyAltEnter + "two" + ctrl('u') + "x", "> one\n  x|"},
		{strings.Repeat("0123456789", 8), "> " + strings.Repeat("0123456789", 8)[:77] + "\n  789|"},
		{strings.Repeat("語", 39), "> " + strings.Repeat("語", 38) + "\n  語|"},
		{"1" + keyAltEnter + "2" + keyAltEnter + "3" + keyAltEnter + "4" + keyAltEnter + "5" + keyAltEnter + "6", "> 2\n  3\n  4\n  5\n  6|"},
	} {
		a.press(edit.keys)
		a.until(fmt.Sprintf("%q after %q", edit.want, edit.keys), func() bool { return a.input(strings.Count(edit.want, "\n")+1) == edit.want })
		a.press(strings.Repeat(keyDown, 10), strings.Repeat(keyEnd+strings.Repeat(ctrl('u')+backspace, 2), 10))
		a.until("an empty input line", func() bool { return a.input(1) == "> |" })
	}
}

// What can't be said is told in one place, and stays in the input line.
func TestNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	long := strings.Repeat("x", 1001)
	a.press(long, keyEnter)
	a.expect("Not sent: a message has up to 1000 characters, and this has 1001. Shorten it.")
	a.press(backspace, keyEnter)
	b.expect("stranger: " + long[1:] + "\n")

	a.press(strings.Repeat("x"+keyAltEnter, 10), "end", keyEnter)
	a.expect("Not sent: a message has up to 10 lines, and this has 11. Shorten it.", "  end")
	a.press(strings.Repeat(backspace, 4), keyEnter)
	b.expect(strings.Repeat("stranger: x\n", 10))

	emoji := strings.Repeat("👨‍👩‍👧", 250)
	a.press(emoji, keyEnter)
	a.expect("Not sent: a message has up to 4096 bytes, and this has 4500. Shorten it.")
	a.press(ctrl('u'))

	a.press("\x1b[200~", strings.Repeat("y", 9000), "\x1b[201~")
	a.expect("The paste was too long: 808 bytes at its end were dropped.")
	a.press("z")
	a.expect("The input line is full. Press Enter to send what is there.")
	a.press(ctrl('u'))

	a.press("caf\xe9")
	a.expect("Left out: what your terminal sent is not UTF-8. Set it to UTF-8.", "> caf")
	a.press(ctrl('u'))

	a.press("/nonsense", keyEnter)
	a.expect(`There is no command "/nonsense".`)
	a.press("//shrug", keyEnter)
	b.expect("stranger: /shrug\n")

	b.send("/stop\n")
	a.expect("Stranger has left the chat")
	a.press("a thought", keyEnter)
	a.expect("Looking for a stranger", "> a thought")
	a.press(keyEnter)
	a.expect("Nobody is here yet. Your text waits in the input line.", "> a thought")
	c := joinLines(t, p)
	a.expect("You are now chatting with a stranger", "> a thought")
	a.expectGone("Nobody is here yet.")
	a.press(keyEnter)
	c.expect("stranger: a thought\n")
}

func TestSlashCommandsOnTheScreen(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairScreens(t, p, window{})
	a.press("/status", keyEnter)
	a.expect("2 people online, 0 waiting, 2 chatting.")
	a.press("/rules", keyEnter)
	a.expect("-- The rules:", "   1. ")
	a.press("/next", keyEnter)
	a.expect("Looking for a stranger")
	b.expect("Stranger has left the chat")
	a.press("/stop", keyEnter)
	a.expect("The search has stopped.", "not chatting")
	a.press("/help", keyEnter)
	a.expect("/next  ", "/stop  ", "/report CATEGORY [note]  ")
	a.page(keyPgDn, "//text  ")
	a.press("/quit", keyEnter)
	a.expectExit(exitDone)
}

// On a small screen, too, the beginning of a long answer comes first.
func TestLongAnswersBeginAtTheirTop(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := joinScreen(t, p, window{cols: 40, rows: 10})
	a.press("/help", keyEnter)
	a.expect("-- /next", "PgDn")
	a.page(keyPgDn, "/quit")
	a.press("/rules", keyEnter)
	a.expect("-- The rules:", "PgDn")
}

func TestRulesScroll(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := openTerminal(t, p, window{cols: 40, rows: 10})
	a.expect("You are at chat.example.org.", "There is more: PgDn, or the space bar.")
	a.page(keyPgDn, "Enter: accept") // at the end of the rules
	a.page(keyPgUp, "You are at chat.example.org.")
}

// A screen that shows nothing new is not painted.
func TestNothingNewIsNotPainted(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	a.press("x")
	a.expect("> x")
	before := len(a.out.String())
	b.send("hello\n")
	a.expect("Stranger: hello")
	painted := a.out.String()[before:]
	if strings.Contains(painted, "online") || strings.Contains(painted, "Enter: say") || strings.Contains(painted, "> x") {
		t.Errorf("for one new line came %q", painted)
	}
	if !strings.Contains(painted, "\x1b[KStranger: hello\x1b[") {
		t.Errorf("the new line is not written whole in %q", painted)
	}
}

// What a partner sends stays text, whatever a terminal would make of it.
func TestRow29PartnersEscapeSequences(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a, b := pairMixed(t, p, window{})
	from := len(a.out.String())
	b.send("\x1b[2J\x1b[H\x1b]0;title\x07\x1b[31mred\x1b[m\u009b7mand\x07 \x1b]52;c;aGk=\x07more\x1b[?1049l" +
		"\b\b\b \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \u202eright\u202c \x9b\n") // not UTF-8, at first
	b.expect("-- Not sent: that was not UTF-8.")
	b.send("\x1b[2J\x1b[H\x1b]0;title\x07\x1b[31mred\x1b[m\u009b7m and\x07 \x1b]52;c;aGk=\x07more\x1b[?1049l" +
		"\b\b\b \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \u202eright\u202c\rYou: x\n")
	b.send("end\n")
	a.expect("Stranger: end")
	a.expect("Stranger: red and more link right")
	for _, sequence := range []string{"\x1b]", "\x1b[31m", "\x1b[2J", "1049l", "\u009b", "\a", "\b", "\u202e"} {
		if said := a.out.String()[from:]; strings.Contains(said, sequence) {
			t.Errorf("%q reaches the terminal in %q", sequence, said)
		}
	}
	for y := range 24 {
		if strings.HasPrefix(a.shownRow(y), "You:") {
			t.Errorf("a partner draws:\n%s", a.picture())
		}
	}
}

// Wherever somebody turns to line mode, it says what the screen said: where they are,
// and how to go on.
func TestLineModeSaysWhereItBegins(t *testing.T) {
	t.Parallel()
	year := func(c *session.Config) { c.AgeGate = session.AgeYear }
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, year)
		partner := func() *terminal {
			b := openTerminal(t, p, window{})
			b.expect("Press Enter")
			b.press(keyEnter)
			b.expect("In which year")
			b.press("1960", keyEnter)
			b.expectSent("Looking for a stranger")
			return b
		}
		ways := []struct {
			state string
			reach func(a *terminal)
			says  string
		}{
			{"rules", func(*terminal) {}, "-- Type yes to accept and to look for a stranger. Type /help for help.\r\n"},
			{"year", func(a *terminal) {
				a.press(keyEnter)
				a.expect("In which year")
			}, "-- In which year were you born? Type the year, then press Enter.\r\n"},
			{"search", func(a *terminal) {
				a.press("1960", keyEnter)
				a.expect("Looking for a stranger")
			}, "-- Looking for a stranger\r\n"},
			{"long search", func(a *terminal) {
				time.Sleep(2*time.Minute + time.Second)
				a.expect("You have waited 2 minutes.")
			}, "-- Looking for a stranger\r\n-- You have waited 2 minutes. You're the only one here. A bell rings when someone comes.\r\n"},
			{"chat", func(a *terminal) {
				partner()
				a.expectSent("Someone is here!")
				a.press(" ", backspace)
				a.expect("You are now chatting with a stranger")
			}, "-- You are now chatting with a stranger\r\n"},
			{"rest", func(a *terminal) {
				a.press("/stop", keyEnter)
				a.expect("You left the chat")
			}, "-- Type /next or press Enter to look for someone new, or /quit to leave.\r\n"},
			{"offer", func(a *terminal) {
				a.press(keyEnter)
				b := partner()
				a.expect("You are now chatting with a stranger")
				b.press("/next", keyEnter)
				a.expect("Stranger has left the chat")
				a.press(keyEnter)
				a.expect("Only the person you last talked to is here.")
			}, "-- Only the person you last talked to is here. You meet again in 5 seconds."},
		}
		for i, way := range ways {
			a := openTerminal(t, p, window{})
			a.expect("Press Enter")
			for _, before := range ways[:i+1] {
				if before.state != "rest" || way.state == "rest" || way.state == "offer" {
					before.reach(a)
				}
			}
			a.press("/plain", keyEnter)
			a.expectSent("-- ")
			synctest.Wait()
			if said := a.out.String(); !strings.Contains(said, way.says) {
				t.Errorf("at the %s, line mode begins with\n%s", way.state, said[strings.LastIndex(said, "\x1b[?1049l")+1:])
			}
			a.press("/quit", keyEnter)
			a.expectExit(exitDone)
			time.Sleep(time.Minute) // the partner is told
		}
	})
}
