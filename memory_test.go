package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"strangerd/session/locale"
)

// kill ends a server as a power cut does, and starts it again.
func (p *program) kill(t *testing.T, folder string, flags ...string) *program {
	t.Helper()
	p.cmd.Process.Kill()
	p.wait()
	return startServerIn(t, folder, flags...)
}

// runMe runs a command as me@.
func (k *staffKey) runMe(t *testing.T, p *program, command ...string) (stdout, stderr string, code int) {
	t.Helper()
	return runSSHWith(t, p, "", k.as("me", command...)...)
}

// What me@ has remembered outlives a power cut right after it was said, comes with the
// key alone, is printed, and is forgotten at once and for good.
func TestMeIsRemembered(t *testing.T) {
	t.Parallel()
	folder, key := t.TempDir(), newStaffKey(t, "me")
	p := startServerIn(t, folder)
	a := startSSH(t, p, key.as("me", "-T")...)
	a.expect("-- You came as me@, so this is remembered by your key")
	a.expect("Type yes")
	a.send("/interests go, Café\nyes\n")
	a.expect("-- Remembered for me@. You like go and Café. Who likes that too comes first.")
	a.expect("-- Looking for a stranger\n")
	p = p.kill(t, folder)

	b := openTerminal(t, p, window{me: key})
	b.expect("You have accepted the rules before, and they hold. To read them: /rules", "Looking for a stranger")
	b.press("/interests", keyEnter)
	b.expect("You like go and Café.")
	b.press("/interests tea", keyEnter)
	b.expect("Remembered for me@. You like tea.")
	b.press("/bell off", keyEnter)
	b.expect("Remembered for me@. ")
	b.expectGone("You like tea.")
	p = p.kill(t, folder)
	silent := openTerminal(t, p, window{me: key})
	silent.expect("You're the only one here.\n", "Looking for a stranger")
	tea := joinLines(t, p, "-l", "+tea")
	silent.expect("You both like tea.")
	silent.expectCalls(0, "")
	silent.press("/quit", keyEnter)
	silent.expectExit(exitDone)
	tea.send("/quit\n")
	tea.expectExit(exitDone)

	c := startSSH(t, p, key.as("me", "-T")...)
	c.expect("-- You have accepted the rules before, and they hold. To read them: /rules\n-- Looking for a stranger\n")
	c.expect("-- Looking for someone who likes tea too.")
	for _, other := range [][]string{{"-T"}, newStaffKey(t, "other").as("me", "-T"), key.as("guest", "-T")} {
		if opening := startSSH(t, p, other...).expect("Type yes"); strings.Contains(opening, "accepted the rules before") {
			t.Errorf("%q is taken for somebody else", other)
		}
	}

	stdout, stderr, code := key.runMe(t, p, "export")
	if code != exitDone || stderr != "" {
		t.Errorf("export ends with %d: %s", code, stderr)
	}
	expectAll(t, "export", stdout, []string{"You accepted the rules on 2", "You like: tea\n", "The bell is off.\n"})
	var exported struct {
		Interests []string
		Rules     string
		Bell      bool
	}
	stdout, _, code = key.runMe(t, p, "export", "--json")
	if err := json.Unmarshal([]byte(stdout), &exported); err != nil || code != exitDone ||
		len(exported.Interests) != 1 || exported.Interests[0] != "tea" || exported.Rules == "" || exported.Bell {
		t.Errorf("export --json says %s: %v, %d", stdout, err, code)
	}

	c.send("/quit\n")
	c.expectExit(exitDone)
	stdout, stderr, code = key.runMe(t, p, "forget")
	if code != exitDone || stderr != "" || !strings.HasPrefix(stdout, "Forgotten: nothing is remembered of this key any more.") {
		t.Errorf("forget ends with %d: %s%s", code, stdout, stderr)
	}
	p = p.kill(t, folder)
	if stdout, _, _ := key.runMe(t, p, "export"); stdout != "Nothing is remembered of this key.\n" {
		t.Errorf("after it is forgotten, export prints %q", stdout)
	}
	if stdout, _, _ := key.runMe(t, p, "export", "--json"); stdout != `{"interests":[],"languages":[],"only_languages":false,"bell":true,"blocks":[]}`+"\n" {
		t.Errorf("after it is forgotten, export --json prints %q", stdout)
	}
	d := openTerminal(t, p, window{me: key})
	d.expect("Press Enter")
}

