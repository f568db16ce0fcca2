package text

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// link finds an address with its scheme, one that begins with www, a name with a
// path behind it (t.me/x), and a name in one of the domains that links in chats
// mostly have. Any other two words with a full stop between them are no link:
// people write node.js, and forget the space behind a sentence.
var link = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`\b[a-z][a-z0-9+-]*://[^\s/]`,
	`\bwww\.[\pL\pN]`,
	`[\pL\pN]\.\pL{2,}(?::\d+)?/[\pL\pN@]`,
	`[\pL\pN]\.(?:com|org|net|io|gg|ru|рф|cn|xyz|info|biz|top|online|site|shop|store|club|app|onion|xn--[a-z0-9-]+)(?:\.[a-z]{2})?(?:[^\pL\pN]|$)`,
}, "|"))

// points are full stops of other scripts that are one in a name, too (RFC 3490,
// section 3.1).
var points = strings.NewReplacer("。", ".", "｡", ".")

// HasLink tells whether there is a link or an address of mail in a text. It is meant
// against spam; whoever wants to hide a link from it can.
func HasLink(s string) bool {
	if !isPlain(s) {
		s = norm.NFKC.String(points.Replace(s))
	}
	return strings.ContainsAny(s, ".:") && link.MatchString(s)
}
