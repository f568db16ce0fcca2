//go:build faults

package terminal

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// A build with the tag faults is for tests of what a panic takes along. A client
// says where, by the beginning of what it pastes or of a request's type: "panic in
// update", "panic in a command", "panic in the view", "panic in a request". What
// follows is in the panic's value.

func withFaults(model tea.Model) tea.Model { return &faulty{Model: model} }

func fault(request string) {
	if strings.HasPrefix(request, "panic in a request") {
		panic(request)
	}
}

// faulty is a model that panics when it is told to.
type faulty struct {
	tea.Model
	view string // what the view panics with
}

func (f *faulty) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if paste, ok := msg.(tea.PasteMsg); ok {
		switch words := paste.Content; {
		case strings.HasPrefix(words, "panic in update"):
			panic(words)
		case strings.HasPrefix(words, "panic in a command"):
			return f, func() tea.Msg { panic(words) }
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