// The languages of me@ outlive a power cut, speak for them on the next visit before their
// client does, are printed, and are forgotten at once and for good.
func TestLanguagesOfMeAreRemembered(t *testing.T) {
	t.Parallel()
	folder, key, german := t.TempDir(), newStaffKey(t, "me"), words(t, "de")
	p := startServerIn(t, folder)
	a := startSSH(t, p, key.as("me", "-T")...)
	a.expect("Type yes")
	a.send("/lang only de es\n")
	a.expect("-- " + german.Say(locale.Remembered) + " Du sprichst Deutsch und español und triffst niemanden")
	p = p.kill(t, folder)

	french := map[string]string{"LANG": "fr_FR.UTF-8"}
	b := openTerminal(t, p, window{me: key, env: french})
	b.expect(german.Say(locale.RulesTitle))
	b.press("/lang", keyEnter)
	b.expect("Du sprichst Deutsch und español und triffst niemanden")
	stdout, _, code := key.runMe(t, p, "export")
	if code != exitDone {
		t.Errorf("export ends with %d", code)
	}
	expectAll(t, "export", stdout, []string{"You speak: de, es (and talk to nobody who doesn't)\n"})
	stdout, _, _ = key.runMe(t, p, "export", "--json")
	expectAll(t, "export --json", stdout, []string{`"languages":["de","es"],"only_languages":true`})
	openTerminal(t, p, window{me: newStaffKey(t, "other"), env: french}).expect(words(t, "fr").Say(locale.RulesTitle))

	if _, stderr, code := key.runMe(t, p, "forget"); code != exitDone {
		t.Errorf("forget ends with %d: %s", code, stderr)
	}
	p = p.kill(t, folder)
	if stdout, _, _ := key.runMe(t, p, "export"); stdout != "Nothing is remembered of this key.\n" {
		t.Errorf("after it is forgotten, export prints %q", stdout)
	}
	openTerminal(t, p, window{me: key, env: french}).expect(words(t, "fr").Say(locale.RulesTitle))
}

