package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"strangerd/session"
	"strangerd/session/locale"
)

// speakers are locales of all the languages of the interface.
var speakers = []string{"en_GB.UTF-8", "id_ID.UTF-8", "es_MX.UTF-8", "pt_BR.UTF-8", "fr_FR.UTF-8", "de_DE.UTF-8",
	"tr_TR.UTF-8", "ru_RU.UTF-8", "ar_EG.UTF-8", "hi_IN.UTF-8", "ja_JP.UTF-8", "zh_CN.UTF-8"}

// catalogues are those of all tests: to read one takes long with -race.
var catalogues = sync.OnceValues(locale.Load)

// words are what somebody with that locale reads.
func words(t *testing.T, posix string) *locale.Words {
	t.Helper()
	all, err := catalogues()
	if err != nil {
		t.Fatal(err)
	}
	return all.For(posix)
}

// joinIn starts a stock client in line mode, of somebody with that locale, who has
// accepted the rules.
func joinIn(t *testing.T, p *program, posix string, more ...string) *chatter {
	t.Helper()
	w := words(t, posix)
	c := startSSH(t, p, append([]string{"-T", "-o", "SetEnv=LANG=" + posix}, more...)...)
	c.expect("-- " + w.Say(locale.RulesTitle) + "\n")
	c.expect("-- " + w.Say(locale.TypeYes) + "\n")
	c.send("yes\n")
	c.expect("-- " + w.Say(locale.Looking) + "\n")
	return c
}

// A stock client with SendEnv, as Debian configures it: of LC_ALL, LC_MESSAGES and LANG
// the first chooses what is read, and all of them what is spoken, the best first.
func TestSendEnvChoosesTheLanguage(t *testing.T) {
	t.Parallel()
	requireTool(t, "ssh")
	p := startServer(t)
	for env, want := range map[string][2]string{
		"LANG=de_DE.UTF-8": {"Die Regeln:", "Du sprichst Deutsch. "},
		"LANG=C":           {"The rules:", "You speak English. "},
		"LANG=POSIX":       {"The rules:", "You speak English. "},
		"LANG=tlh_XX":      {"The rules:", "You speak tlh. "},
		"LANG=":            {"The rules:", "You speak English. "},
		"LANG=de_DE.UTF-8 LC_MESSAGES=es_ES.UTF-8":                    {"Las reglas:", "Hablas español y Deutsch. "},
		"LANG=de_DE.UTF-8 LC_ALL=fr_FR.UTF-8":                         {"Les règles", "Tu parles français et Deutsch. "},
		"LANG=de_DE.UTF-8 LC_MESSAGES=es_ES.UTF-8 LC_ALL=fr_FR.UTF-8": {"Les règles", "Tu parles français, español et Deutsch. "},
		"LANG=de_DE.UTF-8 LC_CTYPE=fr_FR.UTF-8":                       {"Die Regeln:", "Du sprichst Deutsch. "},
	} {
		cmd := exec.Command("ssh", sshArguments(p, "-T", "-o", "SendEnv=LANG LC_*")...)
		cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, strings.Fields(env)...)
		cmd.Stdin = strings.NewReader("/lang\n/quit\n")
		out, err := cmd.Output()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Errorf("ssh says %s", exit.Stderr)
		}
		if err != nil || !strings.Contains(string(out), "-- "+want[0]) || !strings.Contains(string(out), "-- "+want[1]) {
			t.Errorf("%s: %v\n%s", env, err, out)
		}
	}
}

// Every language, through a stock client in line mode.
func TestLinesInEveryLanguage(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--interest-wait", "1h")
	for _, posix := range speakers {
		w := words(t, posix)
		a, b := joinIn(t, p, posix), joinIn(t, p, posix)
		a.expect("-- " + w.Say(locale.Matched) + "\n")
		b.expect("-- " + w.Say(locale.Matched) + "\n")
		a.send("abc\n")
		b.expect(w.Say(locale.StrangerPlain) + "abc\n")
		a.send("/nonsense\n")
		a.expect("-- " + w.With(locale.UnknownCommand, locale.Data{"Command": `"/nonsense"`}) + "\n")
		a.send("/next\n")
		a.expect("-- " + w.Say(locale.YouLeft) + "\n")
		b.expect("-- " + w.Say(locale.PartnerLeft) + "\n-- " + w.Say(locale.NextPlain) + "\n")
		a.send("/quit\n")
		a.expectExit(exitDone)
		b.send("/quit\n")
		b.expectExit(exitDone)
	}
}

// Other scripts through a stock client in a terminal that is not ours: wide, combined
// and from right to left, in the order in which they are read.
func TestScriptsUnderTmux(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--interest-wait", "1h")
	for _, posix := range []string{"de_DE.UTF-8", "ar_EG.UTF-8", "hi_IN.UTF-8", "ja_JP.UTF-8", "zh_CN.UTF-8"} {
		w := words(t, posix)
		a := startTmux(t, p, "-o", "SetEnv=LANG="+posix)
		a.expect(w.Say(locale.RulesTitle), strings.Split(w.Say(locale.Rules), "\n")[3])
		a.press("Enter")
		a.expect(w.Say(locale.Looking), w.Say(locale.HeaderSearching), "Esc", "/help")
		b := joinIn(t, p, posix)
		a.expect(w.Say(locale.Matched))
		b.expect("-- " + w.Say(locale.Matched) + "\n")
		b.send(w.Say(locale.Next) + "\n")
		a.expect(w.Say(locale.Stranger) + w.Say(locale.Next))
		b.send("/quit\n")
		a.expect(w.Say(locale.PartnerLeft), w.Say(locale.Next))
		a.press("C-c", "C-c")
		a.expect("ended with 0")
	}
}

