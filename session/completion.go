package session

import (
	"strings"

	"github.com/spf13/cobra"

	"strangerd/moderation"
	"strangerd/session/locale"
	"strangerd/session/text"
)

// complete goes on with a slash command as far as there is one way, and names the
// ways where there are several.
func (c *chat) complete() {
	typed := c.editor.Text()
	if !isCommand(typed) || c.editor.Before() != typed {
		return
	}
	ways := c.completions(typed)
	shared := sharedPrefix(ways)
	switch {
	case len(ways) == 0:
		if !strings.Contains(typed, " ") {
			c.unknown(typed)
		}
	case len(shared) > len(typed):
		c.editor.Set(shared)
	case len(ways) > 1:
		c.tell(c.choose(typed, ways))
	}
}

// choose lists ways that go on from what is typed, as many as there is room for.
func (c *chat) choose(typed string, ways []string) string {
	known := strings.LastIndex(typed, " ") + 1
	var list []string
	for _, way := range ways {
		list = append(list, strings.TrimSpace(way[known:]))
	}
	for n, more := len(list), ""; ; n, more = n-1, " ..." {
		shown := strings.Join(list[:n], " ") + more
		if c.plain || n <= 1 || len(text.Wrap(shown, c.screen.cols)) <= maxStatus {
			return shown
		}
	}
}

// completions are what the beginning of a slash command may become. One that takes
// an argument ends with a space.
func (c *chat) completions(typed string) (ways []string) {
	_, argument, argued := strings.Cut(typed, " ")
	for _, command := range slashCommands() {
		whole := "/" + command.name
		if command.argument != "" {
			whole += " "
		}
		switch {
		case !argued && beginsWith(whole, typed):
			ways = append(ways, whole)
		case argued && beginsWith(typed, whole):
			for _, choice := range c.choices(command, argument) {
				if beginsWith(choice, argument) {
					ways = append(ways, whole+choice)
				}
			}
		}
	}
	return ways
}

// beginsWith tells whether s does, in capitals or not: phones capitalize.
func beginsWith(s, beginning string) bool {
	return len(s) >= len(beginning) && strings.EqualFold(s[:len(beginning)], beginning)
}

// choices are what the argument of a command may become, if that is known.
func (c *chat) choices(command slashCommand, argument string) []string {
	switch {
	case command.name == "report":
		return moderation.Categories
	case command.name == "lang":
		return c.spokenChoices(argument)
	case strings.Contains(command.argument, "|"):
		return strings.Split(command.argument, "|")
	}
	return nil
}

// sharedPrefix is what all of them begin with.
func sharedPrefix(all []string) string {
	if len(all) == 0 {
		return ""
	}
	shared := all[0]
	for _, s := range all[1:] {
		for !strings.HasPrefix(s, shared) {
			shared = shared[:len(shared)-1]
		}
	}
	return shared
}

// unknown says that there is no such command, and which one may have been meant.
func (c *chat) unknown(name string) {
	if meant := nearest(strings.TrimPrefix(name, "/")); meant != "" {
		c.tell(c.words.With(locale.UnknownNearest, locale.Data{"Command": quote(name), "Meant": "/" + meant}))
		return
	}
	c.tell(c.words.With(locale.UnknownCommand, locale.Data{"Command": quote(name)}))
}

// nearest is the command whose name a mistyped one is most like, or empty.
func nearest(name string) string {
	const longest = 20 // a longer name is not mistyped, and would take its time
	if name == "" || len(name) > longest {
		return ""
	}
	var all cobra.Command
	for _, command := range slashCommands() {
		all.AddCommand(&cobra.Command{Use: command.name, Run: func(*cobra.Command, []string) {}})
	}
	for mistakes := 1; mistakes <= min(2, len(name)/2); mistakes++ {
		all.SuggestionsMinimumDistance = mistakes
		if like := all.SuggestionsFor(name); len(like) > 0 {
			return like[0]
		}
	}
	return ""
}
