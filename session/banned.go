package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"strangerd/moderation"
	"strangerd/session/editor"
	"strangerd/session/locale"
	"strangerd/session/terminal"
	"strangerd/session/text"
)

// A banned person takes no place of those who chat, and nothing at the server waits for
// them. So they have one of a few places, for so long in all, and for as long as they
// type: a script whose input stays open must not hang, and nobody fills the machine.
const (
	maxBanned    = 200
	bannedTime   = 15 * time.Minute
	bannedIdle   = 5 * time.Minute
	silentAppeal = 2 * time.Minute // without a terminal
)

// lobby is where banned people are who read of their ban.
type lobby struct {
	inside atomic.Int32
	open   context.Context
	close  context.CancelFunc // tells them that the server stops
}

func newLobby() *lobby {
	l := new(lobby)
	l.open, l.close = context.WithCancel(context.Background())
	return l
}

// enter takes a place in the lobby until leave is called, if there is one.
func (l *lobby) enter() (leave func(), ok bool) {
	leave = func() { l.inside.Add(-1) }
	if l.inside.Add(1) > maxBanned {
		leave()
		return nil, false
	}
	return leave, true
}

// stopMsg tells somebody in the lobby that the server stops.
type stopMsg struct{}

// banned is the one screen that a banned person gets: what the ban says, what
// became of their appeal, and an input line for it.
type banned struct {
	*visit
	ban     moderation.Ban
	said    string // below the ban
	appeal  bool   // one can be written
	plain   bool
	leave   func() // the lobby
	done    bool
	written []string // of an appeal, in line mode
	bytes   int      // of them
	came    time.Time
	heard   time.Time // the last key or line came
	silence *time.Timer
	screen  screen
	editor  editor.Line
}

// banned shows the ban until the visitor leaves, or their time is over. Where there is
// no place to look at it, it is printed.
func (v *visit) banned(ban moderation.Ban, plain bool) (show, int) {
	leave, ok := v.lobby.enter()
	if !ok {
		v.counted.limits.add(limitBanned)
		fmt.Fprintln(v.ch.Stderr(), v.prose(banWords(v.config, v.words, ban)))
		return nil, exitNotAllowed
	}
	now := time.Now()
	b := &banned{visit: v, ban: ban, plain: plain, leave: leave, came: now, heard: now}
	if appeal, ok := v.config.Desk.AppealOf(ban.ID); ok {
		b.said = appealWords(v.words, appeal)
	} else {
		b.appeal = !ban.Target.Network.IsValid()
	}
	return b, 0
}

func (b *banned) finish() int {
	b.leave()
	stop(b.silence)
	return exitNotAllowed
}

// patience is how long they may send nothing.
func (b *banned) patience() time.Duration {
	if b.ch.Pty {
		return bannedIdle
	}
	return silentAppeal
}

// timeLeft is how long they may stay if they send nothing.
func (b *banned) timeLeft() time.Duration {
	return min(time.Until(b.heard.Add(b.patience())), time.Until(b.came.Add(bannedTime)))
}

func (b *banned) watchSilence() { b.silence = b.ch.After(b.timeLeft(), idleMsg{}) }

// checkTime takes a long silence, and the end of their time, for the end of input.
func (b *banned) checkTime() {
	if b.timeLeft() > 0 {
		b.watchSilence()
		return
	}
	b.counted.limits.add(limitIdle)
	b.sendAway(b.words.With(locale.BanOver, locale.Data{"SSH": b.config.Host.SSH("")}))
}

// sendAway ends the visit. What was written is an appeal: there is no other way to
// keep it.
func (b *banned) sendAway(why string) {
	if draft := b.editor.Take(); b.appeal && !isHabit(draft) {
		b.keep(draft)
	}
	if len(b.written) > 0 {
		b.end()
	}
	b.print(why)
	b.done = true
}

func (b *banned) Init() tea.Cmd {
	b.watchSilence()
	leave, deaf := b.leave, context.AfterFunc(b.lobby.open, func() { b.ch.Post(stopMsg{}) })
	b.leave = func() { deaf(); leave() }
	if b.plain {
		b.print(b.text())
		if !b.appeal {
			b.done = true
			return tea.Quit
		}
	}
	return nil
}

// text is all there is to read.
func (b *banned) text() string {
	words, said := banText(b.config, b.words, b.ban, ""), b.said
	switch {
	case b.plain && b.appeal:
		words, said = banWords(b.config, b.words, b.ban), b.words.Say(locale.AppealLines)
		said += "\n" + b.words.With(locale.AppealWait, locale.Data{"Time": span(b.words, b.patience())})
	case b.appeal:
		words = banText(b.config, b.words, b.ban, b.words.Say(locale.AppealHere))
	}
	return strings.TrimSpace(words + "\n" + said)
}

