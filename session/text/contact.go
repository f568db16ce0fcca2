package text

import (
	"regexp"

	"golang.org/x/text/unicode/norm"
)

// contact finds where somebody is to be found elsewhere: a handle (@name, my_name,
// anna1999), and a number of six figures or more, however they are grouped. An age
// with what people put to it (m25, male25, f20india) and a year are none.
var contact = regexp.MustCompile(`@[\pL\pN]` +
	`|[\pL\pN]{2}_+[\pL\pN]|[\pL\pN]_+[\pL\pN]{2}` +
	`|\pL{3}\pN{3}` +
	`|\pN(?:[-. /()]{0,2}\pN){5,}`)

// HasContact tells whether a text has a link, or what looks like a handle or a
// telephone number. It is meant for the first words to a stranger, where whoever means
// them to be copied says the same to everybody; whoever wants to hide one can.
func HasContact(s string) bool {
	return HasLink(s) || contact.MatchString(norm.NFKC.String(s))
}
