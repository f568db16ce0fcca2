package main

import (
	"fmt"
	"io"
	"os"

	"strangerd/moderation"
	"strangerd/session/trap"
)

// maxTraps bounds the file of patterns.
const maxTraps = 1 << 20

// readTraps reads the operator's patterns of well-known traps, or the built-in ones.
func (c *Config) readTraps() (*trap.List, error) {
	switch c.Patterns {
	case "":
		return trap.Starter()
	case "off":
		return nil, nil
	}
	file, err := os.Open(c.Patterns)
	if err != nil {
		return nil, fmt.Errorf("can't read the patterns as uid %d: %w", os.Getuid(), err)
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, maxTraps+1))
	if err != nil {
		return nil, fmt.Errorf("can't read the patterns as uid %d: %w", os.Getuid(), err)
	}
	if len(raw) > maxTraps {
		return nil, usageError{fmt.Errorf("%s is larger than %d KB; take patterns out", c.Patterns, maxTraps>>10)}
	}
	list, err := trap.Parse(raw, moderation.Categories)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", c.Patterns, err)}
	}
	return list, nil
}
