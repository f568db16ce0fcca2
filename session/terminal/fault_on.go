//go:build faults

package terminal

import (
	"bytes"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// A build with the tag faults is for tests of what a panic takes along. A client
// says where, by the beginning of what it pastes or of a request's type: "panic in
// update", "panic in a command", "panic in the view", "panic in a timer", "panic in
// the reader", "panic in a request". What follows is in the panic's value.

func withFaults(c *Channel, model tea.Model) tea.Model { return &faulty{Model: model, channel: c} }

// fault panics with what a request's type, what was read, or a timer's message says.
func fault(said any) {
	switch said := said.(type) {
	case string:
		if strings.HasPrefix(said, "panic in a request") {
			panic(said)
		}
	case []byte:
		if bytes.Contains(said, []byte("panic in the reader")) {
			panic(string(said))
		}
	case faultMsg:
		panic(said)
	}
}

// faultMsg makes the timer panic that brings it.
type faultMsg string

// faulty is a model that panics when it is told to.
type faulty struct {
	tea.Model
	channel *Channel
	view    string // what the view panics with
}

func (f *faulty) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if paste, ok := msg.(tea.PasteMsg); ok {
		switch words := paste.Content; {
		case strings.HasPrefix(words, "panic in update"):
			panic(words)
		case strings.HasPrefix(words, "panic in a command"):
			return f, func() tea.Msg { panic(words) }
		case strings.HasPrefix(words, "panic in a timer"):
			f.channel.After(0, faultMsg(words))
		case strings.HasPrefix(words, "panic in the view"):
			f.view = words
		}
	}
	var cmd tea.Cmd
	f.Model, cmd = f.Model.Update(msg)
	return f, cmd
}

func (f *faulty) View() tea.View {
	if f.view != "" {
		panic(f.view)
	}
	return f.Model.View()
}

func (f *faulty) WriteView(content *bytes.Buffer) tea.View {
	if w, ok := f.Model.(Writer); ok && f.view == "" {
		return w.WriteView(content)
	}
	v := f.View()
	content.WriteString(v.Content)
	return v
}
