package session

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"strangerd/session/locale"
	"strangerd/session/text"
)

// The full screen: a header, the transcript, a status row, the input and a
// footer.
const (
	maxColumns   = 100 // a longer line is hard to read
	maxInputRows = 5
	frameRows    = 2 // header and footer
	maxStatus    = 3 // rows of the status
)

// screen is how the transcript is looked at.
type screen struct {
	cols, rows int
	scrolled   int  // rows between the transcript's end and the lowest one shown
	newBelow   bool // something came below it
}

func (s *screen) resize(cols, rows int) { s.cols, s.rows = cols, rows }

// width is how wide the transcript is.
func (s *screen) width() int { return min(s.cols, maxColumns) }

// follow shows the end again.
func (s *screen) follow() { s.scrolled, s.newBelow = 0, false }

// grow keeps what is looked at in place when rows come below it.
func (s *screen) grow(rows int) {
	if s.scrolled > 0 {
		s.scrolled += rows
		s.newBelow = true
	}
}

// scroll moves by almost a screen: up for positive pages.
func (s *screen) scroll(pages int) {
	s.scrolled = max(0, s.scrolled+pages*max(1, s.rows-frameRows-3))
	if s.scrolled == 0 {
		s.newBelow = false
	}
}

func (c *chat) View() tea.View {
	if c.plain {
		view := tea.NewView(c.editor.text)
		view.Cursor = tea.NewCursor(text.Width(c.editor.text[:c.editor.cursor]), 0)
		return view
	}
	if c.done {
		return tea.View{}
	}
	input, x, y := c.inputRows()
	status := c.status()
	height := max(1, c.screen.rows-frameRows-len(status)-len(input))
	lines := make([]string, 0, c.screen.rows)
	lines = append(lines, c.header())
	lines = append(lines, c.body(height)...)
	lines = append(lines, status...)
	lines = append(lines, input...)
	lines = append(lines, c.footer())
	view := tea.NewView(strings.Join(lines, "\n"))
	view.AltScreen = true
	if len(input) > 0 {
		view.Cursor = tea.NewCursor(x, len(lines)-1-len(input)+y)
	}
	return view
}

// hasInput tells whether there is an input line. On the first screen there is
// one only once something is typed, such as a command.
func (c *chat) hasInput() bool {
	return c.state != refused && (c.state != atRules || c.editor.text != "")
}

// header says where somebody is and what is going on.
func (c *chat) header() string {
	var state string
	switch c.state {
	case searching:
		state = c.words.Say(locale.HeaderSearching)
	case chatting:
		state = c.words.Say(locale.HeaderChatting)
	case resting:
		state = c.words.Say(locale.HeaderResting)
	default:
		state = c.words.Say(locale.HeaderRules)
	}
	if c.state == chatting || c.state == searching {
		state += " " + c.words.Count(locale.Minutes, c.minutes())
	}
	online := c.words.Count(locale.Online, c.config.Matcher.Stats().Online)
	name := text.Truncate(c.config.Name, max(0, c.screen.cols-text.Width(state)-text.Width(online)-6))
	left := " " + name + "  " + state
	gap := max(1, c.screen.cols-text.Width(left)-text.Width(online)-1)
	return c.bar(left + strings.Repeat(" ", gap) + online)
}

// footer names the keys that work now.
func (c *chat) footer() string {
	keys := locale.KeysRules
	switch {
	case c.state == atRules && c.screen.scrolled > 0:
		keys = locale.MoreRules
	case c.really:
		keys = locale.KeysReally
	case c.state == atYear:
		keys = locale.KeysYear
	case c.state == refused:
		keys = locale.KeysRefused
	case c.state == searching:
		keys = locale.KeysSearching
	case c.state == chatting:
		keys = locale.KeysChatting
	case c.state == resting:
		keys = locale.KeysResting
	}
	return c.bar(" " + fit(c.words.Say(keys), c.screen.cols-2))
}

