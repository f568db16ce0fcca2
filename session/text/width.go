package text

import "github.com/clipperhouse/displaywidth"

// Width returns the width of s in terminal cells.
func Width(s string) int { return displaywidth.String(s) }

// Truncate returns one line cut to width cells between clusters. What is cut
// is shown by "..." where there is room for it, from 4 cells.
func Truncate(s string, width int) string {
	if len(s) <= width || Width(s) <= width { // no cell takes less than a byte
		return s
	}
	const dots = "..."
	if width <= len(dots) {
		return s[:fit(s, width)]
	}
	return s[:fit(s, width-len(dots))] + dots
}

// fit returns the length in bytes of the clusters of s that fit into width.
func fit(s string, width int) int {
	i := 0
	for i < len(s) {
		n, w := cluster(s[i:])
		if w > width {
			break
		}
		i += n
		width -= w
	}
	return i
}

// cluster returns the length in bytes and the width in cells of the first
// cluster of s.
func cluster(s string) (n, width int) {
	n = clusterLen(s)
	if n == 1 && isPrintable(s[0]) {
		return 1, 1
	}
	return n, displaywidth.String(s[:n])
}
