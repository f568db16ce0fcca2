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
func (c *Config) readRules() (string, error) { return readWords("rules", c.Rules) }

// readHelpText reads the operator's helplines; empty if there are none.
func (c *Config) readHelpText() (string, error) { return readWords("help text", c.HelpText) }

// readWords reads a file of words that people are shown.
func readWords(what, file string) (string, error) {
	if file == "" {
		return "", nil
	}
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("can't read the %s as uid %d: %w", what, os.Getuid(), err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxRules+1))
	if err != nil {
		return "", fmt.Errorf("can't read the %s as uid %d: %w", what, os.Getuid(), err)
	}
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return "", fmt.Errorf("the %s in %s are empty; write some, or leave the flag away", what, file)
	case len(text) > maxRules:
		return "", fmt.Errorf("the %s in %s are longer than %d KB; people read them before they chat", what, file, maxRules>>10)
	case !utf8.Valid(text) || bytes.ContainsFunc(text, control):
		return "", fmt.Errorf("the %s in %s are not plain UTF-8 text", what, file)
	}
	return string(text), nil
}
