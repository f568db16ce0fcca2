// Package trap finds well-known traps in what people say: luring to another app,
// money, blackmail, and what else an operator lists.
//
// A list is a TOML file of patterns; one is built in (starter.toml). Pattern and text
// are compared by what they look like (text.Skeleton), so that neither case nor width,
// accents, letters of other scripts nor spelling a word out hides anything. Time is
// bounded: Go's regular expressions are linear in the text, a pattern's program and
// the number of patterns have limits, and only those are run whose necessary words are
// in the text, on what lies around these.
//
// It knows nothing of chats and reports: what is done about what it finds is its
// caller's matter.
package trap
