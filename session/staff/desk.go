package staff

import (
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"strangerd/moderation"
	"strangerd/session/terminal"
)

const (
	// gatherFor is how long changes are gathered before the queue is read again:
	// a flood of reports must not keep a core busy for each open desk.
	gatherFor = 250 * time.Millisecond
	// refreshAfter is how old ages and the plot may be.
	refreshAfter = time.Minute
)

// DeskConfig is what a Desk works on.
type DeskConfig struct {
	Name  string // of the service
	Desk  *moderation.Desk
	Gate  *moderation.Gate
	Meter *Meter
	// After sends a message to the running model, as terminal.Channel.After does.
	After func(time.Duration, tea.Msg) *time.Timer
	Now   func() time.Time // nil means time.Now
}

// Desk is the screen at which a moderator decides reports and appeals: a model
// for terminal.Channel.Run.
//
// It reads the queue on a goroutine of Bubble Tea's, never at a key, and without
// the lines. What is decided is carried out when undoFor has passed, when the
// next is decided, or when the Desk is left or closed.
type Desk struct {
	config DeskConfig
	who    Member

	changed <-chan struct{} // from moderation
	unwatch func()
	closed  chan struct{}
	reading sync.Mutex // held while the queue is read, so that Close waits for it

	cols, rows int
	height     int // of the panes, when they were last drawn
	reports    entries[moderation.Report]
	appeals    entries[moderation.Appeal]
	objecting  bool // the appeals are shown, not the reports
	plot       plot
	plotHidden bool // though there is room
	plotAsked  bool // though there is none
	open       *openCase
	focus      pane
	mode       mode
	helpTop    int // rows of the help above the screen
	draft      draft
	pending    *pending
	confirms   map[string][]string // what the gate asked about a case, by its id
	hint       string              // what the last key led to
	quits      bool                // Ctrl+C was pressed once
	left       bool
}

// pane is a part of the screen.
type pane uint8

const (
	queuePane pane = iota
	casePane
)

// mode is what the keys mean.
type mode uint8

const (
	browsing mode = iota
	choosing      // how long a ban
	writing       // a reason
	helping
)

// Messages of a Desk to itself.
type (
	// readMsg is what was read for the lists and the plot.
	readMsg struct {
		reports []moderation.Report
		appeals []moderation.Appeal
		hourly  [24]int
		meter   Reading
		err     error
	}
	// dueMsg says that it is too late to undo.
	dueMsg struct{ decided *pending }
)

// NewDesk returns the desk of one of the staff. The caller closes it.
func NewDesk(config DeskConfig, who Member) *Desk {
	if config.Now == nil {
		config.Now = time.Now
	}
	d := &Desk{
		config:   config,
		who:      who,
		closed:   make(chan struct{}),
		reports:  entries[moderation.Report]{id: func(r moderation.Report) string { return r.ID }},
		appeals:  entries[moderation.Appeal]{id: func(a moderation.Appeal) string { return a.ID }},
		confirms: make(map[string][]string),
	}
	d.changed, d.unwatch = config.Desk.Watch()
	return d
}

// Close carries out what could still have been undone, and lets others take the
// open case. It returns what was not carried out: that case stays in the queue.
// It belongs to the goroutine that ran the model.
func (d *Desk) Close() error {
	d.left = true
	close(d.closed)
	d.unwatch()
	d.reading.Lock()
	defer d.reading.Unlock()
	err := d.carryOut()
	d.shut()
	return err
}

// Init reads the lists.
func (d *Desk) Init() tea.Cmd { return d.read }

// read reads what the lists and the plot show.
func (d *Desk) read() tea.Msg {
	d.reading.Lock()
	defer d.reading.Unlock()
	select {
	case <-d.closed:
		return nil
	default:
	}
	var msg readMsg
	msg.reports, msg.err = d.config.Desk.Reports(d.who.Name, moderation.Filter{})
	msg.appeals = d.config.Desk.Appeals(false)
	msg.hourly = d.config.Desk.Hourly()
	msg.meter = d.config.Meter.Read()
	return msg
}

// watch reads again once something changed, or a minute passed.
func (d *Desk) watch() tea.Msg {
	refresh := time.NewTimer(refreshAfter)
	defer refresh.Stop()
	select {
	case <-d.changed:
	case <-refresh.C:
		return d.read()
	case <-d.closed:
		return nil
	}
	gather := time.NewTimer(gatherFor)
	defer gather.Stop()
	select {
	case <-gather.C:
		return d.read()
	case <-d.closed:
		return nil
	}
}

// Update takes a message.
func (d *Desk) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		d.cols, d.rows = msg.Width, msg.Height
	case tea.KeyPressMsg:
		d.key(msg)
	case tea.PasteMsg:
		if d.mode == writing {
			d.insert(msg.Content)
		}
	case terminal.ReadMsg:
		d.settle()
	case readMsg:
		d.refresh(msg)
		cmd = d.watch
	case dueMsg:
		if msg.decided == d.pending && d.carryOut() != nil && d.open == nil {
			d.advance()
		}
	case terminal.EOFMsg:
		d.left = true
	}
	if d.left {
		return d, tea.Quit
	}
	return d, cmd
}

// refresh shows what was read. Who works on a case stays with it.
func (d *Desk) refresh(msg readMsg) {
	if msg.err != nil {
		d.hint = "The queue can't be read: " + plain(msg.err)
		return
	}
	d.plot = newPlot(msg.hourly, msg.meter)
	d.reports.set(msg.reports, d.pending)
	d.appeals.set(msg.appeals, d.pending)
	switch {
	case d.mode == choosing || d.mode == writing:
	case d.open == nil:
		d.advance()
	case !d.listed(d.open.entry):
		d.hint = d.open.entry + " was decided elsewhere."
		d.shut()
		d.advance()
	case d.open.taken && d.free(d.open.entry):
		d.show(d.open.entry)
	}
}

// leave ends the desk, unless what was decided could not be carried out.
func (d *Desk) leave() { d.left = d.carryOut() == nil }
