package terminal

import (
	"bytes"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
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
	// ReadMsg follows the keys and pastes that were read at once. Without a terminal it
	// stands for a part of a line that was read, and is not yet passed on.
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

// A Writer is a model that writes a full screen where it is told, instead of making a
// string of it for each paint.
type Writer interface {
	tea.Model
	// WriteView is View, but that a view on the alternate screen has no Content: that
	// is written to content.
	WriteView(content *bytes.Buffer) tea.View
}

// flushMsg ends what was unfinished when so many chunks were decoded.
type flushMsg struct{ decoded uint64 }

// loop is a model's event loop, and has no goroutine of its own: the one that reads runs
// it for what it has read, the caller of [Channel.Run] for what others post. So a key
// is on the screen without one goroutine having to wake another.
type loop struct {
	channel *Channel
	turn    chan struct{} // full while one of the two runs the model
	posted  inbox
	ended   chan struct{} // closed with the last turn

	// What follows belongs to whose turn it is.
	model   tea.Model
	framer  framer
	decoder uv.EventDecoder
	line    []byte // unfinished, when there is no terminal
	dropped int
	decoded uint64    // chunks taken from the reader
	entered bool      // the last key of this chunk was Enter
	escaped time.Time // when Esc was the last that came, or zero
	dirty   bool
	over    bool
}

// inbox is what was posted and not yet taken.
type inbox struct {
	wake chan struct{} // full while there is some
	mu   sync.Mutex
	msgs []tea.Msg
}

func (i *inbox) put(msg tea.Msg) {
	i.mu.Lock()
	i.msgs = append(i.msgs, msg)
	i.mu.Unlock()
	select {
	case i.wake <- struct{}{}:
	default:
	}
}

// some tells whether there is something to take, and has nobody else be woken for it.
func (i *inbox) some() bool {
	select {
	case <-i.wake:
	default:
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.msgs) > 0
}

func (i *inbox) take() []tea.Msg {
	i.mu.Lock()
	defer i.mu.Unlock()
	msgs := i.msgs
	i.msgs = nil
	return msgs
}

// Run runs model until it quits, the client is gone, or something panicked, of which
// [Channel.Panicked] tells. It returns with the terminal as it was before.
func (c *Channel) Run(model tea.Model) {
	select {
	case c.hand <- struct{}{}:
		defer c.waiters.Go(c.drain)
	case <-c.ctx.Done():
		return
	}
	l := newLoop(c, withFaults(c, model))
	c.loop.Store(l)
	defer l.leave()
	l.turn <- struct{}{} // the first one is of who reads, whose stack has to be large anyway
	c.Go(func() {
		l.taken(l.begin)
		c.read(l)
	})
	for {
		select {
		case <-l.posted.wake:
			l.take(l.deliver)
		case r, ok := <-c.requests:
			if !c.answer(r, ok) {
				return
			}
		case <-l.ended:
			return
		case <-c.ctx.Done():
			return
		}
	}
}

func newLoop(c *Channel, model tea.Model) *loop {
	return &loop{
		channel: c,
		turn:    make(chan struct{}, 1),
		posted:  inbox{wake: make(chan struct{}, 1)},
		ended:   make(chan struct{}),
		model:   model,
	}
}

// take has f run the model when nobody else does, and paints what came of it. A panic
// is the last that this loop does.
func (l *loop) take(f func()) {
	l.turn <- struct{}{}
	l.taken(f)
}

// taken is take of whose turn it is already.
func (l *loop) taken(f func()) {
	defer func() { <-l.turn }()
	if l.over {
		return
	}
	defer l.rescue()
	if f(); !l.over {
		l.paint()
	}
}

// rescue, when deferred, makes a panic the last that this loop does.
func (l *loop) rescue() {
	if recover() != nil {
		l.channel.panicked.CompareAndSwap(nil, &PanicError{Where()})
		l.quit()
	}
}

// begin starts the model.
func (l *loop) begin() {
	p := &l.channel.painter
	p.cols, p.rows = l.channel.size.load()
	p.xterm = isXterm(l.channel.Term)
	l.run(l.model.Init())
	l.pass(l.windowSize())
}

// deliver hands the model what was posted.
func (l *loop) deliver() {
	for _, msg := range l.posted.take() {
		switch msg := msg.(type) {
		case tea.QuitMsg:
			l.quit()
			return
		case flushMsg:
			l.flush(msg.decoded)
		case resizeMsg:
			l.channel.resized.Store(false)
			l.channel.painter.resize(l.channel.size.load())
			l.pass(l.windowSize())
		default:
			l.pass(msg)
		}
	}
}

// pass hands msg to the model.
func (l *loop) pass(msg tea.Msg) {
	l.dirty = true
	var cmd tea.Cmd
	l.model, cmd = l.model.Update(msg)
	l.run(cmd)
}

// run runs a command on a goroutine of its own, and posts what it returns. A panic ends
// this loop and no other.
func (l *loop) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	l.channel.Go(func() {
		defer func() {
			if recover() != nil {
				l.channel.panicked.CompareAndSwap(nil, &PanicError{Where()})
				l.posted.put(tea.QuitMsg{})
			}
		}()
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, cmd := range msg {
				l.run(cmd)
			}
		default:
			l.posted.put(msg)
		}
	})
}

