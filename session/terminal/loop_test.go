package terminal

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/crypto/ssh"
)

// tape is an SSH channel that records each write.
type tape struct {
	ssh.Channel
	writes []string
}

func (t *tape) Write(p []byte) (int, error) {
	t.writes = append(t.writes, string(p))
	return len(p), nil
}

// counting shows how many messages it has had. Its first key has it post one to itself.
type counting struct {
	c *Channel
	n int
}

type echo struct{}

func (m *counting) Init() tea.Cmd { return nil }

func (m *counting) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.n++
	if _, ok := msg.(tea.KeyPressMsg); ok {
		m.c.Post(echo{})
	}
	return m, nil
}

func (m *counting) View() tea.View {
	view := tea.NewView("message " + strconv.Itoa(m.n))
	view.AltScreen = true
	return view
}

// writing writes its full screen where it is told.
type writing struct{ counting }

func (m *writing) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.counting.Update(msg)
	return m, nil
}

func (m *writing) WriteView(content *bytes.Buffer) tea.View {
	view := m.counting.View()
	content.WriteString(view.Content + " written")
	view.Content = ""
	return view
}

// A full screen that the model writes by itself is painted; it is asked for no string.
func TestWriterIsPainted(t *testing.T) {
	recorded := &tape{}
	c := &Channel{ch: recorded, Pty: true}
	c.ctx, c.cancel = context.WithCancel(t.Context())
	c.armWrites()
	c.painter.cols, c.painter.rows = 80, 1
	l := newLoop(c, &writing{counting{c: c}})
	for n := range 3 {
		l.take(func() { l.pass(echo{}) })
		if want := fmt.Sprintf("message %d written", n+1); !strings.Contains(recorded.writes[n], want) {
			t.Errorf("the terminal is shown %q, not %q", recorded.writes[n], want)
		}
	}
}

// What is posted meanwhile is painted by itself, and leaves in the same write.
func TestPaintsThatLeaveTogether(t *testing.T) {
	recorded := &tape{}
	c := &Channel{ch: recorded, Pty: true}
	c.ctx, c.cancel = context.WithCancel(t.Context())
	c.armWrites()
	c.painter.cols, c.painter.rows = 80, 1
	l := newLoop(c, &counting{c: c})
	c.loop.Store(l)
	l.take(func() { l.pass(tea.KeyPressMsg{Code: tea.KeyEnter}) })
	if len(recorded.writes) != 1 {
		t.Fatalf("two paints are %d writes: %q", len(recorded.writes), recorded.writes)
	}
	if got, want := regexp.MustCompile(`message \d`).FindAllString(recorded.writes[0], -1), []string{"message 1", "message 2"}; !slices.Equal(got, want) {
		t.Errorf("the terminal is shown %q, not %q", got, want)
	}
	select {
	case <-l.posted.wake:
		t.Error("somebody is woken for what was taken")
	default:
	}
	c.Post(echo{})
	<-l.posted.wake
	l.take(l.deliver)
	if len(recorded.writes) != 2 {
		t.Errorf("what is posted later is painted: %q", recorded.writes)
	}
}
