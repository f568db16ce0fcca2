package node

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	bucket = "strangerd" // of keys and values, in JetStream
	// poolKey has the fingerprints of what all nodes must share.
	poolKey = "pool"
	// nameKey, with a name behind it, has the node that is called so.
	nameKey = "node."
	// copies of the bucket where there are several NATS servers.
	copies = 3
)

// errCopies is what a single NATS server says to more than one copy (JSStreamReplicasNotSupported).
const errCopies jetstream.ErrorCode = 10074

// errPlaces is what NATS servers say that are too few for the copies, or that don't all run yet
// (JSClusterNoPeersErrF).
const errPlaces jetstream.ErrorCode = 10005

// Why a node must not take part, whatever it tries.
var (
	ErrSecret  = errors.New("the nodes there share another secret: make the data folder anew, from a backup of one of them and its secret and host_ed25519")
	ErrHostKey = errors.New("the nodes there have another host key: put host_ed25519 of one of them into the data folder, and start again")
)

// Taken says that another node is called as this one.
type Taken struct{ Name string }

func (t *Taken) Error() string {
	return fmt.Sprintf("a node called %q is there already: give this one another --node", t.Name)
}

// Old says that a NATS server is too old.
type Old struct{ Version string }

func (o *Old) Error() string {
	return fmt.Sprintf("nats-server %s can lose what it has acknowledged: run %s or newer", o.Version, floorText)
}

// floor is the oldest nats-server: in those before, a few crashes could lose a whole
// stream (https://jepsen.io/analyses/nats-2.12.1, 4.1).
var floor = [3]int{2, 10, 23}

const floorText = "2.10.23"

// final tells whether err is no matter of time.
func final(err error) bool {
	return errors.Is(err, ErrSecret) || errors.Is(err, ErrHostKey) || errors.As(err, new(*Taken)) || errors.As(err, new(*Old)) ||
		errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount)
}

// enter has this node be one of those that share the secret. It waits for NATS until
// ctx ends.
func (n *Node) enter(ctx context.Context) error {
	if err := checkVersion(n.nats.ConnectedServerVersion()); err != nil {
		return err
	}
	js, err := jetstream.New(n.nats)
	if err != nil {
		return err
	}
	kv, err := openBucket(ctx, js)
	if err != nil {
		return err
	}
	if err := n.checkPool(ctx, kv); err != nil {
		return err
	}
	return n.claim(ctx, kv)
}

func checkVersion(text string) error {
	plain, _, _ := strings.Cut(text, "-") // a preview is as good as what it precedes
	parts := strings.SplitN(plain, ".", len(floor))
	for i, least := range floor {
		number := 0
		if i < len(parts) {
			number, _ = strconv.Atoi(parts[i])
		}
		if number != least {
			if number < least {
				return &Old{text}
			}
			return nil
		}
	}
	return nil
}

// openBucket returns the bucket, which the first node makes.
func openBucket(ctx context.Context, js jetstream.JetStream) (jetstream.KeyValue, error) {
	kv, err := js.KeyValue(ctx, bucket)
	if !errors.Is(err, jetstream.ErrBucketNotFound) {
		return kv, err
	}
	config := jetstream.KeyValueConfig{Bucket: bucket, Description: "strangerd: which nodes there are", Replicas: copies}
	kv, err = js.CreateKeyValue(ctx, config)
	api, ok := errors.AsType[*jetstream.APIError](err)
	switch {
	case ok && api.ErrorCode == errCopies:
		config.Replicas = 1
		return js.CreateKeyValue(ctx, config)
	case ok && api.ErrorCode == errPlaces:
		return nil, fmt.Errorf("NATS has to be three servers that run, or one alone: %w", err)
	}
	return kv, err
}

// checkPool compares what all nodes must share with what the first one wrote down.
func (n *Node) checkPool(ctx context.Context, kv jetstream.KeyValue) error {
	secret := hex.EncodeToString(labelled(n.config.Secret, "strangerd: the secret that all nodes share"))
	hostKey := hex.EncodeToString(labelled(n.config.Secret, "strangerd: the host key that all nodes have "+string(n.config.HostKey)))
	_, err := kv.Create(ctx, poolKey, []byte(secret+" "+hostKey))
	if !errors.Is(err, jetstream.ErrKeyExists) {
		return err
	}
	kept, err := kv.Get(ctx, poolKey)
	if err != nil {
		return err
	}
	theirs, theirKey, _ := strings.Cut(string(kept.Value()), " ")
	switch {
	case theirs != secret:
		return ErrSecret
	case theirKey != hostKey:
		return ErrHostKey
	}
	return nil
}

// A holder is who has a name.
type holder struct {
	Start uint64    `json:"start"`
	Since time.Time `json:"since"`
}

// claim takes the name of this node, unless another lives by it: one that crashed
// doesn't hold its name.
func (n *Node) claim(ctx context.Context, kv jetstream.KeyValue) error {
	key := nameKey + n.config.Name
	ours, err := json.Marshal(holder{n.start, n.since})
	if err != nil {
		return err
	}
	_, err = kv.Create(ctx, key, ours)
	if !errors.Is(err, jetstream.ErrKeyExists) {
		return err
	}
	kept, err := kv.Get(ctx, key)
	if err != nil {
		return err
	}
	var other holder
	json.Unmarshal(kept.Value(), &other) // what can't be read is nobody's
	if other.Start == n.start {
		return nil
	}
	alive, err := n.lives(ctx, other.Start)
	if err != nil {
		return err
	}
	if alive {
		return &Taken{n.config.Name}
	}
	if _, err = kv.Update(ctx, key, ours, kept.Revision()); errors.Is(err, jetstream.ErrKeyExists) {
		return &Taken{n.config.Name}
	}
	return err
}

// lives waits for a beat of the node that drew start, for as long as four take.
func (n *Node) lives(ctx context.Context, start uint64) (bool, error) {
	sub, err := n.nats.SubscribeSync(beatSubject)
	if err != nil {
		return false, err
	}
	defer sub.Unsubscribe()
	waiting, stop := context.WithTimeout(ctx, 4*beatEvery)
	defer stop()
	for {
		msg, err := sub.NextMsgWithContext(waiting)
		if err != nil {
			return false, ctx.Err()
		}
		if b, err := n.Seal.readBeat(msg.Data); err == nil && b.Start == start && !b.Leaving {
			return true, nil
		}
	}
}

// disclaim gives the name of this node back.
func (n *Node) disclaim(ctx context.Context) error {
	kv, err := n.Bucket(ctx)
	if err != nil {
		return err
	}
	key := nameKey + n.config.Name
	kept, err := kv.Get(ctx, key)
	if err != nil {
		return err
	}
	var now holder
	if json.Unmarshal(kept.Value(), &now) != nil || now.Start != n.start {
		return nil
	}
	return kv.Delete(ctx, key, jetstream.LastRevision(kept.Revision()))
}
