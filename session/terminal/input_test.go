package terminal

import (
	"slices"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// ear is a model that keeps what it is told.
type ear struct{ told []tea.Msg }

func (e *ear) Init() tea.Cmd  { return nil }
func (e *ear) View() tea.View { return tea.View{} }
func (e *ear) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	e.told = append(e.told, msg)
	return e, nil
}

// FuzzInput checks that whatever a client types, a model is told of no more than came,
// and within the bounds; with a terminal and without one.
func FuzzInput(f *testing.F) {
	f.Add([]byte("hé\x1b[A\x1b[200~pasted\x1b[201~\x1b[I\x1b[<0;1;1M\r\x03\x1b"), true, uint8(3))
	f.Add([]byte("\x1bOP\x1b[1;5C\x1b[27;5;13~\x1b[97;5u\x1b]11;rgb:0/0/0\a\x1bP1$r\x1b\\\xff"), true, uint8(1))
	f.Add([]byte("yes\r\nhello\n\nno end"), false, uint8(4))
	f.Fuzz(func(t *testing.T, input []byte, pty bool, cut uint8) {
		heard := new(ear)
		c := &Channel{Pty: pty}
		l := newLoop(c, heard)
		for chunk := range slices.Chunk(input, int(cut)%16+1) {
			if pty {
				l.framer.feed(chunk, l.unit)
			} else {
				l.lines(chunk)
			}
		}
		l.framer.flush(l.unit)
		if len(l.line) > maxLine || len(l.framer.pending) > max(MaxSequence, MaxPaste) {
			t.Errorf("%d and %d bytes are kept", len(l.line), len(l.framer.pending))
		}
		size := 0
		for _, msg := range heard.told {
			switch msg := msg.(type) {
			case tea.KeyPressMsg:
				if size += len(msg.Text); !utf8.ValidString(msg.Text) {
					t.Errorf("the key %q", msg.Text)
				}
			case tea.PasteMsg:
				if size += len(msg.Content); len(msg.Content) > MaxPaste {
					t.Errorf("a paste of %d bytes", len(msg.Content))
				}
			case LineMsg:
				if size += len(msg.Text); pty || len(msg.Text) > maxLine {
					t.Errorf("a line of %d bytes", len(msg.Text))
				}
			}
		}
		if size > len(input) {
			t.Errorf("%d bytes came, and %d are told of", len(input), size)
		}
	})
}
