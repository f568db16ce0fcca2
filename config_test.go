package main

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/spf13/pflag"
)

// configure reads a configuration as the program does.
func configure(t *testing.T, args []string, environment map[string]string, file string) (*Config, error) {
	t.Helper()
	if file != "" {
		name := filepath.Join(t.TempDir(), "strangerd.toml")
		if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--config", name)
	}
	var config Config
	flags := config.flags()
	if err := flags.Parse(args); err != nil {
		return nil, flagError(nil, err)
	}
	err := load(flags, func(name string) string { return environment[name] })
	return &config, err
}

func TestPrecedence(t *testing.T) {
	tests := []struct {
		name        string
		args        []string
		environment map[string]string
		file        string
		want        int
	}{
		{"default", nil, nil, "", 10000},
		{"file", nil, nil, "max-sessions = 1", 1},
		{"file with underscores", nil, nil, "max_sessions = 1", 1},
		{"file with text", nil, nil, `max-sessions = "1"`, 1},
		{"environment", nil, map[string]string{"STRANGERD_MAX_SESSIONS": "2"}, "", 2},
		{"environment over file", nil, map[string]string{"STRANGERD_MAX_SESSIONS": "2"}, "max-sessions = 1", 2},
		{"empty environment", nil, map[string]string{"STRANGERD_MAX_SESSIONS": ""}, "max-sessions = 1", 1},
		{"flag over environment and file", []string{"--max-sessions=3"}, map[string]string{"STRANGERD_MAX_SESSIONS": "2"}, "max-sessions = 1", 3},
		{"flag of the default value", []string{"--max-sessions=10000"}, map[string]string{"STRANGERD_MAX_SESSIONS": "2"}, "", 10000},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			config, err := configure(t, test.args, test.environment, test.file)
			if err != nil {
				t.Fatal(err)
			}
			if config.MaxSessions != test.want {
				t.Errorf("max-sessions is %d, want %d", config.MaxSessions, test.want)
			}
		})
	}
}

// Every flag can be said in each of the three places.
func TestEverySetting(t *testing.T) {
	samples := map[string]string{
		"listen": ":1", "staff-listen": ":2", "data": "d", "host-key": "h", "name": "n", "rules": "r", "contact": "c",
		"min-age": "21", "age-gate": "year", "admin-keys": "k", "admin-key": testKey, "http": ":3",
		"proxy-from": "192.0.2.1", "shared-sources": "192.0.2.0/24", "max-sessions": "4",
		"max-per-source": "5", "connects-per-source": "6/7s", "login-grace": "8s", "new-sources": "off", "openers": "warn", "early-links": "off", "skips": "warn", "idle-timeout": "9m", "interest-wait": "11s", "meet": "Sat 20:00-22:00 Europe/Berlin, daily 06:30-07:00 UTC",
		"shutdown-grace": "0s", "report-threshold": "0", "retain": "7d",
		"max-db": "1G", "patterns": "p", "help-text": "h", "seal-to": "s", "notify": "https://example.org/x", "pprof": "true",
		"cluster": "nats://a:4222,tls://b", "node": "n-1_A", "cluster-after": "1s", "cluster-creds": "c", "cluster-ca": "a", "cluster-cert": "t", "cluster-key": "k",
	}
	flags := new(Config).flags()
	flags.VisitAll(func(f *pflag.Flag) {
		sample, ok := samples[f.Name]
		if !ok && f.Name != configFlag {
			t.Fatalf("no sample for --%s", f.Name)
		}
		if !ok {
			return
		}
		places := map[string]func() (*Config, error){
			"flag":        func() (*Config, error) { return configure(t, []string{"--" + f.Name, sample}, nil, "") },
			"environment": func() (*Config, error) { return configure(t, nil, map[string]string{variable(f.Name): sample}, "") },
			"file":        func() (*Config, error) { return configure(t, nil, nil, f.Name+` = "`+sample+`"`) },
		}
		standard, _ := configure(t, nil, nil, "")
		want, err := places["flag"]()
		if err != nil || reflect.DeepEqual(want, standard) {
			t.Errorf("--%s %s: %v, and changes nothing", f.Name, sample, err)
		}
		for place, read := range places {
			if got, err := read(); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s of %s: got %+v, %v; want %+v", place, f.Name, got, err, want)
			}
		}
	})
}

const testKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN4ZbmOGNQ6H5lU+003Lzkq8IQggkK4jdUT9vWKMso5b someone"

