package main

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"golang.org/x/crypto/ssh"
)

// Keys, as terminals send them.
const (
	keyEsc      = "\x1b"
	keyEnter    = "\r"
	keyAltEnter = "\x1b\r"
	keyUp       = "\x1b[A"
	keyDown     = "\x1b[B"
	keyRight    = "\x1b[C"
	keyLeft     = "\x1b[D"
	keyHome     = "\x1b[H"
	keyEnd      = "\x1b[F"
	keyDelete   = "\x1b[3~"
	keyPgUp     = "\x1b[5~"
	keyPgDn     = "\x1b[6~"
	backspace   = "\x7f"
)

// ctrl is a letter's control key.
func ctrl(letter byte) string { return string(rune(letter & 0x1f)) }

// window is what an SSH client tells about its terminal, and itself. Its zero
// value is an xterm of 80x24 that has nothing to say.
type window struct {
	term       string
	cols, rows int
	env        map[string]string
	command    string    // instead of a shell
	source     string    // the address to connect from
	user       string    // whom to log in as; guest unless said
	staff      *staffKey // whose desk it is, or nil
	me         *staffKey // who comes as me@, or nil
}

// terminal is somebody at a terminal, which an emulator plays.
type terminal struct {
	t       *testing.T
	line    net.Conn // that conn goes through
	conn    *ssh.Client
	session *ssh.Session
	in      io.WriteCloser
	out     output
	screen  *vt.Emulator // guarded by out.mu, as is what follows
	modes   map[ansi.Mode]bool
	cursor  bool
	bells   int
	title   string
	ended   chan error
}

// openTerminal connects with a terminal.
func openTerminal(t *testing.T, p *program, look window) *terminal {
	t.Helper()
	if look.term == "" {
		look.term = "xterm-256color"
	}
	if look.cols == 0 {
		look.cols, look.rows = 80, 24
	}
	raw, err := p.dial(look.source)
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ClientConfig{User: cmp.Or(look.user, "guest"), HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	if look.staff != nil {
		config.User, config.Auth = "admin", []ssh.AuthMethod{ssh.PublicKeys(look.staff.signer)}
	}
	if look.me != nil {
		config.User, config.Auth = "me", []ssh.AuthMethod{ssh.PublicKeys(look.me.signer)}
	}
	conn, channels, requests, err := ssh.NewClientConn(raw, p.address, config)
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, line: raw, conn: ssh.NewClient(conn, channels, requests), ended: make(chan error, 1)}
	if p.bubble != nil {
		term.out.limit = bubblePatience
	}
	t.Cleanup(func() { term.conn.Close() })
	term.emulate(look.cols, look.rows)
	if term.session, err = term.conn.NewSession(); err != nil {
		t.Fatal(err)
	}
	for name, value := range look.env {
		term.session.Setenv(name, value)
	}
	if err := term.session.RequestPty(look.term, look.rows, look.cols, ssh.TerminalModes{}); err != nil {
		t.Fatal(err)
	}
	term.in, _ = term.session.StdinPipe()
	term.session.Stdout, term.session.Stderr = &term.out, &term.out
	if look.command != "" {
		err = term.session.Start(look.command)
	} else {
		err = term.session.Shell()
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() { term.ended <- term.session.Wait() }()
	return term
}

// dial connects to a server, from an address unless that is empty.
func (p *program) dial(source string) (net.Conn, error) {
	if p.bubble != nil {
		return p.bubble.dial(source)
	}
	dialer := net.Dialer{Timeout: patience}
	if source != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(source)}
	}
	return dialer.Dial("tcp", p.address)
}

// emulate makes the screen. What the server would ask a terminal, which it has
// no reason to, nobody answers.
func (term *terminal) emulate(cols, rows int) {
	term.screen = vt.NewEmulator(cols, rows)
	term.modes, term.cursor = map[ansi.Mode]bool{ansi.ModeAutoWrap: true}, true
	term.screen.SetCallbacks(vt.Callbacks{
		Bell:             func() { term.bells++ },
		Title:            func(title string) { term.title = title },
		EnableMode:       func(mode ansi.Mode) { term.modes[mode] = true },
		DisableMode:      func(mode ansi.Mode) { term.modes[mode] = false },
		CursorVisibility: func(visible bool) { term.cursor = visible },
	})
	term.out.also = term.screen
	go io.Copy(io.Discard, term.screen)
	term.t.Cleanup(func() { term.screen.InputPipe().(io.Closer).Close() })
}

