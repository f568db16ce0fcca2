package staff

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"strangerd/session/text"
)

// A usageError is a command that wasn't understood.
type usageError string

func (e usageError) Error() string { return string(e) }

func usagef(format string, args ...any) error { return usageError(fmt.Sprintf(format, args...)) }

// quote shows what somebody typed, safely and shortly.
func quote(s string) string { return `"` + text.Truncate(text.Line(s), 40) + `"` }

// takes checks that there are exactly these arguments.
func takes(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return usagef("%s is missing", names[len(args)])
		}
		return atMost(len(names), args)
	}
}

func atMost(n int, args []string) error {
	if len(args) > n {
		return usagef("%s is one word too many: quote texts of several words twice, \"… 'two words'\"", quote(args[n]))
	}
	return nil
}

// takesID checks that there is one id of a kind: R, B, A or S.
func takesID(kind string) cobra.PositionalArgs {
	one := takes(kind + "-…")
	return func(cmd *cobra.Command, args []string) error {
		if err := one(cmd, args); err != nil {
			return err
		}
		if !isID(kind, args[0]) {
			return usagef("%s can't be read: ids look like %s-1a2b3c4d5e", quote(args[0]), kind)
		}
		return nil
	}
}

// isID tells whether s looks like an id of a kind.
func isID(kind, s string) bool {
	rest, ok := strings.CutPrefix(s, kind+"-")
	other := func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9')
	}
	return ok && rest != "" && !strings.ContainsFunc(rest, other)
}

// unknownIn is what a group of commands runs.
func (r *run) unknownIn(cmd *cobra.Command, args []string) error { return r.unknown(cmd, args) }

func (r *run) unknown(cmd *cobra.Command, args []string) error {
	var names []string
	for _, child := range cmd.Commands() {
		names = append(names, child.Name())
	}
	switch {
	case cmd.HasParent():
		return usagef("%s is followed by %s", cmd.Name(), strings.Join(names, ", "))
	case len(args) == 0:
		return usagef("which command? %s help lists them", r.SSH)
	}
	return usagef("there is no command %s: %s help lists them", quote(args[0]), r.SSH)
}

func (r *run) help() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "say what a command does",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			about, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return r.unknown(root, args)
			}
			r.describe(about)
			return nil
		},
	}
}

func (r *run) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "the version of the server",
		Args: takes(),
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintln(r.out, "strangerd "+r.Version)
			return nil
		},
	}
}

// describe prints what a command does.
func (r *run) describe(cmd *cobra.Command) {
	about := cmp.Or(cmd.Long, strings.ToUpper(cmd.Short[:1])+cmd.Short[1:]+".")
	for line := range strings.SplitSeq(about+"\n\nusage: "+cmd.UseLine(), "\n") {
		fmt.Fprintln(r.out, strings.Join(text.Wrap(line, r.out.width), "\n"))
	}
	r.children(cmd, "", "commands:")
	r.children(cmd, administrators, "for administrators:")
	cmd.InitDefaultHelpFlag()
	fmt.Fprintf(r.out, "\nflags:\n%s", cmd.LocalFlags().FlagUsagesWrapped(r.out.width))
}

func (r *run) children(cmd *cobra.Command, group, title string) {
	var lines []string
	for _, child := range cmd.Commands() {
		if child.GroupID == group {
			lines = append(lines, "  "+child.Name()+"  "+child.Short)
		}
	}
	if len(lines) > 0 {
		fmt.Fprintf(r.out, "\n%s\n%s\n", title, text.Table(strings.Join(lines, "\n"), r.out.width))
	}
}
