package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Paging shows each row of a long transcript, up and down, however many rows the status
// takes: it keeps some above the input all the time, or only until the next key.
func TestPagingLeavesOutNoRow(t *testing.T) {
	t.Parallel()
	for _, size := range []window{{cols: 40, rows: 10}, {cols: 80, rows: 24}} {
		for name, before := range map[string]string{"": "", "after a hint": "/bell" + keyEnter} {
			t.Run(fmt.Sprintf("%dx%d %s", size.cols, size.rows, name), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					p := startBubble(t, nil)
					tall := size
					tall.rows = 150
					a, whole := joinScreen(t, p, size.from("127.0.0.21")), openTerminal(t, p, tall.from("127.0.0.22"))
					whole.expect("Press Enter")
					whole.press("/discuss", keyEnter, keyEnter) // which doesn't meet a
					for _, c := range []*terminal{a, whole} {
						time.Sleep(3 * time.Minute)
						c.press("/help", keyEnter, "/rules", keyEnter)
						c.expect("1. No hate")
					}
					want := whole.answerRows()
					if len(want) <= size.rows {
						t.Fatalf("there are only %d rows: %q", len(want), want)
					}
					a.pages(before + keyPgUp)
					for _, key := range []string{keyPgDn, keyPgUp, keyPgDn} {
						seen := a.pages(before + key)
						missed := slices.DeleteFunc(slices.Clone(want), func(row string) bool { return slices.Contains(seen, row) })
						if len(missed) > 0 {
							t.Errorf("%q leaves out %q", key, missed)
						}
					}
				})
			})
		}
	}
}

// answerRows are the rows that the help and the rules take.
func (term *terminal) answerRows() (rows []string) {
	for row := range term.screen.Height() {
		rows = append(rows, term.shownRow(row))
	}
	first := slices.IndexFunc(rows, func(row string) bool { return strings.HasPrefix(row, "-- /next") })
	last := slices.IndexFunc(rows, func(row string) bool { return strings.Contains(row, "5. A stranger") })
	return rows[first : last+1]
}

// pages presses keys until they change nothing any more, and returns all rows seen.
func (term *terminal) pages(keys string) (seen []string) {
	term.t.Helper()
	for shown := ""; ; {
		synctest.Wait()
		page := term.picture()
		if page == shown {
			return seen
		}
		shown = page
		for row := range term.screen.Height() {
			seen = append(seen, term.shownRow(row))
		}
		term.press(keys)
	}
}
