package staff_test

import (
	"strings"
	"sync"
	"testing"

	"strangerd/session/staff"
)

func TestNotUnderstood(t *testing.T) {
	s := newStation(t)
	long := "'" + strings.Repeat("x", 1001) + "'"
	for command, says := range map[string]string{
		"":                       "which command",
		"frobnicate":             `"frobnicate"`,
		"fro\x1b[2Jb":            "there is no command",
		"--frob":                 "--frob",
		"--fro\x1b[2Jb":          "unknown flag",
		"__complete ban":         "__complete",
		"--help __complete ban":  "__complete",
		"__completeNoDesc ban":   "__completeNoDesc",
		"completion bash":        "completion",
		"help frobnicate":        "frobnicate",
		"help report frobnicate": "report",
		"stats please":           "too many",
		"stats --jsn":            "--jsn",
		"sessions S-1":           "too many",
		"version 2":              "too many",

		"kick":                                   "S-… is missing",
		"kick S-1":                               "--reason TEXT is missing",
		"kick S-1 --reason":                      "--reason",
		"kick S-1 --reason ''":                   "--reason TEXT is missing",
		"kick S-1 --reason ' \a '":               "--reason TEXT is missing",
		"kick S-1 --reason " + long:              "1,000 characters",
		"kick S-1 --reason two words":            "two words",
		"kick R-1 --reason x":                    "ids look like S-",
		"kick S-é --reason x":                    "ids look like S-",
		"kick s-1 --reason x":                    "ids look like S-",
		"reports --status shut":                  "open, held or resolved",
		"reports --category rude":                "underage, sexual",
		"reports R-1":                            "too many",
		"report":                                 "resolve, show",
		"report R-1":                             "resolve, show",
		"report show":                            "R-… is missing",
		"report show B-1":                        "ids look like R-",
		"report resolve R-1 --reason x":          "--action",
		"report resolve R-1 --action shoot":      "none, warn, help and ban",
		"report resolve R-1 --action none":       "--reason TEXT is missing",
		"report resolve --action none":           "R-… is missing",
		"hold R-1":                               "--reason TEXT is missing",
		"hold R-1 --until soon --reason x":       "2026-12-31",
		"hold R-1 --until 2026-11-21 --reason x": "over",
		"hold R-1 --until forever --reason x":    "2026-12-31",
		"release":                                "R-… is missing",
		"release R-1 --reason ''":                "--reason TEXT is missing",

		"ban":                                    "a network is missing",
		"ban R-1":                                "--reason TEXT is missing",
		"ban nonsense --reason x":                "can't be read",
		"ban 192.0.2.1/24 --reason x":            "192.0.2.0/24",
		"ban 192.0.2.0/33 --reason x":            "192.0.2.0/33",
		"ban A-1 --reason x":                     "can't be read",
		"ban R-1 --for 1y --reason x":            "90m, 24h, 7d or forever",
		"ban R-1 --for -5h --reason x":           "90m",
		"ban R-1 --for 0s --reason x":            "90m",
		"ban R-1 --for 99999999d --reason x":     "90m",
		"ban R-1 --wider 8 --reason x":           "24 or 16",
		"ban S-1 --wider 24 --reason x":          "goes with a report",
		"ban 192.0.2.0/24 --wider 16 --reason x": "goes with a report",
		"ban R-1 --category rude --reason x":     "underage",
		"ban import list.txt":                    "too many",
		"ban import --for 1y":                    "90m",
		"ban import --reason ''":                 "--reason TEXT is missing",
		"unban":                                  "B-… is missing",
		"unban R-1 --reason x":                   "ids look like B-",
		"unban B-1":                              "--reason TEXT is missing",
		"bans B-1":                               "too many",
		"appeals A-1":                            "too many",
		"appeal":                                 "accept, reject, show",
		"appeal accept":                          "A-… is missing",
		"appeal accept A-1":                      "--reason TEXT is missing",
		"appeal reject A-1":                      "--reason TEXT is missing",
		"appeal show R-1":                        "ids look like A-",
		"audit --since yesterday":                "2026-12-31",
		"audit root":                             "too many",
		"transparency --since then":              "2026-12-31",
		"transparency 2026":                      "too many",

		"door ajar":           "open, known or closed",
		"door open closed":    "too many",
		"moderator":           "add, list, remove",
		"moderator add":       "NAME is missing",
		"moderator list mo":   "too many",
		"moderator remove":    "NAME is missing",
		"backup now":          "too many",
		"backup --with-keys":  "RECIPIENT is missing",
		"broadcast":           "TEXT is missing",
		"broadcast " + long:   "1,000 characters",
		"motd " + long:        "1,000 characters",
		"motd --clear all":    "takes no text",
		"motd '\a'":           "TEXT is missing",
		"drain now":           "too many",
		"drain --for a-while": "90m",
	} {
		if says == "too many" {
			says = "one word too many"
		}
		a := s.refuses(admin, command, exitUsage, says)
		wantSafe(t, command, a.err)
		if a.out != "" {
			t.Errorf("%s prints %q", command, a.out)
		}
	}
	if log := s.objects("audit"); len(log) != 0 {
		t.Errorf("what wasn't understood was done: %v", log)
	}
}