// join accepts the rules and waits for the search.
func joinScreen(t *testing.T, p *program, look window) *terminal {
	t.Helper()
	term := openTerminal(t, p, look)
	term.expect("Press Enter")
	term.press(keyEnter)
	term.expectSent("Looking for a stranger") // it is gone at once where somebody waits
	return term
}

// pairScreens returns two people who chat, each at a terminal.
func pairScreens(t *testing.T, p *program, look window) (a, b *terminal) {
	t.Helper()
	a = joinScreen(t, p, look)
	b = joinScreen(t, p, window{})
	a.expect("You are now chatting with a stranger")
	b.expect("You are now chatting with a stranger")
	return a, b
}

// pairMixed returns two people who chat: one at a terminal, one in line mode.
func pairMixed(t *testing.T, p *program, look window) (a *terminal, b *chatter) {
	t.Helper()
	a = joinScreen(t, p, look)
	b = joinLines(t, p)
	a.expect("You are now chatting with a stranger")
	b.expect("-- You are now chatting with a stranger\n")
	return a, b
}

// press sends keys at once.
func (term *terminal) press(keys ...string) {
	term.t.Helper()
	if _, err := io.WriteString(term.in, strings.Join(keys, "")); err != nil {
		term.t.Errorf("pressing %q: %v", keys, err)
	}
}

// expect waits until the screen shows all of these texts, each on one line.
func (term *terminal) expect(texts ...string) {
	term.t.Helper()
	term.until(fmt.Sprintf("%q", texts), func() bool {
		shown := term.text()
		for _, text := range texts {
			if !strings.Contains(shown, text) {
				return false
			}
		}
		return true
	})
}

// expectGone waits until the screen no longer shows text.
func (term *terminal) expectGone(text string) {
	term.t.Helper()
	term.until("the end of "+text, func() bool { return !strings.Contains(term.text(), text) })
}

// expectSent waits until text was sent, whatever the screen shows since.
func (term *terminal) expectSent(text string) {
	term.t.Helper()
	term.until(fmt.Sprintf("%q", text), func() bool { return strings.Contains(term.out.bytes.String(), text) })
}

func (term *terminal) until(what string, look func() bool) {
	term.t.Helper()
	if !term.out.wait(look) {
		term.t.Fatalf("waited in vain for %s at\n%s", what, term.picture())
	}
}

// shows tells whether the screen shows text at this moment.
func (term *terminal) shows(text string) bool {
	term.out.mu.Lock()
	defer term.out.mu.Unlock()
	return strings.Contains(term.text(), text)
}

// text is what the screen shows, row by row. The caller holds out.mu.
func (term *terminal) text() string {
	var rows strings.Builder
	for y := range term.screen.Height() {
		rows.WriteString(term.row(y))
		rows.WriteByte('\n')
	}
	return rows.String()
}

// row is what a row of the screen shows. The caller holds out.mu.
func (term *terminal) row(y int) string {
	var row strings.Builder
	for x := 0; x < term.screen.Width(); {
		cell := term.screen.CellAt(x, y)
		row.WriteString(cellText(cell))
		x += max(1, cell.Width)
	}
	return strings.TrimRight(row.String(), " ")
}

// shownRow is what a row of the screen shows at this moment.
func (term *terminal) shownRow(y int) string {
	term.out.mu.Lock()
	defer term.out.mu.Unlock()
	return term.row(y)
}

// input is the last rows above the footer, with a bar where the cursor is. The
// caller holds out.mu.
func (term *terminal) input(rows int) string {
	cursor := term.screen.CursorPosition()
	end := term.screen.Height() - 1
	var input []string
	for y := end - rows; y < end; y++ {
		row := term.row(y)
		if y == cursor.Y {
			at := term.offset(y, cursor.X)
			row += strings.Repeat(" ", max(0, at-len(row)))
			row = row[:at] + "|" + row[at:]
		}
		input = append(input, row)
	}
	return strings.Join(input, "\n")
}

