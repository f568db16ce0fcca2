package terminal

import (
	"bytes"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// The window's title is kept on the terminal's stack while it is another (XTWINOPS 22
// and 23). Terminals that have no stack show their own for an empty one.
const (
	pushTitle = "\x1b[22;2t"
	popTitle  = "\x1b]2;\a\x1b[23;2t"
)

// xterms are the beginnings of the names of terminals that are known to understand the
// title's stack and focus reports. Others, such as the console, print parts of them.
var xterms = []string{"alacritty", "contour", "foot", "ghostty", "gnome", "iterm", "kitty", "mintty", "tmux", "vte", "wezterm", "xterm"}

func isXterm(name string) bool {
	return slices.ContainsFunc(xterms, func(x string) bool { return strings.HasPrefix(name, x) })
}

// window asks for focus reports, and brings the title up to date; empty is the
// terminal's own.
func (p *painter) window(buffer *bytes.Buffer, title string, focus bool) {
	if !p.xterm {
		return
	}
	if focus != p.focus {
		if p.focus = focus; focus {
			buffer.WriteString(ansi.SetModeFocusEvent)
		} else {
			buffer.WriteString(ansi.ResetModeFocusEvent)
		}
	}
	if title == p.title {
		return
	}
	if p.title == "" {
		buffer.WriteString(pushTitle)
	}
	if title != "" {
		buffer.WriteString(ansi.SetWindowTitle(title))
	} else {
		buffer.WriteString(popTitle)
	}
	p.title = title
}