// Rules that have changed are asked for anew, and so is another age line.
func TestChangedRulesAreAskedForAgain(t *testing.T) {
	t.Parallel()
	folder, key := t.TempDir(), newStaffKey(t, "me")
	rules := filepath.Join(folder, "rules.txt")
	write := func(text string) {
		if err := os.WriteFile(rules, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("Be kind.")
	p := startServerIn(t, folder, "--rules", rules)
	joinScreen(t, p, window{me: key})
	p = p.kill(t, folder, "--rules", rules)
	openTerminal(t, p, window{me: key}).expect("they hold", "Looking for a stranger")
	write("Be very kind.")
	p = p.kill(t, folder, "--rules", rules)
	joinScreen(t, p, window{me: key})
	p = p.kill(t, folder, "--rules", rules, "--min-age", "21")
	openTerminal(t, p, window{me: key}).expect("Press Enter if you are 21")
}

// Whom me@ has blocked they don't meet on a later visit either, whoever of the two
// comes first, and even if both are alone.
func TestBlockOutlastsVisit(t *testing.T) {
	t.Parallel()
	folder, key := t.TempDir(), newStaffKey(t, "me")
	p := startServerIn(t, folder)
	a := joinScreen(t, p, window{me: key})
	b := joinFrom(t, p, "127.0.0.51")
	a.expect("You are now chatting with a stranger")
	a.press("/block", keyEnter)
	a.expect("Blocked: you two don't meet again for 90 days")
	b.expect("-- Stranger has left the chat\n")

	// It holds at once, for who comes back as if they were somebody new.
	b.send("/quit\n")
	b.expectExit(exitDone)
	back := joinFrom(t, p, "127.0.0.51")
	a.press("/next", keyEnter)
	for range 2 { // each of them meets whoever else comes
		other := joinLines(t, p)
		other.expect("-- You are now chatting with a stranger\n")
		other.send("I am here, too\n")
	}
	back.expect("stranger: I am here, too\n")
	a.expect("Stranger: I am here, too")
	p = p.kill(t, folder)

	blocked := joinFrom(t, p, "127.0.0.51")
	again := startSSH(t, p, key.as("me", "-T")...)
	again.expect("-- Looking for a stranger\n")
	for range 2 { // each of them meets whoever else comes
		other := joinLines(t, p)
		other.expect("-- You are now chatting with a stranger\n")
		other.send("I am somebody else\n")
	}
	for _, person := range []*chatter{blocked, again} {
		person.expect("-- You are now chatting with a stranger\n")
		person.expect("stranger: I am somebody else\n")
	}
	if stdout, _, _ := key.runMe(t, p, "export"); !strings.Contains(stdout, "as keyed hashes: 1. The last block ends on 2") {
		t.Errorf("export prints %q", stdout)
	}

	// Of who can't be told from others a block says how long it holds.
	again.send("/quit\n")
	again.expectExit(exitDone)
	c := startSSH(t, p, key.as("me", "-T")...)
	c.expect("-- Looking for a stranger\n")
	joinLines(t, p)
	c.expect("-- You are now chatting with a stranger\n")
	c.send("/block\n")
	c.expect("-- Blocked: you two don't meet again while you are here.\n")
}

// For who didn't come as me@ there is nothing to print or to forget, and they are told
// what to do.
func TestOnlyMeIsRemembered(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	for _, command := range []string{"export", "export --json", "forget"} {
		stdout, stderr, code := runSSH(t, p, command)
		name, _, _ := strings.Cut(command, " ")
		want := "Nothing is remembered of you: you didn't come as me@. Try: ssh me@chat.example.org " + name + "\n"
		if code != exitNotUnderstood || stdout != "" || stderr != want {
			t.Errorf("%s ends with %d: %q %q", command, code, stdout, stderr)
		}
	}
	if _, stderr, code := newStaffKey(t, "me").runMe(t, p, "forget", "everything"); code != exitNotUnderstood || !strings.Contains(stderr, "takes no argument") {
		t.Errorf("forget with an argument ends with %d: %s", code, stderr)
	}
	a := joinLines(t, p)
	a.send("/interests go\n")
	a.expect("To stop: /interests off\n")
	if stdout, _, code := runSSH(t, p, "help"); code != exitDone {
		t.Error(code)
	} else {
		expectAll(t, "help", stdout, []string{"ssh me@chat.example.org export [--json]", "ssh me@chat.example.org forget"})
	}
	stdout, _, _ := runSSH(t, p, "privacy")
	expectAll(t, "privacy", stdout, []string{"ssh me@chat.example.org export prints it", "forget erases it at once"})
}

// Who has accepted the rules before and says yes all the same, as a script does, says
// it to nobody.
func TestYesToRulesThatHold(t *testing.T) {
	t.Parallel()
	p, key := startServer(t), newStaffKey(t, "me")
	a := startSSH(t, p, key.as("me", "-T")...)
	a.expect("Type yes")
	a.send("yes\n")
	a.expect("-- Looking for a stranger\n")
	a.send("/quit\n")
	a.expectExit(exitDone)

	again := startSSH(t, p, key.as("me", "-T")...)
	again.send("yes\nhello\n")
	again.expect("-- Looking for a stranger\n")
	if heard := joinLines(t, p).expect("stranger: hello\n"); strings.Contains(heard, "stranger: yes") {
		t.Errorf("the stranger hears %q", heard)
	}
}
