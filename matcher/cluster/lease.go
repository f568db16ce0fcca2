package cluster

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	// LeaseEvery is how often a lease is renewed, and looked at.
	LeaseEvery = 500 * time.Millisecond
	// leaseTime is how long a lease that isn't renewed is its holder's.
	leaseTime = 2 * time.Second
	leaseKey  = "dealer"
)

// A Lease makes one of several nodes the one that does something, and another one soon
// after that is gone. It is no lock: while nobody can write it, its holder goes on, and
// may learn late that there is another.
//
// It has no time to live in JetStream, and no clock of another machine counts: whoever
// sees no change of it for leaseTime by their own clock takes it over, if it still is
// what they saw. One goroutine owns it.
type Lease struct {
	KV   jetstream.KeyValue
	Node uint64

	seen    uint64    // the revision that was seen last
	changed time.Time // when it was seen first
	term    uint64    // the revision by which we took it; 0: it isn't ours
}

// Try renews the lease, or takes it if it is free, and returns the number of our term: 0
// if it isn't ours, else higher than those of all before. It is to be called every
// LeaseEvery. After an error everything is as it was.
func (l *Lease) Try(ctx context.Context, now time.Time) (term uint64, err error) {
	if l.term == 0 {
		if free, err := l.free(ctx, now); err != nil || !free {
			return 0, err
		}
	}
	revision, err := l.write(ctx)
	switch {
	case errors.Is(err, jetstream.ErrKeyExists): // somebody else was quicker
		l.term, l.changed = 0, now
		return 0, nil
	case err != nil:
		return l.term, err
	}
	if l.term == 0 {
		l.term = revision
	}
	l.seen, l.changed = revision, now
	return l.term, nil
}

// free looks whether nobody has the lease.
func (l *Lease) free(ctx context.Context, now time.Time) (bool, error) {
	entry, err := l.KV.Get(ctx, leaseKey)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound): // given up, or never there
		l.seen = 0
		return true, nil
	case err != nil:
		return false, err
	case entry.Revision() != l.seen: // less is an answer that is out of date, or of a bucket made anew
		l.seen, l.changed = entry.Revision(), now
	}
	return now.Sub(l.changed) >= leaseTime, nil
}

func (l *Lease) write(ctx context.Context) (revision uint64, err error) {
	ours := binary.BigEndian.AppendUint64(nil, l.Node)
	if l.seen == 0 {
		return l.KV.Create(ctx, leaseKey, ours)
	}
	return l.KV.Update(ctx, leaseKey, ours, l.seen)
}

// Yield gives the lease up, so that another node has it at once.
func (l *Lease) Yield(ctx context.Context) error {
	if l.term == 0 {
		return nil
	}
	l.term = 0
	return l.KV.Delete(ctx, leaseKey, jetstream.LastRevision(l.seen))
}
