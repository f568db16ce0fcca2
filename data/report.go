package data

import (
	"time"

	bolt "go.etcd.io/bbolt"
)

var (
	reports  = []byte("reports")
	evidence = []byte("evidence")
)

// A Report is what somebody reported, without the lines of the chat: those lie
// apart as its Evidence, so that a queue of thousands can be read in no time.
type Report struct {
	ID              string    `json:"id"` // R-…
	Created         time.Time `json:"created"`
	Category        string    `json:"category"`
	Reporter        Subject   `json:"reporter,omitzero"`
	Subject         Subject   `json:"subject,omitzero"`         // who is reported
	ReporterSession string    `json:"reporterSession,omitzero"` // S-…
	SubjectSession  string    `json:"subjectSession,omitzero"`  // S-…
	Chat            string    `json:"chat,omitzero"`            // the same in every report of one chat
	BothSpoke       bool      `json:"bothSpoke,omitzero"`
	Machine         bool      `json:"machine,omitzero"`   // nobody reported it: a pattern found it
	Languages       []string  `json:"languages,omitzero"` // of the one reported, best first
	Rules           string    `json:"rules,omitzero"`     // version of the rules
	Receipt         Hash      `json:"receipt"`            // keyed hash of what the reporter was given
	Mutual          string    `json:"mutual,omitzero"`    // R-…: the other's report of the same chat
	Pause           string    `json:"pause,omitzero"`     // B-…: the machine's pause that it counted for
	Hold            *Hold     `json:"hold,omitzero"`
	Decision        *Decision `json:"decision,omitzero"`
}

// A Hold keeps a report from every sweep, or says since At that none does.
type Hold struct {
	Until  time.Time `json:"until"` // zero if it was released
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at,omitzero"`
}

// A Decision is how a report ended.
type Decision struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Action string    `json:"action"` // none, warn, help or ban
	Reason string    `json:"reason"`
	Ban    string    `json:"ban,omitzero"`  // B-…
	With   string    `json:"with,omitzero"` // R-…: nothing was decided of this one but of its mutual report
}

// Evidence is what a report shows of the chat.
type Evidence struct {
	Report string `json:"report"`
	Note   string `json:"note,omitzero"`
	Lines  []Line `json:"lines,omitzero"`
	// Omitted lines lie between those that are shown; Cut bytes were cut off
	// the ends of lines.
	Omitted int    `json:"omitted,omitzero"`
	Cut     int    `json:"cut,omitzero"`
	Sealed  []byte `json:"sealed,omitzero"` // the lines instead, encrypted to the operator
}

// A Line is one line of a chat.
type Line struct {
	Speaker string    `json:"speaker"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
	Marked  bool      `json:"marked,omitzero"` // by the reporter
	Cut     int       `json:"cut,omitzero"`    // bytes cut off its end
}

func (r Report) bucket() []byte { return reports }
func (r Report) id() []byte     { return []byte(r.ID) }

func (e Evidence) bucket() []byte { return evidence }
func (e Evidence) id() []byte     { return []byte(e.Report) }
func (e Evidence) value() []byte  { return text(e) }

// reportForm is the first byte of a packed report; another form would have another.
const reportForm = 1

// What a packed report may have.
const (
	reportBothSpoke = 1 << iota
	reportHold
	reportDecision
	reportMachine
	reportHoldAt // when the hold began or ended, which was not kept before version 5
)

// value is r without its id.
func (r Report) value() []byte {
	v := []byte{reportForm, flags(
		r.BothSpoke, r.Hold != nil, r.Decision != nil, r.Machine, r.Hold != nil && !r.Hold.At.IsZero(),
	)}
	v = append(packTime(v, r.Created), r.Receipt[:]...)
	v = packSubject(packSubject(v, r.Reporter), r.Subject)
	for _, text := range [...]string{r.Category, r.ReporterSession, r.SubjectSession, r.Chat, r.Rules, r.Mutual, r.Pause} {
		v = packText(v, text)
	}
	v = append(v, byte(len(r.Languages)))
	for _, language := range r.Languages[:byte(len(r.Languages))] {
		v = packText(v, language)
	}
	if h := r.Hold; h != nil {
		v = packText(packText(packTime(v, h.Until), h.By), h.Reason)
		if !h.At.IsZero() {
			v = packTime(v, h.At)
		}
	}
	if d := r.Decision; d != nil {
		v = packTime(v, d.At)
		for _, text := range [...]string{d.By, d.Action, d.Reason, d.Ban, d.With} {
			v = packText(v, text)
		}
	}
	return v
}

func (r *Report) unpack(id, value []byte) error {
	u := unpacker{rest: value}
	form, has := u.byte(), u.byte()
	u.bad = u.bad || form != reportForm
	*r = Report{
		ID: string(id), BothSpoke: has&reportBothSpoke != 0, Machine: has&reportMachine != 0,
		Created: u.time(), Receipt: u.hash(), Reporter: u.subject(), Subject: u.subject(),
		Category: u.like(r.Category), ReporterSession: u.text(), SubjectSession: u.text(), Chat: u.text(), Rules: u.like(r.Rules),
		Mutual: u.text(), Pause: u.text(),
	}
	for range u.byte() {
		r.Languages = append(r.Languages, u.text())
	}
	if has&reportHold != 0 {
		r.Hold = &Hold{Until: u.time(), By: u.text(), Reason: u.text()}
		if has&reportHoldAt != 0 {
			r.Hold.At = u.time()
		}
	}
	if has&reportDecision != 0 {
		r.Decision = &Decision{At: u.time(), By: u.text(), Action: u.text(), Reason: u.text(), Ban: u.text(), With: u.text()}
	}
	return u.end()
}

// EachReport visits all reports inside a transaction: visit must not use the
// database.
func (d *DB) EachReport(visit func(Report)) error { return each(d, reports, visit) }

// ReportBytes returns how many bytes of the file the reports take, with their
// evidence and with what keeps two people apart: whole pages, as bbolt gives them
// out. It looks at each page but not at what is on it.
func (d *DB) ReportBytes() (n int64, err error) {
	err = d.view(func(tx *bolt.Tx) error {
		for _, bucket := range [][]byte{reports, evidence, apart} {
			s := tx.Bucket(bucket).Stats()
			n += int64(s.BranchAlloc + s.LeafAlloc + s.InlineBucketInuse)
		}
		return nil
	})
	return n, err
}

// Report returns the report called id; ok is false where there is none.
func (d *DB) Report(id string) (r Report, ok bool, err error) { return get[Report](d, id) }

// Evidence returns the evidence of the report called id.
func (d *DB) Evidence(id string) (e Evidence, ok bool, err error) {
	return get[Evidence](d, id)
}
