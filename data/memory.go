package data

import (
	"bytes"
	"errors"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

var (
	memories = []byte("memories")
	blocks   = []byte("blocks")
)

// Memory is what the holder of a me@ key has remembered. One that says nothing, not
// even when, is not kept.
type Memory struct {
	Key           Hash
	Interests     []string // as they were written
	Languages     []string // that they speak, best first
	OnlyLanguages bool     // nobody who speaks none of these
	Rules         string   // the version that was accepted, or empty
	Accepted      time.Time
	BellOff       bool
	At            time.Time // when it was changed
}

// Empty tells whether it says nothing.
func (m Memory) Empty() bool {
	return len(m.Interests) == 0 && len(m.Languages) == 0 && !m.OnlyLanguages && m.Rules == "" && !m.BellOff
}

func (m Memory) bucket() []byte { return memories }
func (m Memory) id() []byte     { return m.Key[:] }
func (m Memory) value() []byte {
	if m.Empty() && m.At.IsZero() {
		return nil
	}
	value := packTexts([]byte{flags(m.OnlyLanguages, m.BellOff)}, m.Interests)
	value = packTime(packText(packTexts(value, m.Languages), m.Rules), m.Accepted)
	if !m.At.IsZero() {
		value = packTime(value, m.At)
	}
	return value
}

func (m *Memory) unpack(id, value []byte) error {
	u, key := unpacker{rest: value}, unpacker{rest: id}
	is := u.byte()
	*m = Memory{Key: key.hash(), Interests: u.texts(), Languages: u.texts(), Rules: u.text(), Accepted: u.time()}
	m.OnlyLanguages, m.BellOff = is&1 != 0, is&2 != 0
	if len(u.rest) > 0 { // not before version 5
		m.At = u.time()
	}
	return errors.Join(key.end(), u.end())
}

// Block says that the holder of a me@ key doesn't want to meet somebody until then,
// who is known by a source or by a key.
type Block struct {
	Owner, Other Hash
	Until        time.Time
	At           time.Time // when they said so
}

func (b Block) bucket() []byte { return blocks }
func (b Block) id() []byte     { return slices.Concat(b.Owner[:], b.Other[:]) }
func (b Block) value() []byte {
	value := packTime(nil, b.Until)
	if !b.At.IsZero() {
		value = packTime(value, b.At)
	}
	return value
}

func (b *Block) unpack(id, value []byte) error {
	u, key := unpacker{rest: value}, unpacker{rest: id}
	*b = Block{Owner: key.hash(), Other: key.hash(), Until: u.time()}
	if len(u.rest) > 0 { // not before version 5
		b.At = u.time()
	}
	return errors.Join(key.end(), u.end())
}

// Memory returns what is remembered of a key, which may be nothing.
func (d *DB) Memory(key Hash) (Memory, error) {
	m, ok, err := get[Memory](d, string(key[:]))
	if !ok {
		m = Memory{Key: key}
	}
	return m, err
}

// MaxBlocks is how many sources and keys one me@ key has blocked; beyond it those go that
// end first.
const MaxBlocks = 100

// boundBlocks drops the blocks of owner beyond MaxBlocks.
func boundBlocks(tx *bolt.Tx, owner Hash) error {
	all, err := blocksOf(tx, owner)
	if err != nil || len(all) <= MaxBlocks {
		return err
	}
	slices.SortStableFunc(all, func(a, b Block) int { return a.Until.Compare(b.Until) })
	for _, b := range all[:len(all)-MaxBlocks] {
		err = errors.Join(err, tx.Bucket(blocks).Delete(b.id()))
	}
	return err
}

// Blocks returns whom a key has blocked, those too whose time is over.
func (d *DB) Blocks(key Hash) (all []Block, err error) {
	err = d.view(func(tx *bolt.Tx) error {
		all, err = blocksOf(tx, key)
		return err
	})
	return all, err
}

func blocksOf(tx *bolt.Tx, key Hash) (all []Block, err error) {
	c := tx.Bucket(blocks).Cursor()
	for k, v := c.Seek(key[:]); bytes.HasPrefix(k, key[:]); k, v = c.Next() {
		var b Block
		if parse(k, v, &b) != nil {
			return nil, unreadable(blocks, 1)
		}
		all = append(all, b)
	}
	return all, nil
}

// EachMemory visits all of them inside a transaction: visit must not use the
// database.
func (d *DB) EachMemory(visit func(Memory)) error { return each(d, memories, visit) }

// EachBlock visits all of them inside a transaction: visit must not use the
// database.
func (d *DB) EachBlock(visit func(Block)) error { return each(d, blocks, visit) }

// Forget removes all that is known and remembered of the keys.
func (d *DB) Forget(keys ...Hash) error {
	if len(keys) == 0 {
		return nil
	}
	return d.update(func(tx *bolt.Tx) error {
		for _, key := range keys {
			err := errors.Join(tx.Bucket(known).Delete(key[:]), forgetUntil(tx, key, time.Time{}))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// forgetUntil removes what was remembered of a key up to then, or all if that is zero.
func forgetUntil(tx *bolt.Tx, key Hash, then time.Time) error {
	gone := func(at time.Time) bool { return then.IsZero() || !at.After(then) }
	blocked, err := blocksOf(tx, key)
	for _, b := range blocked {
		if gone(b.At) {
			err = errors.Join(err, tx.Bucket(blocks).Delete(b.id()))
		}
	}
	m, ok, unreadable := find[Memory](tx, key[:])
	if ok && gone(m.At) {
		err = errors.Join(err, tx.Bucket(memories).Delete(key[:]))
	}
	return errors.Join(err, unreadable)
}

// forgotten tells whether what was remembered of a key then was forgotten later.
func forgotten(tx *bolt.Tx, key Hash, then time.Time) (bool, error) {
	k, _, err := find[Known](tx, key[:])
	return !k.Forgot.IsZero() && !then.After(k.Forgot), err
}