// paint paints what changed. What has been posted by then, such as by who was found at
// once, is painted after it and leaves with it: of both is the terminal told, in one write.
func (l *loop) paint() {
	if !l.dirty {
		return
	}
	begun := time.Now()
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	l.draw(buffer)
	if l.posted.some() {
		if l.deliver(); l.dirty && !l.over {
			l.draw(buffer)
		}
	}
	l.channel.show(buffer)
	if painted := l.channel.Painted; painted != nil {
		painted(time.Since(begun))
	}
}

func (l *loop) draw(buffer *bytes.Buffer) {
	l.dirty = false
	content := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(content)
	content.Reset()
	l.channel.draw(buffer, l.view(content), content.Bytes())
}

// view is the model's, with the content of a full screen written.
func (l *loop) view(content *bytes.Buffer) tea.View {
	if w, ok := l.model.(Writer); ok {
		return w.WriteView(content)
	}
	v := l.model.View()
	content.WriteString(v.Content)
	return v
}

func (l *loop) windowSize() tea.WindowSizeMsg {
	cols, rows := l.channel.size.load()
	return tea.WindowSizeMsg{Width: cols, Height: rows}
}

// quit has no turn follow this one.
func (l *loop) quit() {
	if !l.over {
		l.over = true
		close(l.ended)
	}
}

// leave takes the last turn, if there was none, and restores the terminal.
func (l *loop) leave() {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	defer l.rescue()
	l.quit()
	l.channel.paint(tea.View{})
}

// hasEnded tells whether the last turn was taken. Any goroutine may call it.
func (l *loop) hasEnded() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

// Println appends a line that scrolls away: above the input line, or, while
// the screen is full, once it isn't any more. The text is the model's to make
// safe.
func (c *Channel) Println(line string) { c.painter.printed = append(c.painter.printed, line) }

// Bell rings the terminal's bell with the next paint.
func (c *Channel) Bell() { c.painter.bell = c.Pty }

// read reads for the event loop until the client sends no more.
func (c *Channel) read(l *loop) {
	var spent budget
	buffer := make([]byte, readSize)
	for {
		n, err := c.ch.Read(buffer)
		if n > 0 {
			fault(buffer[:n])
			c.reads.Add(1)
			l.take(func() { l.input(buffer[:n]) })
			c.pace(&spent, n)
		}
		if err != nil {
			if c.answers() {
				l.take(l.end)
			} else if !l.hasEnded() { // the library would notice when it has read, slowly, all that came before
				c.Disconnect()
			}
			return
		}
	}
}
