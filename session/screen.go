package session

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"

	"strangerd/session/editor"
	"strangerd/session/locale"
	"strangerd/session/terminal"
	"strangerd/session/text"
)

// The full screen: a header, the transcript, a status row, the input and a
// footer.
const (
	maxColumns   = 100 // a longer line is hard to read
	maxInputRows = 5
	frameRows    = 2 // header and footer
	maxStatus    = 3 // rows that a long input leaves to the status
)

// screen is how the transcript is looked at.
type screen struct {
	cols, rows int
	height     int  // of the window that was shown last
	scrolled   int  // rows between the transcript's end and the lowest one shown
	newBelow   bool // something came below it
	answered   bool // it shows the beginning of an answer, and nobody has scrolled since
	down       int  // rows above the first one shown, of a page that is read from its top
	below      bool // the page goes on below
	kept       int  // where a row stands that was at the edge, and has to be in the next window; or 0

	rules      []row // the first screen's, as wide as rulesWidth
	rulesWidth int
}

func (s *screen) resize(cols, rows int) { s.cols, s.rows = cols, rows }

// width is how wide the transcript is.
func (s *screen) width() int { return min(s.cols, maxColumns) }

// follow shows the end again.
func (s *screen) follow() { s.scrolled, s.newBelow, s.answered = 0, false, false }

// makeRoom shows what comes next, unless somebody has scrolled to what they see.
func (s *screen) makeRoom() {
	if s.answered {
		s.follow()
	}
}

// showTop shows the first of the last rows, and as many more as fit beside a row
// of status and one of input.
func (s *screen) showTop(rows int) {
	s.scrolled = max(0, rows-max(1, s.rows-frameRows-2))
	s.newBelow = s.scrolled > 0
	s.answered = true
}

// grow keeps what is looked at in place when rows come below it.
func (s *screen) grow(rows int) {
	if s.scrolled > 0 {
		s.scrolled += rows
		s.newBelow = true
		if s.kept > 0 {
			s.kept += rows
		}
	}
}

// scroll moves by almost a screen: up for positive pages.
func (s *screen) scroll(pages int) {
	s.answered = false
	if pages < 0 {
		s.kept = s.scrolled + 1
	}
	s.scrolled = max(0, s.scrolled+pages*s.step())
	if s.scrolled == 0 {
		s.newBelow = false
	}
}

// turn moves a page by almost a screen: up for positive pages.
func (s *screen) turn(pages int) {
	if pages > 0 {
		s.kept = s.down + 1
	}
	s.down = max(0, s.down-pages*s.step())
}

func (s *screen) step() int { return max(1, s.height-1) }

// settle has the next window be so high. It is lower than the last one if the status
// takes more rows now, and then begins where it would otherwise leave out some.
func (s *screen) settle(position *int, height int) {
	s.height = height
	if s.kept > 0 {
		*position = max(*position, s.kept-height)
	}
	s.kept = 0
}

// page is the part of a page's rows that is looked at: at most height of them.
func (s *screen) page(rows []row, height int) []row {
	s.settle(&s.down, height)
	s.down = min(s.down, max(0, len(rows)-height))
	s.below = s.down+height < len(rows)
	return rows[s.down:min(s.down+height, len(rows))]
}

// window is the part of the transcript's last rows that is looked at: at most height
// of them.
func (s *screen) window(rows []row, height int) []row {
	s.scrolled = min(s.scrolled, max(0, len(rows)-height))
	end := len(rows) - s.scrolled
	return rows[max(0, end-height):end]
}

func (c *chat) View() tea.View {
	var content bytes.Buffer
	view := c.WriteView(&content)
	if view.AltScreen {
		view.Content = content.String()
	}
	return view
}

