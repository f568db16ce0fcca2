package main

import (
	"strings"
	"testing"
	"testing/synctest"
)

// Each screen tells its own keys, by F1 at any time and by ? on an empty line.
func TestKeysOfThisScreen(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	const f1 = "\x1bOP"
	a := openTerminal(t, p, window{})
	a.expect("Press Enter")
	a.press("?")
	a.expect("-- Enter  ", "   Ctrl+C twice  quit", "   F1 or ?  ")
	a.press("jazz", f1, ctrl('u'), keyEnter)
	a.expect("Looking for a stranger")
	a.press(f1)
	a.expect("-- Esc  ", "stop", "   Tab  ")
	b := joinLines(t, p)
	a.expect("You are now chatting with a stranger")
	a.press("?")
	a.expect("-- Esc  ", "leave", "   Ctrl+R  ", "report")
	a.until("each key once", func() bool { return strings.Count(a.text(), "\n   PgUp") == 1 })
	a.press("?", keyEnter) // the second one is a word
	b.expect("stranger: ?\n")
	a.press("what?", keyEnter)
	b.expect("stranger: what?\n")
	a.press(ctrl('r'))
	a.expect("Report this stranger.")
	a.press(f1)
	a.expect("what it is about   Esc: cancel\n")
	plain := openTerminal(t, p, window{}.plain())
	plain.expect("Type yes")
	plain.press("half a ", f1)
	plain.expect("-- Line mode. The keys are: Enter says a line, ", "\nhalf a\n")
	plain.press("line?", keyEnter)
	plain.expect("half a line?", "-- Type yes to accept")
}

// In line mode a question mark asks for help until there can be somebody to say it to.
func TestQuestionMarkInLines(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := startSSH(t, p, "-T")
	a.expect("Type yes")
	a.send("?\n")
	a.expect("-- /next ")
	a.expect("-- //text ")
	a.send("yes\n")
	b := joinLines(t, p)
	a.expect("-- You are now chatting with a stranger\n")
	a.send("?\n")
	b.expect("stranger: ?\n")
}

// Tab goes on with a command as far as there is one way, and shows the ways where there
// are several; neither is anything that a partner hears of.
func TestTabCompletes(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	plain := joinLines(t, p)
	a := joinScreen(t, p, window{})
	a.expect("You are now chatting with a stranger")
	for _, step := range []struct{ typed, becomes, tells string }{
		{"/sta", "> /status", ""},
		{"/rep", "> /report ", ""},
		{"/report ha", "> /report ha", "harassment hate"},
		{"/report hat", "> /report hate", ""},
		{"/typing o", "> /typing o", "on off"},
		{"/lang", "> /lang ", ""},
		{"/lang ", "> /lang ", "only en ar de es fr hi id ja pt ru tr zh"},
		{"/lang o", "> /lang only ", ""},
		{"/lang only de, en e", "> /lang only de, en es", ""},
		{"/lang t", "> /lang tr", ""},
		{"/lang only de en fr id e", "> /lang only de en fr id e", ""}, // no fifth
		{"/STA", "> /status", ""},
		{"/Report Ha", "> /Report Ha", "harassment hate"},
		{"/Report Hat", "> /report hate", ""},
		{"/Lang Only de, en E", "> /lang Only de, en es", ""},
		{"/st", "> /st", "/stop /status"},
		{"/qiut", "> /qiut", "Did you mean /quit?"},
		{"no command", "> no command", ""},
		{"//st", "> //st", ""},
	} {
		a.press(ctrl('u'), step.typed, "\t")
		a.expect(strings.TrimRight(step.becomes, " ")+"\n", step.tells)
		a.press("|")
		a.expect(step.becomes + "|\n")
	}
	a.press(ctrl('u'), "/STATUS", keyEnter)
	a.expect("2 people online")
	a.press("end", keyEnter)
	if before := plain.expect("stranger: end\n"); strings.Contains(before, "stranger: ") {
		t.Errorf("the partner hears %q", before)
	}

	b := openTerminal(t, p, window{command: "plain"})
	b.expect("Type yes")
	b.press("/st\t")
	b.expect("-- /stop /status", "/st")
	b.press("a\t", keyEnter)
	b.expect("/status\n", "-- 3 people online")
	b.press("/\t")
	b.expect("/next", "/quit")
	if said := b.out.String(); strings.ContainsAny(said, "\x1b\t") {
		t.Errorf("line mode has a control character in %q", said)
	}
}

// Who mistypes a command is told the nearest, and nothing far-fetched.
func TestMistypedCommand(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	a := startSSH(t, p, "-T")
	a.expect("Type yes")
	for typed, meant := range map[string]string{
		"/nxt": "/next", "/farewell": "", "/halp": "/help", "/reprot spam": "/report", "/bolck": "/block", "/hi": "", "/Rules": "-- The rules:",
		"/" + strings.Repeat("next", 200): "",
	} {
		a.send(typed + "\n")
		switch {
		case strings.HasPrefix(meant, "--"):
			a.expect(meant)
		case meant != "":
			a.expect("Did you mean " + meant + "?")
		default:
			if before := a.expect(" to see them"); strings.Contains(before, "Did you mean") {
				t.Errorf("%s is answered with %q", typed, before)
			}
		}
	}
}

// What stands behind a mistyped command isn't lost in the full screen.
func TestMistypedCommandKeepsItsWords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := joinScreen(t, startBubble(t, nil), window{})
		a.press("/aks Is cereal soup?", keyEnter)
		a.expect("There is no command \"/aks\".", "> /aks Is cereal soup?")
		a.press(keyHome, keyRight, keyRight, keyDelete, keyRight, "k", keyEnter)
		a.expect("Looking for two strangers to discuss your question")
	})
}
