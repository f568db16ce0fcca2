package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"

	"strangerd/session"
)

// The pictures of the documentation are what screens really show. Run with -update,
// and look at them.

// picture draws a scene in a bubble. Like all of them, it begins at midnight of
// 2000-01-01, a Saturday.
func picture(t *testing.T, change func(*session.Config), scene func(t *testing.T, p *program)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { scene(t, startBubble(t, change)) })
}

// others has pairs of others chat.
func others(t *testing.T, p *program, pairs int) {
	t.Helper()
	for range pairs {
		a, b := joinPlain(t, p, ""), joinPlain(t, p, "")
		a.expect("now chatting")
		b.expect("now chatting")
	}
}

// said is one turn of a conversation.
type said struct {
	by, other *terminal
	words     string
}

// talk has two say these, each some time after the one before.
func talk(label string, turns ...said) {
	for _, turn := range turns {
		time.Sleep(25 * time.Second)
		turn.by.press(turn.words, keyEnter)
		turn.other.expect(label + turn.words[:min(9, len(turn.words))])
	}
}

func TestPictureRules(t *testing.T) {
	picture(t, nil, func(t *testing.T, p *program) {
		others(t, p, 6)
		a := openTerminal(t, p, window{cols: 80, rows: 16})
		a.expect("Press Enter")
		a.expectPicture("rules", dark)
	})
}

func TestPictureWaiting(t *testing.T) {
	picture(t, func(c *session.Config) {
		m, err := session.ParseMeeting("Sat 20:00-22:00 Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		c.Meet = []session.Meeting{m}
	}, func(t *testing.T, p *program) {
		a := joinScreen(t, p, window{cols: 80, rows: 12})
		time.Sleep(2*time.Minute + time.Second)
		a.expect("People meet here")
		a.expectPicture("waiting", dark)
	})
}

func TestPictureChat(t *testing.T) {
	picture(t, nil, func(t *testing.T, p *program) {
		others(t, p, 6)
		a := openTerminal(t, p, window{cols: 80, rows: 20})
		b := openTerminal(t, p, window{})
		for _, c := range []*terminal{a, b} {
			c.expect("Press Enter")
			c.press("night trains, radio", keyEnter)
		}
		a.expect("You both like")
		b.expect("You both like")
		talk("Stranger: ",
			said{b, a, "hi! where does this find you?"},
			said{a, b, "on a night train, somewhere past Ljubljana. you?"},
			said{b, a, "night shift at a lighthouse. well, its server room :)"},
			said{a, b, "ours is the only compartment with the light still on, and someone is snoring in three languages"},
			said{b, a, "日本語も?"},
		)
		a.press("hah, at least ")
		b.press("...")
		a.expect("Stranger is typing", "> hah, at least")
		a.expectPicture("chat-dark", dark)
		a.expectPicture("chat-light", light)
	})
}

func TestPictureReport(t *testing.T) {
	picture(t, nil, func(t *testing.T, p *program) {
		a, b := joinScreen(t, p, window{cols: 80, rows: 16, source: "127.0.0.21"}), joinScreen(t, p, window{source: "127.0.0.22"})
		a.expect("now chatting")
		talk("Stranger: ",
			said{b, a, "hi, are you alone at home?"},
			said{a, b, "hi. why?"},
			said{b, a, "send me a picture or I find out where you live"},
		)
		a.press(ctrl('r'), "5")
		a.expect("You report:")
		a.press(keyUp, "from the first line on")
		a.expect("Marked:")
		a.expectPicture("report", dark)
	})
}

func TestPictureDesk(t *testing.T) {
	root := newStaffKey(t, "root")
	picture(t, func(c *session.Config) {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(root.line))
		if err != nil {
			t.Fatal(err)
		}
		c.Admins = func() ([]session.Admin, error) { return []session.Admin{{Name: "robin", Key: key}}, nil }
	}, func(t *testing.T, p *program) {
		others(t, p, 6)
		for i, category := range []string{"3", "4"} {
			a := joinScreen(t, p, window{source: fmt.Sprintf("127.0.0.%d", 21+i)})
			b := joinScreen(t, p, window{source: "127.0.0.31", env: map[string]string{"LANG": "en_GB.UTF-8"}})
			a.expect("now chatting")
			b.expect("now chatting")
			talk("Stranger: ",
				said{a, b, "hello there, how is your evening?"},
				said{b, a, "you type like an idiot"},
				said{a, b, "sorry?"},
				said{b, a, "an idiot, I said. go away and stay away"},
			)
			a.press(ctrl('r'), category)
			a.expect("You report:")
			a.press(keyUp, "they began with it", keyEnter)
			a.expect("Your receipt")
			a.press("/quit", keyEnter)
			a.expectExit(exitDone)
			b.press("/quit", keyEnter)
			b.expectExit(exitDone)
			time.Sleep(17 * time.Minute)
		}
		desk := openTerminal(t, p, window{cols: 96, rows: 26, staff: root})
		desk.expect("desk of robin", "an idiot, I said")
		desk.press("d")
		desk.expect("ban for a day. Why?")
		desk.expectPicture("desk", dark)
	})
}

