package moderation

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Why somebody isn't admitted; see also Banned.
var (
	ErrFull       = errors.New("the server is full")
	ErrDraining   = errors.New("the server lets nobody in before a restart")
	ErrTooYoung   = errors.New("the age gate refused this source today")
	ErrDoor       = errors.New("the door is shut")
	ErrDoorClosed = fmt.Errorf("%w to everybody", ErrDoor)
	ErrDoorKnown  = fmt.Errorf("%w to all but me@ keys known for over a week", ErrDoor)
)

// What may be wrong with what staff or people ask for. Each is one line that
// says what to do, and may come wrapped in one that names the id.
var (
	ErrUnknown   = errors.New("there is no such id: the lists show them")
	ErrReason    = errors.New("the reason is missing: the person reads it")
	ErrTooLong   = errors.New("too long: 1,000 characters at most")
	ErrNobody    = errors.New("they came from a shared source without a me@ key, so nobody can be told apart, and their session is over")
	ErrForever   = errors.New("a source is banned for at most 90 days: forever is for networks and me@ keys")
	ErrDuration  = errors.New("a ban lasts a second at least")
	ErrOver      = errors.New("that ban is over")
	ErrQuota     = errors.New("too many reports from here within the hour: try again later")
	ErrNoRoom    = errors.New("no room for more reports until staff decided some")
	ErrReported  = errors.New("this chat is reported already")
	ErrCategory  = errors.New("there is no such category")
	ErrReceipt   = errors.New("no report has this receipt, or it is no longer kept")
	ErrAction    = errors.New("there is no such action: none, warn or ban")
	ErrPast      = errors.New("that time is past")
	ErrKeyLine   = errors.New("a key is one line as in authorized_keys, 16 KB at most")
	ErrNoBan     = errors.New("there is no ban to appeal against")
	ErrAppealed  = errors.New("there is an appeal against this ban already: one text a ban")
	ErrEmpty     = errors.New("there is no text")
	ErrNotHeld   = errors.New("it isn't held")
	ErrModerator = errors.New("a name is 1 to 32 letters, digits, dashes or underscores")
	ErrNameTaken = errors.New("one of the staff has that name already: choose another")
)

// unknown is ErrUnknown, of id.
func unknown(id string) error { return fmt.Errorf("%s: %w", id, ErrUnknown) }

// checkReason refuses a reason that says nothing or too much.
func checkReason(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return ErrReason
	}
	return checkLength(reason)
}

func checkLength(text string) error {
	if utf8.RuneCountInString(text) > MaxText {
		return ErrTooLong
	}
	return nil
}

// Banned is why somebody isn't admitted, or what ended their Pass.
type Banned struct{ Ban Ban }

func (b *Banned) Error() string { return "banned: " + b.Ban.Reason }

// Kicked is what ended a Pass when staff ended the session.
type Kicked struct{ By, Reason string }

func (k *Kicked) Error() string { return "kicked: " + k.Reason }

// ErrTaken says that another one works on the case, or has decided it.
type ErrTaken struct {
	ID     string // R-… or A-…
	By     string
	At     time.Time
	Action string // what was decided; empty while nothing is
}

func (t *ErrTaken) Error() string {
	if t.Action == "" {
		return fmt.Sprintf("%s is being looked at by %s: take another one", t.ID, t.By)
	}
	return fmt.Sprintf("%s was decided by %s (%s) at %s", t.ID, t.By, t.Action, t.At.UTC().Format(time.RFC3339))
}

// NeedsYes refuses a ban that may hit more than was meant, until the request
// says Yes.
type NeedsYes struct {
	Why     []string // one line each
	Preview Preview
}

func (n *NeedsYes) Error() string {
	return strings.Join(n.Why, "; ") + ": say --yes if that is meant"
}

// BadLine is a line of an import that can't be read. Nothing was imported.
type BadLine struct {
	Line int // from 1
	Text string
	Err  error
}

func (b *BadLine) Error() string {
	return fmt.Sprintf("line %d: %v; nothing was imported", b.Line, b.Err)
}

func (b *BadLine) Unwrap() error { return b.Err }
