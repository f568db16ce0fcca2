package terminal

import (
	"bytes"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
)

const (
	// escapeDelay is how long nothing must follow ESC for it to be the key.
	escapeDelay = 50 * time.Millisecond
	// lateDelay is how long after Esc the rest of a key, in one piece, shows that it
	// was none. Who types such a rest by hand sends it in two, or takes longer.
	lateDelay = time.Second
	// unfinishedDelay is how long any other half sequence is waited for, and
	// pasteDelay half a paste: what came after its end would be typed.
	unfinishedDelay = time.Second
	pasteDelay      = 10 * time.Second
	// readSize is the buffer that an idle reader holds, in bytes.
	readSize = 1 << 10
	// maxLine is how much of a line is kept when there is no terminal, in
	// bytes: twice what a message may have, so that it can be told apart.
	maxLine = 8 << 10
)

// What a model receives besides Bubble Tea's own key, paste and window size
// messages.
type (
	// LineMsg is a line of input from a client without a terminal.
	LineMsg struct {
		Text    string
		Dropped int // bytes beyond what is kept of a line
	}
	// NotEscapeMsg takes back the last Esc: it began a key that the network has split,
	// and that key follows.
	NotEscapeMsg struct{}
	// EOFMsg says that the client sends no more, but is there. Where the connection
	// broke, [Channel.Run] just returns.
	EOFMsg struct{}
	// PasteCutMsg follows a paste of which so many bytes were dropped.
	PasteCutMsg struct{ Dropped int }
	// ReadMsg follows the keys and pastes that were read at once.
	ReadMsg struct{}
	// SequenceCutMsg says that an escape sequence was left out: it had more than
	// [MaxSequence] bytes, or never ended.
	SequenceCutMsg struct{}
	// SlowedMsg says that the client has sent more than it may, so that the rest is read
	// more slowly. It comes once, until the budget is paid back.
	SlowedMsg struct{}
	// InvalidMsg says that the client sent something that is not UTF-8.
	InvalidMsg struct{}
)

// Messages between the reader, the timers and the loop.
type (
	inputMsg []byte
	flushMsg struct{ decoded uint64 }
)

// Run runs model until it quits or the client is gone. It returns with the
// terminal as it was before. A panic of the model is the caller's to recover;
// one on another goroutine ends the program, and [Channel.Panicked] tells of it.
func (c *Channel) Run(model tea.Model) error {
	l := &loop{channel: c, model: withFaults(c, model)}
	c.painter.cols, c.painter.rows = c.size.load()
	c.painter.xterm = isXterm(c.Term)
	p := tea.NewProgram(l,
		tea.WithContext(c.ctx),
		tea.WithInput(nil),
		tea.WithOutput(io.Discard),
		tea.WithoutRenderer(),
		tea.WithoutSignalHandler(),
		tea.WithoutCatchPanics(), // they would print what was said to stderr
		tea.WithEnvironment([]string{}),
		tea.WithColorProfile(colorprofile.NoTTY),
		tea.WithFPS(1), // until release ends the ticker
	)
	l.release = p.ReleaseTerminal
	c.program.Store(p)
	c.Go(c.read)
	defer c.leave()
	_, err := p.Run()
	if c.ctx.Err() != nil {
		return nil
	}
	return err
}

// leave stops what still runs for the program, and restores the terminal.
func (c *Channel) leave() {
	c.paint(tea.View{})
}

// Println appends a line that scrolls away: above the input line, or, while
// the screen is full, once it isn't any more. The text is the model's to make
// safe.
func (c *Channel) Println(line string) { c.painter.printed = append(c.painter.printed, line) }

// Bell rings the terminal's bell with the next paint.
func (c *Channel) Bell() { c.painter.bell = c.Pty }

// read reads for the event loop until the client sends no more.
func (c *Channel) read() {
	var spent budget
	buffer := make([]byte, readSize)
	for {
		n, err := c.ch.Read(buffer)
		if n > 0 {
			fault(buffer[:n])
			c.reads.Add(1)
			c.behind.Store(n == len(buffer))
			c.post(inputMsg(bytes.Clone(buffer[:n])))
			c.pace(c.ctx, &spent, n)
		}
		if err != nil {
			if c.answers() {
				c.post(EOFMsg{})
			} else { // the library would notice when it has read, slowly, all that came before
				c.Disconnect()
			}
			return
		}
	}
}

// loop is the Bubble Tea model around a Channel's model: it decodes what was
// read, and paints instead of a renderer.
type loop struct {
	channel *Channel
	model   tea.Model
	release func() error

	framer  framer
	decoder uv.EventDecoder
	line    []byte // unfinished, when there is no terminal
	dropped int
	decoded uint64    // chunks taken from the reader
	entered bool      // the last key of this chunk was Enter
	escaped time.Time // when Esc was the last that came, or zero
	dirty   bool
}

func (l *loop) Init() tea.Cmd {
	// Releasing the terminal ends Bubble Tea's ticker and its goroutine.
	release := func() tea.Msg { l.release(); return nil }
	start := l.model.Init()
	return l.guard(tea.Batch(release, start, l.pass(l.windowSize())))
}

func (l *loop) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.ColorProfileMsg, tea.EnvMsg, tea.WindowSizeMsg:
		return l, nil // Bubble Tea's own guesses about a terminal it can't see
	case inputMsg:
		l.decoded++
		cmd = l.input(msg)
	case flushMsg:
		if msg.decoded == l.decoded && l.channel.reads.Load() == l.decoded {
			var cmds batch
			if _, lone := l.framer.waiting(); lone {
				l.escaped = time.Now()
			}
			l.framer.flush(func(u unit) { cmds.add(l.unit(u)) })
			cmd = cmds.cmd()
		}
	case resizeMsg:
		l.channel.resized.Store(false)
		l.channel.painter.resize(l.channel.size.load())
		cmd = l.pass(l.windowSize())
	case EOFMsg:
		if len(l.line) > 0 {
			cmd = tea.Batch(l.endLine(), l.pass(msg))
		} else {
			cmd = l.pass(msg)
		}
	default:
		cmd = l.pass(msg)
	}
	return l, l.guard(cmd)
}

