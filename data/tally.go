package data

var tallies = []byte("tallies")

// A Tally counts one day of moderation on one machine. It holds nobody, so it stays when what
// it counted is swept.
type Tally struct {
	Day     string         `json:"day"`              // 2006-01-02, in UTC
	Node    string         `json:"node,omitzero"`    // which of several machines counted
	Reports map[string]int `json:"reports,omitzero"` // by category
	Flags   map[string]int `json:"flags,omitzero"`   // reports of the machine, by category
	People  map[string]int `json:"people,omitzero"`  // decisions of people, by action
	Machine map[string]int `json:"machine,omitzero"` // decisions of the machine, by action
	Waits   []int          `json:"waits,omitzero"`   // seconds from a report to its decision
	Appeals int            `json:"appeals,omitzero"`
	// Decided appeals, and those of them that reversed a decision.
	Decided  int `json:"decided,omitzero"`
	Reversed int `json:"reversed,omitzero"`
}

func (t Tally) bucket() []byte { return tallies }
func (t Tally) id() []byte     { return []byte(t.Day + t.Node) }
func (t Tally) value() []byte  { return text(t) }

// EachTally visits the tallies, oldest first, inside a transaction: visit must
// not use the database.
func (d *DB) EachTally(visit func(Tally)) error { return each(d, tallies, visit) }
