package staff

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"strangerd/moderation"
	"strangerd/session/text"
)

const (
	// pageOf is how many sessions one reply lists: about 60 KB.
	pageOf = 500
	// maxPages bounds what one node lists. None has so many sessions.
	maxPages = 1000
	// maxSubject is longer than what staff see of a subject, in bytes.
	maxSubject = 200
)

// The kinds of requests that one node has for another.
const (
	askSessions  = "sessions"
	askSession   = "session"
	askBroadcast = "broadcast"
	askDrain     = "drain"
)

// A request is what the staff of one node have another do. They are known, and what they
// do is audited, where they ask.
type request struct {
	Do    string              `json:"do"`
	After *moderation.Session `json:"after,omitempty"` // the last of the page before
	ID    string              `json:"id,omitempty"`    // S-…
	Line  string              `json:"line,omitempty"`
	Limit time.Duration       `json:"limit,omitempty"` // 0: none
}

// answered is what the other node replies.
type answered struct {
	Sessions []moderation.Session `json:"sessions,omitempty"`
	Subject  *moderation.Subject  `json:"subject,omitempty"` // whose the session is; nil: it isn't there
	Told     int                  `json:"told,omitempty"`
}

// A guest is a session of one of several nodes.
type guest struct {
	moderation.Session
	Node string `json:"node"`
}

func guestRow(g guest) []string {
	return []string{g.ID, stamp(g.Since), g.Node, g.Subject}
}

// Answer does what the staff of another node ask for. It returns nil for what it can't read.
func (c *Commands) Answer(raw []byte) []byte {
	var q request
	var a answered
	if json.Unmarshal(raw, &q) != nil {
		return nil
	}
	switch line, err := checkLine([]string{q.Line}); {
	case q.Do == askSessions:
		a.Sessions = nextPage(c.Gate.Live(), q.After)
	case q.Do == askSession && isID("S", q.ID):
		if subject, ok := c.Gate.Inside(q.ID); ok {
			a.Subject = &subject
		}
	case q.Do == askBroadcast && err == nil:
		a.Told = c.Broadcast(line)
	case q.Do == askDrain && q.Limit >= 0:
		c.Gate.DrainHere(q.Limit)
	default:
		return nil
	}
	packed, err := json.Marshal(a)
	if err != nil {
		return nil
	}
	return packed
}

// nextPage returns the first of all sessions that come after one, or of all.
func nextPage(all []moderation.Session, after *moderation.Session) []moderation.Session {
	if after != nil {
		at, found := slices.BinarySearchFunc(all, *after, moderation.Session.Compare)
		if found {
			at++
		}
		all = all[at:]
	}
	return all[:min(len(all), pageOf)]
}

// ask has another node do something, and reads its reply.
func (r *run) ask(n Node, q request) (a answered, err error) {
	raw, err := json.Marshal(q)
	if err != nil {
		return a, err
	}
	err = r.Ask(r.ctx, n.Number, raw, func(raw []byte) bool {
		a = answered{}
		return json.Unmarshal(raw, &a) == nil && a.fits(q)
	})
	return a, err
}

// fits tells whether it can be the reply to q. What it lists is cleaned: it is shown to
// staff.
func (a *answered) fits(q request) bool {
	if a.Told < 0 || len(a.Sessions) > pageOf {
		return false
	}
	before := q.After
	for i := range a.Sessions {
		s := &a.Sessions[i]
		s.Subject = text.Line(s.Subject)
		if !isID("S", s.ID) || len(s.ID) > maxSubject || len(s.Subject) > maxSubject || before != nil && before.Compare(*s) >= 0 {
			return false
		}
		before = s
	}
	return true
}

// askAll asks all other nodes at once, and returns those that didn't answer.
func (r *run) askAll(ask func(Node) error) (silent []Node) {
	var mu sync.Mutex
	var asking sync.WaitGroup
	for _, n := range r.others() {
		asking.Go(func() {
			if ask(n) != nil {
				mu.Lock()
				defer mu.Unlock()
				silent = append(silent, n)
			}
		})
	}
	asking.Wait()
	return silent
}

// everywhere adds the sessions of the other nodes to those of this one, and names the
// nodes that may have more.
func (r *run) everywhere(here []moderation.Session) ([]guest, error) {
	var mu sync.Mutex
	all := []guest{}
	add := func(sessions []moderation.Session, node string) {
		mu.Lock()
		defer mu.Unlock()
		for _, s := range sessions {
			all = append(all, guest{s, node})
		}
	}
	for _, n := range r.machines() {
		if n.Here {
			add(here, n.Name)
		}
	}
	silent := r.askAll(func(n Node) error {
		q := request{Do: askSessions}
		for range maxPages {
			a, err := r.ask(n, q)
			if err != nil {
				return err
			}
			add(a.Sessions, n.Name)
			if len(a.Sessions) < pageOf {
				return nil
			}
			q.After = &a.Sessions[pageOf-1]
		}
		return errors.New("it lists without end")
	})
	slices.SortFunc(all, func(a, b guest) int { return a.Compare(b.Session) })
	return all, silence(silent, "not all its sessions are listed")
}

// whose finds out whose session of another node that is. Where none has it, the error is
// unknown.
func (r *run) whose(id string, unknown error) (subject *moderation.Subject, err error) {
	var mu sync.Mutex
	silent := r.askAll(func(n Node) error {
		a, err := r.ask(n, request{Do: askSession, ID: id})
		mu.Lock()
		defer mu.Unlock()
		subject = cmp.Or(subject, a.Subject)
		return err
	})
	switch {
	case subject != nil:
		return subject, nil
	case len(silent) > 0:
		return nil, fmt.Errorf("%w; %w", unknown, silence(silent, "it may be there"))
	}
	return nil, unknown
}

// tell shows the operator's line to everybody, on all nodes, and returns how many they are.
func (r *run) tell(line string) (told int, err error) {
	told = r.Broadcast(line)
	var mu sync.Mutex
	silent := r.askAll(func(n Node) error {
		a, err := r.ask(n, request{Do: askBroadcast, Line: line})
		mu.Lock()
		defer mu.Unlock()
		told += a.Told
		return err
	})
	return told, silence(silent, "its people may not have been told")
}

// drainFar drains another node.
func (r *run) drainFar(n Node, limit time.Duration) error {
	if _, err := r.ask(n, request{Do: askDrain, Limit: limit}); err != nil {
		return silence([]Node{n}, "it may not drain")
	}
	return nil
}
