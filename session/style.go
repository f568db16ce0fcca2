package session

// style is a way to set text apart that holds in light and in dark terminals:
// it keeps the terminal's own colours, whose contrast is the person's choice,
// and never says what the words don't.
type style string

const (
	bold    style = "\x1b[1m"
	reverse style = "\x1b[7m"
)

func (s style) render(text string) string {
	if text == "" {
		return text
	}
	return string(s) + text + "\x1b[m"
}
