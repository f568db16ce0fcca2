package staff_test

import (
	"strings"
	"testing"

	"strangerd/session/text"
)

// Whatever the terminal's width, nothing that a command says in a table or a case
// is wider, and nothing is lost by it.
func TestNarrowTerminals(t *testing.T) {
	s := newStation(t)
	report := s.report("harassment", "192.0.2.1", "192.0.2.2")
	s.do("ban " + report + " --reason 'a reason of several words'")
	s.doWith("moderator add eve", newKey(t))
	for _, command := range []string{"help", "help ban", "help report show", "stats", "sessions", "reports --status all", "report show " + report,
		"bans", "appeals", "moderator list", "transparency", "audit"} {
		s.width = 0
		wide := s.do(command)
		for _, width := range []int{40, 60, 200} {
			s.width = width
			out := s.do(command)
			for line := range strings.Lines(out) {
				line = strings.TrimSuffix(line, "\n")
				if text.Width(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
					t.Errorf("%s: %d cells of %d: %q", command, text.Width(line), width, line)
				}
			}
			for _, word := range strings.Fields(wide) {
				if len(word) < 30 && !strings.Contains(out, word) {
					t.Errorf("%s in %d cells: no %q in\n%s", command, width, word, out)
				}
			}
		}
	}
}