// fit leaves out the last of several keys that don't fit.
func fit(keys string, width int) string {
	for text.Width(keys) > width {
		last := strings.LastIndex(keys, "   ")
		if last < 0 {
			return text.Truncate(keys, width)
		}
		keys = keys[:last]
	}
	return keys
}

// bar is a row from edge to edge.
func (c *chat) bar(s string) string {
	s = text.Truncate(s, c.screen.cols)
	return reverse.render(s + strings.Repeat(" ", max(0, c.screen.cols-text.Width(s))))
}

// status is what stands above the input: the most pressing of what there is to
// say.
func (c *chat) status() []string {
	rows := text.Wrap(c.statusText(), c.screen.cols)
	if len(rows) == 0 {
		return []string{""}
	}
	rows = rows[:min(len(rows), maxStatus)]
	for i := range rows {
		rows[i] = bold.render(rows[i])
	}
	return rows
}

func (c *chat) statusText() string {
	switch {
	case c.hint != "":
		return c.hint
	case c.really:
		return c.words.Say(locale.Really)
	case c.screen.newBelow:
		return c.words.Say(locale.MoreBelow)
	case c.typing:
		return c.words.Say(locale.Typing)
	case c.state == atRules:
		return c.words.With(locale.AgeLine, locale.Data{"Age": c.config.MinAge})
	case c.state == searching && c.minutes() > 0:
		return c.waitingLine()
	case c.state == resting:
		return c.words.Say(locale.Next)
	}
	return ""
}

// inputRows is what of the input fits, and the cursor in it.
func (c *chat) inputRows() (rows []string, x, y int) {
	if !c.hasInput() {
		return nil, 0, 0
	}
	const prompt = "> "
	rows, x, y = c.editor.rows(max(1, c.screen.cols-len(prompt)-1))
	room := min(maxInputRows, max(1, c.screen.rows-frameRows-2))
	if top := max(0, min(y, len(rows)-room)); len(rows) > room {
		if y-room+1 > top {
			top = y - room + 1
		}
		rows, y = rows[top:min(top+room, len(rows))], y-top
	}
	for i := range rows {
		if i == 0 {
			rows[i] = prompt + rows[i]
		} else {
			rows[i] = "  " + rows[i]
		}
	}
	return rows, x + len(prompt), y
}

// body is the part of the transcript, or of the rules, that is looked at, in
// exactly height rows.
func (c *chat) body(height int) []string {
	s := &c.screen
	rows := c.lastRows(height + s.scrolled)
	s.scrolled = min(s.scrolled, max(0, len(rows)-height))
	end := len(rows) - s.scrolled
	lines := make([]string, height)
	copy(lines, rows[max(0, end-height):end])
	return lines
}

// lastRows lays out at least the last n rows, if there are so many.
func (c *chat) lastRows(n int) []string {
	if c.state == atRules {
		return c.rulesRows()
	}
	var laidOut [][]string // the last entry first
	count := 0
	for _, e := range slices.Backward(c.transcript.entries) {
		if count >= n {
			break
		}
		laidOut = append(laidOut, c.layOut(e))
		count += len(laidOut[len(laidOut)-1])
	}
	slices.Reverse(laidOut)
	return slices.Concat(laidOut...)
}

func (c *chat) rulesRows() (rows []string) {
	for _, line := range c.opening() {
		rows = append(rows, text.Wrap(line, c.screen.width())...)
	}
	return rows
}

// layOut is an entry in rows. Every row of a partner's begins with what the
// server draws: the label, or a gutter as wide.
func (c *chat) layOut(e entry) []string {
	label, look := "-- ", plainStyle
	switch e.from {
	case you:
		label = c.words.Say(locale.You)
	case stranger:
		label, look = c.words.Say(locale.Stranger), bold
	}
	indent := text.Width(label)
	gutter := strings.Repeat(" ", indent)
	if e.from != server {
		gutter = gutter[2:] + "| "
	}
	rows := text.Wrap(e.text, max(2, c.screen.width()-indent))
	for i := range rows {
		rows[i] = look.render(label) + rows[i]
		label = gutter
	}
	return rows
}
