package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// showHelp prints a command's help, 80 columns wide. The flags are shown with the
// server; health and db restore take them too, to find it.
func showHelp(cmd *cobra.Command, _ []string) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n\nUsage: %s\n", cmd.Short, cmd.UseLine())
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "       %s COMMAND\n\nCommands:\n", cmd.CommandPath())
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				fmt.Fprintf(&b, "  %-9s %s\n", c.Name(), c.Short)
			}
		}
	}
	if cmd.Long != "" {
		fmt.Fprintf(&b, "\n%s\n", cmd.Long)
	}
	if !cmd.HasParent() || cmd.Name() == "serve" {
		b.WriteString("\nFlags:\n")
		cmd.Flags().VisitAll(func(f *pflag.Flag) { writeFlag(&b, f) })
		b.WriteString(`
A list (NETS) has commas between; TIME is 15s, 10m or 30d. Every flag is also a
variable (--max-sessions is STRANGERD_MAX_SESSIONS) and a key in the file of
--config; a flag wins over a variable, a variable over the file.
`)
	}
	fmt.Fprint(cmd.OutOrStdout(), b.String())
}

func writeFlag(b *strings.Builder, f *pflag.Flag) {
	if f.Name == "help" || f.Name == "version" {
		return
	}
	usage := f.Usage
	// Longer defaults are told in the usage's own words.
	if f.DefValue != "" && len(f.DefValue) <= 20 {
		usage += " (" + f.DefValue + ")"
	}
	fmt.Fprintf(b, "  %-26s %s\n", "--"+f.Name+" "+f.Value.Type(), usage)
}
