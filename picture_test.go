package main

import (
	"bytes"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	uv "github.com/charmbracelet/ultraviolet"
)

// palette is a terminal's two colours.
type palette struct{ ink, paper string }

var (
	dark  = palette{ink: "#d7dae0", paper: "#1b1d23"}
	light = palette{ink: "#1f2328", paper: "#f6f8fa"}
)

// expectPicture holds a picture of docs/pictures to what the screen, in a bubble,
// shows once all has arrived. With -update it becomes that.
func (term *terminal) expectPicture(name string, in palette) {
	term.t.Helper()
	synctest.Wait()
	expectFile(term.t, filepath.Join("docs", "pictures", name+".svg"), term.drawing(in))
}

// Cells of a picture, in its pixels.
const (
	cellWidth, cellHeight = 8.4, 18
	baseline              = 13 // of a row, below its top
	margin                = 8
)

// drawing draws the screen as SVG. What a terminal sets apart, it sets apart.
func (term *terminal) drawing(in palette) []byte {
	term.out.mu.Lock()
	defer term.out.mu.Unlock()
	cols, rows := term.screen.Width(), term.screen.Height()
	var svg bytes.Buffer
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="%s">`+"\n",
		float64(cols)*cellWidth+2*margin, rows*cellHeight+2*margin, in.ink)
	fmt.Fprintf(&svg, `<rect width="100%%" height="100%%" rx="6" fill="%s"/>`+"\n", in.paper)
	for y := range rows {
		for _, r := range term.stretches(y) {
			r.draw(&svg, y*cellHeight+margin, in)
		}
	}
	if at := term.screen.CursorPosition(); term.cursor {
		fmt.Fprintf(&svg, `<rect x="%.1f" y="%d" width="%.1f" height="%d" opacity=".8"/>`+"\n", margin+float64(at.X)*cellWidth, at.Y*cellHeight+margin, cellWidth, cellHeight)
	}
	svg.WriteString("</svg>\n")
	return svg.Bytes()
}

// stretch is a part of a row whose cells look alike.
type stretch struct {
	at, cells int
	wide      bool // each character takes two cells
	style     uv.Style
	text      []string // by its characters
}

// stretches are those of a row. The caller holds out.mu.
func (term *terminal) stretches(y int) (all []stretch) {
	for x := 0; x < term.screen.Width(); {
		cell := term.screen.CellAt(x, y)
		wide := cell.Width > 1
		if last := len(all) - 1; last < 0 || all[last].wide != wide || all[last].style != cell.Style {
			all = append(all, stretch{at: x, wide: wide, style: cell.Style})
		}
		r := &all[len(all)-1]
		r.text = append(r.text, cellText(cell))
		r.cells += max(1, cell.Width)
		x += max(1, cell.Width)
	}
	return all
}

// draw draws it in a row whose top is at y. Whatever the font, it is as wide as its
// cells.
func (r stretch) draw(svg *bytes.Buffer, y int, in palette) {
	left := func(cell int) float64 { return margin + float64(cell)*cellWidth }
	look := ""
	if r.style.Attrs&uv.AttrReverse != 0 {
		fmt.Fprintf(svg, `<rect x="%.1f" y="%d" width="%.1f" height="%d" shape-rendering="crispEdges"/>`+"\n", left(r.at), y, float64(r.cells)*cellWidth, cellHeight)
		look = fmt.Sprintf(` fill="%s"`, in.paper)
	}
	if r.style.Attrs&uv.AttrBold != 0 {
		look += ` font-weight="bold"`
	}
	if r.wide {
		for i, character := range r.text {
			fmt.Fprintf(svg, `<text x="%.1f" y="%d"%s>%s</text>`+"\n", left(r.at+2*i), y+baseline, look, html.EscapeString(character))
		}
		return
	}
	line := strings.TrimRight(masked(strings.Join(r.text, "")), " ")
	cells := r.cells - (len(strings.Join(r.text, "")) - len(line))
	from := r.at + len(line) - len(strings.TrimLeft(line, " "))
	if line = strings.TrimLeft(line, " "); line != "" {
		fmt.Fprintf(svg, `<text x="%.1f" y="%d" textLength="%.1f" lengthAdjust="spacingAndGlyphs" xml:space="preserve"%s>%s</text>`+"\n",
			left(from), y+baseline, float64(r.at+cells-from)*cellWidth, look, html.EscapeString(line))
	}
}

// expectFile holds a file to what it was made of. With -update it becomes that.
func expectFile(t *testing.T, file string, got []byte) {
	t.Helper()
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
		t.Errorf("%s is not what the screen shows; look at it, and run go test -run Picture -update", file)
	}
}
