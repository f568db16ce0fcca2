package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// growing is how many people grow: few, not to keep the processor from the runs that go on
// meanwhile. So the garbage that strangerd leaves lying, up to 8 MB, is up to 16 KB of each.
const growing = 500

// A size is a terminal's.
type size struct{ columns, rows int }

func (s size) String() string { return fmt.Sprintf("%d×%d", s.columns, s.rows) }

// sizes are those whose people grow.
func sizes() []size { return []size{{80, 24}, {200, 60}} }

// An age is how many lines the two of a chat have said to each other.
type age int

// ages are in order. At the first, nobody has accepted the rules.
func ages() []age { return []age{0, 20, 200} }

func (a age) String() string {
	if a == 0 {
		return "before a line"
	}
	return fmt.Sprintf("%d lines", int(a))
}

func (a age) key() string { return fmt.Sprint("memory_", int(a)) }

// growthKey is the key of the memory of a session of this size and age.
func growthKey(s size, a age) string { return fmt.Sprintf("%s_%dx%d", a.key(), s.columns, s.rows) }

func growthRows() (rows []row) {
	for _, size := range sizes() {
		for _, age := range ages() {
			rows = append(rows, row{growthKey(size, age), fmt.Sprintf("memory, %v, %v", size, age), "KB"})
		}
	}
	return rows
}

// grow takes the memory of people of all sizes at all ages, and the yardstick's, whose
// bytes are the same at each size. Who says a line a second needs minutes to grow up, so
// all grow at the same time, and while other runs go on, which their servers give way to.
func grow(ctx context.Context, program, dir string, p plan) (round, error) {
	p.Sessions, p.ages = min(p.Sessions, growing), ages()
	grown, errs := make([]figures, len(sizes())+1), make([]error, len(sizes())+1)
	var group sync.WaitGroup
	for i := range grown {
		group.Go(func() {
			p, place := p, filepath.Join(dir, fmt.Sprint("growth", i))
			if errs[i] = os.Mkdir(place, 0o700); errs[i] != nil {
				return
			}
			target, err := yardstickTarget(place)
			if i < len(sizes()) {
				p.Columns, p.Rows = sizes()[i].columns, sizes()[i].rows
				target, err = serverTarget(program, place, p.Sessions), nil
			}
			if err == nil {
				grown[i], err = target.unhurried().measure(ctx, growth, p, func(string) {})
			}
			errs[i] = err
		})
	}
	group.Wait()
	all := round{{}, {}}
	for i, size := range sizes() {
		for _, age := range ages() {
			all[0][growthKey(size, age)] = grown[i].of(row{key: age.key()})
			all[1][growthKey(size, age)] = grown[len(sizes())].of(row{key: age.key()})
		}
	}
	return all, errors.Join(errs...)
}

// growth takes the memory of one crowd at all ages.
func growth(ctx context.Context, s *server, p plan, _ func(string)) (figures, error) {
	p.stays, p.Lines = true, int(p.ages[len(p.ages)-1])/2
	c := newCrowd(ctx, p)
	defer c.close()
	empty, err := s.meter()
	if err != nil {
		return nil, err
	}
	if _, err := c.connect(s); err != nil {
		return nil, err
	}
	f, said := figures{}, 0
	for _, age := range p.ages {
		if each := int(age)/2 - said; each > 0 {
			if err := c.accept(s); err != nil {
				return nil, err
			}
			if _, err := c.talk(c.clients, each, s.pace(p)); err != nil {
				return nil, err
			}
			said += each
		}
		full, err := s.settled(c.rest)
		if err != nil {
			return nil, err
		}
		f[age.key()] = (full.rss - empty.rss) / float64(p.Sessions) / 1024
	}
	return f, nil
}
