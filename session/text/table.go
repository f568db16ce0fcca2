package text

import "strings"

// Table lays out lines of two columns, with two spaces or more between them, in at
// most width cells. The first column takes at most half of that: what is longer has
// a line of its own. What is long in the second column goes on below its beginning.
// A line of one column stays as it is, but for its width.
func Table(lines string, width int) string {
	var rows [][2]string
	column := 4 // where the second one begins, if everything in the first is long
	for line := range strings.SplitSeq(lines, "\n") {
		body := strings.TrimLeft(line, " ")
		name, rest, _ := strings.Cut(body, "  ")
		name = line[:len(line)-len(body)] + name
		rows = append(rows, [2]string{name, strings.TrimLeft(rest, " ")})
		if needs := Width(name) + 2; rest != "" && needs <= width/2 {
			column = max(column, needs)
		}
	}
	var b strings.Builder
	for _, row := range rows {
		name, rest := row[0], Wrap(row[1], max(2, width-column))
		switch {
		case row[1] == "":
			b.WriteString(strings.Join(Wrap(name, width), "\n") + "\n")
			continue
		case Width(name)+2 <= column:
			b.WriteString(name + strings.Repeat(" ", column-Width(name)) + rest[0] + "\n")
			rest = rest[1:]
		default:
			b.WriteString(strings.Join(Wrap(name, width), "\n") + "\n")
		}
		for _, part := range rest {
			b.WriteString(strings.Repeat(" ", column) + part + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