func TestModeratorsMayNotAdminister(t *testing.T) {
	s := newStation(t)
	for _, command := range []string{
		"moderator", "moderator add eve", "moderator list", "moderator list --json", "moderator remove mo", "moderator frob",
		"backup", "backup --with-keys age1x", "backup --frob",
		"broadcast hello", "broadcast",
		"motd", "motd hello", "motd --clear",
		"door", "door closed", "door ajar",
		"drain", "drain --for 1s", "drain --for nonsense",
		"door --help=false closed",
	} {
		a := s.refuses(moderator, command, exitNotAllowed, "administrators")
		if a.out != "" {
			t.Errorf("%s prints %q", command, a.out)
		}
	}
	s.refuses(moderator, "--help door closed --help=false", exitUsage, "no command")
	if log := s.objects("audit"); len(log) != 0 || len(s.told) != 0 {
		t.Errorf("a moderator did %v and told %q", log, s.told)
	}
}

func TestNothingOfThatID(t *testing.T) {
	s := newStation(t)
	for _, command := range []string{
		"kick S-0 --reason x",
		"report show R-0",
		"report show R-0 --json",
		"report show R-0 --sealed",
		"report resolve R-0 --action none --reason x",
		"report resolve R-0 --action ban --for forever --reason x",
		"hold R-0 --reason x",
		"release R-0",
		"ban R-0 --reason x",
		"ban S-0 --reason x",
		"unban B-0 --reason x",
		"appeal show A-0",
		"appeal accept A-0 --reason x",
		"appeal reject A-0 --reason x",
		"moderator remove eve",
	} {
		s.refuses(admin, command, exitFailed, "there is no")
	}
}

func TestHelp(t *testing.T) {
	s := newStation(t)
	out := s.do("help")
	for _, command := range []string{
		"stats", "sessions", "kick", "reports", "report", "ban", "unban", "bans", "appeals", "appeal", "hold", "release",
		"audit", "transparency", "door", "moderator", "backup", "broadcast", "motd", "drain", "help", "version",
	} {
		wantHas(t, "help", out, "\n  "+command+" ")
		about := s.do("help " + command)
		wantHas(t, "help "+command, about, "usage: ssh admin@chat.example "+command)
		if flag := s.do(command + " --help"); flag != about {
			t.Errorf("%s --help prints %q, help %[1]s %q", command, flag, about)
		}
	}
	wantNot(t, "help", out, "completion")
	wantHas(t, "help ban", s.do("help ban"), "others at that source may read it too", "import")
	wantHas(t, "help report show", s.do("help report show"), "--lines")
	for line := range strings.Lines(out) {
		if len(line) > width+1 {
			t.Errorf("help is wider than %d: %q", width, line)
		}
	}
	wantHas(t, "version", s.do("version"), "strangerd 1.2.3\n")
	if a := s.ask(moderator, "help door"); a.exit != exitDone {
		t.Errorf("a moderator may not read about the door: %v", a)
	}
}

func TestRunsSideBySide(t *testing.T) {
	s := newStation(t)
	s.report("spam", "192.0.2.1", "192.0.2.2")
	var all sync.WaitGroup
	for _, command := range []string{"reports", "reports --json", "help", "ban", "sessions", "bans", "door open", "frob"} {
		for range 4 {
			all.Go(func() { s.ask(admin, command) })
		}
	}
	all.Wait()
}

func FuzzRun(f *testing.F) {
	for _, command := range []string{
		"stats --json", "kick S-1 --reason x", "reports --status all --category spam", "report show R-1 --lines",
		"report resolve R-1 --action ban --for 7d --wider 24 --yes --reason x", "ban 192.0.2.0/24 --reason x",
		"ban import --for 1d", "unban B-1 --reason x", "appeal accept A-1 --reason x", "hold R-1 --until 2027-01-01 --reason x",
		"audit --since 30d", "transparency --csv", "moderator add eve", "motd --clear", "drain --for 1m",
		"-h backup", "--help=maybe", "__complete ''", "help ban import", "-- door", "door -- open", "--reason=\x1b[2J",
	} {
		f.Add(strings.Join(words(command), "\x00"), true, "192.0.2.0/24\n")
	}
	s := newStation(f)
	f.Fuzz(func(t *testing.T, args string, asAdmin bool, in string) {
		who := moderator
		who.Admin = asAdmin
		var out, errOut strings.Builder
		exit := s.Run(t.Context(), who, strings.Split(args, "\x00"), staff.Client{In: strings.NewReader(in), Out: &out, Err: &errOut})
		if exit < exitDone || exit > exitNotAllowed || (exit == exitDone) != (errOut.Len() == 0) {
			t.Errorf("exit %d with %q", exit, errOut.String())
		}
		if lines := strings.Count(errOut.String(), "\n"); lines > 2 {
			t.Errorf("%d lines of error: %q", lines, errOut.String())
		}
		wantSafe(t, args, errOut.String())
	})
}