func TestPictureQuestion(t *testing.T) {
	picture(t, nil, func(t *testing.T, p *program) {
		others(t, p, 5)
		a, x, y := joinScreen(t, p, window{cols: 80, rows: 14, source: "127.0.0.21"}), openTerminal(t, p, window{source: "127.0.0.22"}), openTerminal(t, p, window{source: "127.0.0.23"})
		a.press("/ask Is cereal soup?", keyEnter)
		a.expect("Looking for two strangers")
		for _, c := range []*terminal{x, y} {
			c.expect("Press Enter")
			c.press("/discuss", keyEnter)
			c.press(keyEnter)
			c.expectSent("to discuss a question with")
		}
		for _, c := range []*terminal{a, x, y} {
			c.expect("The question: Is cereal soup?")
		}
		talk("Stranger: ",
			said{x, y, "obviously. it is solid things in a liquid, in a bowl, with a spoon"},
			said{y, x, "then a bath with me in it is soup"},
			said{x, y, "if you bring a spoon"},
			said{y, x, "I think we need a definition that involves heat. and no bathers"},
		)
		a.expect("no bathers")
		y.press("what about")
		a.expectPicture("question", dark)
	})
}

func TestPictureAgain(t *testing.T) {
	picture(t, nil, func(t *testing.T, p *program) {
		others(t, p, 6)
		a, b := joinScreen(t, p, window{cols: 80, rows: 12}), joinScreen(t, p, window{})
		a.expect("now chatting")
		talk("Stranger: ",
			said{b, a, "so that is how my sister came to own eleven bicycles"},
			said{a, b, "eleven! and not one of them has a bell?"},
			said{b, a, "not one. wait, somebody is at the door"},
		)
		b.press("/stop", keyEnter)
		a.expect("Stranger has left the chat")
		a.press("/again", keyEnter)
		a.expect("Asked.")
		a.expectPicture("again", dark)
	})
}

func TestPictureJapanese(t *testing.T) {
	picture(t, nil, func(t *testing.T, p *program) {
		ja := map[string]string{"LANG": "ja_JP.UTF-8"}
		a, b := openTerminal(t, p, window{cols: 80, rows: 14, env: ja}), openTerminal(t, p, window{env: ja})
		for _, c := range []*terminal{a, b} {
			c.expect("Enter")
			c.press(keyEnter)
		}
		a.until("the chat", func() bool { return strings.Contains(a.text(), "Ctrl+R") })
		b.until("the chat", func() bool { return strings.Contains(b.text(), "Ctrl+R") })
		talk("",
			said{b, a, "こんばんは！そちらは今、何時ですか？"},
			said{a, b, "夜の十一時です。雨の音を聞きながら、お茶を飲んでいます。"},
			said{b, a, "いいですね。こちらはまだ昼で、猫がキーボードの上から動いてくれません。"},
			said{a, b, "その猫も一緒に話しましょう。"},
		)
		a.press("お名前は")
		a.expect("> お名前は")
		a.expectPicture("japanese", dark)
	})
}

func TestPictureNarrow(t *testing.T) {
	picture(t, nil, func(t *testing.T, p *program) {
		a, b := pairScreens(t, p, window{cols: 40, rows: 14})
		talk("Stranger: ",
			said{b, a, "is this really on your phone?"},
			said{a, b, "yes, forty columns, on the bus. the keyboard has no Esc, so I type /next"},
			said{b, a, "please don't, we have only just met"},
		)
		a.press("fine, /again exists")
		a.expect("> fine, /again exists")
		a.expectPicture("narrow", dark)
	})
}

// A short visit in line mode stands in the documentation, as it is printed.
func TestPictureLines(t *testing.T) {
	picture(t, nil, func(t *testing.T, p *program) {
		a := openTerminal(t, p, window{cols: 110, rows: 40}.plain())
		a.expectSent("Type yes")
		a.press("yes", keyEnter)
		a.expectSent("Something to think about")
		b := joinPlain(t, p, "")
		a.expectSent("now chatting")
		for _, turn := range []said{
			{b, a, "hi, where does this find you?"},
			{a, b, "on a night train. you?"},
			{b, a, "at home, by the radio"},
			{a, b, "good night, then"},
		} {
			turn.by.press(turn.words, keyEnter)
			turn.other.expectSent("stranger: " + turn.words)
		}
		a.press("/save", keyEnter)
		a.expectSent("nothing more to save")
		b.press("/quit", keyEnter)
		b.expectExit(exitDone)
		a.expectSent("to leave.\r\n")
		synctest.Wait()
		a.out.mu.Lock()
		got := regexp.MustCompile(` +\n`).ReplaceAllString(a.text(), "\n")
		a.out.mu.Unlock()
		expectFenced(t, "docs/accessibility.md", strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(got), ">")))
	})
}

// expectFenced holds the one fenced block of a page to what a session shows.
func expectFenced(t *testing.T, file, got string) {
	t.Helper()
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(page), "```")
	if len(parts) != 3 {
		t.Fatalf("%s has %d fences", file, len(parts)-1)
	}
	parts[1] = "text\n" + got + "\n"
	expectFile(t, file, []byte(strings.Join(parts, "```")))
}
