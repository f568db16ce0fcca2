package text

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	const lines = "/next   leave at once, and look for someone new\n" +
		"/report CATEGORY [note]   report the stranger, and end the chat\n" +
		"\n" +
		"a line of its own\n" +
		"  你好      two wide characters"
	for _, c := range []struct {
		width int
		want  string
	}{
		{80, `/next                    leave at once, and look for someone new
/report CATEGORY [note]  report the stranger, and end the chat

a line of its own
  你好                   two wide characters`},
		{40, `/next   leave at once, and look for
        someone new
/report CATEGORY [note]
        report the stranger, and end the
        chat

a line of its own
  你好  two wide characters`},
		{12, `/next
    leave at
    once,
    and look
    for
    someone
    new
/report
CATEGORY
[note]
    report
    the
    stranger
    , and
    end the
    chat

a line of
its own
  你好
    two wide
    characte
    rs`},
	} {
		got := Table(lines, c.width)
		if got != c.want {
			t.Errorf("in %d cells:\n%s", c.width, got)
		}
		for line := range strings.SplitSeq(got, "\n") {
			if Width(line) > c.width {
				t.Errorf("%d cells of %d: %q", Width(line), c.width, line)
			}
		}
	}
}
