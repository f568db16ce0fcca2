package main

import (
	"bytes"
	"fmt"
	"html"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	uv "github.com/charmbracelet/ultraviolet"
)

// TestPicture holds the README's picture to what the screen really shows; run
// with -update it makes the picture.
func TestPicture(t *testing.T) {
	t.Parallel()
	synctest.Test(t, picture)
}

func picture(t *testing.T) {
	a, b := pairScreens(t, startBubble(t, nil), window{})
	for _, line := range []struct {
		by, other *terminal
		says      string
	}{
		{b, a, "hi! where does this find you?"},
		{a, b, "on a night train, somewhere past Ljubljana. you?"},
		{b, a, "night shift at a lighthouse. well, its server room :)"},
		{a, b, "ours is the only compartment with the light still on, and someone is snoring in three languages"},
		{b, a, "日本語も?"},
	} {
		line.by.press(line.says, keyEnter)
		line.other.expect("Stranger: " + line.says[:min(10, len(line.says))])
	}
	a.press("hah, at least ")
	b.press("...")
	a.expect("Stranger is typing", "> hah, at least")
	synctest.Wait() // for all that is still on its way

	const file = "docs/chat.svg"
	got := drawing(a)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the screen shows; look at it, and run go test -run TestPicture -update", file)
	}
}

// drawing draws a terminal's screen as SVG, row by row.
func drawing(term *terminal) []byte {
	const cell, row = 8.4, 18
	term.out.mu.Lock()
	defer term.out.mu.Unlock()
	cols, rows := term.screen.Width(), term.screen.Height()
	var svg bytes.Buffer
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="14">`+"\n",
		float64(cols)*cell+16, rows*row+16)
	svg.WriteString(`<rect width="100%" height="100%" rx="6" fill="#1b1d23"/>` + "\n")
	shown := strings.Split(term.text(), "\n")
	for y := range rows {
		line, fill, weight := strings.TrimRight(shown[y], " "), "#d7dae0", "normal"
		if y == 0 || y == rows-1 { // the two bars
			fmt.Fprintf(&svg, `<rect x="8" y="%d" width="%.0f" height="%d" fill="#d7dae0"/>`+"\n", y*row+8, float64(cols)*cell, row)
			fill = "#1b1d23"
		}
		if line == "" {
			continue
		}
		if term.screen.CellAt(0, y).Style.Attrs == uv.AttrBold {
			weight = "bold"
		}
		fmt.Fprintf(&svg, textElement, 8.0, y*row+21, fill, weight, html.EscapeString(line))
	}
	at := term.screen.CursorPosition()
	fmt.Fprintf(&svg, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="#d7dae0" opacity=".8"/>`+"\n</svg>\n",
		8+float64(at.X)*cell, at.Y*row+8, cell, row)
	return svg.Bytes()
}

const textElement = `<text x="%.0f" y="%d" fill="%s" font-weight="%s" xml:space="preserve">%s</text>` + "\n"