func (b *banned) print(lines string) {
	for line := range strings.SplitSeq(lines, "\n") {
		b.ch.Println("-- " + line)
	}
}

func (b *banned) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if b.done { // what came together with the end of the visit
		return b, tea.Quit
	}
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		b.screen.resize(msg.Width, msg.Height)
	case tea.KeyPressMsg:
		b.heard = time.Now()
		b.key(msg)
	case tea.PasteMsg:
		b.heard = time.Now()
		b.editor.Insert(editor.Typed(msg.Content))
	case terminal.LineMsg:
		b.heard = time.Now()
		b.line(msg.Text + strings.Repeat(" ", msg.Dropped)) // too long is too long
	case terminal.EOFMsg:
		b.end()
		b.done = true
	case idleMsg:
		b.checkTime()
	case stopMsg:
		b.sendAway(b.words.Say(locale.Closed))
	}
	if b.done {
		return b, tea.Quit
	}
	return b, nil
}

func (b *banned) key(k tea.KeyPressMsg) {
	switch {
	case k.Code == tea.KeyEscape, isInterrupt(k):
		b.done = true
	case k.Mod == tea.ModCtrl && k.Code == 'd' && b.editor.Text() == "":
		b.end()
		b.done = true
	case k.Code == tea.KeyEnter && k.Mod == 0 && b.plain:
		line := b.editor.Take()
		b.ch.Println(line)
		for line := range strings.SplitSeq(line, "\n") { // of a paste
			b.line(line)
		}
	case k.Code == tea.KeyEnter && k.Mod == 0:
		b.enter()
	case k.Code == tea.KeyEnter:
		b.editor.Insert("\n")
	case k.Text == " " && b.editor.Text() == "" && !b.plain:
		b.screen.turn(-1)
	case k.Code == tea.KeyPgUp:
		b.screen.turn(+1)
	case k.Code == tea.KeyPgDown:
		b.screen.turn(-1)
	case b.editor.Key(k):
	case k.Text != "":
		b.editor.Insert(editor.Typed(k.Text))
	}
}

// enter files what stands in the input line, and leaves if nothing does.
func (b *banned) enter() {
	written := b.editor.Text()
	if !b.appeal || isHabit(written) {
		b.done = true
		return
	}
	said, err := b.fileAppeal(b.ban, written)
	b.said = said
	b.screen.down = math.MaxInt16 // where it says so
	if err == nil {               // else nothing that was written is lost
		b.appeal = false
		b.editor.Take()
	}
}

// line takes a line in line mode: an appeal goes on up to an empty one.
func (b *banned) line(line string) {
	switch {
	case len(b.written) == 0 && isHabit(line):
		b.done = true
	case strings.TrimSpace(line) == "":
		b.end()
	default:
		b.keep(line)
	}
}

// keep keeps a line of an appeal, unless it is too long already.
func (b *banned) keep(line string) {
	if b.bytes += len(line); b.bytes <= maxStdin {
		b.written = append(b.written, line)
	}
}

// end files what was written in line mode, and leaves unless it can be written anew.
func (b *banned) end() {
	if len(b.written) == 0 {
		b.done = true
		return
	}
	said, err := b.fileAppeal(b.ban, strings.Join(b.written, "\n"))
	b.print(said)
	b.written, b.bytes, b.done = nil, 0, !errors.Is(err, moderation.ErrTooLong)
}

// isHabit tells what is typed at other screens from an appeal: there is one, and it
// isn't spent on a habit.
func isHabit(written string) bool {
	written = strings.TrimSpace(written)
	return written == "" || strings.EqualFold(written, "yes") || isCommand(written)
}

func (b *banned) View() tea.View {
	if b.plain || b.done {
		view := tea.NewView(b.editor.Text())
		view.Cursor = tea.NewCursor(text.Width(b.editor.Before()), 0)
		return view
	}
	var rows []row
	for line := range strings.SplitSeq(b.text(), "\n") {
		rows = wrap(rows, line, b.screen.width())
	}
	var input []string
	var x, y int
	if b.appeal {
		input, x, y = b.screen.inputRows(&b.editor)
	}
	shown := b.screen.page(rows, max(1, b.screen.rows-1-len(input)))
	var content bytes.Buffer
	write(&content, shown)
	for _, line := range input {
		content.WriteString("\n" + line)
	}
	blank(&content, max(1, b.screen.rows-len(shown)-len(input)))
	b.footer(&content)
	view := tea.NewView(strings.TrimPrefix(content.String(), "\n"))
	view.AltScreen = true
	if b.appeal {
		view.Cursor = tea.NewCursor(x, len(shown)+y)
	}
	return view
}

func (b *banned) footer(content *bytes.Buffer) {
	keys := locale.KeysRefused
	if b.appeal {
		keys = locale.KeysAppeal
	}
	b.screen.keys(content, b.words, b.screen.below, keys)
}