// The language changes while somebody is here: at the rules, in a search and in a chat;
// on the screen and in lines.
func TestLangSwitches(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--interest-wait", "1h")
	a := openTerminal(t, p, window{})
	a.expect("Press Enter if you are 18 or older")
	a.press("/lang", keyEnter)
	a.expect("You speak English. Who speaks that too comes first.")
	a.press("/lang klingon", keyEnter)
	a.expect(`There is no language "klingon".`)
	a.press("/lang de, en", keyEnter)
	a.expect("Die Regeln:", "Du sprichst Deutsch und English.")
	a.press(keyEnter)
	a.expect("Wir suchen jemanden für dich", "Suche 0 Min")

	b := startSSH(t, p, "-T")
	b.expect("Type yes")
	b.send("/lang only es\n")
	b.expect("-- Las reglas:\n")
	b.expect("-- Escribe yes")
	b.send("yes\n")
	b.expect("-- Buscando a alguien para ti\n")
	b.expect("-- Hay 1 persona más esperando. Buscando solo a alguien que hable español. Si vale cualquiera: /lang es\n")
	a.press(" ", backspace) // the screen counts who waits at its next event
	a.expect("Wir suchen zuerst jemanden, der Deutsch oder English", "spricht. Enter: egal wer.")
	b.send("/lang sv en de fr es\n")
	b.expect("-- Di hasta 4 idiomas.\n")
	b.send("/lang sv en\n")
	b.expect("-- You speak sv and English.")
	b.expect("-- You are now chatting with a stranger\n")
	a.expect("Du bist jetzt mit jemandem im Chat")

	b.send("/lang tr\n")
	b.expect("-- Konuştuğun diller: Türkçe.")
	b.send("merhaba\n")
	a.expect("Gegenüber: merhaba")
	a.press("hallo", keyEnter)
	b.expect("yabancı: hallo\n")
	a.press("/lang ar", keyEnter)
	a.expect("لغاتك: العربية.")
	a.press("/quit", keyEnter)
	b.expect("-- Karşındaki sohbetten ayrıldı\n")
}

// Two who share a language meet before somebody who has waited longer and shares none.
func TestTwoIndonesiansMeetFirst(t *testing.T) {
	t.Parallel()
	p := startServer(t, "--interest-wait", "1h")
	english := joinIn(t, p, "en_GB.UTF-8")
	one := joinIn(t, p, "id_ID.UTF-8")
	one.expect("Mencari dulu orang yang berbicara Bahasa Indonesia. Kalau siapa saja boleh, kirim baris kosong.\n")
	two := joinIn(t, p, "id_ID.UTF-8")
	for _, c := range []*chatter{one, two} {
		c.expect("-- Kamu sekarang mengobrol dengan dia\n")
	}
	one.send("halo\n")
	two.expect("dia: halo\n")
	french := joinIn(t, p, "fr_FR.UTF-8")
	french.send("\n") // an empty line: anyone will do, and the other wants to wait no longer, too
	french.expect("-- N'importe qui fera l'affaire.\n")
	english.send("\n")
	english.expect("-- Anyone will do.\n-- You are now chatting with a stranger\n")
	french.expect("-- Tu parles maintenant avec quelqu'un\n")
}

// Who shares no language with anybody waits as long as for an interest, is told so, and
// meets anyone then; but who insists on a language goes on waiting.
func TestLanguageWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, func(c *session.Config) { c.InterestWait = 10 * time.Second })
		lang := func(posix string) map[string]string { return map[string]string{"LANG": posix} }
		only := openTerminal(t, p, window{env: lang("en_GB.UTF-8")})
		only.expect("Press Enter")
		only.press("/lang only en", keyEnter)
		only.expect("meet nobody who speaks none of that")
		only.press(keyEnter)
		only.expect("Looking for a stranger")
		a := openTerminal(t, p, window{env: lang("de_DE.UTF-8"), cols: 40, rows: 10})
		a.expect("Drück Enter")
		begun := time.Now()
		a.press(keyEnter)
		a.expect("zuerst jemanden, der Deutsch spricht.", "Enter: egal wer.")
		only.press(" ", backspace)
		only.expect("Looking only for someone who speaks English. For", "anyone: /lang en")
		time.Sleep(time.Until(begun.Add(9 * time.Second)))
		b := openTerminal(t, p, window{env: lang("id_ID.UTF-8")})
		b.expect("Tekan Enter")
		b.press(keyEnter)
		b.expect("Mencari dulu orang yang berbicara Bahasa", "Indonesia. Enter: siapa saja boleh.")
		time.Sleep(time.Until(begun.Add(12 * time.Second)))
		synctest.Wait()
		if a.shows("Deutsch spricht") {
			t.Errorf("after the wait:\n%s", a.picture())
		}
		b.press(keyEnter)
		a.expect("Du bist jetzt mit jemandem im Chat")
		b.expect("Kamu sekarang mengobrol dengan dia")
		time.Sleep(time.Hour)
		synctest.Wait()
		if !only.shows("Looking") || only.shows("You are now chatting") {
			t.Errorf("who insists on English has\n%s", only.picture())
		}
	})
}
