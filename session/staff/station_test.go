package staff_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"strangerd/data"
	"strangerd/moderation"
	"strangerd/session/staff"
	"strangerd/session/text"
)

// The contract.
const (
	exitDone = iota
	exitFailed
	exitUsage
	exitNotAllowed

	width = 80
)

// A station is what Commands work on: a data folder, a gate and a desk, and a
// clock that the test moves.
type station struct {
	*staff.Commands
	t     testing.TB
	dir   string
	width int // of the client's terminal

	adminKey []byte // in SSH's wire format

	mu   sync.Mutex // guards what follows
	time time.Time
	told []string // by broadcast
}

var (
	admin     = staff.Member{Name: "root", Admin: true, From: netip.MustParseAddr("198.51.100.7")}
	moderator = staff.Member{Name: "mo", From: netip.MustParseAddr("198.51.100.8")}
)

func newStation(t testing.TB) *station {
	t.Helper()
	s := &station{t: t, dir: filepath.Join(t.TempDir(), "data"), time: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	folder, err := data.OpenFolder(s.dir, nil)
	must(t, err)
	gate, err := moderation.NewGate(moderation.Config{
		DB: folder.DB(), Secret: folder.Secret(), Now: s.clock,
		Shared: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
	})
	must(t, err)
	desk, err := moderation.NewDesk(moderation.DeskConfig{
		DB: folder.DB(), Gate: gate, Secret: folder.Secret(), Threshold: 3,
	})
	must(t, err)
	t.Cleanup(func() { must(t, folder.Close()) })
	s.Commands = &staff.Commands{
		Gate: gate, Desk: desk, SSH: "ssh admin@chat.example", Version: "1.2.3", Now: s.clock,
		Stats: func() (online, waiting, chatting int) { return 5, 1, 4 },
		Broadcast: func(line string) int {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.told = append(s.told, line)
			return 5
		},
		Member: func(key []byte) (staff.Member, bool) {
			for _, m := range desk.Moderators() {
				if listed, _, _, _, err := ssh.ParseAuthorizedKey([]byte(m.Key)); err == nil && bytes.Equal(listed.Marshal(), key) {
					return staff.Member{Name: m.Name}, true
				}
			}
			return admin, bytes.Equal(s.adminKey, key)
		},
	}
	return s
}

func (s *station) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.time
}

// answered is what a command answered.
type answered struct {
	exit     int
	out, err string
}

// ask runs a command. Its words are split at spaces, but not inside of '…'.
func (s *station) ask(who staff.Member, command string) answered { return s.askWith(who, command, "") }

func (s *station) askWith(who staff.Member, command, in string) answered {
	var out, errOut bytes.Buffer
	exit := s.Run(s.t.Context(), who, words(command),
		staff.Client{In: strings.NewReader(in), Out: &out, Err: &errOut, Width: s.width})
	return answered{exit, out.String(), errOut.String()}
}

func words(command string) (args []string) {
	for _, word := range regexp.MustCompile(`'[^']*'|[^ ]+`).FindAllString(command, -1) {
		args = append(args, strings.Trim(word, "'"))
	}
	return args
}

// do runs a command that must succeed, and returns what it prints.
func (s *station) do(command string) string { return s.doWith(command, "") }

func (s *station) doWith(command, in string) string {
	s.t.Helper()
	a := s.askWith(admin, command, in)
	if a.exit != exitDone || a.err != "" {
		s.t.Fatalf("%s: exit %d, %q", command, a.exit, a.err)
	}
	return a.out
}

// refuses runs a command that must fail, with one line of error.
func (s *station) refuses(who staff.Member, command string, exit int, says string) answered {
	s.t.Helper()
	a := s.ask(who, command)
	lines := strings.Split(strings.TrimSuffix(a.err, "\n"), "\n")
	want := 1
	if exit == exitUsage {
		want = 2
	}
	switch {
	case a.exit != exit || len(lines) != want || lines[0] == "":
		s.t.Errorf("%s: exit %d with %q, want %d and %d lines", command, a.exit, a.err, exit, want)
	case exit == exitUsage && !strings.HasPrefix(lines[1], "usage: ssh admin@chat.example "):
		s.t.Errorf("%s: the usage is %q", command, lines[1])
	case !strings.Contains(lines[0], says):
		s.t.Errorf("%s: the error is %q, want %q in it", command, lines[0], says)
	}
	return a
}

