package moderation

import (
	"maps"
	"slices"
	"time"

	"strangerd/data"
)

// The categories that have rules of their own.
const (
	CategoryUnderage = "underage" // first in the queue, and no heavier
	CategorySelfharm = "selfharm" // never counts against anybody
	CategorySexual   = "sexual"   // its lines wait for a key, as those of the next
	CategoryIllegal  = "illegal"
)

// Categories are what can be reported, in the order in which they are offered.
var Categories = []string{CategoryUnderage, CategorySexual, "harassment", "hate", "threat", CategorySelfharm, CategoryIllegal, "spam", "doxxing", "other"}

// KeptApart is how long a report keeps two people from being paired again.
const KeptApart = 90 * 24 * time.Hour

// Filing is what somebody reports.
type Filing struct {
	Category string
	Note     string // may be empty
	// Lines are those of the chat, oldest first; at least FirstLines and LastLines
	// if it had so many. File chooses among them. One may be Marked.
	Lines   []Line
	Omitted int // lines that the caller left out of Lines

	Reporter, Reported               Subject
	ReporterSession, ReportedSession string // Pass.ID of each
	Chat                             string // opaque, the same for everybody in the chat
	BothSpoke                        bool
	Languages                        []string // of the one reported, best first
	Rules                            string   // version of the rules

	machine bool // see Flag
}

// Filed is what the reporter is given.
type Filed struct {
	ID      string // R-…
	Receipt string // 100 bits, letters and digits; only its keyed hash is kept
	Paused  bool   // the machine paused the one reported
}

// File takes a report. When it returns it is on the disk, and the two are never
// paired again (MayPair; the caller keeps their sessions apart). It may pause the
// one reported, see machine.go. Errors: ErrCategory, ErrTooLong, ErrQuota,
// ErrNoRoom, ErrReported, data.ErrNotSaved.
func (d *Desk) File(f Filing) (Filed, error) {
	if !slices.Contains(Categories, f.Category) {
		return Filed{}, ErrCategory
	}
	if err := checkLength(f.Note); err != nil {
		return Filed{}, err
	}
	filed, err := d.take(f)
	if err == nil && f.BothSpoke && f.Category != CategorySelfharm {
		d.gate.conduct.settle(f.Reported, f.Reporter, -1)
	}
	return filed, err
}

// take takes a report of somebody, or of the machine.
func (d *Desk) take(f Filing) (Filed, error) {
	filed := Filed{ID: newID("R"), Receipt: random(receiptSize)}
	var err error
	if filed.Paused, err = d.file(filed, f); err != nil {
		return Filed{}, err
	}
	if d.config.Notify != nil {
		d.config.Notify(filed.ID, f.Category)
	}
	return filed, nil
}

// file saves a report with all that comes of it, in one transaction.
func (d *Desk) file(filed Filed, f Filing) (paused bool, err error) {
	d.lock()
	defer d.unlock()
	now := d.gate.now()
	r := data.Report{
		ID: filed.ID, Created: now, Category: f.Category, Reporter: f.Reporter, Subject: f.Reported,
		ReporterSession: f.ReporterSession, SubjectSession: f.ReportedSession,
		Chat: f.Chat, BothSpoke: f.BothSpoke, Languages: f.Languages, Rules: f.Rules,
		Machine: f.machine, Receipt: d.receipt(filed.Receipt),
	}
	if err := d.mayFile(&r, now); err != nil {
		return false, err
	}
	evidence, err := d.evidenceOf(r.ID, f) // not before: what is not taken costs no sealing
	if err != nil {
		return false, err
	}
	changed := []data.Report{}
	if kept, ok := d.mutual(&r); ok {
		other := *kept
		r.Mutual, other.Mutual = other.ID, r.ID
		changed = append(changed, other)
	}
	t := d.tally(now)
	if f.machine {
		add(&t.Flags, f.Category)
	} else {
		add(&t.Reports, f.Category)
	}
	pause, counted, err := d.pause(&r, now)
	if err != nil {
		return false, err
	}
	for _, kept := range counted {
		if kept == &r {
			r.Pause = pause.ID
			continue
		}
		other := *kept
		other.Pause = pause.ID
		changed = append(changed, other)
	}
	changed = append(changed, r)

	records := []data.Record{evidence}
	for _, c := range changed {
		records = append(records, c)
	}
	for _, a := range d.keepApart(r, now) {
		records = append(records, a)
	}
	if f.machine {
		records = append(records, d.action(machine, "flag", r.ID, f.Note))
	}
	paused = pause.ID != ""
	if paused {
		add(&t.Machine, pauseName(pause))
		records = append(records, pause, d.action(machine, "pause", pause.ID+" "+r.ID, pause.Reason))
	}
	return paused, d.commit(append(records, t)...)
}

// keepReport takes r into memory. The caller holds change and mu, or is alone.
func (d *Desk) keepReport(r data.Report) {
	kept := packed(r)
	if d.reports[r.ID] == nil {
		d.index.add(kept)
		if d.used > 0 {
			d.used += maxReport
		}
	}
	d.reports[kept.ID] = kept
	switch {
	case r.Machine:
		d.flags[kept.ID] = kept
	case r.Reporter.Nobody():
		d.nobodys[kept.ID] = kept
	}
	d.receipts[r.Receipt] = kept.ID
}

// NobodysShare is how many times as many reports an hour are taken of all those
// together who can't be told apart as of one source. Each of their sessions has a
// quota of its own too, which a new session has anew.
const NobodysShare = 20