// offset is how many bytes of a row stand before a cell.
func (term *terminal) offset(y, cell int) int {
	bytes := 0
	for x := 0; x < cell; {
		c := term.screen.CellAt(x, y)
		bytes += len(cellText(c))
		x += max(1, c.Width)
	}
	return bytes
}

func cellText(cell *uv.Cell) string {
	if cell == nil || cell.Content == "" {
		return " "
	}
	return cell.Content
}

// picture is the screen in a frame, with a block where the cursor is.
func (term *terminal) picture() string {
	term.out.mu.Lock()
	defer term.out.mu.Unlock()
	return term.drawn()
}

// drawn is what picture returns. The caller holds out.mu.
func (term *terminal) drawn() string {
	edge := strings.Repeat("─", term.screen.Width())
	var picture strings.Builder
	picture.WriteString("┌" + edge + "┐\n")
	cursor := term.screen.CursorPosition()
	for y := range term.screen.Height() {
		picture.WriteString("│")
		for x := 0; x < term.screen.Width(); {
			cell := term.screen.CellAt(x, y)
			if term.cursor && cursor == uv.Pos(x, y) {
				picture.WriteString("█")
			} else {
				picture.WriteString(cellText(cell))
			}
			x += max(1, cell.Width)
		}
		picture.WriteString("│\n")
	}
	picture.WriteString("└" + edge + "┘\n")
	return picture.String()
}

// turn presses PgUp or PgDn and waits for the other page. The header is none: what it
// counts changes by itself.
func (term *terminal) turn(key string) {
	term.t.Helper()
	page := func() string {
		_, below, _ := strings.Cut(term.text(), "\n")
		return below
	}
	term.out.mu.Lock()
	before := page()
	term.out.mu.Unlock()
	term.press(key)
	term.until("another page", func() bool { return page() != before })
}

// page turns pages until text is shown.
func (term *terminal) page(key, text string) {
	term.t.Helper()
	for !term.shows(text) {
		term.turn(key)
	}
}

// resize changes the window.
func (term *terminal) resize(cols, rows int) {
	term.t.Helper()
	term.out.mu.Lock()
	term.screen.Resize(cols, rows)
	term.out.mu.Unlock()
	if err := term.session.WindowChange(rows, cols); err != nil {
		term.t.Error(err)
	}
}

// hangUp ends the input.
func (term *terminal) hangUp() { term.in.Close() }

// expectExit waits for the end, which leaves the terminal as it was.
func (term *terminal) expectExit(code int) {
	term.t.Helper()
	select {
	case err := <-term.ended:
		got := 0
		if exit, ok := err.(*ssh.ExitError); ok {
			got = exit.ExitStatus()
		} else if err != nil {
			term.t.Errorf("the session ended with %v", err)
		}
		if got != code {
			term.t.Errorf("exit code %d, want %d", got, code)
		}
	case <-term.out.late():
		term.t.Fatalf("the session runs on at\n%s", term.picture())
	}
	term.expectRestored()
}

// expectRestored checks that nothing is left of the full screen.
func (term *terminal) expectRestored() {
	term.t.Helper()
	term.out.mu.Lock()
	defer term.out.mu.Unlock()
	if term.screen.IsAltScreen() || !term.cursor || !term.modes[ansi.ModeAutoWrap] || term.modes[ansi.ModeBracketedPaste] {
		term.t.Errorf("the terminal is not as it was: alternate screen %t, cursor %t, modes %v",
			term.screen.IsAltScreen(), term.cursor, term.modes)
	}
	said := term.out.bytes.String()
	if pushed, popped := strings.Count(said, "\x1b[22;2t"), strings.Count(said, "\x1b[23;2t"); pushed != popped || term.title != "" {
		term.t.Errorf("the title is %q, saved %d times and restored %d times", term.title, pushed, popped)
	}
	for mode, on := range term.modes {
		if on && mode != ansi.ModeAutoWrap && mode != ansi.ModeTextCursorEnable {
			term.t.Errorf("mode %v is left on", mode)
		}
	}
}
