package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The page of threats names tests that are there, each row's with its number, and of each
// row at least one.
func TestThreatsHaveTests(t *testing.T) {
	page, err := os.ReadFile("docs/threats.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(source)
	}
	name := regexp.MustCompile("`(Test[0-9A-Za-z]+)`")
	row := 0
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, fmt.Sprintf("| %d |", row+1)) {
			continue
		}
		row++
		named := name.FindAllStringSubmatch(line, -1)
		if len(named) == 0 || !strings.Contains(named[0][1], fmt.Sprintf("%02d", row)) {
			t.Errorf("row %d has no test that bears its number", row)
		}
		for _, test := range named {
			if !strings.Contains(tests.String(), "func "+test[1]+"(t *testing.T)") {
				t.Errorf("row %d names %s, which is not there", row, test[1])
			}
		}
	}
	const rows = 30
	if row != rows {
		t.Errorf("the page has %d rows, not %d", row, rows)
	}
}
