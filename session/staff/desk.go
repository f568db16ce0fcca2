package staff

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"strangerd/moderation"
	"strangerd/session/locale"
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

	// Reasons are given in the language of the person concerned, and if that isn't
	// the one of Words, which is the member's, in English beside it.
	Catalogues *locale.Catalogues
	Words      *locale.Words

	// After sends a message to the running model, as terminal.Channel.After does.
	After func(time.Duration, tea.Msg) *time.Timer
	// Listed tells whether the member's key is still listed. It may read a file.
	// nil means that it is.
	Listed func() bool
	Now    func() time.Time // nil means time.Now
}

// Desk is the screen at which a moderator decides reports and appeals: a model
// for terminal.Channel.Run.
//
// Its event loop never waits for the disk: what reads or writes there is a command,
// on a goroutine of Bubble Tea's. What is decided is carried out when undoFor has
// passed, when the next is decided, or when the Desk is left or closed, unless the
// member's key was removed meanwhile.
type Desk struct {
	config DeskConfig
	who    Member

	changed <-chan struct{} // from moderation
	unwatch func()
	closed  chan struct{}
	reading sync.Mutex    // held while the queue is read, so that Close waits for it
	carried atomic.Uint64 // decisions that were carried out; changed by the event loop
	cmds    []tea.Cmd     // what the present message leads to

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
	pending    *pending            // can be undone
	carrying   []*pending          // are on their way to the disk
	confirms   map[string][]string // what the gate asked about a case, by its id
	hint       string              // what the last key led to
	quits      bool                // Ctrl+C was pressed once
	leaving    bool                // once everything is carried out
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
		carried uint64 // when it was read
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

// Close carries out what could still have been undone, waits for what is on its way
// to the disk, and lets others take the open case. It returns what was not carried
// out: those cases stay in the queue. It belongs to the goroutine that ran the model.
func (d *Desk) Close() error {
	d.left = true
	close(d.closed)
	d.unwatch()
	d.reading.Lock()
	defer d.reading.Unlock()
	var failed []error
	for _, p := range d.undecided() {
		if p.timer.Stop(); p.run().err != nil {
			failed = append(failed, fmt.Errorf("%s is not decided: %w", p.on, p.run().err))
			d.config.Desk.PutBack(d.who.Name, p.entry)
		}
	}
	d.shut()
	return errors.Join(failed...)
}

// do has cmd run after the present message.
func (d *Desk) do(cmd tea.Cmd) { d.cmds = append(d.cmds, cmd) }

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
	msg := readMsg{carried: d.carried.Load()}
	msg.reports, msg.appeals, msg.err = d.config.Desk.Queue(d.who.Name)
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
		if msg.carried != d.carried.Load() { // what was decided since is still on the list
			d.do(d.read)
			break
		}
		d.refresh(msg)
		d.do(d.watch)
	case openedMsg:
		d.opened(msg)
	case dueMsg:
		if msg.decided == d.pending {
			d.carryOut()
		}
	case carriedMsg:
		d.settled(msg.decided)
	case terminal.EOFMsg:
		d.left = true
	}
	if d.left {
		return d, tea.Quit
	}
	cmd := tea.Batch(d.cmds...)
	d.cmds = nil
	return d, cmd
}

// refresh shows what was read. Who works on a case stays with it.
func (d *Desk) refresh(msg readMsg) {
	if msg.err != nil {
		d.hint = "The queue can't be read: " + plain(msg.err)
		return
	}
	d.plot = newPlot(msg.hourly, msg.meter)
	d.reports.set(msg.reports, d.undecided())
	d.appeals.set(msg.appeals, d.undecided())
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

// leave ends the desk once what was decided is carried out. If it can't be, the
// desk stays. To leave again doesn't wait: Close does.
func (d *Desk) leave() {
	d.carryOut()
	d.left = d.leaving || len(d.carrying) == 0
	d.leaving = true
	d.hint = "What you decided is being saved."
}
