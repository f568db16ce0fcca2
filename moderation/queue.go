package moderation

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"strangerd/data"
)

// Status is where a report stands.
type Status string

const (
	StatusOpen     Status = "open"
	StatusHeld     Status = "held" // kept from every sweep, and out of the queue; decided or not
	StatusResolved Status = "resolved"
	StatusAll      Status = "all" // for Filter only
)

// Report is a case as staff see it.
type Report struct {
	ID        string         `json:"id"`
	Category  string         `json:"category"`
	Status    Status         `json:"status"`
	Created   time.Time      `json:"created"`
	Subject   string         `json:"subject"`          // see Subject.String
	Reporter  string         `json:"reporter"`         // likewise; "machine" if it is Machine
	Machine   bool           `json:"machine,omitzero"` // a pattern found it, which the note names
	Session   string         `json:"session,omitzero"` // S-… of the one reported; it may be over
	Languages []string       `json:"languages,omitzero"`
	Rules     string         `json:"rules,omitzero"`
	Note      string         `json:"note,omitzero"`
	Lines     []Line         `json:"lines"` // empty in a list without lines
	Omitted   int            `json:"omitted,omitzero"`
	Cut       int            `json:"cut,omitzero"`
	Sealed    []byte         `json:"sealed,omitzero"` // the lines, encrypted
	Mutual    string         `json:"mutual,omitzero"` // R-…: the other one's report of the same chat, part of this case
	Pause     string         `json:"pause,omitzero"`  // B-…: the machine's pause that it counted for
	TakenBy   string         `json:"takenBy,omitzero"`
	Earlier   int            `json:"earlier"` // other reports of the same subject
	Hold      *data.Hold     `json:"hold,omitzero"`
	Decision  *data.Decision `json:"decision,omitzero"`
}

// Filter chooses reports.
type Filter struct {
	Status   Status // empty means open
	Category string // empty means all
	Lines    bool   // read notes and lines too
	cases    bool   // of two mutual reports that are open the first alone, as they are one case
}

