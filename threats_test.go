package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// namedTest is a test's name on a page.
var namedTest = regexp.MustCompile("`(Test[0-9A-Za-z]+)`")

// testsIn is the source of the tests in files like these.
func testsIn(t *testing.T, patterns ...string) string {
	t.Helper()
	var tests strings.Builder
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			tests.Write(source)
		}
	}
	return tests.String()
}

// The page of threats names tests that are there, each row's with its number, and of each
// row at least one.
func TestThreatsHaveTests(t *testing.T) {
	page, err := os.ReadFile("docs/threats.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testsIn(t, "*_test.go")
	row := 0
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, fmt.Sprintf("| %d |", row+1)) {
			continue
		}
		row++
		named := namedTest.FindAllStringSubmatch(line, -1)
		if len(named) == 0 || !strings.Contains(named[0][1], fmt.Sprintf("%02d", row)) {
			t.Errorf("row %d has no test that bears its number", row)
		}
		for _, test := range named {
			if !strings.Contains(tests, "func "+test[1]+"(t *testing.T)") {
				t.Errorf("row %d names %s, which is not there", row, test[1])
			}
		}
	}
	const rows = 30
	if row != rows {
		t.Errorf("the page has %d rows, not %d", row, rows)
	}
}

// Of each point the page of accessibility names a test or a place that shows it, and all
// of these are there.
func TestAccessibilityHasTests(t *testing.T) {
	page, err := os.ReadFile("docs/accessibility.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testsIn(t, "*_test.go", "session/*/*_test.go")
	place := regexp.MustCompile(`\]\(([^)#]+)`)
	point := regexp.MustCompile(`^\| [1-4]\.\d`)
	points := 0
	for line := range strings.Lines(string(page)) {
		if !point.MatchString(line) {
			continue
		}
		points++
		columns := strings.Split(line, "|")
		shownBy := columns[len(columns)-2]
		named, places := namedTest.FindAllStringSubmatch(shownBy, -1), place.FindAllStringSubmatch(shownBy, -1)
		if len(named)+len(places) == 0 {
			t.Errorf("nothing shows%s", columns[1])
		}
		for _, test := range named {
			if !strings.Contains(tests, "func "+test[1]+"(t *testing.T)") {
				t.Errorf("%snames %s, which is not there", columns[1], test[1])
			}
		}
		for _, at := range places {
			if _, err := os.Stat(filepath.Join("docs", at[1])); err != nil {
				t.Error(err)
			}
		}
	}
	if points < 20 {
		t.Errorf("the page has only %d points", points)
	}
}