// A listener that is given as nothing is off.
func TestNoListener(t *testing.T) {
	for _, off := range []string{"", "off"} {
		config, err := configure(t, []string{"--staff-listen", off, "--http=" + off}, map[string]string{"STRANGERD_HTTP": ":3"}, "")
		if err != nil || config.StaffListen != "" || config.HTTP != "" {
			t.Errorf("%q: %v with %q and %q", off, err, config.StaffListen, config.HTTP)
		}
	}
}

func TestBadSettings(t *testing.T) {
	tests := []struct{ flag, text, allowed string }{
		{"listen", "2222", "HOST:PORT"},
		{"listen", ":ssh", "HOST:PORT"},
		{"listen", ":70000", "HOST:PORT"},
		{"listen", "", "HOST:PORT"},
		{"staff-listen", "here", "or off"},
		{"http", "yes", "or off"},
		{"data", "", "empty"},
		{"name", "", "empty"},
		{"name", "two\nlines", "one line of at most 40"},
		{"name", "\x1b[31mred", "printable"},
		{"contact", strings.Repeat("x", 201), "at most 200"},
		{"min-age", "12", "from 13 to 99"},
		{"min-age", "adult", "from 13 to 99"},
		{"age-gate", "none", "enter or year"},
		{"admin-key", "ssh-ed25519 AAAA", "one public key"},
		{"admin-key", `from="10.0.0.1" ` + testKey, "without options"},
		{"admin-key", "cert-authority " + testKey, "without options"},
		{"admin-key", testKey + "\n" + testKey, "one public key"},
		{"proxy-from", "10.0.0.0/33", "networks"},
		{"shared-sources", "10.0.0.1,,", "networks"},
		{"shared-sources", "localhost", "networks"},
		{"shared-sources", "fe80::1%eth0", "networks"},
		{"max-sessions", "0", "from 1"},
		{"max-sessions", "many", "whole number"},
		{"max-per-source", "-1", "from 0"},
		{"connects-per-source", "60", "COUNT/DURATION"},
		{"connects-per-source", "0/1m", "COUNT/DURATION"},
		{"connects-per-source", "60/10", "COUNT/DURATION"},
		{"connects-per-source", "60/10m/2", "COUNT/DURATION"},
		{"login-grace", "15", "such as 15s"},
		{"login-grace", "0s", "at least 1ms"},
		{"idle-timeout", "-1m", "at least"},
		{"shutdown-grace", "-1s", "at least 0s"},
		{"report-threshold", "-1", "from 0"},
		{"max-db", "0", "256M"},
		{"max-db", "1T", "256M"},
		{"notify", "example.org", "https://"},
		{"pprof", "maybe", "true or false"},
		{"retain", "d", "30d"},
		{"retain", "999999999d", "30d"},
		{"retain", "1d25h", "30d"},
		{"retain", "1.5d", "30d"},
		{"cluster", "a:4222", "nats://a:4222"},
		{"cluster", "nats://a,", "nats://a:4222"},
		{"cluster", "nats://a/path", "nats://a:4222"},
		{"cluster", "https://a", "nats://a:4222"},
		{"cluster", "nats://me:word@a", "--cluster-creds"},
		{"node", "", "1 to 32"},
		{"node", "a.b", "letters"},
	}
	for _, test := range tests {
		t.Run(test.flag+" "+test.text, func(t *testing.T) {
			_, err := configure(t, []string{"--" + test.flag + "=" + test.text}, nil, "")
			checkUsage(t, err, "--"+test.flag, strconv.Quote(test.text), test.allowed)
			if test.text != "" {
				_, err = configure(t, nil, map[string]string{variable(test.flag): test.text}, "")
				checkUsage(t, err, variable(test.flag), strconv.Quote(test.text), test.allowed)
			}
			_, err = configure(t, nil, nil, test.flag+" = "+tomlQuote.Replace(strconv.Quote(test.text)))
			checkUsage(t, err, test.flag+" in ", strconv.Quote(test.text), test.allowed)
		})
	}
}

// tomlQuote turns Go's escapes into TOML's.
var tomlQuote = strings.NewReplacer(`\x`, `\u00`)

// checkUsage wants one line that has each of the words.
func checkUsage(t *testing.T, err error, words ...string) {
	t.Helper()
	if _, ok := errors.AsType[usageError](err); !ok {
		t.Fatalf("got %v, want a usage error", err)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %q", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q has no %q", err, word)
		}
	}
}