// objects reads the array that a command prints as JSON.
func (s *station) objects(command string) (objects []map[string]any) {
	s.t.Helper()
	out := s.do(command + " --json")
	wantSafe(s.t, command, out)
	if err := json.Unmarshal([]byte(out), &objects); err != nil || objects == nil {
		s.t.Fatalf("%s --json: %v in %q", command, err, out)
	}
	for _, o := range objects {
		if id, ok := o["id"].(string); !ok || id == "" {
			s.t.Errorf("%s --json: no id in %v", command, o)
		}
	}
	return objects
}

// wantSafe expects that a terminal may print out.
func wantSafe(t testing.TB, command, out string) {
	t.Helper()
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if text.Clean(line) != strings.TrimRight(line, " ") && text.Line(line) != strings.TrimSpace(line) {
			t.Errorf("%s prints %q", command, line)
		}
	}
}

// wantTable expects rows under a head, none wider than a terminal.
func wantTable(t testing.TB, command, out string, rows int, head ...string) {
	t.Helper()
	wantSafe(t, command, out)
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	got := -1
	for _, line := range lines {
		if !strings.HasPrefix(line, "    ") {
			got++
		}
	}
	if got != rows {
		t.Errorf("%s prints %d rows, want %d:\n%s", command, got, rows, out)
	}
	for _, word := range head {
		if !strings.Contains(lines[0], word) {
			t.Errorf("%s: no %s in the head %q", command, word, lines[0])
		}
	}
	for _, line := range lines {
		if text.Width(line) > width {
			t.Errorf("%s: %d cells: %q", command, text.Width(line), line)
		}
	}
}

// enter lets somebody in.
func (s *station) enter(addr string, key ...byte) *moderation.Pass {
	s.t.Helper()
	ip := netip.MustParseAddr(addr)
	pass, err := s.Gate.Admit(ip, s.Gate.Subject(ip, key))
	must(s.t, err)
	s.t.Cleanup(pass.Close)
	return pass
}

// nasty is what somebody writes who knows terminals.
const nasty = "hi\x1b[2J\x1b]0;x\a\u009b31m\u202egnp\r-- B-0000000000 forever\n-- the lines are sealed"

// report files a report of one address by another.
func (s *station) report(category, reported, reporter string) string {
	s.t.Helper()
	bad, good := s.enter(reported), s.enter(reporter)
	filed, err := s.Desk.File(moderation.Filing{
		Category: category, Note: "note " + nasty,
		Lines: []moderation.Line{
			{Speaker: moderation.SpeakerReporter, Text: "hello you", At: s.clock()},
			{Speaker: moderation.SpeakerReported, Text: nasty, At: s.clock(), Marked: true},
		},
		Reporter: good.Subject(), Reported: bad.Subject(),
		ReporterSession: good.ID(), ReportedSession: bad.ID(),
		Chat: good.ID() + bad.ID(), BothSpoke: true, Languages: []string{"en"}, Rules: "v1",
	})
	must(s.t, err)
	return filed.ID
}

// id returns the first id of a kind in what a command printed.
func id(t testing.TB, kind, out string) string {
	t.Helper()
	found := regexp.MustCompile(kind + `-[A-Za-z0-9]+`).FindString(out)
	if found == "" {
		t.Fatalf("no %s-… in %q", kind, out)
	}
	return found
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantHas(t testing.TB, what, out string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(out, part) {
			t.Errorf("%s: no %q in:\n%s", what, part, out)
		}
	}
}

func wantNot(t testing.TB, what, out string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(out, part) {
			t.Errorf("%s: %q in:\n%s", what, part, out)
		}
	}
}
