package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "make the golden screens and pictures anew, to be looked at")

// expectGolden waits until the screen is the one in testdata/screens. With
// -update it becomes that, once it shows what was expected last.
func (term *terminal) expectGolden(name string) {
	term.t.Helper()
	file := filepath.Join("testdata", "screens", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(masked(term.picture())), 0o644); err != nil {
			term.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		term.t.Fatal(err)
	}
	if !term.out.wait(func() bool { return masked(term.drawn()) == string(want) }) {
		term.t.Errorf("%s shows\n%swhere the screen shows\n%sIf that is right, run go test -run Golden -update", file, want, term.picture())
	}
}

// masked has the same ids and receipts each time.
func masked(picture string) string {
	picture = regexp.MustCompile(`\b([RBA])-[0-9a-z]{10}\b`).ReplaceAllString(picture, "$1-1a2b3c4d5e")
	picture = regexp.MustCompile(`\bsource-[0-9a-z]{12}\b`).ReplaceAllString(picture, "source-1a2b3c4d5e6f")
	return regexp.MustCompile(`\b[0-9a-z]{20}\b`).ReplaceAllString(picture, "1a2b3c4d5e6f7g8h9j0k")
}

// sizes are those at which every screen has to be right.
var sizes = []window{{cols: 80, rows: 24}, {cols: 40, rows: 10}, {cols: 200, rows: 60}}

func TestGoldenScreens(t *testing.T) {
	inEachSize(t, nil, func(t *testing.T, p *program, size window, shoot func(*terminal, string, ...string)) {
		a := openTerminal(t, p, size)
		shot := func(screen string, expected ...string) {
			t.Helper()
			shoot(a, screen, expected...)
		}
		shot("rules", "Press Enter if")
		a.press(keyEnter)
		shot("searching", "Looking for a stranger")

		b := joinScreen(t, p, window{})
		a.expect("You are now chatting with a stranger")
		b.expect("You are now chatting with a stranger")
		b.press("Hello! Where are you from?", keyEnter)
		a.expect("Stranger: Hello!")
		a.press("A small town by the sea, where in winter the ferry comes twice a week, and the baker knows everyone.", keyEnter)
		b.expect("Stranger: A small town by the sea")
		b.press("That sounds lovely.", keyAltEnter, "I live in a city that never sleeps, ", "so I don't either: the tram under my window begins at four.", keyEnter)
		a.expect("four.")
		a.press("Why not m")
		b.press("w")
		shot("chatting", "Stranger is typing", "> Why not m")

		a.press(keyEsc)
		shot("really", "Really?")
		a.press(keyEsc)
		b.expect("Stranger has left the chat")
		shot("left", "You left the chat")
		a.press(ctrl('u'), "/help", keyEnter)
		shot("help", "/next", "/stop")
		a.press(strings.Repeat("too long ", 112), keyEnter)
		shot("draft", "looking 0 min", "> ")
		joinScreen(t, p, window{})
		a.expect("chatting 0 min")
		a.press(keyEnter)
		shot("too-long", "this has 1007")
	})
}

func TestGoldenYear(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--age-gate", "year", "--shared-sources", "none")
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.cols, size.rows), func(t *testing.T) {
			a := openTerminal(t, p, size)
			a.expect("Press Enter to accept these rules.")
			a.press(keyEnter)
			a.expect("In which year")
			a.expectGolden("year-" + filepath.Base(t.Name()))
			a.press("tomorrow", keyEnter)
			a.expect("That is not a year.")
			a.expectGolden("no-year-" + filepath.Base(t.Name()))
			a.press(ctrl('c'), ctrl('c'))
			a.expectExit(exitDone)
		})
	}
	a := openTerminal(t, p, window{})
	a.expect("Press Enter to accept these rules.")
	a.press(keyEnter, fmt.Sprint(time.Now().Year()-10), keyEnter)
	a.expect("Sorry")
	a.expectGolden("refused-80x24")
}

// What a partner may send, as it is shown. Whatever it is, the server's label or
// gutter stands before it.
func TestGoldenPartners(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	for _, partner := range []struct{ name, says string }{
		{"imitator", "-- Stranger has left the chat\n\nYou: my number is 555 0199\nYou are now chatting with a stranger\n" +
			"Stranger: hi\n        | hello\n> \n Enter: say   Esc: leave\x1b[2J\x1b[H\x1b]0;title\x07\x1b[?1049l\b\b\b\b\b\b\b\b\b\bYou: x"},
		{"cjk", "你好，很高兴认识你。我住在一个靠海的小镇，冬天渡轮一周来两次。\nこんにちは、はじめまして。\n안녕하세요, 반갑습니다. 저는 바닷가 작은 마을에 살아요."},
		{"emoji", "❤️ 👨‍👩‍👧 🇫🇷 👍🏽 🏳️‍🌈 " + strings.Repeat("😀", 20) + " ok"},
		{"arabic", "مرحبا، كيف حالك؟ أعيش في بلدة صغيرة بجانب البحر.\nسلام، می\u200cخواهم با تو حرف بزنم."},
		{"hebrew", "שלום, מה שלומך? אני גר בעיירה קטנה ליד הים.\nשָׁלוֹם עֲלֵיכֶם"},
		{"marks", "Z" + strings.Repeat("\u0301\u0308\u0316\u0330", 10) + "algo and e\u0301"},
	} {
		t.Run(partner.name, func(t *testing.T) {
			a, b := pairScreens(t, p, window{cols: 40, rows: 16})
			b.press("\x1b[200~", partner.says, "\x1b[201~", keyEnter)
			a.expect("Stranger: ")
			b.press("end", keyEnter)
			a.expect("Stranger: end")
			a.expectGolden("partner-" + partner.name)
			a.press(ctrl('c'), ctrl('c'))
			a.expectExit(exitDone)
			b.press(ctrl('c'), ctrl('c'))
			b.expectExit(exitDone)
		})
	}
}
