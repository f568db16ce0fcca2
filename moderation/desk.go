package moderation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"strangerd/data"
)

// DeskConfig is what a Desk is made of.
type DeskConfig struct {
	DB     *data.DB
	Gate   *Gate  // of the same database
	Secret []byte // keys the receipts

	Threshold        int           // distinct sources whose reports pause somebody; 0 means never
	ReportsPerSource int           // an hour; 0 means 10
	MaxDB            int64         // bytes of reports from which on no report is taken; 0 means 256 MB
	Retain           time.Duration // how long decided reports are kept; 0 means 30 days

	// Seal encrypts the lines of new reports to the operator; nil leaves them
	// readable for staff.
	Seal func(plain []byte) ([]byte, error)
	// Notify is told of each report that was filed, in the goroutine of File's
	// caller; nil tells nobody.
	Notify func(id, category string)
}

// Desk is where reports arrive and are decided. Its methods may be called by
// any number of goroutines.
//
// Records are on the disk before they are in memory, and what is in memory is
// never changed in place: a change puts a new record there.
type Desk struct {
	identity
	config DeskConfig
	db     *data.DB
	gate   *Gate

	sweeping sync.Mutex // held over a sweep, taken before all others
	compact  bool       // the file may hold bytes of what was swept; guarded by sweeping
	// lost are the reports, not there at the last sweep, whose evidence was: a machine that
	// says all that it has to the others may have been between the two. Likewise guarded.
	lost map[string]bool

	// change is held by whoever changes records, over the write to the disk. It
	// is taken before Gate.change and before mu.
	change  sync.Mutex              // guards what follows
	flags   map[string]*data.Report // the machine's, of the last hour at least
	nobodys map[string]*data.Report // by who can't be told from others, as long
	used    int64                   // bytes that reports take at most; 0: not known
	asked   time.Time               // when they last left no room

	mu         sync.RWMutex // guards what follows, never held over a write
	reports    map[string]*data.Report
	index      reportIndex
	receipts   map[data.Hash]string // receipt to report
	taken      map[string]taken     // by report
	looks      map[string]time.Time // by staff name: when their look at the queue began
	appeals    map[string]Appeal
	appealOf   map[string]string // ban to appeal
	warnings   map[string]Warning
	apart      map[data.Hash]time.Time
	moderators map[string]Moderator
	removed    map[string]Moderator
	tallies    map[counted]data.Tally
	motd       string
	watchers   map[chan struct{}]struct{}
}

// NewDesk reads what is on the disk.
func NewDesk(config DeskConfig) (*Desk, error) {
	config.ReportsPerSource = cmp.Or(config.ReportsPerSource, 10)
	config.MaxDB = cmp.Or(config.MaxDB, 256<<20)
	config.Retain = cmp.Or(config.Retain, 30*24*time.Hour)
	d := &Desk{
		identity:   identity{secret: config.Secret},
		config:     config,
		db:         config.DB,
		gate:       config.Gate,
		compact:    true, // a crash may have come between a sweep and its compaction
		reports:    make(map[string]*data.Report),
		index:      newIndex(),
		flags:      make(map[string]*data.Report),
		nobodys:    make(map[string]*data.Report),
		receipts:   make(map[data.Hash]string),
		taken:      make(map[string]taken),
		looks:      make(map[string]time.Time),
		appeals:    make(map[string]Appeal),
		appealOf:   make(map[string]string),
		warnings:   make(map[string]Warning),
		apart:      make(map[data.Hash]time.Time),
		moderators: make(map[string]Moderator),
		removed:    make(map[string]Moderator),
		tallies:    make(map[counted]data.Tally),
		watchers:   make(map[chan struct{}]struct{}),
	}
	return d, d.load()
}

func (d *Desk) load() (err error) {
	motd, err := d.db.Setting(motdSetting)
	if err != nil {
		return err
	}
	d.motd, d.gate.set[motdSetting] = motd.Value, motd.At
	for _, load := range []func() error{
		func() error { return d.db.EachReport(d.keepReport) },
		func() error { return d.db.EachAppeal(d.keepAppeal) },
		func() error { return d.db.EachWarning(d.keepWarning) },
		func() error { return d.db.EachApart(func(a data.Apart) { d.apart[a.Both] = a.Until }) },
		func() error { return d.db.EachModerator(d.keepModerator) },
		func() error { return d.db.EachTally(d.keepTally) },
	} {
		if err := load(); err != nil {
			return err
		}
	}
	return nil
}

// maxStep is how far the clock may go from one hourly sweep to the next.
const maxStep = 2 * time.Hour

// Run sweeps once an hour, and writes down once a minute which me@ keys came,
// until ctx ends. What fails is told to failed and tried again the next time.
// Its caller owns the goroutine.
//
// A clock that goes back within a minute brings back into force what was over. One
// that leaps ahead isn't believed for an hour: what a sweep takes is gone for good.
func (d *Desk) Run(ctx context.Context, failed func(error)) {
	minute, hour := time.NewTicker(time.Minute), time.NewTicker(time.Hour)
	defer minute.Stop()
	defer hour.Stop()
	checked, swept := d.gate.now(), d.gate.now()
	for {
		var err error
		select {
		case <-minute.C:
			err = errors.Join(d.gate.saveKnown(), d.gate.checkClock(&checked))
		case <-hour.C:
			err = d.sweepHourly(&swept)
		case <-ctx.Done():
			err = d.gate.saveKnown()
		}
		if err != nil {
			failed(err)
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// checkClock brings back what is in force again if the clock went back since last.
func (g *Gate) checkClock(last *time.Time) error {
	now := g.now()
	if now.Before(*last) {
		if err := g.loadBans(); err != nil {
			return err
		}
	}
	*last = now
	return nil
}

// sweepHourly sweeps unless the clock leapt ahead since last.
func (d *Desk) sweepHourly(last *time.Time) error {
	now := d.gate.now()
	step := now.Sub(*last)
	*last = now
	if step > maxStep {
		return fmt.Errorf("the clock leapt ahead by %v: nothing is swept for an hour", step)
	}
	_, err := d.Sweep(now)
	return err
}

// Watch returns a channel that gets a value when the queue, a case or an appeal
// changed since the last one was taken. stop ends it.
func (d *Desk) Watch() (changed <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.watchers[c] = struct{}{}
	return c, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.watchers, c)
	}
}

// update changes what is in memory, and tells whoever watches.
func (d *Desk) update(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
	for c := range d.watchers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// motdSetting is the name under which the operator's line is kept.
const motdSetting = "motd"

// Motd returns the operator's line, or "".
func (d *Desk) Motd() string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.motd
}

// SetMotd sets the operator's line; "" takes it away.
func (d *Desk) SetMotd(by, text string) error {
	if err := checkLength(text); err != nil {
		return err
	}
	d.lock()
	defer d.unlock()
	return d.commit(d.gate.setting(motdSetting, text), d.action(by, "motd", "", text))
}

// Backup writes the whole database to w.
func (d *Desk) Backup(by string, w io.Writer) error {
	if err := d.Note(by, "backup", "", ""); err != nil {
		return err
	}
	return d.db.Backup(w)
}