// WriteView is View for a terminal, which has the content of the full screen written.
func (c *chat) WriteView(content *bytes.Buffer) tea.View {
	if c.plain {
		view := tea.NewView(c.editor.Text())
		view.Cursor = tea.NewCursor(text.Width(c.editor.Before()), 0)
		return view
	}
	if c.done {
		return tea.View{}
	}
	var input []string
	var x, y int
	if c.hasInput() {
		input, x, y = c.screen.inputRows(&c.editor)
	}
	room := c.screen.rows - frameRows - len(input)
	status := c.status(room - 1)
	height := max(1, room-len(status))
	c.header(content)
	c.body(content, height)
	for _, line := range slices.Concat(status, input) {
		content.WriteByte('\n')
		content.WriteString(line)
	}
	content.WriteByte('\n')
	c.footer(content)
	var view tea.View
	view.AltScreen, view.ReportFocus, view.WindowTitle = true, true, c.title()
	if len(input) > 0 {
		view.Cursor = tea.NewCursor(x, 1+height+len(status)+y)
	}
	return view
}

// hasInput tells whether there is an input line. Where Enter is the answer there is
// one only once something is typed, such as a command.
func (c *chat) hasInput() bool {
	if c.report != nil {
		return c.report.category != ""
	}
	return c.state != refused && (c.state != warned && c.state != atRules || c.editor.Text() != "")
}

// header says where somebody is and what is going on.
func (c *chat) header(content *bytes.Buffer) {
	var state string
	switch c.state {
	case warned:
		state = c.words.Say(locale.HeaderWarned)
	case searching:
		state = c.words.Say(locale.HeaderSearching)
	case chatting:
		state = c.words.Say(locale.HeaderChatting)
	case watching:
		state = c.words.Say(locale.HeaderWatching)
	case resting:
		state = c.words.Say(locale.HeaderResting)
	default:
		state = c.words.Say(locale.HeaderRules)
	}
	switch idle := c.idleHeader(); {
	case c.state == chatting && c.away:
		state = c.words.Say(locale.HeaderAway)
	case idle != "":
		state = idle
	case c.inChat(), c.state == searching:
		state += " " + c.lasted()
	}
	online := c.words.Count(locale.Online, c.config.people().Online)
	name := text.Truncate(c.config.Name, max(0, c.screen.cols-text.Width(state)-text.Width(online)-6))
	bar(content, c.screen.cols, " "+name+"  "+state, online)
}

// footer names the keys that work now.
func (c *chat) footer(content *bytes.Buffer) {
	if c.state == atRules && c.screen.below {
		c.screen.keys(content, c.words, false, locale.MoreRules)
		return
	}
	c.screen.keys(content, c.words, c.report != nil && c.screen.below, c.footerKeys())
}

// footerKeys are the keys that mean something here and not everywhere.
func (c *chat) footerKeys() locale.ID {
	switch {
	case c.report != nil && c.report.about == nil:
		return locale.KeysWhom
	case c.report != nil && c.report.category == "":
		return locale.KeysCategory
	case c.report != nil:
		return locale.KeysReport
	case c.really && c.state == chatting:
		return locale.KeysReally
	case c.state == warned:
		return locale.KeysWarned
	case c.state == atYear:
		return locale.KeysYear
	case c.state == refused:
		return locale.KeysRefused
	case c.called:
		return locale.KeysCalled
	case c.offered:
		return locale.KeysOffered
	case c.state == searching:
		return locale.KeysSearching
	case c.state == chatting:
		return locale.KeysChatting
	case c.state == watching:
		return locale.KeysWatching
	case c.state == resting:
		return locale.KeysResting
	}
	return locale.KeysRules
}

// keyGap stands between two keys of a row that names some.
const keyGap = "   "

// keys writes a row that names keys, before them the one that shows more.
func (s *screen) keys(content *bytes.Buffer, words *locale.Words, more bool, keys locale.ID) {
	line := words.Say(keys)
	if more {
		line = words.Say(locale.KeysMore) + keyGap + line
	}
	bar(content, s.cols, " "+fit(line, s.cols-2), "")
}