func TestBadFiles(t *testing.T) {
	tests := []struct {
		file  string
		words []string
	}{
		{"colour = 3", []string{`"colour"`, "no setting"}},
		{"config = 'x'", []string{`"config"`, "no setting"}},
		{"[listen]\nport = 1", []string{"listen in ", "give a string"}},
		{"[server]\nlisten = ':1'", []string{`"server"`, "no setting"}},
		{"min-age = 18\nmin_age = 19", []string{`"min-age"`, "twice"}},
		{"name = 'a'\nname = ", []string{"line 2"}},
		{"min-age = true", []string{"min-age in ", "whole number"}},
		{"proxy-from = [1, 2]", []string{"proxy-from in ", "list of strings"}},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			_, err := configure(t, nil, nil, test.file)
			checkUsage(t, err, append(test.words, "strangerd.toml")...)
		})
	}
}

func TestParsedSettings(t *testing.T) {
	config, err := configure(t, nil, nil, `
listen = "[::1]:0"
connects-per-source = "60/10m"
retain = "1d12h"
proxy-from = ["192.0.2.7", "2001:db8::/32"]
shared-sources = "none"
http = "off"
`)
	if err != nil {
		t.Fatal(err)
	}
	if config.ConnectsPerSource != (rate{60, 10 * time.Minute}) || config.Retain != 36*time.Hour || config.HTTP != "" {
		t.Errorf("got %+v", config)
	}
	want := []netip.Prefix{netip.MustParsePrefix("192.0.2.7/32"), netip.MustParsePrefix("2001:db8::/32")}
	if !slices.Equal(config.ProxyFrom, want) || len(config.SharedSources) != 0 {
		t.Errorf("got %v and %v", config.ProxyFrom, config.SharedSources)
	}
}

// The lines that say how to come in name the port that people reach.
func TestHowToComeIn(t *testing.T) {
	tests := []struct{ name, listens, called, ssh string }{
		{"chat.example.org", "127.0.0.1:22", "chat.example.org", "ssh guest@chat.example.org"},
		{"chat.example.org", "127.0.0.1:2222", "chat.example.org", "ssh -p 2222 guest@chat.example.org"},
		{"chat.example.org:22", "127.0.0.1:2222", "chat.example.org", "ssh guest@chat.example.org"},
		{"chat.example.org:2022", "127.0.0.1:22", "chat.example.org", "ssh -p 2022 guest@chat.example.org"},
		{"[2001:db8::1]:2022", "127.0.0.1:22", "2001:db8::1", "ssh -p 2022 guest@2001:db8::1"},
		{"2001:db8::1", "127.0.0.1:22", "2001:db8::1", "ssh guest@2001:db8::1"},
		{"The Night Train", "127.0.0.1:2222", "The Night Train", "ssh -p 2222 guest@" + hostname()},
		{"chat:room", "127.0.0.1:22", "chat:room", "ssh guest@chat:room"},
	}
	for _, test := range tests {
		config, err := configure(t, []string{"--name", test.name}, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		listens, err := net.ResolveTCPAddr("tcp", test.listens)
		if err != nil {
			t.Fatal(err)
		}
		called, at := config.called(listens)
		if called != test.called || at.SSH("guest") != test.ssh {
			t.Errorf("--name %q that listens on %s is called %q, and is found by %q", test.name, test.listens, called, at.SSH("guest"))
		}
	}
}

// FuzzSettings checks that any file is a configuration, or is refused in one line that
// says which file it is about.
func FuzzSettings(f *testing.F) {
	for _, text := range []string{
		"max-sessions = 7\nmin_age = \"21\"\n", `shared-sources = ["127.0.0.1", "10.0.0.0/8"]`, "pprof = true",
		"# words\n[table]\nname = 1", `name = """` + "\ntwo\nlines\"\"\"", "listen = 1.5\nlisten = 2", "retain = 2026-12-31", "name = 'a",
		"max-sessions = 1\nmax_sessions = 2", "config = 'x'", "a.b.c = {d = [1, {e = 2}]}", "\"\\n\" = 1", "name = \"\x1b[2J\"",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		flags := new(Config).flags()
		settings, err := parseSettings(flags, "strangerd.toml", raw)
		for name, text := range settings {
			flag := flags.Lookup(name)
			if flag == nil {
				t.Fatalf("there is no setting %q", name)
			}
			if bad := flag.Value.Set(text); bad != nil && err == nil {
				err = badValue(name+" in strangerd.toml", text, bad)
			}
		}
		if err == nil {
			return
		}
		if _, usage := errors.AsType[usageError](err); !usage {
			t.Errorf("%v is no usage error", err)
		}
		if said := err.Error(); !strings.Contains(said, "strangerd.toml") || strings.ContainsFunc(said, unicode.IsControl) {
			t.Errorf("the error is %q", said)
		}
	})
}