// View paints what changed. Bubble Tea calls it after each Update and hands
// the result to a renderer that does nothing.
func (l *loop) View() tea.View {
	if l.dirty {
		l.dirty = false
		begun := time.Now()
		l.channel.paint(l.model.View())
		if painted := l.channel.Painted; painted != nil {
			painted(time.Since(begun))
		}
	}
	return tea.View{}
}

// pass hands msg to the model.
func (l *loop) pass(msg tea.Msg) tea.Cmd {
	l.dirty = true
	var cmd tea.Cmd
	l.model, cmd = l.model.Update(msg)
	return cmd
}

func (l *loop) windowSize() tea.WindowSizeMsg {
	cols, rows := l.channel.size.load()
	return tea.WindowSizeMsg{Width: cols, Height: rows}
}

// input decodes what was read.
func (l *loop) input(b []byte) tea.Cmd {
	var cmds batch
	l.entered = false
	if !l.channel.Pty {
		l.lines(b, &cmds)
		return cmds.cmd()
	}
	if time.Since(l.escaped) < lateDelay && l.framer.resume(b) {
		cmds.add(l.pass(NotEscapeMsg{}))
	}
	l.escaped = time.Time{}
	l.framer.feed(b, func(u unit) { cmds.add(l.unit(u)) })
	cmds.add(l.pass(ReadMsg{}))
	if unfinished, lone := l.framer.waiting(); unfinished {
		delay := unfinishedDelay
		switch {
		case lone:
			delay = escapeDelay
		case l.framer.state == paste:
			delay = pasteDelay
		}
		l.channel.After(delay, flushMsg{l.decoded})
	}
	return cmds.cmd()
}

func (l *loop) unit(u unit) tea.Cmd {
	if u.kind != textUnit {
		l.channel.events.Add(1)
	}
	switch u.kind {
	case escapeUnit:
		return l.pass(tea.KeyPressMsg{Code: tea.KeyEscape})
	case invalidUnit:
		return l.pass(InvalidMsg{})
	case cutUnit:
		return l.pass(SequenceCutMsg{})
	case pasteUnit:
		cmd := l.pass(tea.PasteMsg{Content: string(u.bytes)})
		if u.dropped > 0 {
			cmd = tea.Batch(cmd, l.pass(PasteCutMsg{u.dropped}))
		}
		return cmd
	case sequenceUnit:
		_, cmd := l.key(u.bytes) // what the decoder leaves of it was never typed
		return cmd
	}
	return l.keys(u.bytes)
}

// keys decodes whole characters. A line feed is Enter, as programs and pipes press it,
// unless it follows one: then both end one line.
func (l *loop) keys(b []byte) tea.Cmd {
	var cmds batch
	for len(b) > 0 {
		l.channel.events.Add(1)
		entered := l.entered
		l.entered = b[0] == '\r'
		if b[0] == '\n' {
			if !entered {
				cmds.add(l.pass(tea.KeyPressMsg{Code: tea.KeyEnter}))
			}
			b = b[1:]
			continue
		}
		if n := printable(b); n > 0 {
			cmds.add(l.pass(tea.KeyPressMsg{Code: tea.KeyExtended, Text: string(b[:n])}))
			b = b[n:]
			continue
		}
		n, cmd := l.key(b)
		if n <= 0 {
			break
		}
		b = b[n:]
		cmds.add(cmd)
	}
	return cmds.cmd()
}

// key decodes what b begins with, and returns how many bytes that is.
func (l *loop) key(b []byte) (n int, cmd tea.Cmd) {
	n, event := l.decoder.Decode(b)
	switch event := event.(type) {
	case uv.KeyPressEvent:
		cmd = l.pass(tea.KeyPressMsg(event))
	case uv.FocusEvent:
		cmd = l.pass(tea.FocusMsg{})
	case uv.BlurEvent:
		cmd = l.pass(tea.BlurMsg{})
	}
	return n, cmd
}

// printable is how many bytes of printable ASCII b begins with. Characters that
// came together are one message.
func printable(b []byte) int {
	for i, c := range b {
		if c < ' ' || c > '~' {
			return i
		}
	}
	return len(b)
}

// lines cuts the input of a client without a terminal into lines.
func (l *loop) lines(b []byte, cmds *batch) {
	for len(b) > 0 {
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			l.keepLine(b)
			return
		}
		l.keepLine(b[:end])
		cmds.add(l.endLine())
		b = b[end+1:]
	}
}

func (l *loop) keepLine(b []byte) {
	room := min(maxLine-len(l.line), len(b))
	l.line = append(l.line, b[:room]...)
	l.dropped += len(b) - room
}

func (l *loop) endLine() tea.Cmd {
	l.channel.events.Add(1)
	line := LineMsg{string(bytes.TrimSuffix(l.line, []byte("\r"))), l.dropped}
	l.line, l.dropped = nil, 0
	return l.pass(line)
}

// batch collects commands; most often there is none.
type batch []tea.Cmd

func (b *batch) add(cmd tea.Cmd) {
	if cmd != nil {
		*b = append(*b, cmd)
	}
}

func (b batch) cmd() tea.Cmd { return tea.Batch(b...) }