// fit leaves out the last of several keys that don't fit.
func fit(keys string, width int) string {
	for text.Width(keys) > width {
		last := strings.LastIndex(keys, keyGap)
		if last < 0 {
			return text.Truncate(keys, width)
		}
		keys = keys[:last]
	}
	return keys
}

// spaces is the widest gap that there can be.
var spaces = strings.Repeat(" ", terminal.MaxCols)

// bar writes a row from edge to edge, with words at its left and at its right.
func bar(content *bytes.Buffer, cols int, left, right string) {
	room := cols - text.Width(left) - text.Width(right)
	if room < 1 { // they don't fit
		left, right = text.Truncate(left+" "+right, cols), ""
		room = cols - text.Width(left)
	}
	gap := min(room, max(1, room-1))
	reverse.write(content, left, spaces[:gap], right, spaces[:room-gap])
}

// status is what stands above the input, in at most room rows: the most pressing
// of what there is to say.
func (c *chat) status(room int) []string {
	rows := text.Wrap(c.statusText(), c.screen.cols)
	if len(rows) == 0 {
		return []string{""}
	}
	rows = rows[:max(1, min(len(rows), room))]
	for i := range rows {
		rows[i] = bold.render(rows[i])
	}
	return rows
}

func (c *chat) statusText() string {
	switch {
	case c.state == atRules: // what Enter accepts always stands there
		return strings.TrimPrefix(c.hint+"\n"+c.acceptLine(), "\n")
	case c.hint != "":
		return c.hint
	case c.really:
		return c.reallyLine()
	case c.report != nil && c.report.category != "":
		return c.formStatus()
	case c.report != nil:
		return ""
	case len(c.queue) > 0:
		return c.words.Count(locale.Paced, len(c.queue))
	case c.screen.newBelow:
		return c.words.Say(locale.MoreBelow)
	case c.typing:
		return c.words.Say(locale.Typing)
	case c.called, c.offered: // which the transcript says
		return ""
	case c.state == searching && c.choosy() && len(c.likes) > 0 && !c.alone():
		return c.choosyLine() + c.motion.trail()
	case c.state == searching:
		return c.waitingLine() + c.motion.trail()
	case c.state == warned:
		return c.words.Say(locale.WarningEnter)
	case c.state == resting:
		return strings.TrimSpace(c.words.Say(locale.Next) + " " + c.nextQuestion())
	}
	return ""
}

