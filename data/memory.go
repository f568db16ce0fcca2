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

// Memory is what the holder of a me@ key has remembered. One that says nothing
// is not kept.
type Memory struct {
	Key           Hash
	Interests     []string // as they were written
	Languages     []string // that they speak, best first
	OnlyLanguages bool     // nobody who speaks none of these
	Rules         string   // the version that was accepted, or empty
	Accepted      time.Time
	BellOff       bool
}

func (m Memory) empty() bool {
	return len(m.Interests) == 0 && len(m.Languages) == 0 && !m.OnlyLanguages && m.Rules == "" && !m.BellOff
}

func (m Memory) save(tx *bolt.Tx) error {
	if m.empty() {
		return tx.Bucket(memories).Delete(m.Key[:])
	}
	value := packTexts([]byte{flags(m.OnlyLanguages, m.BellOff)}, m.Interests)
	value = packTime(packText(packTexts(value, m.Languages), m.Rules), m.Accepted)
	return tx.Bucket(memories).Put(m.Key[:], value)
}

func (m *Memory) unpack(id, value []byte) error {
	u, key := unpacker{rest: value}, unpacker{rest: id}
	is := u.byte()
	*m = Memory{Key: key.hash(), Interests: u.texts(), Languages: u.texts(), Rules: u.text(), Accepted: u.time()}
	m.OnlyLanguages, m.BellOff = is&1 != 0, is&2 != 0
	return errors.Join(key.end(), u.end())
}

// Block says that the holder of a me@ key doesn't want to meet somebody until then,
// who is known by a source or by a key.
type Block struct {
	Owner, Other Hash
	Until        time.Time
}

func (b Block) id() []byte { return slices.Concat(b.Owner[:], b.Other[:]) }

func (b Block) save(tx *bolt.Tx) error {
	return tx.Bucket(blocks).Put(b.id(), packTime(nil, b.Until))
}

func (b *Block) unpack(id, value []byte) error {
	u, key := unpacker{rest: value}, unpacker{rest: id}
	*b = Block{key.hash(), key.hash(), u.time()}
	return errors.Join(key.end(), u.end())
}

// Memory returns what is remembered of a key, which may be nothing.
func (d *DB) Memory(key Hash) (Memory, error) {
	m, ok, err := get[Memory](d, memories, string(key[:]))
	if !ok {
		m = Memory{Key: key}
	}
	return m, err
}

// Remember changes what is remembered of the key that was seen, in one transaction
// with that it was. change gets what is there at that moment; its error changes
// nothing, and comes back.
func (d *DB) Remember(seen Known, change func(*Memory) error) error {
	return d.update(func(tx *bolt.Tx) error {
		m := Memory{Key: seen.Key}
		if v := tx.Bucket(memories).Get(seen.Key[:]); v != nil {
			if parse(seen.Key[:], v, &m) != nil {
				return unreadable(memories, 1)
			}
		}
		if err := change(&m); err != nil {
			return err
		}
		return errors.Join(m.save(tx), seen.save(tx))
	})
}

// Block adds to whom the key that was seen has blocked, and drops the blocks of it
// beyond max, those that end first.
func (d *DB) Block(seen Known, max int, added ...Block) error {
	return d.update(func(tx *bolt.Tx) error {
		if err := seen.save(tx); err != nil {
			return err
		}
		for _, b := range added {
			if err := b.save(tx); err != nil {
				return err
			}
		}
		all, err := blocksOf(tx, seen.Key)
		if err != nil {
			return err
		}
		slices.SortStableFunc(all, func(a, b Block) int { return a.Until.Compare(b.Until) })
		for _, b := range all[:len(all)-min(len(all), max)] {
			if err := tx.Bucket(blocks).Delete(b.id()); err != nil {
				return err
			}
		}
		return nil
	})
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
			blocked, err := blocksOf(tx, key)
			if err != nil {
				return err
			}
			for _, b := range blocked {
				err = errors.Join(err, tx.Bucket(blocks).Delete(b.id()))
			}
			err = errors.Join(err, tx.Bucket(known).Delete(key[:]), tx.Bucket(memories).Delete(key[:]))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
