package node

import (
	"encoding/json"
	"regexp"
	"time"
)

const (
	beatSubject = "strangerd.beat"
	// beatEvery is how often a node says that it is there.
	beatEvery = 500 * time.Millisecond
	// Gone is how long a node has been silent that is taken for gone. Whoever was told
	// so within 5 s must have been told by then.
	Gone = 4 * time.Second
	// forgotten is how long a node has been silent that isn't listed any more.
	forgotten = 10 * time.Minute

	maxBeat = 4 << 10 // bytes
	maxText = 64      // of a name, and of a version
)

// Beat is what a node says of itself.
type Beat struct {
	Name    string    `json:"name"`
	Start   uint64    `json:"start"`   // drawn at each start, never 0
	Number  uint64    `json:"number"`  // of the beat, from 1
	Since   time.Time `json:"since"`   // by its own clock
	Program string    `json:"program"` // its version
	Leaving bool      `json:"leaving,omitzero"`
	Census
}

// Census is what a node counts.
type Census struct {
	Online   int  `json:"online"`
	Waiting  int  `json:"waiting"`
	Chatting int  `json:"chatting"`
	Apart    int  `json:"apart,omitzero"` // of those who wait: for a question's sake, and for nobody on another node
	Draining bool `json:"draining,omitzero"`
	// Term is that of the lease by which this node pairs the people of all; 0: it doesn't.
	Term uint64 `json:"term,omitzero"`
}

// add counts the people of another node, too.
func (c *Census) add(other Census) {
	c.Online += other.Online
	c.Waiting += other.Waiting
	c.Chatting += other.Chatting
	c.Apart += other.Apart
}

// Peer is another node.
type Peer struct {
	Beat                 // the last one
	Silent time.Duration // since that, by our clock
}

// name is what a node may be called: a token of NATS, which a shell needs no quotes for.
var name = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// ValidName tells whether a node may be called that.
func ValidName(text string) bool { return name.MatchString(text) }

func (b Beat) pack() []byte {
	packed, err := json.Marshal(b)
	if err != nil {
		panic(err) // it has nothing that JSON hasn't
	}
	return packed
}

// readBeat reads what another node says of itself. Whoever made it has the secret, and
// may be of another version.
func (s *Sealer) readBeat(sealed []byte) (b Beat, err error) {
	plain, err := s.Open(beatSubject, sealed)
	if err != nil {
		return b, err
	}
	if len(plain) > maxBeat || json.Unmarshal(plain, &b) != nil || !b.plausible() {
		return Beat{}, s.Malformed()
	}
	return b, nil
}

func (b Beat) plausible() bool {
	return ValidName(b.Name) && b.Start != 0 && b.Number != 0 && len(b.Program) <= maxText &&
		min(b.Online, b.Waiting, b.Chatting, b.Apart) >= 0
}
