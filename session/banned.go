package session

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"strangerd/moderation"
	"strangerd/session/editor"
	"strangerd/session/locale"
	"strangerd/session/terminal"
	"strangerd/session/text"
)

// banned is the one screen that a banned person gets: what the ban says, what
// became of their appeal, and an input line for it.
type banned struct {
	*visit
	ban    moderation.Ban
	said   []string // below the ban
	appeal bool     // one can be written
	plain  bool
	done   bool
	screen screen
	editor editor.Line
}

// banned shows the ban until the visitor leaves.
func (v *visit) banned(ban moderation.Ban, plain bool) (int, error) {
	b := &banned{visit: v, ban: ban, plain: plain}
	if appeal, ok := v.config.Desk.AppealOf(ban.ID); ok {
		b.said = []string{appealWords(v.words, appeal)}
	} else if !ban.Target.Network.IsValid() {
		b.appeal = true
		b.said = []string{v.words.Say(locale.AppealHere)}
	}
	err := v.ch.Run(b)
	return exitNotAllowed, err
}

func (b *banned) Init() tea.Cmd {
	if b.plain {
		b.print(banWords(b.config, b.words, b.ban))
		b.print(strings.Join(b.said, "\n"))
		if !b.appeal {
			b.done = true
			return tea.Quit
		}
	}
	return nil
}

func (b *banned) print(lines string) {
	for line := range strings.SplitSeq(lines, "\n") {
		b.ch.Println("-- " + line)
	}
}

func (b *banned) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		b.screen.resize(msg.Width, msg.Height)
	case tea.KeyPressMsg:
		b.key(msg)
	case tea.PasteMsg:
		b.editor.Insert(editor.Typed(msg.Content))
	case terminal.LineMsg:
		b.enter(msg.Text + strings.Repeat(" ", msg.Dropped)) // too long is too long
	case terminal.EOFMsg:
		b.done = true
	}
	if b.done {
		return b, tea.Quit
	}
	return b, nil
}

func (b *banned) key(k tea.KeyPressMsg) {
	switch {
	case k.Code == tea.KeyEscape, k.Mod == tea.ModCtrl && (k.Code == 'c' || k.Code == 'd'):
		b.done = true
	case k.Code == tea.KeyEnter && k.Mod == 0:
		line := b.editor.Take()
		if b.plain {
			b.ch.Println(line)
		}
		b.enter(line)
	case k.Code == tea.KeyEnter:
		b.editor.Insert("\n")
	case b.editor.Key(k):
	case k.Text != "":
		b.editor.Insert(editor.Typed(k.Text))
	}
}

// enter files what was written. Nothing written means to leave, and so does what
// is typed at other screens: there is one appeal, and it isn't spent on a habit.
func (b *banned) enter(written string) {
	habit := strings.EqualFold(strings.TrimSpace(written), "yes") || strings.HasPrefix(written, "/")
	if strings.TrimSpace(written) == "" || habit || !b.appeal {
		b.done = true
		return
	}
	line, err := b.fileAppeal(b.ban, written)
	if b.plain {
		b.print(line)
	}
	b.said = []string{line}
	if err == nil {
		b.appeal = false
		b.done = b.plain
	} else {
		b.editor.Set(written) // nothing that was written is lost
	}
}

func (b *banned) View() tea.View {
	if b.plain || b.done {
		return tea.NewView(b.editor.Text())
	}
	var lines []string
	for line := range strings.SplitSeq(banWords(b.config, b.words, b.ban)+"\n"+strings.Join(b.said, "\n"), "\n") {
		lines = append(lines, text.Wrap(line, b.screen.width())...)
	}
	view := tea.NewView("")
	rows, x, y := b.editor.Rows(max(1, b.screen.cols-3))
	if over := len(rows) - maxInputRows; over > 0 {
		rows, y = rows[over:], max(0, y-over)
	}
	lines = lines[:min(len(lines), max(1, b.screen.rows-1-len(rows)))]
	if b.appeal {
		view.Cursor = tea.NewCursor(x+2, len(lines)+y)
		for _, row := range rows {
			lines = append(lines, "> "+row)
		}
	}
	lines = append(lines, make([]string, max(0, b.screen.rows-1-len(lines)))...)
	keys := locale.KeysRefused
	if b.appeal {
		keys = locale.KeysAppeal
	}
	view.SetContent(strings.Join(append(lines, bar(" "+fit(b.words.Say(keys), b.screen.cols-2), b.screen.cols)), "\n"))
	view.AltScreen = true
	return view
}
