package text

import (
	"strings"
	"unicode/utf8"
)

// An editor keeps its cursor as a byte offset that lies between two clusters.
// These return another such offset; i must be one.

// Next returns the offset behind the cluster at i, or len(s).
func Next(s string, i int) int {
	if i >= len(s) {
		return len(s)
	}
	return i + clusterLen(s[i:])
}

// Prev returns the offset of the cluster before i, or 0.
func Prev(s string, i int) int {
	if i <= 1 {
		return 0
	}
	if s[i-1] < utf8.RuneSelf && s[i-2] < utf8.RuneSelf {
		return i - 1
	}
	// Borders are found from left to right only, and a line end is always one.
	prev := 1 + strings.LastIndexByte(s[:i-1], '\n')
	for next := prev; next < i; next = Next(s, next) {
		prev = next
	}
	return prev
}

// NextWord returns the offset behind the first word that ends after i, or
// len(s). A word is a run of letters and digits, as in a shell.
func NextWord(s string, i int) int {
	for i < len(s) && !isWord(s[i:]) {
		i = Next(s, i)
	}
	for i < len(s) && isWord(s[i:]) {
		i = Next(s, i)
	}
	return i
}

// PrevWord returns the offset of the last word that starts before i, or 0.
func PrevWord(s string, i int) int {
	start, inWord := 0, false
	for j := 0; j < i; j = Next(s, j) {
		if isWord(s[j:]) && !inWord {
			start = j
		}
		inWord = isWord(s[j:])
	}
	return start
}

func isWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isLetter(r)
}