// inputRows is what of the input fits, and the cursor in it.
func (s *screen) inputRows(e *editor.Line) (rows []string, x, y int) {
	const prompt = "> "
	rows, x, y = e.Rows(max(1, s.cols-len(prompt)-1))
	room := min(maxInputRows, max(1, s.rows-frameRows-maxStatus-1))
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

// row is one row of the transcript. Nothing but its words tells who speaks: no escape
// sequence stands between the label and the text, for who searches the output.
type row struct{ label, text string }

// body writes the part of the transcript, or of the rules, that is looked at:
// exactly height rows, each after a line end. A short transcript stands right
// above the input, where the eyes are.
func (c *chat) body(content *bytes.Buffer, height int) {
	s := &c.screen
	if c.paged() {
		shown := s.page(c.pageRows(), height)
		write(content, shown)
		blank(content, height-len(shown))
		return
	}
	s.settle(&s.scrolled, height)
	buffer := rowBuffers.Get().(*[]row)
	rows := c.lastRows((*buffer)[:0], height+s.scrolled)
	shown := s.window(rows, height)
	blank(content, height-len(shown))
	write(content, shown)
	clear(rows) // what was said is not kept
	*buffer = rows
	rowBuffers.Put(buffer)
}

// rowBuffers holds one list of rows for each transcript that is being laid out.
var rowBuffers = sync.Pool{New: func() any { return new([]row) }}

// blank writes so many rows with nothing in them.
func blank(content *bytes.Buffer, rows int) {
	for range rows {
		content.WriteByte('\n')
	}
}

// write writes rows, each after a line end.
func write(content *bytes.Buffer, rows []row) {
	for _, r := range rows {
		content.WriteByte('\n')
		content.WriteString(r.label)
		content.WriteString(r.text)
	}
}

// paged tells whether the transcript makes room for a page: the rules, or a report.
func (c *chat) paged() bool { return c.state == atRules || c.report != nil }

// scroll moves what is looked at: up for positive pages.
func (c *chat) scroll(pages int) {
	if c.paged() {
		c.screen.turn(pages)
	} else {
		c.screen.scroll(pages)
	}
}

// pageRows lays out the page that is read.
func (c *chat) pageRows() []row {
	if c.report != nil {
		return c.formRows()
	}
	rows := c.rulesRows()
	for _, e := range c.transcript.entries { // what was announced since
		rows = c.layOut(rows, e, c.screen.width())
	}
	return rows
}

// lastRows appends at least the last n rows, laid out, if there are so many.
func (c *chat) lastRows(rows []row, n int) []row {
	entries, width := c.transcript.entries, c.screen.width()
	first := len(entries)
	for count := 0; first > 0 && count < n; {
		first--
		count += c.height(entries[first], width)
	}
	for _, e := range entries[first:] {
		rows = c.layOut(rows, e, width)
	}
	return rows
}

// rulesRows lays out the first screen, once: it is what every visit begins with.
func (c *chat) rulesRows() []row {
	s := &c.screen
	if width := s.width(); s.rulesWidth != width {
		rules := c.layouts.of(c.config, c.words, width)
		s.rules, s.rulesWidth = make([]row, 0, len(rules)+8), width
		for _, line := range c.arrival() {
			s.rules = wrap(s.rules, line, width)
		}
		s.rules = append(s.rules, rules...)
		for _, line := range c.hints() {
			s.rules = wrap(s.rules, line, width)
		}
	}
	return slices.Clip(s.rules)
}

// height is how many rows an entry takes.
func (c *chat) height(e entry, width int) int {
	if label := c.label(e.from); len(label)+len(e.text) <= width && !strings.Contains(e.text, "\n") {
		return 1 // no character is wider than its bytes are many
	}
	return len(c.layOut(nil, e, width))
}

// label is what the first row of an entry begins with.
func (c *chat) label(from speaker) string {
	switch from {
	case you:
		return c.words.Say(locale.You)
	case stranger:
		return c.words.Say(locale.Stranger)
	case first:
		return c.words.Say(locale.First)
	case second:
		return c.words.Say(locale.Second)
	case asker:
		return c.words.Say(locale.Question)
	}
	return "-- "
}

// layOut appends an entry's rows. Every row of a partner's begins with what the
// server draws: the label, or a gutter as wide.
func (c *chat) layOut(rows []row, e entry, width int) []row {
	label := c.label(e.from)
	if len(label)+len(e.text) <= width && !strings.Contains(e.text, "\n") {
		return append(rows, row{label, e.text})
	}
	if e.from == server {
		return hang(rows, row{label, e.text}, "", width)
	}
	return hang(rows, row{label, e.text}, gutter, width)
}

// gutter stands before what people said, below its label.
const gutter = "| "

// hang appends r in as many rows as it takes: below the first, its text hangs under
// itself, behind the gutter.
func hang(rows []row, r row, gutter string, width int) []row {
	indent := text.Width(r.label)
	for i, part := range text.Wrap(r.text, max(2, width-indent)) {
		if i == 1 {
			r.label = strings.Repeat(" ", indent-len(gutter)) + gutter
		}
		rows = append(rows, row{r.label, part})
	}
	return rows
}

// wrap appends a line in as many rows as it takes.
func wrap(rows []row, line string, width int) []row {
	for _, part := range text.Wrap(line, width) {
		rows = append(rows, row{text: part})
	}
	return rows
}