// Reports lists the reports of a status: underage first, then the oldest. The look is
// audited, and so is the look at the lines of each report that is held. Error:
// data.ErrNotSaved.
func (d *Desk) Reports(by string, filter Filter) ([]Report, error) {
	list := d.find(filter)
	on := fmt.Sprintf("%d reports", len(list))
	if filter.Lines {
		on += " with lines"
	}
	looks := []data.Record{d.action(by, "reports", on, "")}
	for _, r := range list {
		if filter.Lines && r.Hold != nil {
			looks = append(looks, d.action(by, "look", r.ID, ""))
		}
	}
	if err := d.gate.log(looks...); err != nil {
		return nil, err
	}
	if !filter.Lines {
		return list, nil
	}
	for i := range list {
		if err := d.addEvidence(&list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// lookFor is how long a look at the queue goes on.
const lookFor = time.Hour

// Queue returns what waits for a decision, as a desk shows it beside the case that
// is open: the open cases without their lines, and the appeals without their
// text. A desk reads it again at each change, so one look goes on for an hour, and
// is audited once. Error: data.ErrNotSaved.
func (d *Desk) Queue(by string) ([]Report, []Appeal, error) {
	now := d.gate.now()
	d.mu.RLock()
	looks := d.looks[by]
	d.mu.RUnlock()
	if !now.Before(looks.Add(lookFor)) {
		if err := d.Note(by, "queue", "", ""); err != nil {
			return nil, nil, err
		}
		d.mu.Lock()
		d.looks[by] = now
		d.mu.Unlock()
	}
	appeals := d.findAppeals(false)
	for i := range appeals {
		appeals[i].Text = ""
	}
	return d.find(Filter{Status: StatusOpen, cases: true}), appeals, nil
}

// find returns what matches, without note and lines.
func (d *Desk) find(filter Filter) []Report {
	now := d.gate.now()
	d.mu.RLock()
	defer d.mu.RUnlock()
	var found []*data.Report
	for _, r := range d.reports {
		if d.matches(r, filter, now) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b *data.Report) int {
		return cmp.Or(-cmp.Compare(d.urgency(a), d.urgency(b)), byCreation(a, b))
	})
	earlier := d.earlier()
	list := make([]Report, len(found))
	for i, r := range found {
		list[i] = d.show(r, now)
		list[i].Earlier = earlier.of(r.Subject) - 1
	}
	return list
}

// matches tells whether a filter lets r through. The caller holds mu.
func (d *Desk) matches(r *data.Report, filter Filter, now time.Time) bool {
	other, mutual := d.reports[r.Mutual]
	switch {
	case filter.Category != "" && r.Category != filter.Category && !(mutual && other.Category == filter.Category):
		return false
	case filter.cases && mutual && status(other, now) == StatusOpen && byCreation(other, r) < 0:
		return false
	}
	return filter.Status == StatusAll || status(r, now) == cmp.Or(filter.Status, StatusOpen)
}

// urgency is greater for what comes first. A case is as urgent as either of its
// mutual reports, and what people report goes before what the machine does.
func (d *Desk) urgency(r *data.Report) int {
	other, mutual := d.reports[r.Mutual]
	switch {
	case r.Category != CategoryUnderage && !(mutual && other.Category == CategoryUnderage):
		return 0
	case r.Machine:
		return 1
	}
	return 2
}

func held(r *data.Report, now time.Time) bool { return r.Hold != nil && now.Before(r.Hold.Until) }

func status(r *data.Report, now time.Time) Status {
	switch {
	case held(r, now):
		return StatusHeld
	case r.Decision != nil:
		return StatusResolved
	}
	return StatusOpen
}

// show returns r as staff see it, without note and lines. The caller holds mu.
func (d *Desk) show(r *data.Report, now time.Time) Report {
	shown := Report{
		ID: r.ID, Category: r.Category, Status: status(r, now), Created: r.Created,
		Subject: r.Subject.String(), Reporter: r.Reporter.String(), Session: r.SubjectSession,
		Languages: r.Languages, Rules: r.Rules, Lines: []Line{}, Mutual: r.Mutual, Pause: r.Pause,
		Decision: r.Decision, Machine: r.Machine,
	}
	if r.Machine {
		shown.Reporter = machine
	}
	if held(r, now) {
		shown.Hold = r.Hold
	}
	if t, ok := d.taken[r.ID]; ok && now.Before(t.until) {
		shown.TakenBy = t.by
	}
	return shown
}

func (d *Desk) addEvidence(shown *Report) error {
	e, _, err := d.db.Evidence(shown.ID)
	shown.Note, shown.Omitted, shown.Cut, shown.Sealed = e.Note, e.Omitted, e.Cut, e.Sealed
	shown.Lines = append(shown.Lines, e.Lines...)
	return err
}

// earlierOf returns the other reports of r's subject. The caller holds mu.
func (d *Desk) earlierOf(r *data.Report) (others []*data.Report) {
	for _, other := range d.reports {
		if other != r && other.Subject.Is(r.Subject) {
			others = append(others, other)
		}
	}
	return others
}

// subjects counts reports by who is in them.
type subjects struct {
	source, key map[data.Hash]int
	both        map[[2]data.Hash]int
}

// earlier counts the reports by their subject. The caller holds mu.
func (d *Desk) earlier() subjects {
	n := subjects{make(map[data.Hash]int), make(map[data.Hash]int), make(map[[2]data.Hash]int)}
	for _, r := range d.reports {
		n.source[r.Subject.Source]++
		n.key[r.Subject.Key]++
		n.both[[2]data.Hash{r.Subject.Source, r.Subject.Key}]++
	}
	return n
}

// of counts the reports of s, at least one: the one that s is taken from.
func (n subjects) of(s Subject) int {
	switch {
	case s.Nobody():
		return 1
	case s.Key.IsZero():
		return n.source[s.Source]
	case s.Source.IsZero():
		return n.key[s.Key]
	}
	return n.source[s.Source] + n.key[s.Key] - n.both[[2]data.Hash{s.Source, s.Key}]
}

// Report returns one case with its lines. The look is audited. Errors:
// ErrUnknown, data.ErrNotSaved.
func (d *Desk) Report(by, id string) (Report, error) {
	d.mu.RLock()
	r, ok := d.reports[id]
	var shown Report
	if ok {
		shown = d.show(r, d.gate.now())
		shown.Earlier = len(d.earlierOf(r))
	}
	d.mu.RUnlock()
	if !ok {
		return Report{}, unknown(id)
	}
	if err := d.Note(by, "look", id, ""); err != nil {
		return Report{}, err
	}
	return shown, d.addEvidence(&shown)
}

// History is what is known of the two in a case.
type History struct {
	Earlier []Report // other reports of the same subject, newest first, without lines
	Filed   []Report // other reports by the same reporter, newest first, without lines
	Weight  float64  // of this reporter's reports, see Weight
	Live    bool     // the one reported is inside
}

// History returns what is known of the two in a case. Error: ErrUnknown.
func (d *Desk) History(id string) (History, error) {
	now := d.gate.now()
	d.mu.RLock()
	defer d.mu.RUnlock()
	r, ok := d.reports[id]
	if !ok {
		return History{}, unknown(id)
	}
	h := History{Weight: d.weight(r.Reporter)}
	_, h.Live = d.gate.pass(r.SubjectSession)
	for _, other := range d.earlierOf(r) {
		h.Earlier = append(h.Earlier, d.show(other, now))
	}
	for _, other := range d.reports {
		if other != r && other.Reporter.Is(r.Reporter) {
			h.Filed = append(h.Filed, d.show(other, now))
		}
	}
	for _, list := range [][]Report{h.Earlier, h.Filed} {
		slices.SortFunc(list, func(a, b Report) int { return -byAge(a.Created, b.Created, a.ID, b.ID) })
	}
	return h, nil
}

// TakenFor is how long a case stays reserved for one who does nothing with it.
const TakenFor = 15 * time.Minute

// taken says who works on a case.
type taken struct {
	by    string
	until time.Time
}

// Take reserves a case for by, so that no two moderators work on it, for
// TakenFor or until PutBack or a decision; its mutual report with it. Errors:
// ErrUnknown, *ErrTaken.
func (d *Desk) Take(by, id string) (err error) {
	now := d.gate.now()
	d.update(func() {
		r, ok := d.reports[id]
		if !ok {
			err = unknown(id)
			return
		}
		if err = d.undecided(by, r, now); err != nil {
			return
		}
		for _, id := range nonempty(id, r.Mutual) {
			d.taken[id] = taken{by, now.Add(TakenFor)}
		}
	})
	return err
}

// undecided refuses a case that is decided, or that another one has taken. The
// caller holds mu.
func (d *Desk) undecided(by string, r *data.Report, now time.Time) error {
	if r.Decision != nil {
		return &ErrTaken{ID: r.ID, By: r.Decision.By, At: r.Decision.At, Action: r.Decision.Action}
	}
	return d.untaken(by, r, now)
}

// untaken refuses a case of which another one has taken either report. The
// caller holds mu.
func (d *Desk) untaken(by string, r *data.Report, now time.Time) error {
	for _, id := range nonempty(r.ID, r.Mutual) {
		if t, ok := d.taken[id]; ok && t.by != by && now.Before(t.until) {
			return &ErrTaken{ID: id, By: t.by}
		}
	}
	return nil
}

func nonempty(all ...string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// PutBack ends Take, if by has taken it.
func (d *Desk) PutBack(by, id string) {
	d.update(func() {
		r, ok := d.reports[id]
		if !ok {
			return
		}
		for _, id := range nonempty(id, r.Mutual) {
			if d.taken[id].by == by {
				delete(d.taken, id)
			}
		}
	})
}

// DefaultHold is how long a hold lasts that doesn't say: what the US REPORT Act
// asks to preserve.
const DefaultHold = 365 * 24 * time.Hour

// Hold keeps a case from every sweep until then (zero means DefaultHold), and out
// of the queue: the report, and its mutual one. Errors: ErrUnknown, *ErrTaken,
// ErrReason, ErrTooLong, ErrPast, data.ErrNotSaved.
func (d *Desk) Hold(by, id string, until time.Time, reason string) error {
	now := d.gate.now()
	if until.IsZero() {
		until = now.Add(DefaultHold)
	}
	if !until.After(now) {
		return ErrPast
	}
	return d.setHold("hold", id, data.Hold{Until: until.UTC().Truncate(time.Millisecond), By: by, Reason: reason})
}

// Release ends Hold. Errors: ErrUnknown, *ErrTaken, ErrNotHeld, ErrReason,
// ErrTooLong, data.ErrNotSaved.
func (d *Desk) Release(by, id, reason string) error {
	return d.setHold("release", id, data.Hold{By: by, Reason: reason})
}

// setHold changes the hold of a case; one without an end ends it.
func (d *Desk) setHold(do, id string, hold data.Hold) error {
	if err := checkReason(hold.Reason); err != nil {
		return err
	}
	d.lock()
	defer d.unlock()
	now := d.gate.now()
	r, ok := d.reports[id]
	if !ok {
		return unknown(id)
	}
	d.mu.RLock()
	err := d.untaken(hold.By, r, now)
	d.mu.RUnlock()
	if err != nil {
		return err
	}
	var records []data.Record
	for _, id := range nonempty(id, r.Mutual) {
		if kept, ok := d.reports[id]; ok && (!hold.Until.IsZero() || held(kept, now)) {
			one, hold := *kept, hold
			hold.At = now
			if kept.Hold != nil {
				hold.At = after(now, kept.Hold.At)
			}
			one.Hold = &hold
			records = append(records, one, d.action(hold.By, do, id, hold.Reason))
		}
	}
	if len(records) == 0 {
		return ErrNotHeld
	}
	return d.commit(records...)
}

// Counts returns how many reports are open and held, and how many appeals wait.
func (d *Desk) Counts() (open, held, appeals int) {
	now := d.gate.now()
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, r := range d.reports {
		switch status(r, now) {
		case StatusOpen:
			open++
		case StatusHeld:
			held++
		}
	}
	for _, a := range d.appeals {
		if a.Answer == nil {
			appeals++
		}
	}
	return open, held, appeals
}

// Hourly counts the reports filed in each of the last 24 hours, oldest first.
func (d *Desk) Hourly() (filed [24]int) {
	now := d.gate.now()
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, r := range d.reports {
		if hour := int(now.Sub(r.Created) / time.Hour); hour >= 0 && hour < 24 {
			filed[23-hour]++
		}
	}
	return filed
}