// mayFile refuses what would fill the queue or the disk. Bans know no such
// limit. The caller holds change.
func (d *Desk) mayFile(r *data.Report, now time.Time) error {
	if r.Machine {
		return d.mayFlag(r, now)
	}
	for id := range d.index.chats[r.Chat].all {
		if other := d.reports[id]; sameReporter(other, r) && other.SubjectSession == r.SubjectSession {
			return ErrReported
		}
	}
	if d.quotaSpent(r, now) {
		return ErrQuota
	}
	return d.room(d.config.MaxDB, now)
}

// quotaSpent tells whether so many reports came from r's reporter within the hour that
// no more are taken. It only looks at theirs, however many are kept.
func (d *Desk) quotaSpent(r *data.Report, now time.Time) bool {
	own, most := 0, d.config.ReportsPerSource
	if r.Reporter.Nobody() {
		forget(d.nobodys, now)
		for _, other := range d.nobodys {
			if sameReporter(other, r) {
				own++
			}
		}
		return own >= most || len(d.nobodys) >= NobodysShare*most
	}
	for other := range d.each(d.index.by, r.Reporter) {
		if now.Sub(other.Created) < time.Hour {
			own++
		}
	}
	return own >= most
}

// forget takes out what is older than an hour.
func forget(reports map[string]*data.Report, now time.Time) {
	maps.DeleteFunc(reports, func(_ string, r *data.Report) bool { return now.Sub(r.Created) >= time.Hour })
}

const (
	// maxReport is how many bytes of the file a report takes at most, with all that
	// comes of it.
	maxReport = 2 * MaxEvidence
	// askAgain is how long a file that had no room for a report is not asked again.
	askAgain = time.Second
)

// room refuses a report that would have reports take more than most bytes. To look what
// they take is slow, so that it is done when they may take too much. The caller holds
// change.
func (d *Desk) room(most int64, now time.Time) (err error) {
	if d.used > 0 && d.used+maxReport <= most {
		return nil
	}
	if since := now.Sub(d.asked); 0 <= since && since < askAgain {
		return ErrNoRoom
	}
	if d.used, err = d.db.ReportBytes(); err != nil {
		return err
	}
	if d.used+maxReport > most {
		d.asked = now
		return ErrNoRoom
	}
	return nil
}

// sameReporter tells whether a and b are one person's, or of one session where
// nobody can be told apart.
func sameReporter(a, b *data.Report) bool {
	if b.Reporter.Nobody() {
		return b.ReporterSession != "" && a.ReporterSession == b.ReporterSession
	}
	return a.Reporter.Is(b.Reporter)
}

// mutual returns the undecided report by which the one whom r reports reported
// r's reporter in the same chat. The caller holds change.
func (d *Desk) mutual(r *data.Report) (*data.Report, bool) {
	for id := range d.index.chats[r.Chat].all {
		other := d.reports[id]
		if other.Decision == nil && other.Mutual == "" &&
			other.ReporterSession == r.SubjectSession && other.SubjectSession == r.ReporterSession {
			return other, true
		}
	}
	return nil, false
}

// keepApart is what keeps the two in a report from being paired again: whatever
// of the one can be told from whatever of the other. The caller holds change.
func (d *Desk) keepApart(r data.Report, now time.Time) (all []data.Apart) {
	for both := range pairs(r.Reporter, r.Subject) {
		a := data.Apart{Both: both, Until: now.Add(KeptApart)}
		if until := d.apart[both]; until.After(a.Until) { // by another machine's clock
			a.Until = until
		}
		all = append(all, a)
	}
	return all
}

// pairs yields the names of all pairs of a source or key of a and one of b.
func pairs(a, b Subject) func(yield func(data.Hash) bool) {
	return func(yield func(data.Hash) bool) {
		for _, x := range [...]data.Hash{a.Source, a.Key} {
			for _, y := range [...]data.Hash{b.Source, b.Key} {
				if x.IsZero() || y.IsZero() || x == y {
					continue
				}
				for i := range x {
					y[i] ^= x[i]
				}
				if !yield(y) {
					return
				}
			}
		}
	}
}

// MayPair tells whether no report keeps a and b apart. It only looks in memory.
func (d *Desk) MayPair(a, b Subject) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if len(d.apart) == 0 {
		return true
	}
	now := d.gate.clock()
	for both := range pairs(a, b) {
		if until, ok := d.apart[both]; ok && now.Before(until) {
			return false
		}
	}
	return true
}

// Outcome is what a reporter may know of their report.
type Outcome struct {
	Report   string    `json:"id"`
	Category string    `json:"category"`
	Created  time.Time `json:"created"`
	Decided  time.Time `json:"decided,omitzero"` // zero while it is open
	Action   Action    `json:"action,omitzero"`
}

// Case returns what came of the report with this receipt, or ErrUnknown; case,
// spaces and dashes in it don't count.
func (d *Desk) Case(receipt string) (Outcome, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	r, ok := d.reports[d.receipts[d.receipt(typed(receipt))]]
	if !ok {
		return Outcome{}, ErrReceipt
	}
	o := Outcome{Report: r.ID, Category: r.Category, Created: r.Created}
	if r.Decision != nil {
		o.Decided, o.Action = r.Decision.At, Action(r.Decision.Action)
	}
	return o, nil
}

// receipt is the hash under which a receipt is kept.
func (d *Desk) receipt(text string) data.Hash { return d.hash("receipt", text) }
