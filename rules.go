package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"unicode"
	"unicode/utf8"
)

// maxRules keeps rules short enough to be read by people before they chat.
const maxRules = 16 << 10

// readRules reads the operator's rules; empty if the built-in ones apply.
func (c *Config) readRules() (string, error) {
	if c.Rules == "" {
		return "", nil
	}
	f, err := os.Open(c.Rules)
	if err != nil {
		return "", fmt.Errorf("can't read the rules as uid %d: %w", os.Getuid(), err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxRules+1))
	if err != nil {
		return "", fmt.Errorf("can't read the rules as uid %d: %w", os.Getuid(), err)
	}
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return "", fmt.Errorf("the rules in %s are empty; write some, or leave --rules away for the built-in ones", c.Rules)
	case len(text) > maxRules:
		return "", fmt.Errorf("the rules in %s are longer than %d KB; people read them before they chat", c.Rules, maxRules>>10)
	case !utf8.Valid(text) || bytes.ContainsFunc(text, control):
		return "", fmt.Errorf("the rules in %s are not plain UTF-8 text", c.Rules)
	}
	return string(text), nil
}
