package session

import "bytes"

// style is a way to set text apart that holds in light and in dark terminals:
// it keeps the terminal's own colours, whose contrast is the person's choice,
// and never says what the words don't.
type style string

const (
	bold    style = "\x1b[1m"
	reverse style = "\x1b[7m"
)

// plainStyle ends a style.
const plainStyle = "\x1b[m"

func (s style) render(text string) string {
	if text == "" {
		return text
	}
	return string(s) + text + plainStyle
}

// write writes the parts of a text.
func (s style) write(content *bytes.Buffer, parts ...string) {
	content.WriteString(string(s))
	for _, part := range parts {
		content.WriteString(part)
	}
	content.WriteString(plainStyle)
}
