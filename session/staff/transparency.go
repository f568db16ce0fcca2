package staff

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"strangerd/moderation"
)

func (r *run) transparency() *cobra.Command {
	cmd := &cobra.Command{
		Use: "transparency [--since DATE] [--csv] [--json]", Short: "numbers to publish",
		Long: "Numbers to publish. Those from 1 to 4 may point at somebody, and read <5.",
		Args: takes(),
	}
	asJSON := jsonFlag(cmd)
	asCSV := cmd.Flags().Bool("csv", false, "for a spreadsheet")
	since := cmd.Flags().String("since", "forever", "a `DATE`, as 2026-12-31, 30d or forever")
	cmd.RunE = func(*cobra.Command, []string) error {
		begin, err := parseSince(*since, r.now())
		if err != nil {
			return usagef("--since %s: %v", quote(*since), err)
		}
		t := r.Desk.Transparency(begin)
		switch {
		case *asJSON:
			return writeJSON(r.out, t)
		case *asCSV:
			return writeCSV(r.out, t)
		}
		for _, s := range sections(t) {
			s.write(r.out)
		}
		return nil
	}
	return cmd
}

// A section is counts under a heading.
type section struct {
	heading string
	items   [][2]string // a name and a count
}

func sections(t moderation.Transparency) []section {
	return []section{
		counts("Reports by category", t.Reports),
		counts("Reports of patterns, by category", t.Flags),
		counts("Reports decided by people", t.People),
		counts("Reports decided by the machine", t.Machine),
		{"Reports: median time to a decision", [][2]string{{"seconds", median(t)}}},
		{"Reports whose bans were appealed against", [][2]string{
			{"appeals", fmt.Sprint(t.Appeals)},
			{"decided", fmt.Sprint(t.Decided)},
			{"reversed", fmt.Sprint(t.Reversed)},
		}},
	}
}

func counts(heading string, of map[string]moderation.Count) section {
	s := section{heading: heading}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		s.items = append(s.items, [2]string{name, fmt.Sprint(of[name])})
	}
	return s
}

func median(t moderation.Transparency) string {
	if t.Median == nil {
		return "too few decisions"
	}
	return strconv.Itoa(*t.Median)
}

func (s section) write(w page) {
	fmt.Fprintln(w, s.heading)
	var t table
	for _, item := range s.items {
		t.add("  "+item[0], item[1])
	}
	t.write(w)
}

// writeCSV writes no free text, so no cell is a formula.
func writeCSV(w io.Writer, t moderation.Transparency) error {
	file := csv.NewWriter(w)
	file.Write([]string{"Reports", "Item", "Count"})
	for _, s := range sections(t) {
		for _, item := range s.items {
			file.Write([]string{s.heading, item[0], item[1]})
		}
	}
	file.Flush()
	return file.Error()
}
