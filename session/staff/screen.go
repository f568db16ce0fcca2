package staff

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"strangerd/moderation"
	"strangerd/session/text"
)

// The screen: a header, the panes, the plot, the reason that is written, a row
// of status and a footer.
const (
	frameRows    = 3
	sideBySide   = 80 // columns from which both panes are shown
	maxQueue     = 48 // columns of the queue beside a case
	plotFrom     = 20 // rows from which the plot is shown unless it is hidden
	maxDraftRows = 8
	maxRows      = 1 << 20 // more than any case has
	divider      = " | "
)

// nothing says that no case is open.
const nothing = "There is nothing to decide. New reports appear by themselves."

// View draws the screen.
func (d *Desk) View() tea.View {
	if d.left || d.rows == 0 {
		return tea.View{}
	}
	view := tea.View{AltScreen: true}
	room := max(1, d.rows-frameRows)
	var draft, plot []row
	if d.mode == writing {
		var x, y int
		draft, x, y = d.draft.rows(d.decides(), d.cols, min(maxDraftRows, room))
		view.Cursor = tea.NewCursor(min(x, d.cols-1), 1+room-len(draft)+y)
		room -= len(draft)
	}
	if d.plotShown() {
		plot = d.plot.rows(d.cols)
		plot = plot[:min(len(plot), room)]
		room -= len(plot)
	}
	d.height = room
	lines := append(make([]string, 0, d.rows), d.header())
	lines = append(lines, d.body(room)...)
	for _, r := range append(plot, draft...) {
		lines = append(lines, r.render(d.cols, false))
	}
	lines = append(lines, row{label: d.status(), look: bold}.render(d.cols, false), d.footer())
	view.Content = strings.Join(lines[:d.rows], "\n")
	return view
}

// plotShown tells whether the plot is on the screen: where there is little room,
// only when it is asked for.
func (d *Desk) plotShown() bool {
	if d.rows < plotFrom {
		return d.plotAsked
	}
	return !d.plotHidden
}

func (d *Desk) header() string {
	left := fmt.Sprintf(" %s  desk of %s", foreign(d.config.Name), foreign(d.who.Name))
	right := fmt.Sprintf("open %d, appeals %d ", len(d.reports.items), len(d.appeals.items))
	left = text.Truncate(left, max(0, d.cols-text.Width(right)-2))
	gap := max(1, d.cols-text.Width(left)-text.Width(right))
	return row{label: left + strings.Repeat(" ", gap) + right, look: reverse}.render(d.cols, true)
}

// body is the panes, or the help.
func (d *Desk) body(height int) []string {
	if d.mode == helping {
		return column(d.helpRows(height), d.cols, height, false)
	}
	if d.cols < sideBySide {
		if d.focus == queuePane {
			return column(d.queueColumn(height), d.cols, height, false)
		}
		return column(d.caseColumn(d.cols, height), d.cols, height, false)
	}
	left := min(maxQueue, d.cols*2/5)
	right := d.cols - left - len(divider)
	lines := column(d.queueColumn(height), left, height, true)
	for i, line := range column(d.caseColumn(right, height), right, height, false) {
		lines[i] += divider + line
	}
	return lines
}

// column draws exactly height rows.
func column(rows []row, width, height int, exactly bool) []string {
	lines := make([]string, height)
	for i := range lines {
		var r row
		if i < len(rows) {
			r = rows[i]
		}
		lines[i] = r.render(width, exactly)
	}
	return lines
}

// title is a pane's first row. Brackets are around the name of the pane that the
// keys move in.
func (d *Desk) title(p pane, name, rest string) row {
	if d.focus == p {
		name = "[" + name + "]"
	}
	return row{label: name + " " + rest, look: bold}
}

func (d *Desk) queueColumn(height int) []row {
	if d.objecting {
		return append([]row{d.title(queuePane, "Appeals", fmt.Sprint(len(d.appeals.items)))},
			d.appeals.rows(height-1, d.appealLine)...)
	}
	return append([]row{d.title(queuePane, "Queue", fmt.Sprint(len(d.reports.items)))},
		d.reports.rows(height-1, d.reportLine)...)
}

func (d *Desk) caseColumn(width, height int) []row {
	if d.open == nil {
		return append([]row{d.title(casePane, "Case", "")}, wrapped(nothing, width)...)
	}
	rows := d.caseRows(width)
	d.open.top = max(0, min(d.open.top, len(rows)-height+1))
	rows = rows[d.open.top:]
	rest := d.open.on()
	if len(rows) > height-1 {
		rest += ", more below: Space"
	}
	return append([]row{d.title(casePane, "Case", rest)}, rows...)
}

func (d *Desk) helpRows(height int) (rows []row) {
	for _, line := range helpText {
		rows = append(rows, wrapped(line, d.cols)...)
	}
	d.helpTop = max(0, min(d.helpTop, len(rows)-height))
	return rows[d.helpTop:]
}

// decides says what Enter does while a reason is written.
func (d *Desk) decides() string {
	both := ""
	if d.open.both {
		both = ", both people"
	}
	return fmt.Sprintf("%s: %s%s. Why?", d.open.on(), d.draft.choice.what, both)
}

// status is the most pressing of what there is to say.
func (d *Desk) status() string {
	switch {
	case d.hint != "":
		return d.hint
	case d.mode == choosing:
		return "For how long? 1: 30 days, 9: 90 days, f: forever (me@ keys)"
	case d.pending != nil:
		return fmt.Sprintf("%s: %s in 10 s; u undoes it.", d.pending.on, d.pending.what)
	}
	return ""
}

// footer names the keys that work now.
func (d *Desk) footer() string {
	keys := "n none  w warn  d day  k week  m more  h hold  a appeals  Tab pane  q quit"
	switch {
	case d.mode == writing:
		return d.keys("Enter: decide  Esc: don't")
	case d.mode == choosing:
		return d.keys("1: 30 days  9: 90 days  f: forever  Esc: back")
	case d.mode == helping:
		return d.keys("?: back  j, i: scroll")
	case d.objecting:
		keys = "y lift the ban  n let it stand  a reports  Tab pane  q quit"
	case d.open == nil:
	case d.open.report.Category == moderation.CategorySelfharm:
		keys = "l helplines  " + keys
	case d.open.hidden():
		keys = "v show lines  " + keys
	}
	return d.keys("? help  " + keys)
}

// keys is a bar of keys. The last of those that don't fit are left out.
func (d *Desk) keys(keys string) string {
	for text.Width(keys) > d.cols-2 {
		last := strings.LastIndex(keys, "  ")
		if last < 0 {
			break
		}
		keys = keys[:last]
	}
	return row{label: " " + keys, look: reverse}.render(d.cols, true)
}
